// Hops, doorways, free volume, the framework and pathways: why the ions move.
const dynamicsWith = key => shownGlasses().flatMap(g => shownTemperatures(g).filter(d => d[key]).map(d => ({ g, d, r: d[key] })));
const anyWith = key => glasses.some(g => g.temperatures.some(t => t[key]));

/** A colour for a glass at a temperature: by glass where there are several, else by temperature. */
const colourOf = (g, d) => glasses.length > 1 ? glassColour(g) : temperatureColour(d.temperature);
const nameOf = (g, d) => glasses.length > 1 ? `${g.name}, ${d.temperature} K` : `${d.temperature} K`;

/** An estimate of a temperature's record against x, one line a temperature. */
function dynamicsAgainstX(title, label, key, pick, missing, log) {
  return () => {
    const series = [];
    for (const T of temperatures.filter(t => state.temperatures.has(t))) {
      const of = porous => shownGlasses().filter(g => g.porous === porous).map(g => ({ g, d: g.temperatures.find(t => t.temperature === T) }))
        .filter(p => p.d && p.d[key]).map(p => ({ x: p.g.x, e: pick(p.d[key]), n: `${p.d.runs.length} runs` })).filter(p => p.e && (!log || p.e.value > 0)).sort((a, b) => a.x - b.x);
      const look = { label: `${T} K`, colour: temperatureColour(T) };
      if (of(false).length) series.push(estimateSeries(of(false), { ...look, mark: of(false).length > 1 ? 'both' : 'points', symbol: 'circle' }));
      if (of(true).length) series.push(estimateSeries(of(true), { label: 'porous', name: `${T} K, porous`, colour: look.colour, mark: 'points', symbol: 'diamond', open: true }));
    }
    return { title, x: { label: 'x of Na₃PS₄₋ₓOₓ' }, y: { label }, series, note: 'Error bars 95 %.', empty: anyWith(key) ? '' : missing };
  };
}

/** Curves of a temperature's record: `curves(record)` gives [{name, x, y, low, high, dash}]. A colour a glass, a dash a kind. */
function dynamicsCurves(title, x, y, key, curves, missing, note) {
  return () => {
    const kinds = new Map();
    const series = dynamicsWith(key).flatMap(({ g, d, r }) => curves(r).map((c, k) => {
      kinds.set(c.name, c.dash);
      return { label: k ? '' : nameOf(g, d), name: `${nameOf(g, d)}, ${c.name}`, colour: colourOf(g, d), mark: 'line', dash: c.dash, band: Boolean(c.low), x: c.x, y: c.y, low: c.low, high: c.high, n: c.n };
    }));
    for (const [name, dash] of kinds) series.push({ label: name, colour: 'var(--plot-ink)', mark: 'line', dash, x: [], y: [] });
    return { title, x, y, note, series, empty: anyWith(key) ? '' : missing };
  };
}

const noDoorways = 'No doorways: the gates of the hops were not measured in this study.';
const noHops = 'No hops: they were not looked for in this study.';

/** Radius of each gate against its opening; a click flies to it. */
function gateScatter() {
  const series = dynamicsWith('doorways').map(({ g, d, r }) => {
    const list = (r.list || []).filter(e => state.replicas.has(e.replica) && e.opening !== null && e.opening !== undefined);
    return { label: nameOf(g, d), name: `${nameOf(g, d)}`, colour: colourOf(g, d), mark: 'points', radius: 2.6, x: list.map(e => e.radius), y: list.map(e => e.opening),
      gates: list, key: g.key, temperature: d.temperature };
  }).filter(s => s.x.length);
  return {
    title: 'Each hop: its gate and how it opened', x: { label: 'radius of the gate at the hop (Å)' }, y: { label: 'opening (Å)' }, series,
    note: 'Click, or Enter on a point, flies to the gate in the viewer, where its run is there.',
    pick: (s, i) => { if (viewer) viewer.show(s.key, s.temperature, s.gates[i]); },
    empty: anyWith('doorways') ? '' : noDoorways
  };
}

const openingNames = { hop: 'at hops', 'same kind': 'gates of the same kind without a hop', shifted: 'the same gates at other times', attempt: 'at failed attempts' };
function openingCurves(r) {
  const dashes = [null, '6 3', '2 3', '9 3 2 3'];
  return (r.openings || []).map((o, k) => ({ name: openingNames[o.set] || o.set, dash: dashes[k % 4], x: r.lag_ps, y: o.curve.value, low: o.curve.low, high: o.curve.high }))
    .filter(c => c.x && c.y && c.y.length === c.x.length);
}

