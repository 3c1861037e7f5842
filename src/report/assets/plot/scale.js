// Scales and their ticks.
function linearTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= rough);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k) ticks.push(k * step);
  return ticks;
}

function logTicks(low, high) {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  const stride = Math.max(1, Math.ceil((last - first) / 6));
  const inside = t => t >= low * 0.999 && t <= high * 1.001;
  const ticks = [];
  for (let p = first; p <= last; p += stride) ticks.push(10 ** p);
  if (ticks.filter(inside).length >= 3) return ticks.filter(inside);
  const finer = [];
  for (let p = first; p <= last; ++p) for (const m of [1, 2, 5]) finer.push(m * 10 ** p);
  return finer.filter(inside).length >= 2 ? finer.filter(inside) : linearTicks(low, high, 4);
}

function tickText(t, ticks) {
  if (t === 0) return '0';
  const size = Math.abs(t);
  if (size >= 1e5 || size < 1e-3) return number(t, Math.abs(t / 10 ** Math.floor(Math.log10(size) + 1e-9) - 1) < 1e-6 ? 1 : 2)
    .replace(/^1 × /, '');
  const step = ticks.length > 1 ? Math.min(...ticks.slice(1).map((u, k) => Math.abs(u - ticks[k]))) : size;
  const places = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));
  return t.toFixed(places).replace('-', '−');
}

/** From data to pixels; `log` leaves out what is not positive. */
function makeScale(values, axis, log, from, to) {
  const usable = values.filter(v => Number.isFinite(v) && (!log || v > 0));
  let low = usable.length ? Math.min(...minMax(usable)) : log ? 1 : 0;
  let high = usable.length ? Math.max(...minMax(usable)) : log ? 10 : 1;
  if (axis.zero && !log) { low = Math.min(0, low); high = Math.max(0, high); }
  const span = log ? Math.log10(high / low) : high - low;
  if (log) {
    const margin = span > 0 ? 0.06 * span : 0.3;
    low /= 10 ** margin; high *= 10 ** margin;
  } else {
    const margin = span > 0 ? 0.05 * span : 0.1 * Math.abs(low) || 1;
    if (!(axis.zero && low === 0)) low -= margin;
    high += margin;
  }
  if (axis.low !== undefined && !(log && axis.low <= 0)) low = axis.low;
  if (axis.high !== undefined) high = axis.high;
  const of = log
    ? v => v > 0 ? from + (to - from) * Math.log10(v / low) / Math.log10(high / low) : NaN
    : v => from + (to - from) * (v - low) / (high - low);
  const ticks = log ? logTicks(low, high) : linearTicks(low, high, Math.abs(to - from) > 300 ? 6 : 4);
  return { of, ticks, low, high };
}

/** Of long arrays too, for which Math.min(...) would overflow the stack. */
function minMax(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) { if (v < low) low = v; if (v > high) high = v; }
  return [low, high];
}
