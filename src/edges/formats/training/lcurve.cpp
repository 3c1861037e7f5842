#include "edges/formats/training/lcurve.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "base/error.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::formats {

namespace {

/// The lines of an old curve up to a step, headers included; a cut last line is left out.
std::string rows_up_to(const std::string& text, std::size_t step) {
  std::string kept;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    const std::string line = text.substr(begin, end + 1 - begin);
    begin = end + 1;
    const std::size_t first = line.find_first_not_of(' ');
    std::size_t at = 0;
    const bool comment = first != std::string::npos && line[first] == '#';
    const bool row =
        first != std::string::npos &&
        std::from_chars(line.data() + first, line.data() + line.size(), at).ec == std::errc{} &&
        at <= step;
    if (comment || row) kept += line;
  }
  return kept;
}

}  // namespace

CurveFormat::CurveFormat(const train::LossOptions& loss, bool validation)
    : validation_(validation) {
  using train::Errors;
  columns_.push_back({"rmse", &Errors::loss});
  if (loss.atom_energy.used()) columns_.push_back({"rmse_ae", &Errors::atom_energy});
  if (loss.energy.used()) columns_.push_back({"rmse_e", &Errors::energy});
  if (loss.force.used()) columns_.push_back({"rmse_f", &Errors::force});
  if (loss.weighted_force.used()) columns_.push_back({"rmse_pf", &Errors::weighted_force});
  if (loss.virial.used()) columns_.push_back({"rmse_v", &Errors::virial});
}

std::string CurveFormat::header() const {
  std::string text = fmt::format("# {:5}", "step");
  for (const Column& column : columns_) {
    if (validation_)
      text += fmt::format("   {:>11} {:>11}", column.name + "_val", column.name + "_trn");
    else
      text += fmt::format("   {:>11}", column.name + "_trn");
  }
  text += fmt::format("   {:8}\n", "lr");
  text += "# If there is no available reference data, rmse_*_{val,trn} will print nan\n";
  return text;
}

std::string CurveFormat::row(const train::CurveRow& row) const {
  std::string text = fmt::format("{:7}", row.step);
  for (const Column& column : columns_) {
    text += "   ";
    if (validation_)
      text += fmt::format("{:>11.2e} ",
                          row.validation ? (*row.validation).*column.value : train::Errors::none);
    text += fmt::format("{:>11.2e}", row.training.*column.value);
  }
  return text + fmt::format("   {:8.1e}\n", row.rate);
}

CurveFile::CurveFile(std::string path, CurveFormat format, std::size_t keep_to)
    : path_(std::move(path)), format_(std::move(format)), file_(nullptr, &std::fclose) {
  std::string start;
  if (keep_to > 0 && std::filesystem::exists(path_))
    start = rows_up_to(read_whole_file(path_), keep_to);
  if (start.empty()) start = format_.header();
  OutputFile whole(path_);
  whole.write(start);
  whole.commit();
  file_.reset(std::fopen(path_.c_str(), "a"));
  if (!file_)
    throw InputError(fmt::format("{}: cannot be written: {}", path_, std::strerror(errno)));
}

void CurveFile::add(const train::CurveRow& row) {
  const std::string text = format_.row(row);
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() ||
      std::fflush(file_.get()) != 0)
    throw Error(fmt::format("{}: cannot be written: {}", path_, std::strerror(errno)));
}

}  // namespace vitrion::formats
