// Conductivity against composition and against temperature.
function sigmaOf(dynamics) {
  const c = dynamics.conductivity;
  return c ? estimateAt(c, state.estimator === 'paper' ? 'sigma_paper' : 'sigma_NE') : null;
}

function boundOf(dynamics) {
  const c = dynamics.conductivity;
  const e = c && c[state.estimator === 'paper' ? 'sigma_paper' : 'sigma_NE'];
  return e && e.refused && e.upper95 != null ? e.upper95 : null;
}

/** Points of estimates: [{x, e, n, file}] as a series. */
function estimateSeries(points, look) {
  return { ...look, x: points.map(p => p.x), y: points.map(p => p.e.value), low: points.map(p => p.e.interval95[0]),
    high: points.map(p => p.e.interval95[1]), n: points.map(p => p.n) };
}

/** What was measured elsewhere: hollow squares, grey ones not verified, triangles for bounds. */
function referenceSeries(quantity) {
  const all = (record.reference || []).filter(r => r.quantity === quantity && Number.isFinite(r.x) && Number.isFinite(r.value));
  const series = (label, look, own) => ({ label, mark: 'points', symbol: 'square', open: true, ...look, x: own.map(r => r.x), y: own.map(r => r.value),
    low: own.map(r => r.value - (r.error || 0)), high: own.map(r => r.value + (r.error || 0)), interval: 'error',
    n: own.map(r => `${r.source || ''}${r.temperature ? `, ${r.temperature} K` : ''}`) });
  const unverified = r => r.confidence === 'unverified';
  return [series('measured elsewhere', { colour: 'var(--plot-ink)' }, all.filter(r => !r.upper_bound && !unverified(r))),
    series('measured elsewhere: at most', { colour: 'var(--plot-ink)', symbol: 'triangle' }, all.filter(r => r.upper_bound && !unverified(r))),
    series('not verified', { colour: 'var(--plot-axis)' }, all.filter(unverified))].filter(s => s.x.length);
}

function sigmaAgainstX() {
  const series = [];
  for (const T of temperatures.filter(t => state.temperatures.has(t))) {
    const colour = temperatureColour(T);
    const of = (porous, pick) => shownGlasses().filter(g => g.porous === porous).map(g => ({ g, d: g.temperatures.find(t => t.temperature === T) }))
      .filter(p => p.d).map(({ g, d }) => ({ x: g.x, e: pick(d), n: `${d.runs.length} runs` })).filter(p => p.e !== null).sort((a, b) => a.x - b.x);
    const dense = of(false, sigmaOf);
    const porous = of(true, sigmaOf);
    if (dense.length) series.push(estimateSeries(dense, { label: `${T} K`, colour, mark: dense.length > 1 ? 'both' : 'points', symbol: 'circle' }));
    if (porous.length) series.push(estimateSeries(porous, { label: 'porous', name: `${T} K, porous`, colour, mark: 'points', symbol: 'diamond', open: true }));
    const bounds = [...of(false, boundOf), ...of(true, boundOf)];
    if (bounds.length) series.push({ label: 'refused: 95 % bound', name: `${T} K, at most`, colour, mark: 'points', symbol: 'triangle', open: true,
      x: bounds.map(b => b.x), y: bounds.map(b => b.e), n: bounds.map(b => b.n) });
  }
  return {
    title: 'Conductivity against composition', x: { label: 'x of Na₃PS₄₋ₓOₓ' }, y: { label: 'σ (S cm⁻¹)' }, series: [...series, ...referenceSeries('conductivity')],
    note: state.estimator === 'paper' ? "The paper's estimator of D; error bars 95 %." : 'Nernst-Einstein; error bars 95 %. Hollow: the porous glass, and bounds where the data carry no value.',
    empty: glasses.some(g => g.temperatures.some(t => t.conductivity)) ? '' : 'No conductivity: the study has not measured the motion of its ions.'
  };
}

function arrheniusSpec() {
  const series = [];
  for (const glass of shownGlasses()) {
    const colour = glassColour(glass);
    const a = glass.arrhenius;
    const band = a && a.band;
    if (band && band.temperature.length && state.estimator === 'best') {
      const x = band.temperature.map(T => 1000 / T);
      const times = key => band[key].map((s, k) => s * band.temperature[k]);
      const Ea = estimateAt(a, 'activation_energy');
      series.push({ label: '', mark: 'band', colour, opacity: .14, x, y: times('sigma'), low: times('low'), high: times('high') });
      series.push({ label: Ea ? `${glass.name}: Ea = ${number(Ea.value)} eV` : '', colour, mark: 'line', silent: true, x, y: times('sigma'), dash: glass.porous ? '7 3' : null });
    }
    const points = [];
    const bounds = [];
    for (const d of shownTemperatures(glass)) {
      const e = sigmaOf(d);
      const T = d.temperature;
      const bound = boundOf(d);
      if (e) points.push({ x: 1000 / T, n: `${d.runs.length} runs at ${T} K`, e: { value: e.value * T, interval95: e.interval95.map(v => v * T) } });
      else if (bound !== null) bounds.push({ x: 1000 / T, y: bound * T });
    }
    if (points.length) series.push(estimateSeries(points, { label: glass.name, colour, mark: 'points', symbol: glassSymbol(glass), open: glass.porous }));
    if (bounds.length) series.push({ label: 'refused: 95 % bound', name: `${glass.name}, at most`, colour, mark: 'points', symbol: 'triangle', open: true, x: bounds.map(b => b.x), y: bounds.map(b => b.y) });
  }
  return {
    title: 'Arrhenius', x: { label: '1000 / T (K⁻¹)' }, y: { label: 'σT (S K cm⁻¹)' }, series,
    note: state.estimator === 'best' ? 'Lines and bands: the fit of the record with its 95 % interval.' : 'The fit of the record is one of the best estimator.',
    empty: glasses.some(g => g.temperatures.some(t => t.conductivity)) ? '' : 'No conductivity: the study has not measured the motion of its ions.'
  };
}

function nonGaussianSpec() {
  const series = [];
  for (const glass of shownGlasses())
    for (const d of shownTemperatures(glass)) {
      const c = d.nongaussian;
      if (!c || !c.lag_ps) continue;
      series.push({ label: glasses.length > 1 ? glass.name : `${d.temperature} K`, name: `${glass.name}, ${d.temperature} K`, mark: 'line',
        colour: glasses.length > 1 ? glassColour(glass) : temperatureColour(d.temperature), x: c.lag_ps, y: c.value, band: true,
        low: c.value.map((v, k) => v - 1.96 * (c.error || [])[k]), high: c.value.map((v, k) => v + 1.96 * (c.error || [])[k]) });
    }
  return {
    title: 'How far from Gaussian', x: { label: 'time lag (ps)' }, y: { label: 'non-Gaussian parameter α₂ (1)', zero: true }, series,
    note: 'Zero for free diffusion; the peak is where some ions have hopped and others have not.',
    empty: glasses.some(g => g.temperatures.some(t => t.nongaussian)) ? '' : 'The non-Gaussian parameter was not computed.'
  };
}
