// The run folder of a study: X.run beside X.toml, its lock, and the folders and manifests of its
// tasks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "learn/ledger.hpp"

namespace vitrion::app {

/// A task's folder is TASK-XXXXXXXX with the first digits of its identity: changed settings mean
/// another folder, and settings that are changed back find what was done.
class RunFolder {
 public:
  /// X.run for X.toml; made by lock().
  explicit RunFolder(const std::string& study_path);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  /// Makes the folder and takes its lock until the end of this process, however it ends.
  /// @throws Error if another driver holds it, naming its process.
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
  /// The process that holds the lock, if one does.
  [[nodiscard]] std::optional<long> holder() const;

 private:
  std::string path_;
  int lock_ = -1;
};

/// Writes a small file under a temporary name, flushes it, and renames it.
void write_text(const std::string& path, const std::string& text);
/// "2025-01-31T10:00:00Z".
[[nodiscard]] std::string now_text();

}  // namespace vitrion::app
