// Mean squared displacements, the window of a fit by hand, and what D and sigma come out of it.
const framework = 'P';

function mobileOf(glass) {
  const c = glass.temperatures.map(t => t.conductivity).find(x => x);
  return c ? c.species : 'Na';
}

/** The curve of a run: over all origins, or from the first frame as the paper has it. */
function msdOf(run, species) {
  const table = tables[run.msd];
  if (!table) return null;
  const column = table[species + (state.estimator === 'paper' ? '_first' : '')] || null;
  return column ? { t: table.lag_ps, y: column } : null;
}

const sumsCache = new Map();
function sumsOf(run, species) {
  const key = `${run.msd}:${species}:${state.estimator}`;
  if (!sumsCache.has(key)) {
    const curve = msdOf(run, species);
    sumsCache.set(key, curve && prefixSums(curve.t, curve.y));
  }
  return sumsCache.get(key);
}

/** The mean of curves with the same lags. */
function meanCurve(curves) {
  const n = Math.min(...curves.map(c => c.t.length));
  return { t: curves[0].t.slice(0, n), y: curves[0].y.slice(0, n).map((_, i) => curves.reduce((sum, c) => sum + c.y[i], 0) / curves.length) };
}

function msdSeries(glass, dynamics, species, colour, label) {
  const runs = shownRuns(dynamics).map(run => ({ run, curve: msdOf(run, species) })).filter(r => r.curve);
  const series = runs.map(({ run, curve }) => ({
    label: runs.length === 1 ? label : '', name: `${label}, replica ${run.replica}`, colour, mark: 'line', silent: runs.length > 1,
    width: runs.length === 1 ? 2 : 1, opacity: runs.length === 1 ? 1 : .45, x: curve.t, y: curve.y, file: run.msd
  }));
  if (runs.length > 1) {
    const mean = meanCurve(runs.map(r => r.curve));
    series.push({ label, name: `${label}, mean`, colour, mark: 'line', width: 2.4, x: mean.t, y: mean.y, n: `${runs.length} replicas`, dash: glass.porous ? '7 3' : null });
  }
  return series;
}

function msdSpec(species, T) {
  const many = glasses.length > 1;
  const series = [];
  let last = 0;
  for (const glass of shownGlasses())
    for (const d of shownTemperatures(glass)) {
      if (many && d.temperature !== T) continue;
      series.push(...(many ? msdSeries(glass, d, species, glassColour(glass), glass.name)
        : msdSeries(glass, d, species, temperatureColour(d.temperature), `${d.temperature} K`)));
    }
  for (const s of series) last = Math.max(last, s.x[s.x.length - 1] || 0);
  const paper = state.estimator === 'paper';
  return {
    hidden: many && !state.temperatures.has(T),
    title: `MSD of ${species}${many ? ` at ${T} K` : ''}`,
    x: { label: `${paper ? 'time from the first frame' : 'time lag'} (ps)`, zero: true }, y: { label: `MSD of ${species} (Å²)`, zero: true },
    series, windows: species === framework ? [] : [state.window.map(f => f * last)],
    note: paper ? 'One origin, the first frame; shaded: the window of the fit by hand.' : 'Over all time origins; shaded: the window of the fit by hand.',
    empty: Object.keys(tables).length === 0 ? 'No table of displacements: the study has not measured the motion of its ions.' : ''
  };
}

/** n q² D / kT in S/cm, with D in cm²/s, the volume in Å³ and the charge in e. */
function nernstEinstein(D, ions, volume, charge, T) {
  const e = 1.602176634e-19;
  const k = 1.380649e-23;
  return ions / volume * 1e24 * charge * charge * e * e * D / (k * T);
}

