#include "app/labellers.hpp"

#include "app/engine_labeller.hpp"
#include "app/queue_labeller.hpp"

namespace vitrion::app {

namespace {

/// Its processes are kept, or started, without a queue.
bool is_worker(const formats::StudyLabel& label) {
  return label.engine == "gpaw" || label.engine == "ase";
}

}  // namespace

std::string label_settings(const formats::StudyLabel& label, const EngineSurroundings& around) {
  return is_worker(label) ? make_worker_engine(label).settings
                          : make_label_engine(label, around)->settings_hash();
}

ChosenLabeller choose_labeller(const formats::StudyLabel& label, const EngineSurroundings& around,
                               const std::string& tasks, std::size_t jobs, bool retry) {
  if (is_worker(label)) {
    const engines::WorkerEngine engine = make_worker_engine(label);
    return {
        engine.name, engine.level, engine.description, engine.settings_hash(),
        std::make_unique<EngineLabeller>(engine, LabelOptions{tasks, around.python, jobs, retry})};
  }
  auto engine = make_label_engine(label, around);
  ChosenLabeller chosen{engine->name(), engine->level(), engine->description(),
                        engine->settings_hash(), nullptr};
  chosen.labeller = std::make_unique<QueueLabeller>(
      std::move(engine),
      QueueLabelOptions{tasks, jobs, {label.cores, label.minutes, label.memory_GB}, retry});
  return chosen;
}

}  // namespace vitrion::app
