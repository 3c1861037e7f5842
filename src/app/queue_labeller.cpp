#include "app/queue_labeller.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "app/label_work.hpp"
#include "app/study/interrupt.hpp"
#include "base/error.hpp"
#include "edges/queue/local_queue.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using learn::Labelled;

QueueLabeller::QueueLabeller(std::unique_ptr<engines::LabelEngine> engine,
                             QueueLabelOptions options)
    : engine_(std::move(engine)), options_(std::move(options)) {
  std::error_code code;
  fs::create_directories(options_.tasks, code);
  if (code)
    throw InputError(fmt::format("cannot make the folder {}: {}", options_.tasks, code.message()));
  options_.tasks = fs::absolute(options_.tasks).string();
}

std::vector<Labelled> QueueLabeller::label(
    const std::vector<structures::Frame>& frames,
    const std::function<void(std::size_t, const Labelled&)>& done) {
  const InterruptGuard guard;
  learn::TaskLedger ledger((fs::path(options_.tasks) / "study.db").string());
  if (options_.retry) {
    std::vector<std::int64_t> failed;
    for (const learn::TaskRow& row : ledger.in_state(learn::TaskState::failed, frames.size()))
      failed.push_back(row.id);
    (void)ledger.reset(failed);
  }
  queue::LocalQueue jobs(options_.jobs * options_.resources.cores);
  queue::ExecutorOptions options;
  options.root = options_.tasks;
  options.check = [] { InterruptGuard::check(); };
  const std::vector<LabelBatch> batches = batches_of(frames, 1);
  std::vector<queue::Work> works;
  for (const LabelBatch& batch : batches)
    works.push_back(label_work(*engine_, batch, options_.resources, -1));
  std::map<std::string, learn::TaskRow> rows;
  for (const learn::TaskRow& row :
       queue::Executor(ledger, jobs, options).run(distinct_works(works)))
    rows.emplace(row.name, row);
  std::vector<Labelled> answers;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const learn::TaskRow& row = rows.at(works[i].task.name);
    const std::string folder = (fs::path(options_.tasks) / row.folder).string();
    answers.push_back(engine_->read({&frames[i], 1}, folder).front());
    // A task may have failed beyond what its files tell.
    if (answers.back() && row.state != learn::TaskState::done)
      answers.back() = unexpected<learn::Failure>({learn::Failure::Kind::engine_error, row.cause});
    else if (!answers.back() && !row.cause.empty()) {
      const learn::Failure::Kind kind = answers.back().error().kind;
      std::string cause = row.cause;
      // The ledger's cause begins with the kind, which is told beside it.
      if (const std::string word = std::string(learn::name_of(kind)) + ": ";
          cause.starts_with(word))
        cause.erase(0, word.size());
      answers.back() = unexpected<learn::Failure>({kind, cause});
    }
    done(i, answers.back());
  }
  return answers;
}

}  // namespace vitrion::app