/** D and sigma of each shown run by a straight line through the window: [{glass, T, D: [..], sigma: [..]}]. */
function fitsByHand() {
  const fits = [];
  for (const glass of shownGlasses())
    for (const d of shownTemperatures(glass)) {
      const fit = { glass, T: d.temperature, D: [], sigma: [] };
      for (const run of shownRuns(d)) {
        const sums = sumsOf(run, mobileOf(glass));
        if (!sums) continue;
        const last = sums.t[sums.t.length - 1];
        const line = lineBetween(sums, state.window[0] * last, state.window[1] * last);
        if (!line) continue;
        const D = line.slope / 6 * 1e-4;  // A²/ps to cm²/s
        fit.D.push(D);
        const own = d.conductivity && (d.conductivity.replicas || [])[d.runs.indexOf(run)];
        if (own && own.volume) fit.sigma.push(nernstEinstein(D, own.ions, own.volume, d.conductivity.charge, d.temperature));
      }
      if (fit.D.length) fits.push(fit);
    }
  return fits;
}

function meanAndSpread(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length < 2) return number(mean);
  const s = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1));
  return `${number(mean)} ± ${number(s, 2)}`;
}

function windowControl(host) {
  const read = element('output', { id: 'window-text' });
  const slider = (k, title) => element('input', {
    type: 'range', min: 0, max: 1, step: 0.005, value: state.window[k], 'data-window': k, 'aria-label': title,
    oninput: event => {
      state.window[k] = Number(event.target.value);
      if (state.window[0] > state.window[1] - 0.02) {
        state.window[k] = k === 0 ? state.window[1] - 0.02 : state.window[0] + 0.02;
        event.target.value = state.window[k];
      }
      changed();
    }
  });
  const reset = element('button', { type: 'button', id: 'paper-window', onclick: () => {
    state.window = [0.5, 0.95];
    host.querySelectorAll('[data-window]').forEach((input, k) => { input.value = state.window[k]; });
    changed();
  } }, "the paper's window");
  const body = element('tbody');
  host.append(element('div', { class: 'window' }, element('label', {}, 'fit from ', slider(0, 'start of the window')),
    element('label', {}, 'to ', slider(1, 'end of the window')), read, reset),
  element('div', { class: 'scroll tall', tabindex: 0, role: 'region', 'aria-label': 'fits by hand' }, element('table', { id: 'window-fits', class: 'dense' }, element('thead', {}, element('tr', {},
    ...['glass', 'T (K)', 'runs', 'D (cm² s⁻¹)', 'σ (S cm⁻¹)', 'record: D', 'record: σ'].map(h => element('th', {}, h)))), body)),
  element('p', { class: 'under' }, 'A straight line through the curves above, by hand; ± is the standard deviation over the runs. The record\'s own values beside it come with ' +
    'a window that was chosen by test and an error that knows the correlation of the points.'));
  follow(() => {
    read.textContent = `${Math.round(100 * state.window[0])} to ${Math.round(100 * state.window[1])} % of the run`;
    body.replaceChildren(...fitsByHand().map(f => {
      const c = f.glass.temperatures.find(t => t.temperature === f.T).conductivity || {};
      const paper = state.estimator === 'paper';
      return element('tr', {}, ...[f.glass.name, f.T, f.D.length, meanAndSpread(f.D), f.sigma.length ? meanAndSpread(f.sigma) : '-',
        shortEstimate(paper ? c.D_paper : c.D), shortEstimate(paper ? c.sigma_paper : c.sigma_NE)].map((text, k) => element(k ? 'td' : 'th', {}, String(text))));
    }));
  });
}

function makeMsdPanels(host, control) {
  const species = [...new Set(glasses.map(mobileOf))];
  const some = Object.values(tables)[0] || {};
  if (some[framework]) species.push(framework);
  for (const s of species)
    if (glasses.length > 1) for (const T of temperatures) panel(host, `msd-${s}-${T}K`, () => msdSpec(s, T));
    else panel(host, `msd-${s}`, () => msdSpec(s, null), { x: true, y: true });
  if (Object.keys(tables).length) windowControl(control);
}
