#include "potential/kernels/block.hpp"

#include <algorithm>

namespace vitrion::potential::kernels {

bool has_network(const Model& model, int type) {
  return type >= 0 && !model.excludes_atom(type) && !model.fitting.excludes(type);
}

void Partition::assign(const Model& model, std::span<const Configuration> frames,
                       std::size_t most) {
  count_.assign(model.types() + 1, 0);
  const auto each = [&](auto&& visit) {
    for (std::size_t f = 0; f < frames.size(); ++f)
      for (std::size_t i = 0; i < frames[f].centres(); ++i) visit(f, i, frames[f].types[i]);
  };
  wanted_.resize(model.types());
  for (std::size_t t = 0; t < model.types(); ++t)
    wanted_[t] = has_network(model, static_cast<int>(t));
  each([&](std::size_t, std::size_t, int t) {
    if (t >= 0 && wanted_[static_cast<std::size_t>(t)]) ++count_[static_cast<std::size_t>(t) + 1];
  });
  for (std::size_t t = 0; t < model.types(); ++t) count_[t + 1] += count_[t];

  blocks.clear();
  for (std::size_t t = 0; t < model.types(); ++t) {
    const std::size_t begin = count_[t], n = count_[t + 1] - begin;
    const std::size_t parts = (n + most - 1) / most;
    for (std::size_t k = 0; k < parts; ++k)
      blocks.push_back({static_cast<int>(t), begin + n * k / parts, begin + n * (k + 1) / parts});
  }
  std::sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) {
    return a.size() != b.size() ? a.size() > b.size() : a.begin < b.begin;
  });

  centres.resize(count_[model.types()]);
  each([&](std::size_t f, std::size_t i, int t) {
    if (t >= 0 && wanted_[static_cast<std::size_t>(t)])
      centres[count_[static_cast<std::size_t>(t)]++] = {f, i};
  });
}

std::vector<TypeView> type_views(const Model& model) {
  const Descriptor& descriptor = model.descriptor;
  std::vector<TypeView> views(model.types());
  for (std::size_t t = 0; t < model.types(); ++t) {
    TypeView& view = views[t];
    view.scale = {descriptor.rcut, descriptor.rcut_smth, descriptor.env_protection, {}, {}};
    for (std::size_t c = 0; c < 4; ++c) {
      view.scale.mean[c] = descriptor.davg[t][c];
      view.scale.inverse_std[c] = 1 / descriptor.dstd[t][c];
      view.empty_row[c] = -descriptor.davg[t][c] / descriptor.dstd[t][c];
    }
    for (std::size_t u = 0; u < model.types(); ++u) {
      const int centre = static_cast<int>(t), neighbour = static_cast<int>(u);
      view.take_slots.push_back(!model.excludes_pair(centre, neighbour));
      view.rows.push_back(view.take_slots[u] && !descriptor.excludes(centre, neighbour));
    }
  }
  return views;
}

