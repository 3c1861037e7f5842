#include "edges/formats/training/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstring>
#include <filesystem>

#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/model/file.hpp"

namespace vitrion::formats {

namespace {

namespace fs = std::filesystem;
using potential::Activation;
using potential::Descriptor;
using potential::Fitting;
using potential::Layer;
using potential::Model;
using potential::Network;
using train::State;

constexpr std::string_view magic = "VTRNCKP1";

/// Appends values to a string. Writer and Reader have the same operators, so that one list of
/// members (the functions `fields`) serves both directions.
class Writer {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  [[nodiscard]] std::string& bytes() { return bytes_; }

 private:
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void put(const T& value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put(const std::string& text) {
    put(std::uint64_t{text.size()});
    bytes_ += text;
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put(std::uint64_t{values.size()});
    if constexpr (std::is_arithmetic_v<T> && !std::same_as<T, bool>)
      bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    else
      for (const T& value : values) put(value);
  }
  template <class T, std::size_t N>
  void put(const std::array<T, N>& values) {
    for (const T& value : values) put(value);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& value) {
    put(value.first);
    put(value.second);
  }
  template <class T>
  requires requires(Writer& w, const T& t) { fields(w, t); }
  void put(const T& value) { fields(*this, value); }

  std::string bytes_;
};

/// Takes values off a string. A length that the rest cannot hold is an error, not an allocation.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view take(std::size_t n) {
    if (n > bytes_.size()) throw InputError("ends inside a value");
    const std::string_view taken = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return taken;
  }
  std::size_t length(std::size_t least_size) {
    std::uint64_t n = 0;
    get(n);
    if (n > bytes_.size() / least_size) throw InputError("holds an impossible length");
    return static_cast<std::size_t>(n);
  }
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void get(T& value) { std::memcpy(&value, take(sizeof value).data(), sizeof value); }
  void get(std::string& text) { text = take(length(1)); }
  void get(std::vector<bool>& values) {
    values.resize(length(1));
    for (std::size_t k = 0; k < values.size(); ++k) {
      bool value = false;
      get(value);
      values[k] = value;
    }
  }
  template <class T>
  void get(std::vector<T>& values) {
    if constexpr (std::is_arithmetic_v<T>) {
      values.resize(length(sizeof(T)));
      const std::string_view raw = take(values.size() * sizeof(T));
      if (!raw.empty()) std::memcpy(values.data(), raw.data(), raw.size());
    } else {
      values.resize(length(1));
      for (T& value : values) get(value);
    }
  }
  template <class T, std::size_t N>
  void get(std::array<T, N>& values) {
    for (T& value : values) get(value);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    if (there)
      get(value.emplace());
    else
      value.reset();
  }
  template <class A, class B>
  void get(std::pair<A, B>& value) {
    get(value.first);
    get(value.second);
  }
  template <class T>
  requires requires(Reader& r, T& t) { fields(r, t); }
  void get(T& value) { fields(*this, value); }

