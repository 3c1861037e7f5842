// Files are built and read in memory (HDF5's core driver), so that reading and atomic writing are
// those of every other format.
#include "edges/formats/model/hdf5.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "base/error.hpp"

namespace vitrion::formats {

namespace {

/// Debian's serial HDF5 may be called by one thread at a time.
std::mutex hdf5_mutex;

/// An HDF5 identifier with the function that closes it.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  // implicit, so that a Handle stands where the C interface wants its identifier
  operator hid_t() const { return id_; }
  [[nodiscard]] bool valid() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// The library's own reason, its innermost message.
std::string hdf5_reason() {
  std::string reason;
  const auto keep = [](unsigned, const H5E_error2_t* error, void* data) -> herr_t {
    if (error->desc != nullptr) *static_cast<std::string*>(data) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep, &reason);
  return reason.empty() ? "no reason given" : reason;
}

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw InputError(fmt::format("{}: {}: {}", path, what, hdf5_reason()));
}

/// The property list of a file that lives in memory only.
hid_t memory_file_access() {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(access, 1 << 20, false);
  return access;
}

std::string read_json(hid_t file, const std::string& path) {
  const Handle attribute(H5Aopen(file, "json", H5P_DEFAULT), H5Aclose);
  if (!attribute.valid())
    throw InputError(
        fmt::format("{}: is an HDF5 file without the attribute 'json', so no .dp model", path));
  const Handle type(H5Aget_type(attribute), H5Tclose);
  if (H5Tget_class(type) != H5T_STRING)
    throw InputError(fmt::format("{}: the attribute 'json' must be a text", path));
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    if (H5Aread(attribute, type, static_cast<void*>(&text)) < 0 || text == nullptr)
      refuse(path, "the attribute 'json' cannot be read");
    std::string copy(text);
    H5free_memory(text);
    return copy;
  }
  std::string text(H5Tget_size(type), '\0');
  if (H5Aread(attribute, type, text.data()) < 0)
    refuse(path, "the attribute 'json' cannot be read");
  return text.substr(0, text.find('\0'));
}

/// No model is nested deeper than about ten levels; a hostile file must not exhaust the stack.
bool is_nested_too_deeply(std::string_view text) {
  long depth = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > 1000) return true;
  }
  return false;
}

ModelArray read_array(hid_t file, const std::string& name, const std::string& path) {
  const Handle set(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!set.valid()) refuse(path, fmt::format("array {} cannot be read", name));
  const Handle type(H5Dget_type(set), H5Tclose);
  const Handle space(H5Dget_space(set), H5Sclose);
  const H5T_class_t kind = H5Tget_class(type);
  if (kind != H5T_FLOAT && kind != H5T_INTEGER)
    throw InputError(fmt::format("{}: array {} must hold numbers", path, name));
  ModelArray array;
  array.single = kind == H5T_FLOAT && H5Tget_size(type) == 4;
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 0) refuse(path, fmt::format("array {} has no shape", name));
  std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  std::size_t size = 1;
  for (const hsize_t n : shape) {
    array.shape.push_back(static_cast<std::size_t>(n));
    size *= static_cast<std::size_t>(n);
  }
  // a broken file may claim any shape; the library knows how many bytes it holds
  if (H5Dget_storage_size(set) != size * H5Tget_size(type))
    throw InputError(fmt::format("{}: array {} is not whole", path, name));
  array.values.resize(size);
  if (size > 0 &&
      H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()) < 0)
    refuse(path, fmt::format("array {} cannot be read", name));
  return array;
}

using Leaf = std::function<void(const std::string& name)>;

/// Calls `leaf` for each text below a key "@variables".
void for_each_variable(const nlohmann::ordered_json& node, bool below, const Leaf& leaf) {
  if (node.is_object())
    for (const auto& [key, value] : node.items())
      for_each_variable(value, below || key == "@variables", leaf);
  else if (node.is_array())
    for (const auto& value : node) for_each_variable(value, below, leaf);
  else if (below && node.is_string())
    leaf(node.get_ref<const std::string&>());
}