template <class T>
void BlockRows<T>::find(const Model& model, const TypeView& view, const Configuration& frame,
                        std::size_t centre, std::size_t atom) {
  const std::size_t types = model.types();
  const double rcut2 = model.descriptor.rcut * model.descriptor.rcut;
  const std::size_t begin = found_.size();
  std::fill(count_.begin(), count_.end(), 0);
  // Each entry is written and kept only if it counts: with a skin every other one does not, and a
  // branch here would be mispredicted as often.
  const std::size_t first = frame.first[atom], last = frame.first[atom + 1];
  found_.resize(begin + (last - first));
  Found* to = found_.data() + begin;
  for (std::size_t k = first; k < last; ++k) {
    *to = {k, frame.types[static_cast<std::size_t>(frame.index[k])]};
    to += static_cast<int>(norm2(frame.displacement[k]) <= rcut2) & static_cast<int>(to->type >= 0);
  }
  const auto all = static_cast<int>(to - (found_.data() + begin));
  Found* kept = found_.data() + begin;
  for (const Found* f = kept; f != to; ++f) {
    ++count_[static_cast<std::size_t>(f->type)];
    *kept = *f;
    kept += view.rows[static_cast<std::size_t>(f->type)];
  }
  found_.resize(static_cast<std::size_t>(kept - found_.data()));
  bool too_many = all > static_cast<int>(model.descriptor.slots());
  for (std::size_t u = 0; u < types; ++u) {
    too_many = too_many || count_[u] > model.descriptor.sel[u];
    most_[u] = std::max(most_[u], count_[u]);
  }
  if (too_many) {
    assign_slots(model, frame, atom, slots_);
    found_.resize(begin);
    for (std::size_t u = 0; u < types; ++u) {
      if (view.rows[u])
        for (std::size_t k = slots_.first[u]; k < slots_.first[u + 1]; ++k)
          found_.push_back({slots_.entry[k], static_cast<int>(u)});
      count_[u] = model.descriptor.sel[u] - slots_.empty[u];
    }
  }
  for (std::size_t u = 0; u < types; ++u) {
    const int rows = view.rows[u] ? count_[u] : 0;
    first_[u * (centres_ + 1) + centre] = static_cast<std::size_t>(rows);
    empty_[u * centres_ + centre] = model.descriptor.sel[u] - (view.take_slots[u] ? count_[u] : 0);
  }
}

template <class T>
void BlockRows<T>::assign(const Model& model, const TypeView& view,
                          std::span<const Configuration> frames, std::span<const Centre> centres,
                          bool padding_rows) {
  const std::size_t types = model.types();
  centres_ = centres.size();
  first_.resize(types * (centres_ + 1));
  empty_.resize(types * centres_);
  most_.assign(types, 0);
  count_.resize(types);
  found_.clear();
  found_first_.assign(1, 0);
  for (std::size_t a = 0; a < centres_; ++a) {
    find(model, view, frames[centres[a].frame], a, centres[a].atom);
    found_first_.push_back(found_.size());
  }
  place(view, frames, centres, padding_rows);
}

template <class T>
void BlockRows<T>::place(const TypeView& view, std::span<const Configuration> frames,
                         std::span<const Centre> centres, bool padding_rows) {
  const std::size_t types = count_.size();
  // first_ holds counts: turn them into places.
  rows_ = 0;
  for (std::size_t u = 0; u < types; ++u) {
    for (std::size_t a = 0; a < centres_; ++a) {
      std::size_t& place = first_[u * (centres_ + 1) + a];
      const std::size_t count = place;
      place = rows_;
      rows_ += count;
    }
    first_[u * (centres_ + 1) + centres_] = rows_;
    if (padding_rows) ++rows_;
  }
  stride_ = (rows_ + 15) / 16 * 16;
  entry_.resize(rows_);
  double* xyz = d.need(3 * stride_);
  // A row of an empty slot or behind the end needs some vector that is not zero.
  std::fill_n(xyz, 3 * stride_, 1.0);
  fill_.resize(types);
  for (std::size_t a = 0; a < centres_; ++a) {
    const Configuration& frame = frames[centres[a].frame];
    for (std::size_t u = 0; u < types; ++u) fill_[u] = first(u, a);
    for (std::size_t f = found_first_[a]; f < found_first_[a + 1]; ++f) {
      const std::size_t row = fill_[static_cast<std::size_t>(found_[f].type)]++;
      const Vec3& r = frame.displacement[found_[f].entry];
      entry_[row] = found_[f].entry;
      for (std::size_t c = 0; c < 3; ++c) xyz[c * stride_ + row] = r[c];
    }
  }
  environment_kernels<T>().rows(stride_, view.scale, xyz, stride_, rn.need(4 * stride_),
                                shape.need(3 * stride_));
  if (!padding_rows) return;
  for (std::size_t u = 0; u < types; ++u)
    for (std::size_t c = 0; c < 4; ++c)
      rn.data()[c * stride_ + first(u, centres_)] = static_cast<T>(view.empty_row[c]);
}

template class BlockRows<float>;
template class BlockRows<double>;

}  // namespace vitrion::potential::kernels
