// Reader of deepmd/npy, deepmd/npy/mixed and deepmd/raw: system by system, set by set.
#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "base/error.hpp"
#include "edges/formats/deepmd/deepmd.hpp"
#include "edges/formats/deepmd/set.hpp"
#include "edges/formats/deepmd/systems.hpp"

namespace vitrion::formats {

namespace {

class DeepmdReader final : public FrameReader {
 public:
  DeepmdReader(const std::string& root, ReadOptions options)
      : root_(root), options_(std::move(options)), paths_(find_deepmd_systems(root)) {}

  std::optional<Frame> next() override {
    while (in_set_ == set_.frames)
      if (!next_set()) return std::nullopt;
    Frame frame = frame_of(system_, set_, in_set_, place_, options_.keep_virtual);
    if (!system_.infos.empty()) {
      if (in_system_ == system_.infos.size()) fail_rows();
      frame.info = system_.infos[in_system_];
    }
    if (paths_.size() > 1) frame.info["system"] = system_.name;
    ++in_set_;
    ++in_system_;
    return frame;
  }

  std::vector<std::string> notes() const override {
    std::vector<std::string> result;
    for (const std::string& name : unused_)
      result.push_back(fmt::format("{} has no place in a frame and was left out", name));
    return result;
  }

 private:
  [[noreturn]] void fail_rows() const {
    throw InputError(fmt::format("{}/frames.csv: has {} rows, but the system has {} frames{}",
                                 system_.path, system_.infos.size(), in_system_,
                                 in_system_ == system_.infos.size() ? " and more" : ""));
  }

  bool next_set() {
    in_set_ = 0;
    set_ = {};
    if (at_set_ < sets_) {
      const bool npy = !system_.sets.empty();
      place_ = npy ? system_.sets[at_set_] : system_.path;
      set_ = npy ? read_npy_set(system_, place_) : read_raw_set(system_);
      unused_.insert(set_.unused.begin(), set_.unused.end());
      ++at_set_;
      return true;
    }
    if (!system_.infos.empty() && in_system_ != system_.infos.size()) fail_rows();
    if (at_system_ == paths_.size()) return false;
    open_system(paths_[at_system_++]);
    return true;
  }

  void open_system(const std::string& path) {
    system_ = read_deepmd_system(path, options_.elements);
    system_.name =
        path == root_ ? "" : std::filesystem::path(path).lexically_relative(root_).string();
    if (system_.sets.empty() && !std::filesystem::exists(path + "/coord.raw"))
      throw InputError(fmt::format("{}: has a type.raw, but neither set.000 nor coord.raw", path));
    sets_ = std::max<std::size_t>(1, system_.sets.size());
    at_set_ = in_system_ = 0;
  }

  std::string root_;
  ReadOptions options_;
  std::vector<std::string> paths_;
  std::size_t at_system_ = 0;
  DeepmdSystem system_;
  std::size_t sets_ = 0;
  std::size_t at_set_ = 0;
  std::string place_;
  DeepmdSet set_;
  std::size_t in_set_ = 0;
  std::size_t in_system_ = 0;
  std::set<std::string> unused_;
};

}  // namespace

std::unique_ptr<FrameReader> open_deepmd(const std::string& path, const ReadOptions& options) {
  std::string root = path;
  while (root.size() > 1 && root.ends_with('/')) root.pop_back();
  return std::make_unique<DeepmdReader>(root, options);
}

}  // namespace vitrion::formats
