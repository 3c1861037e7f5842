#include "app/study/run_folder.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <sstream>

#include "base/error.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

constexpr const char* manifest_name = "manifest.json";
constexpr const char* lock_name = "lock";
constexpr const char* ledger_name = "study.db";
constexpr std::chrono::seconds beat_every{10};
// A driver of another machine is believed dead when it was silent for this long.
constexpr std::chrono::seconds silence{60};

/// What a driver writes into the lock: "PID HOST SECONDS".
struct Holder {
  long process = 0;
  std::string host;
  long long beat = 0;  ///< seconds since 1970
};

std::string this_host() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

long long now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Holder read_holder(const std::string& path) {
  Holder holder;
  std::istringstream(formats::read_whole_file(path)) >> holder.process >> holder.host >>
      holder.beat;
  return holder;
}

std::optional<learn::Manifest> read_manifest(const fs::path& folder) {
  const fs::path path = folder / manifest_name;
  std::error_code code;
  if (!fs::exists(path, code)) return std::nullopt;
  const nlohmann::json json =
      nlohmann::json::parse(formats::read_whole_file(path.string()), nullptr, false);
  if (json.is_discarded())
    throw InputError(fmt::format("{}: not JSON; remove it to do the task again", path.string()));
  return learn::manifest_from_json(json, path.string());
}

}  // namespace

RunFolder::RunFolder(const std::string& study_path, const std::string& variant) {
  fs::path path = fs::absolute(study_path).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // a folder with a slash behind it
  path.replace_extension();
  path_ = path.string() + (variant.empty() ? "" : "." + variant) + ".run";
}

RunFolder::~RunFolder() {
  if (lock_ < 0) return;
  if (heart_.joinable()) {
    heart_.request_stop();
    heart_.join();
  }
  // Left in order: nobody has to wait for our silence.
  if (held_) (void)!::ftruncate(lock_, 0);
  ::close(lock_);
}

void RunFolder::lock() {
  std::error_code code;
  fs::create_directories(path_, code);
  if (code) throw InputError(fmt::format("cannot make the folder {}: {}", path_, code.message()));
  const std::string path = (fs::path(path_) / lock_name).string();
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) throw InputError(fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
    throw Error(fmt::format("{} is being run by {}: two drivers cannot run on one study", path_,
                            holder().value_or("another process")));
  const Holder before = read_holder(path);
  const long long quiet = now_seconds() - before.beat;
  if (!before.host.empty() && before.host != this_host() && std::abs(quiet) < silence.count())
    throw Error(
        fmt::format("{} is being run by process {} on {}, which was heard of {} s ago: two "
                    "drivers cannot run on one study; if it is dead, wait a minute",
                    path_, before.process, before.host, quiet));
  held_ = true;
  beat();
  heart_ = std::jthread([this](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any bell;
    std::unique_lock lock(mutex);
    while (!bell.wait_for(lock, stop, beat_every, [&] { return stop.stop_requested(); })) beat();
  });
  ledger_ = std::make_unique<learn::TaskLedger>((fs::path(path_) / ledger_name).string());
  for (const learn::Manifest& manifest : all())
    ledger_->record_stage(manifest,
                          fmt::format("{}-{}", manifest.task, manifest.identity.substr(0, 8)));
}

/// A lock that cannot be written (a full disk) still holds.
void RunFolder::beat() {
  const std::string text = fmt::format("{} {} {}\n", ::getpid(), this_host(), now_seconds());
  if (::pwrite(lock_, text.data(), text.size(), 0) > 0)
    (void)!::ftruncate(lock_, static_cast<off_t>(text.size()));
}

learn::TaskLedger& RunFolder::ledger() const {
  if (!ledger_) throw Error("the run folder is not locked");
  return *ledger_;
}

std::unique_ptr<learn::TaskLedger> RunFolder::open_ledger() const {
  const fs::path path = fs::path(path_) / ledger_name;
  std::error_code code;
  if (!fs::exists(path, code)) return nullptr;
  return std::make_unique<learn::TaskLedger>(path.string());
}

std::optional<std::string> RunFolder::holder() const {
  const std::string path = (fs::path(path_) / lock_name).string();
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  const bool is_free = ::flock(file, LOCK_SH | LOCK_NB) == 0;
  ::close(file);
  if (is_free) return std::nullopt;
  const Holder holder = read_holder(path);
  return fmt::format("process {} on {}", holder.process, holder.host);
}

std::string RunFolder::folder_of(const std::string& task, const learn::Identity& identity) const {
  return (fs::path(path_) / fmt::format("{}-{}", task, identity.hash().substr(0, 8))).string();
}

std::optional<learn::Manifest> RunFolder::finished(const std::string& task,
                                                   const learn::Identity& identity) const {
  auto manifest = read_manifest(folder_of(task, identity));
  if (manifest && manifest->identity != identity.hash()) return std::nullopt;
  return manifest;
}

void RunFolder::make(const std::string& task, const learn::Identity& identity) const {
  std::error_code code;
  fs::create_directories(folder_of(task, identity), code);
  if (code)
    throw Error(
        fmt::format("cannot make the folder {}: {}", folder_of(task, identity), code.message()));
}

void RunFolder::finish(const learn::Manifest& manifest, const learn::Identity& identity) const {
  formats::write_whole_file((fs::path(folder_of(manifest.task, identity)) / manifest_name).string(),
                            learn::to_json(manifest).dump(1) + "\n");
  if (ledger_)
    ledger_->record_stage(manifest,
                          fs::path(folder_of(manifest.task, identity)).filename().string());
}

std::string RunFolder::relative(const std::string& path) const {
  return fs::path(path).lexically_relative(path_).string();
}

std::vector<learn::Manifest> RunFolder::all() const {
  std::vector<learn::Manifest> found;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(path_, code))
    if (entry.is_directory())
      if (auto manifest = read_manifest(entry.path())) found.push_back(std::move(*manifest));
  std::ranges::sort(found, {}, &learn::Manifest::finished);
  return found;
}

std::string now_text() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

}  // namespace vitrion::app
