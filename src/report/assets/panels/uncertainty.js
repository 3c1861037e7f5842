// Where the error of D comes from, how long a run would have to be, and whether the intervals hold.
const parts_of_error = [['between_glasses', 'glass to glass'], ['within_run', 'within a run'], ['protocol', 'protocol']];

function splitRows() {
  const shown = new Set(shownGlasses().map(g => g.key));
  return (record.uncertainty.split || []).filter(s => shown.has(s.glass) && state.temperatures.has(s.temperature));
}
const rowName = s => `${(glasses.find(g => g.key === s.glass) || { name: s.glass }).name}, ${s.temperature} K`;

function splitSpec() {
  const rows = splitRows();
  const colours = [hues[0], hues[2], hues[1]];
  return {
    title: 'Where the error of D comes from', x: { label: '', names: rows.map(rowName), fixed: true }, y: { label: 'relative standard deviation (%)', zero: true },
    series: parts_of_error.map(([key, label], k) => {
      const own = rows.map((s, i) => ({ s, i })).filter(p => Number.isFinite(p.s[key]));
      return { label, colour: colours[k], mark: 'bars', names: own.map(p => rowName(p.s)), x: own.map(p => p.i), y: own.map(p => 100 * p.s[key]), n: own.map(p => `${p.s.glasses} glasses`) };
    }).filter(s => s.x.length), width: 620,
    note: 'Protocol: half the range over the readings of the paper\'s recipe.', empty: rows.length ? '' : 'Nothing of what is chosen above has a split.'
  };
}

function neededSpec() {
  const rows = splitRows();
  const points = (key, label, look) => {
    const own = rows.map((s, i) => ({ s, i })).filter(p => Number.isFinite(p.s[key]));
    return { label, mark: 'points', ...look, names: own.map(p => rowName(p.s)), x: own.map(p => p.i), y: own.map(p => p.s[key]) };
  };
  return {
    title: 'Length of a run for an error of 10 %', x: { label: '', names: rows.map(rowName), fixed: true }, y: { label: 'time (ps)' }, width: 620,
    series: [points('duration_ps', 'as it was run', { colour: 'var(--plot-axis)', symbol: 'square', open: true }), points('needed_run_ps', 'of one run', { colour: hues[0], symbol: 'circle' }),
      points('needed_run_of_mean_ps', 'of the mean over the glasses', { colour: hues[3], symbol: 'diamond' })].filter(s => s.x.length),
    note: 'Where the mean has no point, no length of run is enough: more glasses are.'
  };
}

function makeUncertaintyPanels(host, tableHost) {
  panel(host, 'split', splitSpec);
  panel(host, 'needed', neededSpec, { x: false, y: true });
  const u = record.uncertainty;
  const row = cells => element('tr', {}, ...cells.map((c, k) => element(k ? 'td' : 'th', {}, String(c))));
  if ((u.coverage || []).length)
    tableHost.append(element('h3', {}, 'Do the intervals hold?'), element('div', { class: 'scroll' }, element('table', {},
      element('thead', {}, element('tr', {}, ...['T (K)', 'ions', 'run (ps)', 'hops per ion', 'simulated runs', 'refused', 'share of 95 % intervals that hold the truth'].map(h => element('th', {}, h)))),
      element('tbody', {}, ...u.coverage.map(c => row([c.temperature, c.ions, number(c.duration_ps, 4), number(c.hops_per_ion, 2), c.runs, c.refused, estimateText(c.held)]))))),
    element('p', { class: 'under' }, 'Runs of hopping, rattling ions of known D, as many and as long as those of this study, measured as a real run is.'));
  if (u.statement) tableHost.append(element('p', {}, u.statement));
}
