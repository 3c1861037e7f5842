// SQLite as values: a connection and statements that are bound, stepped and read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace vitrion::learn {

/// One statement; it is used again by binding it anew.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Forgets the rows of the last use and binds ?1, ?2, ...
  template <class... T>
  Statement& bind(const T&... values) {
    reset();
    int place = 0;
    (put(++place, values), ...);
    return *this;
  }
  /// The next row, if there is one. @throws Error with SQLite's own words.
  bool step();
  /// Runs a statement that has no rows.
  void run() { (void)step(); }
  /// Lets go of the rows: a statement that is left in the middle keeps old pages of the file alive.
  void reset();

  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double number(int column) const;

 private:
  void put(int place, std::int64_t value);
  void put(int place, int value) { put(place, static_cast<std::int64_t>(value)); }
  void put(int place, double value);
  void put(int place, const std::string& value);
  void put(int place, const char* value) { put(place, std::string(value)); }

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

/// A connection in WAL mode: readers never wait for the writer, and a killed process leaves whole
/// transactions only.
class Database {
 public:
  /// Opens, or makes, the file. @throws Error naming it.
  explicit Database(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const char* sql);
  [[nodiscard]] std::unique_ptr<Statement> prepare(const char* sql);
  [[nodiscard]] std::int64_t last_row() const;
  /// Rises when another connection has written.
  [[nodiscard]] std::int64_t version();

 private:
  sqlite3* database_ = nullptr;
  std::string path_;
};

/// All or nothing: rolled back unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) {
    database_.run("BEGIN IMMEDIATE");
  }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace vitrion::learn
