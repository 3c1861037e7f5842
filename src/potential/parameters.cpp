#include <algorithm>

#include "base/error.hpp"
#include "potential/gradient.hpp"

namespace vitrion::potential {

namespace {

/// Calls visit(array, trainable) for each array of the model's weights in the order of
/// parameters().
template <class AnyModel, class Visit>
void each_array(AnyModel& model, Visit&& visit) {
  const auto network = [&](auto& net, auto&& trainable) {
    for (std::size_t l = 0; l < net.layers.size(); ++l) {
      auto& layer = net.layers[l];
      for (auto* array : {&layer.w, &layer.b, &layer.idt}) visit(*array, trainable(l));
    }
  };
  for (auto& net : model.descriptor.embeddings)
    network(net, [&](std::size_t) { return model.descriptor.trainable; });
  const std::vector<bool>& of_layer = model.fitting.trainable;
  for (auto& net : model.fitting.nets)
    network(net, [&](std::size_t l) {
      return of_layer.empty() || (l < of_layer.size() && of_layer[l]);
    });
}

}  // namespace

std::size_t parameter_count(const Model& model) {
  std::size_t count = 0;
  each_array(model, [&](const std::vector<double>& array, bool) { count += array.size(); });
  return count;
}

std::vector<double> parameters(const Model& model) {
  std::vector<double> values;
  values.reserve(parameter_count(model));
  each_array(model, [&](const std::vector<double>& array, bool) {
    values.insert(values.end(), array.begin(), array.end());
  });
  return values;
}

void set_parameters(Model& model, std::span<const double> values) {
  if (values.size() != parameter_count(model))
    throw Error("set_parameters: the number of values is not that of the model's parameters");
  const double* next = values.data();
  each_array(model, [&](std::vector<double>& array, bool) {
    std::copy_n(next, array.size(), array.begin());
    next += array.size();
  });
}

std::vector<char> trainable_mask(const Model& model) {
  std::vector<char> mask;
  mask.reserve(parameter_count(model));
  each_array(model, [&](const std::vector<double>& array, bool trainable) {
    mask.insert(mask.end(), array.size(), trainable ? 1 : 0);
  });
  return mask;
}

}  // namespace vitrion::potential