void require(bool done) {
  if (!done) throw Error(fmt::format("the model cannot be put into HDF5: {}", hdf5_reason()));
}

void write_array(hid_t file, const std::string& name, const ModelArray& array) {
  const std::vector<hsize_t> shape(array.shape.begin(), array.shape.end());
  const Handle space(shape.empty()
                         ? H5Screate(H5S_SCALAR)
                         : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                     H5Sclose);
  // no times: the same model gives the same bytes
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  require(H5Pset_obj_track_times(creation, false) >= 0);
  const hid_t type = array.single ? H5T_IEEE_F32LE : H5T_IEEE_F64LE;
  const Handle set(H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT),
                   H5Dclose);
  require(set.valid());
  require(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()) >=
          0);
}

void write_json(hid_t file, const std::string& text) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  require(H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(H5Acreate2(file, "json", type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  require(attribute.valid());
  const char* pointer = text.c_str();
  require(H5Awrite(attribute, type, static_cast<const void*>(&pointer)) >= 0);
}

/// DeePMD-kit 3.1.3 can not turn a .dp with a bare number among its arrays into .yaml, so those of
/// the top level (min_nbor_dist) are written as keys of the tree, which it passes over.
void take_out_bare_numbers(ModelDictionary& dictionary) {
  std::map<std::string, double>
      bare;  // a new key of the tree moves its variables: collect, then insert
  auto& variables = dictionary.tree["@variables"];
  for (auto it = variables.begin(); it != variables.end();) {
    const auto array = dictionary.arrays.find(it->is_string() ? it->get<std::string>() : "");
    if (array == dictionary.arrays.end() || !array->second.shape.empty()) {
      ++it;
      continue;
    }
    bare[it.key()] = array->second.values.front();
    dictionary.arrays.erase(array);
    it = variables.erase(it);
  }
  for (const auto& [name, value] : bare) dictionary.tree[name] = value;
}

}  // namespace

ModelDictionary parse_dp(std::string_view bytes, const std::string& path) {
  const std::lock_guard lock(hdf5_mutex);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  if (!bytes.starts_with("\x89HDF\r\n\x1a\n"))
    throw InputError(fmt::format("{}: is no HDF5 file, so no .dp model", path));
  const Handle access(memory_file_access(), H5Pclose);
  std::string image(bytes);  // the library wants memory that it may write to
  if (H5Pset_file_image(access, image.data(), image.size()) < 0) refuse(path, "cannot be read");
  // the driver wants a name under which no file can exist
  const Handle file(H5Fopen((path + "/image").c_str(), H5F_ACC_RDONLY, access), H5Fclose);
  if (!file.valid()) refuse(path, "is cut short or damaged");

  ModelDictionary dictionary;
  const std::string text = read_json(file, path);
  if (is_nested_too_deeply(text))
    throw InputError(fmt::format("{}: the attribute 'json' is nested too deeply", path));
  try {
    dictionary.tree = nlohmann::ordered_json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    throw InputError(fmt::format("{}: the attribute 'json' is damaged: {}", path, error.what()));
  }
  for_each_variable(dictionary.tree, false, [&](const std::string& name) {
    dictionary.arrays.emplace(name, read_array(file, name, path));
  });
  return dictionary;
}

std::string format_dp(const ModelDictionary& dictionary) {
  const std::lock_guard lock(hdf5_mutex);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Handle access(memory_file_access(), H5Pclose);
  const Handle file(H5Fcreate("model.dp", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
  require(file.valid());
  ModelDictionary written = dictionary;
  take_out_bare_numbers(written);
  for (const auto& [name, array] : written.arrays) write_array(file, name, array);
  write_json(file, written.tree.dump());
  require(H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0);
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  require(size > 0);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  require(H5Fget_file_image(file, bytes.data(), bytes.size()) == size);
  return bytes;
}

}  // namespace vitrion::formats
