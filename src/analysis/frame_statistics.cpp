#include "analysis/frame_statistics.hpp"

namespace vitrion::analysis {

namespace {

void add_to(std::vector<double>& sum, const std::vector<double>& x) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += x[i];
}

}  // namespace

void ChunkedSum::add(const std::vector<double>& x) {
  if (chunks_.empty() || in_last_ == chunk_frames_) {
    if (chunks_.size() == most_chunks) {
      for (std::size_t k = 0; k < most_chunks / 2; ++k) {
        add_to(chunks_[2 * k], chunks_[2 * k + 1]);
        if (k > 0) chunks_[k] = std::move(chunks_[2 * k]);
      }
      chunks_.resize(most_chunks / 2);
      chunk_frames_ *= 2;
    }
    chunks_.emplace_back(size_, 0.0);
    in_last_ = 0;
  }
  add_to(chunks_.back(), x);
  ++in_last_;
  ++frames_;
}

std::vector<double> ChunkedSum::mean() const {
  std::vector<double> sum(size_, 0.0);
  for (const std::vector<double>& chunk : chunks_) add_to(sum, chunk);
  for (double& s : sum) s /= static_cast<double>(frames_);
  return sum;
}

std::vector<std::vector<double>> ChunkedSum::blocks() const {
  const std::size_t full =
      in_last_ == chunk_frames_ ? chunks_.size() : chunks_.size() - (chunks_.empty() ? 0 : 1);
  const std::size_t group = full > 16 ? 2 : 1;
  std::vector<std::vector<double>> result;
  for (std::size_t k = 0; k + group <= full; k += group) {
    std::vector<double> sum(size_, 0.0);
    for (std::size_t j = k; j < k + group; ++j) add_to(sum, chunks_[j]);
    for (double& s : sum) s /= static_cast<double>(group * chunk_frames_);
    result.push_back(std::move(sum));
  }
  return result;
}

}  // namespace vitrion::analysis