function radiusCurves(r) {
  const d = r.radii || {};
  return [['passing', 'at hops', null], ['windows', 'all windows', '6 3'], ['resting', 'without a hop', '2 3']]
    .filter(([key]) => d[key] && d[key].length).map(([key, name, dash]) => ({ name, dash, x: d.r, y: d[key] }));
}

/** Free volume where a probe fits, with the mobile ions in and out. */
function probeSpec() {
  const series = [];
  for (const g of shownGlasses()) {
    const f = g.free_volume;
    if (!f) continue;
    for (const [key, name, dash] of [['full', 'with all ions', null], ['framework', 'without the mobile ions', '6 3']]) {
      const p = f[key] && f[key].probe;
      if (p) series.push({ label: key === 'full' ? g.name : '', name: `${g.name}, ${name}`, colour: glassColour(g), mark: 'line', band: true, dash, x: p.radius, y: p.fraction, low: p.low, high: p.high, n: `${f.frames} frames` });
    }
  }
  if (series.length) for (const [label, dash] of [['with all ions', null], ['without the mobile ions', '6 3']]) series.push({ label, colour: 'var(--plot-ink)', mark: 'line', dash, x: [], y: [] });
  return { title: 'Room for a probe', x: { label: 'radius of the probe (Å)', low: 0 }, y: { label: 'share of the cell (1)' }, series, note: 'Where the centre of a probe may be, between ions of their ionic radii.',
    empty: glasses.some(g => g.free_volume) ? '' : 'No free volume: it was not measured in this study.' };
}

function makeDoorwayModel(host) {
  const m = record.doorway_model;
  if (!host || !m) return;
  host.append(element('h3', {}, 'Do doorways explain D?'));
  if (m.refused) {
    host.append(element('p', { class: 'absent' }, `ln D = a + b ⟨r⟩ + c sd + d/T was not fitted: ${m.refused}`));
    return;
  }
  const row = cells => element('tr', {}, ...cells.map((c, k) => element(k ? 'td' : 'th', {}, c)));
  host.append(element('div', { class: 'scroll' }, element('table', {}, element('thead', {}, element('tr', {}, ...['term', 'slope, 95 %', 'partial R²', 'variance inflation'].map(h => element('th', {}, h)))),
    element('tbody', {}, ...(m.terms || []).map(t => row([t.name, estimateText(t.slope), number(t.partial_r2, 2), number(t.inflation, 2)]))))),
  element('p', { class: 'under' }, `${m.statement || ''} R² = ${number(m.r2, 2)}, ${(m.points || []).length} points of ${m.glasses} glasses.`));
}

/** Estimates of the framework's record that are drawn against x: where in it, title, label. */
const framework_panels = [
  [['cage_amplitude'], 'Cage of P', 'amplitude (Å)'],
  [['top5_share'], 'Share of the displacement in the top 5 % of P', 'share (1)'],
  [['jumps', 'rate'], 'Jumps of P', 'rate per P (ns⁻¹)'],
  [['turns', 'rate'], 'Large turns of PX₄', 'rate per unit (ns⁻¹)'],
  [['d2min', 'value'], 'Non-affine motion of P', 'D²min (Å²)']
];

/** How the framework moves where a unit has k oxygens. */
function byOxygenSpec() {
  const rows = dynamicsWith('framework').filter(({ r }) => (r.by_oxygen || []).length);
  const names = ['PS₄', 'PS₃O', 'PS₂O₂', 'PSO₃', 'PO₄'];
  return { title: 'Cage of P by the oxygens of its unit', x: { label: 'unit', names, fixed: true }, y: { label: 'Debye-Waller factor B (Å²)' },
    series: rows.map(({ g, d, r }) => {
      const own = r.by_oxygen.filter(c => c.oxygens >= 0 && estimateAt(c, 'b_factor'));
      return { ...estimateSeries(own.map(c => ({ x: c.oxygens, e: c.b_factor, n: `${c.centres} P` })), { label: nameOf(g, d), colour: colourOf(g, d), mark: 'points', symbol: glassSymbol(g), open: g.porous }),
        names: own.map(c => names[c.oxygens]) };
    }), note: 'If oxygen governed the single unit, the points of one colour would not be level.', empty: '' };
}

