// Blocks: centres of one type that pass through the kernels together, and the rows of their
// neighbours.
#pragma once

#include <span>
#include <vector>

#include "potential/configuration.hpp"
#include "potential/kernels/buffer.hpp"
#include "potential/kernels/simd.hpp"
#include "potential/model.hpp"
#include "potential/slots.hpp"

namespace vitrion::potential::kernels {

/// Most centres in a block: enough rows for the matrix kernels, few enough to stay in the cache.
inline constexpr std::size_t block_size = 32;

/// A centre of one of several frames.
struct Centre {
  std::size_t frame = 0;
  std::size_t atom = 0;
};

struct Block {
  int type = 0;
  std::size_t begin = 0, end = 0;  ///< in the array of centres

  [[nodiscard]] std::size_t size() const { return end - begin; }
};

/// The centres of all frames sorted by type, in the order of the frames, cut into blocks of nearly
/// equal size; the largest blocks come first. Types whose energy is fixed (see has_network) are
/// left out.
struct Partition {
  std::vector<Centre> centres;
  std::vector<Block> blocks;

  /// `most`: centres in a block.
  void assign(const Model& model, std::span<const Configuration> frames,
              std::size_t most = block_size);

 private:
  std::vector<std::size_t> count_;
  std::vector<char> wanted_;
};

/// Whether a centre of this type has an energy that depends on its neighbours.
[[nodiscard]] bool has_network(const Model& model, int type);

/// What a centre type sees: constants of the rows of its neighbours.
struct TypeView {
  EnvironmentScale scale;
  double empty_row[4] = {};  ///< the normalised row of an empty slot
  /// (types) whether neighbours of a type make rows. Those of exclude_types take their slots and
  /// add nothing; those of pair_exclude_types leave them empty.
  std::vector<char> rows;
  std::vector<char> take_slots;
};

[[nodiscard]] std::vector<TypeView> type_views(const Model& model);

/// The neighbours of a block's centres, by neighbour type, then centre. With `padding_rows` each
/// type's run ends in one more row, that of an empty slot.
template <class T>
class BlockRows {
 public:
  void assign(const Model& model, const TypeView& view, std::span<const Configuration> frames,
              std::span<const Centre> centres, bool padding_rows);

  [[nodiscard]] std::size_t centres() const { return centres_; }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  /// Distance between the arrays of d, rn, shape; at least rows().
  [[nodiscard]] std::size_t stride() const { return stride_; }
  [[nodiscard]] std::size_t first(std::size_t type, std::size_t centre) const {
    return first_[type * (centres_ + 1) + centre];
  }
  [[nodiscard]] std::size_t last(std::size_t type, std::size_t centre) const {
    return first_[type * (centres_ + 1) + centre + 1];
  }
  /// Empty slots of a type.
  [[nodiscard]] int empty(std::size_t type, std::size_t centre) const {
    return empty_[type * centres_ + centre];
  }
  /// Place of a row in its frame's neighbour list.
  [[nodiscard]] std::size_t entry(std::size_t row) const { return entry_[row]; }
  /// Largest number of neighbours within the cutoff, per type.
  [[nodiscard]] const std::vector<int>& most() const { return most_; }

  Buffer<double> d;      ///< (3, stride) A
  Buffer<double> shape;  ///< (3, stride), see EnvironmentKernels
  Buffer<T> rn;          ///< (4, stride)

 private:
  struct Found {
    std::size_t entry;
    int type;
  };

  void find(const Model& model, const TypeView& view, const Configuration& frame,
            std::size_t centre, std::size_t atom);
  void place(const TypeView& view, std::span<const Configuration> frames,
             std::span<const Centre> centres, bool padding_rows);

  std::size_t centres_ = 0, rows_ = 0, stride_ = 0;
  std::vector<std::size_t> first_;
  std::vector<int> empty_, most_, count_;
  std::vector<std::size_t> entry_, found_first_, fill_;
  std::vector<Found> found_;
  Slots slots_;
};

}  // namespace vitrion::potential::kernels
