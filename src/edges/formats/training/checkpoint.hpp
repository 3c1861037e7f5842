// Checkpoints of a training run: one binary file each, complete, seen only when whole; the last few
// are kept.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "train/trainer.hpp"

namespace vitrion::formats {

/// The bytes of a state: "VTRNCKP1", the length of the payload, the payload (numbers as in memory
/// of a little-endian machine, arrays after their length), its FNV-1a hash.
[[nodiscard]] std::string checkpoint_bytes(const train::State& state);
/// @throws InputError telling truncated, damaged and foreign files apart; `name` is for the
/// message.
[[nodiscard]] train::State checkpoint_state(std::string_view bytes, const std::string& name);

/// PREFIX-STEP.vck, beside it PREFIX.dp with the weights of the newest.
class CheckpointFolder : public train::CheckpointSink {
 public:
  /// At least two are kept, so that one is whole while the next is written.
  CheckpointFolder(std::string prefix, std::size_t keep);

  /// @throws Error (a full disk) with the older checkpoints as they were.
  void save(const train::State& state) override;

  /// The newest checkpoint that is whole; what was passed over is told in `notes`.
  [[nodiscard]] std::optional<train::State> newest(std::vector<std::string>& notes) const;

  /// Renames what an earlier run left (to *.old), so that a fresh run is never mixed with it, and
  /// removes half-written files. Returns how many checkpoints were renamed.
  std::size_t set_aside() const;

  /// PREFIX-STEP.vck.
  [[nodiscard]] std::string path(std::uint64_t step) const;

 private:
  /// Steps of the checkpoints that are there, ascending.
  [[nodiscard]] std::vector<std::uint64_t> steps() const;
  void remove_leftovers() const;

  std::string prefix_;
  std::size_t keep_;
};

}  // namespace vitrion::formats
