#include "edges/queue/executor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"

namespace vitrion::queue {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using learn::AttemptRow;
using learn::Job;
using learn::JobNews;
using learn::JobState;
using learn::TaskRow;
using learn::TaskState;

namespace {

/// A queue that refused so often in a row has a reason that time does not heal.
constexpr int most_refusals = 10;

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

bool final(TaskState state) {
  return state != TaskState::waiting && state != TaskState::open;
}

void write_script(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.flush();
  if (!out) throw Error(fmt::format("cannot write {}: is the disk full?", path.string()));
}

}  // namespace

struct Executor::Item {
  const Work* work = nullptr;
  TaskRow row;
  AttemptRow attempt;  ///< the open one
  bool in_queue = false;
  Remedy next;
  std::string reached;  ///< progress when the attempt began
  /// When the queue said that it ended, while its files have not arrived.
  std::optional<Clock::time_point> missing_since;
  JobNews missing_news;

  [[nodiscard]] bool waits() const { return row.state == TaskState::waiting; }
};

Executor::Executor(learn::TaskLedger& ledger, learn::Queue& queue, ExecutorOptions options)
    : ledger_(ledger), queue_(queue), options_(std::move(options)) {}

std::string Executor::folder_of(const Item& item) const {
  return (fs::path(options_.root) / item.row.folder).string();
}

/// Attempts that count towards the limits of the policy.
static std::vector<AttemptRow> counted(const learn::TaskLedger& ledger, const TaskRow& row) {
  std::vector<AttemptRow> attempts = ledger.attempts(row.id);
  std::erase_if(attempts, [&](const AttemptRow& a) { return a.number <= row.forgiven; });
  return attempts;
}

void Executor::take_up(Item& item) {
  item.row = ledger_.add(item.work->task);
  if (final(item.row.state)) return;
  const std::string folder = folder_of(item);
  if (item.work->progress) item.reached = item.work->progress(folder);
  const std::vector<AttemptRow> attempts = ledger_.attempts(item.row.id);
  const auto open = std::ranges::find(attempts, std::string(), &AttemptRow::outcome);
  if (open != attempts.end()) {
    item.attempt = *open;
    item.row.state = TaskState::open;
  }
  if (const auto ended = read_manifest(folder)) {
    // Of the attempt that was open; or of none that the ledger knows: by hand, or before the ledger
    // was lost. One of an attempt that ended was judged already.
    const bool judged = std::ranges::any_of(attempts, [&](const AttemptRow& a) {
      return a.name() == ended->attempt && !a.outcome.empty();
    });
    if (!judged) return settle(item, {item.attempt.name(), JobState::ended, "", ""});
  }
  if (item.row.state == TaskState::open) {
    const Job job{item.attempt.submission, item.attempt.element, folder, item.work->resources};
    item.in_queue = item.attempt.queue == queue_.name() && queue_.adopt(job);
    if (item.in_queue) return;
    // It may have ended between the two looks.
    if (read_manifest(folder)) return settle(item, {item.attempt.name(), JobState::ended, "", ""});
    return apply(item, learn::outcome::lost, "it does not run any more and left no manifest", 0);
  }
  item.next =
      remedy(counted(ledger_, item.row), item.work->recipes, item.work->resources, options_.policy);
}

/// Writes what the attempt needs; what an earlier one left is kept under its number.
bool Executor::prepare(Item& item) {
  const fs::path folder = folder_of(item);
  try {
    fs::create_directories(folder);
    std::error_code code;
    for (const char* file : {manifest_file, log_file})
      if (fs::exists(folder / file, code))
        fs::rename(folder / file, folder / fmt::format("before-{}.{}", item.attempt.number, file),
                   code);
    if (!item.work->progress)
      for (const std::string& file : item.work->outputs) fs::remove(folder / file, code);
    const std::string command = item.work->prepare(folder.string(), item.attempt.recipe);
    write_script(folder / "run.sh", wrapper_script(item.row.name, command, item.work->outputs));
    return true;
  } catch (const InputError& e) {
    apply(item, "bad input", e.what(), 0);
  } catch (const std::exception& e) {
    apply(item, "not prepared", e.what(), 0);
  }
  return false;
}

void Executor::submit(std::vector<Item>& items) {
  std::size_t from = 0;
  int refusals = 0;
  while (queue_.room() > 0) {
    std::vector<Item*> group;
    const std::size_t most = std::min(queue_.largest_submission(), queue_.room());
    for (; from < items.size() && group.size() < most; ++from) {
      Item& item = items[from];
      if (!item.waits()) continue;
      const auto same = [&](const Item* other) {
        const learn::Resources &a = other->next.resources, &b = item.next.resources;
        return a.cores == b.cores && a.minutes == b.minutes && a.memory_GB == b.memory_GB;
      };
      if (!group.empty() && !same(group.front())) break;
      if (!queue_.fits(item.next.resources)) return;
      group.push_back(&item);
    }
    if (group.empty()) return;
    const std::string submission = ledger_.next_submission();
    std::vector<AttemptRow> begun;
    for (std::size_t k = 0; k < group.size(); ++k) {
      AttemptRow a;
      a.task = group[k]->row.id;
      a.number = static_cast<int>(ledger_.attempts(a.task).size()) + 1;
      a.recipe = group[k]->next.recipe;
      a.submission = submission;
      a.element = static_cast<int>(k);
      a.queue = queue_.name();
      a.minutes = group[k]->next.resources.minutes;
      a.memory_GB = group[k]->next.resources.memory_GB;
      begun.push_back(a);
    }
    const std::vector<std::int64_t> ids = ledger_.begin(begun);
    std::vector<Job> jobs;
    std::vector<Item*> given;
    for (std::size_t k = 0; k < group.size(); ++k) {
      Item& item = *group[k];
      item.attempt = begun[k];
      item.attempt.id = ids[k];
      item.row.state = TaskState::open;
      if (item.work->progress) item.reached = item.work->progress(folder_of(item));
      if (!prepare(item)) continue;
      jobs.push_back({submission, item.attempt.element, folder_of(item), item.next.resources});
      given.push_back(&item);
    }
    if (jobs.empty()) continue;
    const auto number = queue_.submit(jobs);
    if (number) {
      refusals = 0;
      ledger_.set_job(submission, *number);
      for (Item* item : given) item->in_queue = true;
      continue;
    }
    for (Item* item : given) apply(*item, "not taken", number.error(), 0);
    if (++refusals >= most_refusals)
      throw Error(fmt::format("the queue {} takes no job: {}", queue_.name(), number.error()));
    from = 0;
    if (options_.check) options_.check();
    (void)queue_.look(std::min(60.0, std::ldexp(1.0, refusals)));
  }
}

/// The attempt is over: the task is done, tried again, or has failed.
void Executor::apply(Item& item, const std::string& outcome, const std::string& cause,
                     double seconds) {
  item.in_queue = false;
  item.missing_since.reset();
  if (ledger_.state(item.row.id) == TaskState::cancelled) {
    if (item.attempt.id > 0) ledger_.end_attempt(item.attempt.id, "cancelled", cause, seconds);
    item.row = *ledger_.find(item.row.name);
    return;
  }
  std::string said = outcome;
  // What a task reached before it was stopped is not lost, whoever stopped it.
  const bool stopped = outcome == learn::outcome::timeout || outcome == learn::outcome::lost ||
                       outcome == learn::outcome::node_failure ||
                       outcome == learn::outcome::preempted;
  if (stopped && item.work->progress && item.work->progress(folder_of(item)) != item.reached)
    said = progressed;
  std::vector<AttemptRow> attempts = counted(ledger_, item.row);
  if (item.attempt.id == 0) {  // found without one: by hand, or after the ledger was lost
    attempts.emplace_back();
  }
  attempts.back().outcome = said;
  item.next = remedy(attempts, item.work->recipes, item.work->resources, options_.policy);
  if (item.next.again) {
    if (item.attempt.id > 0) ledger_.end_attempt(item.attempt.id, said, cause, seconds);
  } else {
    ledger_.fail(item.row.id, item.attempt.id, said,
                 item.next.why.empty() ? cause : fmt::format("{} ({})", cause, item.next.why),
                 seconds);
  }
  const Remedy next = item.next;
  item.row = *ledger_.find(item.row.name);
  item.next = next;
  item.attempt = {};
}

void Executor::settle(Item& item, const JobNews& news) {
  const std::string folder = folder_of(item);
  const auto ended = read_manifest(folder);
  if (!ended) return settle_without_manifest(item, news);
  if (const std::string damage = damaged_output(*ended, folder); !damage.empty()) {
    // Files may arrive after the manifest that names them.
    if (!item.missing_since) item.missing_since = Clock::now();
    item.missing_news = news;
    if (seconds_since(*item.missing_since) < queue_.grace()) return;
    return apply(item, "damaged", damage, ended->seconds);
  }
  Verdict verdict;
  try {
    verdict = item.work->judge(folder, *ended);
  } catch (const std::exception& e) {
    verdict = {"incomplete", e.what(), "", {}};
  }
  if (!verdict.done()) {
    // The queue may know better why: a program that was killed for its memory says nothing.
    const bool told = !news.outcome.empty() && news.outcome != learn::outcome::lost;
    return apply(item, told ? news.outcome : verdict.outcome,
                 told ? fmt::format("{} ({})", news.note, verdict.cause) : verdict.cause,
                 ended->seconds);
  }
  ledger_.finish(item.row.id, item.attempt.id, verdict.detail, verdict.results, ended->seconds);
  item.in_queue = false;
  item.missing_since.reset();
  item.row = *ledger_.find(item.row.name);
}

void Executor::settle_without_manifest(Item& item, const JobNews& news) {
  if (!item.missing_since) item.missing_since = Clock::now();
  item.missing_news = news;
  if (seconds_since(*item.missing_since) < queue_.grace()) return;
  if (news.outcome.empty())
    return apply(item, learn::outcome::lost, fmt::format("no manifest came ({})", news.note), 0);
  apply(item, news.outcome, news.note, 0);
}

void Executor::heed_cancellations(std::vector<Item>& items) {
  const std::int64_t version = ledger_.version();
  if (version == version_) return;
  version_ = version;
  for (Item& item : items) {
    const TaskState now = ledger_.state(item.row.id);
    if (now == item.row.state) continue;
    if (now == TaskState::cancelled && item.in_queue) {
      queue_.cancel(item.attempt.name());
    } else if (now == TaskState::cancelled ||
               (now == TaskState::waiting && final(item.row.state))) {
      item.row = *ledger_.find(item.row.name);
      item.next = remedy(counted(ledger_, item.row), item.work->recipes, item.work->resources,
                         options_.policy);
    }
  }
}

std::vector<TaskRow> Executor::run(const std::vector<Work>& works) {
  std::vector<Item> items(works.size());
  for (std::size_t k = 0; k < works.size(); ++k) {
    items[k].work = &works[k];
    take_up(items[k]);
    if (k % 64 == 0 && options_.check) options_.check();
  }
  version_ = ledger_.version();
  try {
    attend(items);
  } catch (...) {
    // Ended in order: what we stop ourselves is no task's misfortune.
    queue_.leave();
    if (queue_.ends_with_us())
      for (const Item& item : items)
        if (item.in_queue && !read_manifest(folder_of(item)))
          ledger_.end_attempt(item.attempt.id, "interrupted", "the driver was stopped", 0);
    throw;
  }
  std::vector<TaskRow> rows;
  for (Item& item : items) rows.push_back(std::move(item.row));
  return rows;
}

/// The loop of a driver: give, look, settle, until nothing is open.
void Executor::attend(std::vector<Item>& items) {
  std::map<std::string, Item*> by_attempt;
  while (true) {
    if (options_.check) options_.check();
    heed_cancellations(items);
    submit(items);
    std::size_t done = 0, failed = 0, open = 0, late = 0;
    by_attempt.clear();
    for (Item& item : items) {
      if (item.in_queue) by_attempt[item.attempt.name()] = &item;
      done += item.row.state == TaskState::done ? 1 : 0;
      failed += item.row.state == TaskState::failed ? 1 : 0;
      late += item.missing_since ? 1 : 0;
      open += final(item.row.state) ? 0 : 1;
    }
    if (options_.seen) options_.seen(done, failed, items.size());
    if (open == 0) break;
    for (const JobNews& news :
         queue_.look(late > 0 ? std::min(1.0, options_.patience) : options_.patience)) {
      const auto found = by_attempt.find(news.name);
      if (found != by_attempt.end() && news.state == JobState::ended) settle(*found->second, news);
    }
    for (auto& [name, item] : by_attempt)
      if (item->missing_since && item->in_queue) settle(*item, item->missing_news);
    // Success counts whatever the queue says, or does not say.
    if (queue_.grace() > 0)
      for (auto& [name, item] : by_attempt) {
        if (!item->in_queue || item->missing_since) continue;
        const auto ended = read_manifest(folder_of(*item));
        if (ended && ended->exit_code == 0) settle(*item, {name, JobState::ended, "", ""});
      }
  }
}

}  // namespace vitrion::queue
