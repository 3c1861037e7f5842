// The learning curve lcurve.out, in the columns and formats of DeePMD-kit's PyTorch back end.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "train/trainer.hpp"

namespace vitrion::formats {

/// Header, rows and their columns: rmse first, then the terms of the loss in alphabetical order;
/// with validation data each as _val and _trn.
class CurveFormat {
 public:
  CurveFormat(const train::LossOptions& loss, bool validation);

  [[nodiscard]] std::string header() const;
  [[nodiscard]] std::string row(const train::CurveRow& row) const;

 private:
  struct Column {
    std::string name;
    double train::Errors::*value;
  };
  std::vector<Column> columns_;
  bool validation_;
};

/// The file, grown row by row.
class CurveFile {
 public:
  /// A fresh file with its header; or, going on after `keep_to` > 0 steps, the old one without the
  /// rows beyond them. @throws InputError if it may not be written.
  CurveFile(std::string path, CurveFormat format, std::size_t keep_to);

  /// @throws Error on a full disk.
  void add(const train::CurveRow& row);

 private:
  std::string path_;
  CurveFormat format_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

}  // namespace vitrion::formats
