// The stages of `vitrion run`, in the order in which data flows: each takes what it reads and
// returns what it left. docs/study.md tells their order and what each folder holds.
#pragma once

#include <string>
#include <vector>

#include "app/study/cases.hpp"
#include "app/study/pipeline.hpp"
#include "glass/composition.hpp"
#include "md/protocol.hpp"

namespace vitrion::app {

/// Labels as they are trained on: factors applied, dispersion added, levels apart.
[[nodiscard]] Stage prepare_data(Pipeline& pipeline);

/// A potential: the stage that left it and its members' model files (absolute).
struct Trained {
  Stage stage;
  std::vector<std::string> models;
};
/// The models that the study names, copied.
[[nodiscard]] Trained given_models(Pipeline& pipeline);
/// First level, from random weights. With a single level this is all there is before exploration.
[[nodiscard]] Trained train_first(Pipeline& pipeline, const Stage& data);
/// Finished on the truth: the energy of each species refitted, truth weighted up.
[[nodiscard]] Trained train_finish(Pipeline& pipeline, const Stage& data, const Trained& first);
/// Again, with the labels that the exploration asked for.
[[nodiscard]] Trained retrain(Pipeline& pipeline, const Stage& data, const Trained& finished,
                              const Stage& labels);

/// A short hot run with the whole ensemble; results name the frames that are worth a label.
[[nodiscard]] Stage explore(Pipeline& pipeline, const Trained& potential);
/// Labels them from first principles.
[[nodiscard]] Stage label_selected(Pipeline& pipeline, const Stage& explored);

/// Adds what of [dynamics] a run's numbers hang on.
void describe_dynamics(learn::Identity& identity, const formats::Study& study);
/// A path of the study file, seen from its folder.
[[nodiscard]] std::string study_path(const formats::Study& study, const std::string& path);
/// The schedule as segments. @throws InputError "study.toml:50: glass.schedule: ...".
[[nodiscard]] std::vector<md::Segment> study_schedule(const formats::Study& study);
/// The small cell of the exploration. @throws InputError with the place of explore.x.
[[nodiscard]] glass::Composition explored_composition(const formats::Study& study);
/// A glass that the study asks for. @throws InputError "study.toml:41: glass.x: ...".
[[nodiscard]] glass::Composition study_composition(const formats::Study& study, double x);

/// Every glass in all its replicas: molecules in a box, no contacts; heated, held, quenched,
/// relaxed; and the porous one cut from the dense one and relaxed again.
[[nodiscard]] std::vector<Glass> make_glasses(Pipeline& pipeline, const Trained& potential);
/// The stiffness of each relaxed glass by strain at 0 K.
void strain_glasses(Pipeline& pipeline, const Trained& potential, std::vector<Glass>& glasses);
/// Each glass at each temperature.
void measure(Pipeline& pipeline, const Trained& potential, std::vector<Glass>& glasses);

}  // namespace vitrion::app