  std::string_view bytes_;
};

template <class T, class Of>
concept Either = std::same_as<std::remove_const_t<T>, Of>;  // the value to read or the one to write

template <class Archive, Either<Activation> T>
void fields(Archive& archive, T& a) {
  archive(a.kind, a.threshold);
}

template <class Archive, Either<Layer> T>
void fields(Archive& archive, T& l) {
  archive(l.in, l.out, l.w, l.b, l.idt, l.activation, l.resnet);
}

template <class Archive, Either<Network> T>
void fields(Archive& archive, T& n) {
  archive(n.layers);
}

template <class Archive, Either<Descriptor> T>
void fields(Archive& archive, T& d) {
  archive(d.rcut, d.rcut_smth, d.sel, d.neuron, d.axis_neuron, d.resnet_dt, d.type_one_side,
          d.activation, d.precision, d.exclude_types, d.env_protection, d.set_davg_zero,
          d.trainable, d.davg, d.dstd, d.embeddings);
}

template <class Archive, Either<Fitting> T>
void fields(Archive& archive, T& f) {
  archive(f.neuron, f.resnet_dt, f.activation, f.precision, f.atom_ener, f.bias_atom_e,
          f.exclude_types, f.trainable, f.nets);
}

template <class Archive, Either<Model> T>
void fields(Archive& archive, T& m) {
  archive(m.type_map, m.descriptor, m.fitting, m.out_bias, m.out_std, m.atom_exclude_types,
          m.pair_exclude_types, m.min_nbor_dist, m.definition);
}

template <class Archive, Either<State> T>
void fields(Archive& archive, T& s) {
  archive(s.step, s.seed, s.precision, s.gemm, s.training_position, s.validation_position,
          s.interval, s.settings, s.model, s.first_moment, s.second_moment);
}

template <class T>
T number_at(std::string_view bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

std::string checkpoint_bytes(const State& state) {
  Writer payload;
  fields(payload, state);
  Writer all;
  all.bytes() = magic;
  all(payload.bytes(), hash64(payload.bytes()));
  return std::move(all.bytes());
}

State checkpoint_state(std::string_view bytes, const std::string& name) {
  if (bytes.substr(0, magic.size()) != magic)
    throw InputError(fmt::format("{}: not a checkpoint of Vitrion", name));
  const std::size_t head = magic.size() + sizeof(std::uint64_t);
  const std::uint64_t size =
      bytes.size() < head ? 0 : number_at<std::uint64_t>(bytes, magic.size());
  if (bytes.size() < head || bytes.size() - head < sizeof(std::uint64_t) ||
      size != bytes.size() - head - sizeof(std::uint64_t))
    throw InputError(fmt::format("{}: truncated checkpoint: {} bytes", name, bytes.size()));
  const std::string_view payload = bytes.substr(head, static_cast<std::size_t>(size));
  if (hash64(payload) != number_at<std::uint64_t>(bytes, head + payload.size()))
    throw InputError(fmt::format("{}: damaged checkpoint: its hash does not fit", name));
  State state;
  try {
    Reader reader(payload);
    fields(reader, state);
    if (!reader.at_end()) throw InputError("holds more than a state");
    state.model.validate();
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: checkpoint of another version: {}", name, error.what()));
  }
  return state;
}

CheckpointFolder::CheckpointFolder(std::string prefix, std::size_t keep)
    : prefix_(std::move(prefix)), keep_(std::max<std::size_t>(keep, 2)) {}

std::string CheckpointFolder::path(std::uint64_t step) const {
  return fmt::format("{}-{}.vck", prefix_, step);
}

std::vector<std::uint64_t> CheckpointFolder::steps() const {
  std::vector<std::uint64_t> found;
  const fs::path prefix(prefix_);
  const fs::path folder = prefix.has_parent_path() ? prefix.parent_path() : fs::path(".");
  const std::string begin = prefix.filename().string() + "-";
  const std::string_view end = ".vck";
  std::error_code ignored;  // no folder: no checkpoints
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.size() <= begin.size() + end.size() || name.rfind(begin, 0) != 0 ||
        name.compare(name.size() - end.size(), end.size(), end) != 0)
      continue;
    std::uint64_t step = 0;
    const char* last = name.data() + name.size() - end.size();
    const auto [stop, error] = std::from_chars(name.data() + begin.size(), last, step);
    if (error == std::errc{} && stop == last) found.push_back(step);
  }
  std::sort(found.begin(), found.end());
  return found;
}

void CheckpointFolder::save(const State& state) {
  OutputFile file(path(state.step));
  file.write(checkpoint_bytes(state));
  file.commit();
  write_model(prefix_ + ".dp", state.model);
  const std::vector<std::uint64_t> all = steps();
  for (std::size_t k = 0; k + keep_ < all.size(); ++k) fs::remove(path(all[k]));
}

std::optional<State> CheckpointFolder::newest(std::vector<std::string>& notes) const {
  remove_leftovers();
  std::vector<std::uint64_t> all = steps();
  for (auto step = all.rbegin(); step != all.rend(); ++step) {
    const std::string name = path(*step);
    try {
      return checkpoint_state(read_whole_file(name), name);
    } catch (const InputError& error) {
      notes.push_back(fmt::format("{}; the one before it is taken", error.what()));
    }
  }
  return std::nullopt;
}

std::size_t CheckpointFolder::set_aside() const {
  remove_leftovers();
  const std::vector<std::uint64_t> all = steps();
  for (const std::uint64_t step : all) fs::rename(path(step), path(step) + ".old");
  return all.size();
}

void CheckpointFolder::remove_leftovers() const {
  const fs::path prefix(prefix_);
  const fs::path folder = prefix.has_parent_path() ? prefix.parent_path() : fs::path(".");
  const std::string begin = prefix.filename().string();
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(begin, 0) == 0 && entry.path().extension() == ".part")
      fs::remove(entry.path(), ignored);
  }
}

}  // namespace vitrion::formats