function rotationCurves(r) {
  const rot = r.rotation || {};
  return ['c1', 'c2'].filter(k => rot[k] && rot.lag_ps).map((k, i) => ({ name: k === 'c1' ? 'C₁' : 'C₂', dash: i ? '6 3' : null, x: rot.lag_ps, y: rot[k],
    low: rot[k].map((v, j) => v - 1.96 * (rot[`${k}_error`] || [])[j]), high: rot[k].map((v, j) => v + 1.96 * (rot[`${k}_error`] || [])[j]) }));
}

function makeMechanismPanels(host, model) {
  const againstXOrT = (id, title, label, key, pick, missing, log) => panel(host, id, dynamicsAgainstX(title, label, key, pick, missing, log), { x: false, y: Boolean(log) });
  againstXOrT('hop-rate', 'Hops that last', 'rate per ion (ns⁻¹)', 'hops', r => estimateAt(r, 'lasting_rate'), noHops, true);
  if (anyWith('doorways')) {
    panel(host, 'gate-radii', dynamicsCurves('Radii of gates', { label: 'radius (Å)' }, { label: 'density (Å⁻¹)', zero: true }, 'doorways', radiusCurves, noDoorways, 'At hops, against all windows between units.'));
    panel(host, 'gate-opening', dynamicsCurves('Opening of a gate around a hop', { label: 'time from the hop (ps)' }, { label: 'opening (Å)' }, 'doorways', openingCurves, noDoorways, 'Against three controls, for a passing ion opens its own gate; bands 95 %.'));
    againstXOrT('gate-width', 'Width of the doorways', 'mean radius (Å)', 'doorways', r => estimateAt(r, 'radius'), noDoorways);
    againstXOrT('gate-flexibility', 'How much a doorway breathes', 's.d. of a radius in time (Å)', 'doorways', r => estimateAt(r, 'fluctuation'), noDoorways);
  }
  panel(host, 'gates', gateScatter);
  panel(host, 'probe', probeSpec, { x: false, y: true });
  if (glasses.some(g => g.free_volume)) {
    panel(host, 'excess', againstX('Excess volume', 'less the ionic spheres (Å³ per atom)', g => estimateAt(g, 'free_volume', 'excess_per_atom'), '', 'excess'));
    panel(host, 'free-sphere', againstX('Largest sphere that passes', 'diameter, without the mobile ions (Å)', g => estimateAt(g, 'free_volume', 'framework', 'Df') || estimateAt(g, 'free_volume', 'full', 'Df'), '', 'Df'));
  }
  const has = path => glasses.some(g => g.temperatures.some(d => d.framework && estimateAt(d.framework, ...path)));
  for (const [path, title, label] of framework_panels.filter(([path]) => has(path)))
    againstXOrT(`framework-${path[0]}`, title, label, 'framework', r => estimateAt(r, ...path), '');
  if (anyWith('framework')) {
    panel(host, 'by-oxygen', byOxygenSpec);
    panel(host, 'rotation', dynamicsCurves('Rotation of PX₄', { label: 'time lag (ps)' }, { label: 'correlation of a bond (1)' }, 'framework', rotationCurves, '', 'A unit that turns loses the correlation of its bonds.'), { x: true, y: false });
  } else {
    panel(host, 'framework', () => ({ title: 'The framework', empty: 'The motion of the framework was not measured in this study.' }));
  }
  panel(host, 'pathways', pathwaySpec);
  makeDoorwayModel(model);
}

/** Percolation level of the mobile ions' density along each axis. */
function pathwaySpec() {
  const names = ['a', 'b', 'c'];
  const series = dynamicsWith('pathways').map(({ g, d, r }) => {
    const own = (r.level_axes || []).map((e, k) => ({ x: k, e, n: `${r.replicas} runs` })).filter(p => p.e && p.e.value != null);
    return { ...estimateSeries(own, { label: nameOf(g, d), colour: colourOf(g, d), mark: 'points', symbol: glassSymbol(g), open: g.porous }), names: own.map(p => names[p.x]) };
  }).filter(s => s.x.length);
  const crossings = dynamicsWith('pathways').filter(({ r }) => r.void && r.void.crossings).map(({ g, d, r }) => `${nameOf(g, d)}: ${estimateText(r.void.crossings)} crossings of the void, ${r.void.visitors} ions inside it at some time.`);
  return { title: 'Pathways: where the density percolates', x: { label: 'axis', names, fixed: true }, y: { label: 'level of the density (1)' }, series,
    note: ['The highest density of the mobile ions, as a multiple of its mean, at which their region spans the cell along an axis.', ...crossings].join(' '),
    empty: anyWith('pathways') ? '' : 'Pathways were not measured in this study.' };
}
