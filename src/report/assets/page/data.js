// The study's data, which the page carries in itself: the record and the tables that it names.
const record = JSON.parse(document.getElementById('record').textContent);
const tables = JSON.parse(document.getElementById('tables').textContent);

const glasses = record.glasses || [];
const temperatures = [...new Set(glasses.flatMap(g => g.temperatures.map(t => t.temperature)))].sort((a, b) => a - b);
const replicas = [...new Set(glasses.flatMap(g => [
  ...g.replicas.map(r => r.replica), ...g.temperatures.flatMap(t => t.runs.map(r => r.replica))]))].sort((a, b) => a - b);

/** Colours that the colour-blind can tell apart, on white and on black. */
const hues = ['#2a78b5', '#12a37a', '#e09a16', '#d9601a', '#8a6fc9', '#5ab4d8'];
const porousHue = '#c86b9e';
const heat = ['#3f6fb5', '#2c9c94', '#c39a1c', '#df7331', '#c23a5e', '#8d4bb0'];

function glassColour(glass) {
  if (glass.porous) return porousHue;
  return hues[glasses.filter(g => !g.porous).indexOf(glass) % hues.length];
}

function temperatureColour(T) {
  if (temperatures.length < 2) return heat[0];
  return heat[Math.round(temperatures.indexOf(T) * (Math.min(heat.length - 1, 4)) / (temperatures.length - 1))];
}

/** Porous glasses have a diamond, dense ones a circle: never told apart by colour alone. */
function glassSymbol(glass) { return glass.porous ? 'diamond' : 'circle'; }

/** The estimate at a path of keys, or null where the record has none or refuses it. */
function estimateAt(object, ...path) {
  let value = object;
  for (const key of path) value = value && typeof value === 'object' ? value[key] : null;
  return value && typeof value === 'object' && 'value' in value && value.value !== null ? value : null;
}
