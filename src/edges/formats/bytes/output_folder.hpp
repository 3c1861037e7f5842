// OutputFolder: a folder that is seen only when it is whole; filled under a temporary name, then
// renamed.
#pragma once

#include <functional>
#include <string>

namespace vitrion::formats {

class OutputFolder {
 public:
  /// `path` may be an existing folder if it is empty or `replaceable(path)`.
  /// @throws InputError otherwise, or if the folder cannot be made.
  OutputFolder(std::string path, const std::function<bool(const std::string&)>& replaceable);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// Where to write until commit().
  [[nodiscard]] const std::string& temporary() const { return temporary_; }
  /// Takes the final name, in place of what was there.
  void commit();

 private:
  std::string path_;
  std::string temporary_;
  bool committed_ = false;
};

}  // namespace vitrion::formats
