// Straight lines through a window of a curve, by prefix sums: a moved slider costs one subtraction a sum.
// Points are weighted by their distance on the axis, so that a table that is dense at short lags counts as an even one.
function prefixSums(t, y) {
  const sums = { t, w: [0], x: [0], y: [0], xx: [0], xy: [0] };
  for (let i = 0; i < t.length; ++i) {
    const w = ((t[i + 1] ?? t[i]) - (t[i - 1] ?? 0)) / 2;
    sums.w.push(sums.w[i] + w);
    sums.x.push(sums.x[i] + w * t[i]);
    sums.y.push(sums.y[i] + w * y[i]);
    sums.xx.push(sums.xx[i] + w * t[i] * t[i]);
    sums.xy.push(sums.xy[i] + w * t[i] * y[i]);
  }
  return sums;
}

/** Slope and intercept between two abscissas, and the number of points; null for fewer than three. */
function lineBetween(sums, from, to) {
  let a = sums.t.findIndex(t => t >= from * (1 - 1e-9));
  let b = sums.t.findIndex(t => t > to * (1 + 1e-9));
  if (b < 0) b = sums.t.length;
  if (a < 0 || b - a < 3) return null;
  const of = key => sums[key][b] - sums[key][a];
  const W = of('w');
  const mean = of('x') / W;
  const slope = (of('xy') - mean * of('y')) / (of('xx') - mean * of('x'));
  return { slope, intercept: of('y') / W - slope * mean, n: b - a };
}
