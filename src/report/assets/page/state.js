// What the reader has chosen: which glasses, temperatures and replicas, whose estimator, which window. All panels follow.
const state = {
  glasses: new Set(glasses.map(g => g.key)),
  temperatures: new Set(temperatures),
  replicas: new Set(replicas),
  estimator: 'best',      // or 'paper'
  window: [0.5, 0.95]     // of the run, of the fit by hand
};

const followers = [];
/** `draw` is called now and whenever a choice changes. */
function follow(draw) {
  followers.push(draw);
  draw();
}
function changed() { followers.forEach(draw => draw()); }

const shownGlasses = () => glasses.filter(g => state.glasses.has(g.key));
const shownTemperatures = glass => glass.temperatures.filter(t => state.temperatures.has(t.temperature));
const shownRuns = dynamics => dynamics.runs.filter(r => state.replicas.has(r.replica));
