// How the points and lines of a series are drawn, as SVG text.
const svgText = text => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const px = v => v.toFixed(1);

function symbol(kind, x, y, r, colour, open) {
  const look = open ? `fill="var(--plot-paper)" stroke="${colour}" stroke-width="1.6"` : `fill="${colour}"`;
  if (kind === 'diamond') {
    const s = r * 1.35;
    return `<path d="M${px(x)} ${px(y - s)}L${px(x + s)} ${px(y)}L${px(x)} ${px(y + s)}L${px(x - s)} ${px(y)}Z" ${look}/>`;
  }
  if (kind === 'triangle') {
    const s = r * 1.3;
    return `<path d="M${px(x - s)} ${px(y - s * .7)}L${px(x + s)} ${px(y - s * .7)}L${px(x)} ${px(y + s)}Z" ${look}/>`;
  }
  if (kind === 'square') return `<rect x="${px(x - r * .9)}" y="${px(y - r * .9)}" width="${px(1.8 * r)}" height="${px(1.8 * r)}" ${look}/>`;
  return `<circle cx="${px(x)}" cy="${px(y)}" r="${px(r)}" ${look}/>`;
}

/** A path that breaks where a point cannot be drawn. */
function linePath(s, X, Y) {
  let path = '';
  let pen = false;
  for (let i = 0; i < s.x.length; ++i) {
    const x = X(s.x[i]);
    const y = Y(s.y[i]);
    if (!Number.isFinite(x) || !Number.isFinite(y)) { pen = false; continue; }
    path += `${pen ? 'L' : 'M'}${px(x)} ${px(y)}`;
    pen = true;
  }
  return path;
}

function bandPath(s, X, Y, floor) {
  const up = [];
  const down = [];
  for (let i = 0; i < s.x.length; ++i) {
    const x = X(s.x[i]);
    const high = Y(s.high[i]);
    let low = Y(s.low[i]);
    if (!Number.isFinite(low)) low = floor;  // a lower end below zero on a logarithmic axis
    if (!Number.isFinite(x) || !Number.isFinite(high)) continue;
    up.push(`${px(x)} ${px(high)}`);
    down.unshift(`${px(x)} ${px(low)}`);
  }
  return up.length ? `M${up.join('L')}L${down.join('L')}Z` : '';
}

function errorBar(s, i, X, Y, floor) {
  if (!s.low || !Number.isFinite(s.low[i]) || !Number.isFinite(s.high[i])) return '';
  const x = X(s.x[i]) + (s.shift || 0);
  let low = Y(s.low[i]);
  const high = Y(s.high[i]);
  if (!Number.isFinite(low)) low = floor;
  if (!Number.isFinite(x) || !Number.isFinite(high)) return '';
  return `<path d="M${px(x)} ${px(low)}V${px(high)}M${px(x - 3)} ${px(low)}h6M${px(x - 3)} ${px(high)}h6" stroke="${s.colour}" stroke-width="1.2" fill="none" opacity=".8"/>`;
}

/** One series: {label, colour, mark: line | points | both | band | bars, dash, open, symbol, width, opacity, x, y, low, high}. */
function seriesSvg(s, X, Y, floor) {
  let svg = '';
  const opacity = s.opacity === undefined ? 1 : s.opacity;
  if (s.mark === 'band' || (s.band && s.low)) {
    const path = bandPath(s, X, Y, floor);
    if (path) svg += `<path d="${path}" fill="${s.colour}" opacity="${s.mark === 'band' ? opacity : .16}"/>`;
    if (s.mark === 'band') return svg;
  }
  if (s.mark === 'bars') {
    const zero = Number.isFinite(Y(0)) ? Y(0) : floor;
    for (let i = 0; i < s.x.length; ++i) {
      const half = s.half || 8;
      const x = X(s.x[i]) + (s.shift || 0);
      const y = Y(s.y[i]);
      if (Number.isFinite(x) && Number.isFinite(y))
        svg += `<rect x="${px(x - half)}" width="${px(2 * half)}" y="${px(Math.min(y, zero))}" height="${px(Math.abs(zero - y))}" fill="${s.colour}" opacity="${opacity}"/>`;
      svg += errorBar({ ...s, colour: 'var(--plot-ink)' }, i, X, Y, floor);
    }
    return svg;
  }
  if (s.mark === 'line' || s.mark === 'both')
    svg += `<path d="${linePath(s, X, Y)}" fill="none" stroke="${s.colour}" stroke-width="${s.width || 1.7}" ` +
      `stroke-linejoin="round" opacity="${opacity}"${s.dash ? ` stroke-dasharray="${s.dash}"` : ''}/>`;
  if (s.mark === 'points' || s.mark === 'both')
    for (let i = 0; i < s.x.length; ++i) {
      const x = X(s.x[i]);
      const y = Y(s.y[i]);
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      svg += errorBar(s, i, X, Y, floor) + symbol(s.symbol, x, y, s.radius || 4.2, s.colour, s.open);
    }
  return svg;
}
