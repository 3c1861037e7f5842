#include "learn/sqlite.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/error.hpp"

namespace vitrion::learn {

namespace {

// A reader such as `vitrion status` holds the file for milliseconds; who waits longer has a real
// problem.
constexpr int patience_ms = 30'000;

[[noreturn]] void fail(sqlite3* database, const std::string& doing) {
  throw Error(fmt::format("the ledger: {}: {}", doing, sqlite3_errmsg(database)));
}

}  // namespace

Statement::Statement(sqlite3* database, const char* sql) : database_(database) {
  if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK) fail(database, sql);
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  // The message belongs to the step: resetting would overwrite it.
  if (code != SQLITE_DONE) {
    const std::string text = sqlite3_errmsg(database_);
    sqlite3_reset(statement_);
    throw Error(fmt::format("the ledger: {}: {}", sqlite3_sql(statement_), text));
  }
  sqlite3_reset(statement_);
  return false;
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes,
                           static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Statement::number(int column) const {
  return sqlite3_column_double(statement_, column);
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Statement::put(int place, std::int64_t value) {
  sqlite3_bind_int64(statement_, place, value);
}

void Statement::put(int place, double value) {
  sqlite3_bind_double(statement_, place, value);
}

void Statement::put(int place, const std::string& value) {
  sqlite3_bind_text(statement_, place, value.data(), static_cast<int>(value.size()),
                    SQLITE_TRANSIENT);
}

Database::Database(const std::string& path) : path_(path) {
  const int code = sqlite3_open(path.c_str(), &database_);
  if (code != SQLITE_OK) {
    const std::string text = sqlite3_errmsg(database_);
    sqlite3_close(database_);
    throw Error(fmt::format("cannot open the ledger {}: {}", path, text));
  }
  sqlite3_busy_timeout(database_, patience_ms);
  // NORMAL: a commit survives the death of any process; after a power cut the last ones may be
  // missing, and what they said is found again in the tasks' folders.
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = NORMAL");
  run("PRAGMA foreign_keys = ON");
}

Database::~Database() {
  sqlite3_close(database_);
}

void Database::run(const char* sql) {
  char* message = nullptr;
  if (sqlite3_exec(database_, sql, nullptr, nullptr, &message) == SQLITE_OK) return;
  const std::string text = message == nullptr ? "unknown" : message;
  sqlite3_free(message);
  throw Error(fmt::format("the ledger {}: {}", path_, text));
}

std::unique_ptr<Statement> Database::prepare(const char* sql) {
  return std::make_unique<Statement>(database_, sql);
}

std::int64_t Database::last_row() const {
  return sqlite3_last_insert_rowid(database_);
}

std::int64_t Database::version() {
  Statement ask(database_, "PRAGMA data_version");
  return ask.step() ? ask.integer(0) : 0;
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.run("ROLLBACK");
  } catch (const Error&) {
    // SQLite has rolled back by itself (a full disk): there is nothing left to undo.
  }
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace vitrion::learn
