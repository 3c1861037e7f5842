// The run folder of a study: X.run beside X.toml, its lock, and the folders and manifests of its
// tasks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "learn/task_ledger.hpp"

namespace vitrion::app {

/// A task's folder is TASK-XXXXXXXX with the first digits of its identity: changed settings mean
/// another folder, and settings that are changed back find what was done.
class RunFolder {
 public:
  /// X.run for X.toml, X.VARIANT.run for a study that is run otherwise than it is written; a path
  /// that ends in .run is the folder itself. Made by lock().
  explicit RunFolder(const std::string& study_path, const std::string& variant = {});
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  /// Makes the folder and takes its lock until the end of this process, however it ends; then opens
  /// the ledger and tells it of every manifest that it has not heard of. A heartbeat in the lock
  /// tells other machines, whose file system may not know our lock, that we live.
  /// @throws Error if another driver holds it, naming its machine and process.
  void lock();

  [[nodiscard]] const std::string& path() const { return path_; }  ///< absolute
  [[nodiscard]] std::string folder_of(const std::string& task,
                                      const learn::Identity& identity) const;
  /// The manifest, if this very task is done.
  [[nodiscard]] std::optional<learn::Manifest> finished(const std::string& task,
                                                        const learn::Identity& identity) const;
  void make(const std::string& task, const learn::Identity& identity) const;
  /// Writes the manifest into the task's folder, last of all its files.
  void finish(const learn::Manifest& manifest, const learn::Identity& identity) const;
  /// `path` as seen from the run folder, for records.
  [[nodiscard]] std::string relative(const std::string& path) const;

  /// Every manifest in the folder, in the order in which they finished; nothing if there is no
  /// folder.
  [[nodiscard]] std::vector<learn::Manifest> all() const;
  /// Who holds the lock, if somebody does: "process 123 on host".
  [[nodiscard]] std::optional<std::string> holder() const;
  /// The ledger. @throws Error before lock().
  [[nodiscard]] learn::TaskLedger& ledger() const;
  /// The ledger of a study that somebody may be running; nothing if it was never run.
  [[nodiscard]] std::unique_ptr<learn::TaskLedger> open_ledger() const;

 private:
  std::string path_;
  void beat();

  int lock_ = -1;
  bool held_ = false;
  std::unique_ptr<learn::TaskLedger> ledger_;
  std::jthread heart_;
};

/// "2025-01-31T10:00:00Z".
[[nodiscard]] std::string now_text();

}  // namespace vitrion::app
