// Pair distributions, units, volume, stiffness and free volume of the glasses.
function pairsOf() {
  const order = ['P-S', 'P-O', 'Na-S', 'Na-O', 'Na-Na', 'P-P', 'S-S', 'Na-P', 'S-O', 'O-O', 'P-Na'];
  const found = new Set(glasses.flatMap(g => g.rdf.map(r => r.pair)));
  return [...order.filter(p => found.has(p)), ...[...found].filter(p => !order.includes(p))];
}

const rdfChoice = { pair: null, scaled: false };

/** (V / V of the first dense glass)^(1/3): what a mere change of volume would do to a distance. */
function lengthRatio(glass) {
  const of = g => estimateAt(g, 'density', 'volume_per_atom');
  const first = glasses.find(g => !g.porous && of(g));
  return first && of(glass) ? Math.cbrt(of(glass).value / of(first).value) : 1;
}

function rdfSpec() {
  const series = [];
  for (const glass of shownGlasses()) {
    const r = glass.rdf.find(e => e.pair === rdfChoice.pair);
    if (!r) continue;
    const s = rdfChoice.scaled ? lengthRatio(glass) : 1;
    const error = r.g_error || [];
    series.push({ label: glass.name, colour: glassColour(glass), mark: 'line', band: true, x: r.r.map(v => v / s), y: r.g, dash: glass.porous ? '7 3' : null,
      low: r.g.map((g, k) => Math.max(0, g - 1.96 * (error[k] || 0))), high: r.g.map((g, k) => g + 1.96 * (error[k] || 0)), n: `${r.frames || '?'} frames` });
  }
  return {
    title: `Pair distribution ${rdfChoice.pair || ''}`, x: { label: rdfChoice.scaled ? 'r scaled by the volume (Å)' : 'r (Å)', low: 0 }, y: { label: 'g(r) (1)', zero: true }, series,
    note: rdfChoice.scaled ? 'Distances over (V/V₀)^(1/3): what shifts here still, shifts by more than the change of volume.' : 'Bands 95 %.',
    empty: pairsOf().length ? '' : 'No pair distributions: no glass was made.'
  };
}

function makeRdfPanel(host) {
  const pairs = pairsOf();
  rdfChoice.pair = pairs.includes('P-P') && glasses.length > 1 ? 'P-P' : pairs[0];
  const box = panel(host, 'rdf', rdfSpec);
  if (!pairs.length) return;
  const choose = element('select', { 'aria-label': 'pair', id: 'rdf-pair', onchange: event => { rdfChoice.pair = event.target.value; changed(); } },
    ...pairs.map(p => element('option', { value: p, selected: p === rdfChoice.pair }, p)));
  const tools = box.querySelector('.tools');
  tools.prepend(choose);
  if (glasses.length > 1)
    tools.prepend(element('label', { class: 'inline', title: 'distances over (V/V₀)^(1/3)' }, element('input', {
      type: 'checkbox', id: 'rdf-scaled', onchange: event => { rdfChoice.scaled = event.target.checked; changed(); } }), 'scale by volume'));
}

function unitsSpec() {
  const shown = shownGlasses().filter(g => g.units && g.units.classes);
  const share = (g, name) => { const c = g.units.classes.find(e => e.name === name); return c ? estimateAt(c, 'fraction') : null; };
  const total = {};
  for (const g of shown) for (const c of g.units.classes) total[c.name] = (total[c.name] || 0) + (estimateAt(c, 'fraction') || { value: 0 }).value;
  const names = Object.keys(total).sort((a, b) => total[b] - total[a]).slice(0, 9);
  const series = shown.map(g => {
    const found = names.map((name, i) => ({ i, e: share(g, name) })).filter(p => p.e);
    return { label: g.name, colour: glassColour(g), mark: 'bars', names: found.map(p => names[p.i]), x: found.map(p => p.i),
      y: found.map(p => 100 * p.e.value), low: found.map(p => 100 * Math.max(0, p.e.interval95[0])), high: found.map(p => 100 * p.e.interval95[1]), n: `${g.units.frames || '?'} frames` };
  });
  return {
    title: 'Structural units', x: { label: 'unit around phosphorus', names, fixed: true }, y: { label: 'share of phosphorus (%)', zero: true }, series,
    note: "'+P' marks a P-P bond. Error bars 95 %.", empty: glasses.some(g => g.units) ? '' : 'No census of units: no glass was made.'
  };
}

/** A quantity of the glasses against x, the porous one as a mark of its own. */
function againstX(title, label, pick, missing, quantity) {
  return () => {
    const of = porous => shownGlasses().filter(g => g.porous === porous).map(g => ({ x: g.x, e: pick(g), n: `${g.replicas.length} glasses` })).filter(p => p.e).sort((a, b) => a.x - b.x);
    const series = [];
    if (of(false).length) series.push(estimateSeries(of(false), { label: 'dense', colour: hues[0], mark: of(false).length > 1 ? 'both' : 'points', symbol: 'circle' }));
    if (of(true).length) series.push(estimateSeries(of(true), { label: 'porous', colour: porousHue, mark: 'points', symbol: 'diamond', open: true }));
    return { title, x: { label: 'x of Na₃PS₄₋ₓOₓ' }, y: { label }, series: series.length ? [...series, ...referenceSeries(quantity)] : [], note: 'Error bars 95 %.', empty: glasses.some(pick) ? '' : missing };
  };
}

function makeStructurePanels(host) {
  makeRdfPanel(host);
  panel(host, 'units', unitsSpec);
  if (glasses.length < 2) return;
  panel(host, 'density', againstX('Density', 'density (g cm⁻³)', g => estimateAt(g, 'density', 'density'), 'No density: no glass was made.', 'density'));
  panel(host, 'volume', againstX('Volume', 'volume per atom (Å³)', g => estimateAt(g, 'density', 'volume_per_atom'), 'No volume: no glass was made.', 'volume_per_atom'));
  panel(host, 'modulus', againstX('Bulk modulus', 'K (GPa)', modulusOf, 'The bulk modulus was not measured.', 'bulk_modulus'));
}

/** By strain, relaxed, which is the paper's way; else by the fluctuation of the volume. */
function modulusOf(glass) {
  return estimateAt(glass, 'modulus', 'strain', 'relaxed') || estimateAt(glass, 'modulus', 'relaxed', 'K') || estimateAt(glass, 'modulus', 'K');
}
