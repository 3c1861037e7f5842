// A panel: title, axes, series, legend, and its buttons.
const marginLeft = 62;
const marginRight = 14;
const marginTop = 12;

/** Room for the ticks' words and the axis' label; turned words need more. */
function bottomOf(spec, w) {
  const names = spec.x.names;
  spec.turned = Boolean(names) && names.some(n => n.length * 7.2 > (w - marginLeft - marginRight) / names.length);
  return spec.turned ? 26 + 4.4 * Math.max(...names.map(n => n.length)) : spec.x.label ? 44 : 28;
}

/** Bars of several series stand beside each other. */
function placeBars(spec, X) {
  const bars = spec.series.filter(s => s.mark === 'bars');
  const slot = X.of(1) - X.of(0);
  bars.forEach((s, k) => {
    s.half = Math.min(18, 0.4 * slot / bars.length);
    s.shift = (k - (bars.length - 1) / 2) * 2.1 * s.half;
  });
}

function axesSvg(spec, X, Y, w, h, marginBottom) {
  let svg = '';
  for (const t of Y.ticks) {
    const y = Y.of(t);
    svg += `<path d="M${marginLeft} ${px(y)}H${w - marginRight}" stroke="var(--plot-grid)"/>` +
      `<text x="${marginLeft - 7}" y="${px(y + 4)}" text-anchor="end">${svgText(tickText(t, Y.ticks))}</text>`;
  }
  const names = spec.x.names;
  const marks = names ? names.map((_, k) => k) : X.ticks;
  marks.forEach(t => {
    const x = X.of(t);
    const words = svgText(names ? names[t] : tickText(t, X.ticks));
    svg += `<path d="M${px(x)} ${h - marginBottom}v5" stroke="var(--plot-axis)"/>` + (spec.turned
      ? `<text transform="translate(${px(x + 4)} ${h - marginBottom + 15}) rotate(-35)" text-anchor="end">${words}</text>`
      : `<text x="${px(x)}" y="${h - marginBottom + 19}" text-anchor="middle">${words}</text>`);
  });
  svg += `<path d="M${marginLeft} ${marginTop}V${h - marginBottom}H${w - marginRight}" fill="none" stroke="var(--plot-axis)"/>`;
  svg += `<text class="axis" x="${(marginLeft + w - marginRight) / 2}" y="${h - 6}" text-anchor="middle">${svgText(spec.x.label)}</text>`;
  svg += `<text class="axis" transform="translate(13 ${(marginTop + h - marginBottom) / 2}) rotate(-90)" text-anchor="middle">${svgText(spec.y.label)}</text>`;
  return svg;
}

/** What lies behind the series: shaded windows. */
function backSvg(spec, X, h, marginBottom) {
  let svg = '';
  for (const w of spec.windows || []) {
    const [a, b] = w.map(X.of);
    if (Number.isFinite(a) && Number.isFinite(b))
      svg += `<rect x="${px(a)}" y="${marginTop}" width="${px(b - a)}" height="${h - marginBottom - marginTop}" fill="var(--plot-window)"/>`;
  }
  return svg;
}

function plotSvg(spec, logs) {
  const w = spec.width || 520;
  const marginBottom = bottomOf(spec, w);
  const h = (spec.height || 320) + (spec.turned ? marginBottom - 44 : 0);
  const of = key => spec.series.flatMap(s => s.mark === 'band' && key === 'y' ? [...s.low, ...s.high]
    : key === 'y' && s.low ? [...s.y, ...s.low, ...s.high].filter(Number.isFinite) : s[key]);
  const xs = spec.x.names ? [-0.5, spec.x.names.length - 0.5] : of('x');
  const X = makeScale(xs, spec.x.names ? { low: -0.6, high: spec.x.names.length - 0.4 } : spec.x, logs.x, marginLeft, w - marginRight);
  // On a logarithmic axis an error bar that reaches below zero must not set the range.
  const ys = logs.y ? spec.series.flatMap(s => s.mark === 'band' ? s.high : s.y) : of('y');
  const Y = makeScale(ys, spec.y, logs.y, h - marginBottom, marginTop);
  placeBars(spec, X);
  const id = `clip-${spec.id}`;
  const body = backSvg(spec, X, h, marginBottom) + spec.series.map(s => seriesSvg(s, X.of, Y.of, h - marginBottom)).join('');
  const html = `<svg viewBox="0 0 ${w} ${h}" class="plot" role="img" tabindex="0" aria-label="${svgText(`${spec.title}: ${spec.y.label} against ${spec.x.label}; arrow keys walk through the points`)}">` +
    `<clipPath id="${id}"><rect x="${marginLeft}" y="${marginTop - 8}" width="${w - marginLeft - marginRight + 8}" height="${h - marginTop - marginBottom + 8}"/></clipPath>` +
    `<g font-size="12" fill="var(--plot-ink)">${axesSvg(spec, X, Y, w, h, marginBottom)}</g><g clip-path="url(#${id})">${body}</g>` +
    '<circle class="hover" r="0" fill="none" stroke="var(--plot-ink)" stroke-width="2"/></svg>';
  const points = [];
  for (const s of spec.series) {
    if (s.mark === 'band' || s.silent) continue;
    for (let i = 0; i < s.x.length; ++i) {
      const at = { s, i, px: X.of(s.x[i]) + (s.shift || 0), py: Y.of(s.y[i]) };
      if (Number.isFinite(at.px) && Number.isFinite(at.py) && at.py >= marginTop - 8) points.push(at);
    }
  }
  return { html, points };
}

function legendHtml(spec) {
  const seen = new Set();
  let html = '';
  for (const s of spec.series) {
    if (!s.label || seen.has(s.label)) continue;
    seen.add(s.label);
    const line = s.mark === 'line' || s.mark === 'both'
      ? `<path d="M1 8H23" stroke="${s.colour}" stroke-width="2"${s.dash ? ` stroke-dasharray="${s.dash}"` : ''}/>` : '';
    const dot = s.mark === 'points' || s.mark === 'both' ? symbol(s.symbol, 12, 8, 4.2, s.colour, s.open) : '';
    const box = s.mark === 'bars' || s.mark === 'band' ? `<rect x="5" y="3" width="14" height="10" fill="${s.colour}" opacity="${s.mark === 'band' ? .4 : 1}"/>` : '';
    html += `<span><svg width="24" height="16" aria-hidden="true">${line}${dot}${box}</svg>${svgText(s.label)}</span>`;
  }
  return html;
}

/** A panel in `host` that follows the choices: `make()` returns a spec, or {empty: why there is nothing}. */
function panel(host, id, make, logs = { x: false, y: false }) {
  const box = element('figure', { class: 'panel', id: `panel-${id}` });
  host.append(box);
  let spec = null;
  const toggle = axis => element('button', {
    type: 'button', class: 'log', 'data-log': axis, 'aria-pressed': String(logs[axis]), title: `${axis} axis: linear or logarithmic`,
    onclick: event => {
      logs[axis] = !logs[axis];
      event.target.setAttribute('aria-pressed', String(logs[axis]));
      draw();
    }
  }, `log ${axis}`);
  const title = element('span', { class: 'panel-title' });
  const buttons = element('span', { class: 'tools' }, toggle('x'), toggle('y'),
    element('button', { type: 'button', 'data-save': 'csv', title: 'the numbers of this panel', onclick: () => save(`${id}.csv`, 'text/csv', csvOf(spec)) }, 'CSV'),
    element('button', { type: 'button', 'data-save': 'svg', title: 'the picture of this panel', onclick: () => save(`${id}.svg`, 'image/svg+xml', svgFileOf(box.querySelector('svg.plot'))) }, 'SVG'));
  const drawing = element('div');
  const legend = element('div', { class: 'legend' });
  const note = element('figcaption');
  box.append(element('div', { class: 'panel-head' }, title, buttons), drawing, legend, note);
  function draw() {
    spec = { id, ...make() };
    box.hidden = Boolean(spec.hidden);
    title.textContent = spec.title || '';
    const empty = spec.empty || !spec.series || !spec.series.some(s => s.x.length);
    box.classList.toggle('is-empty', Boolean(empty));
    buttons.hidden = Boolean(empty);
    if (empty) {
      drawing.replaceChildren(element('p', { class: 'absent' }, spec.empty || 'Nothing of what is chosen above has this.'));
      legend.replaceChildren();
      note.textContent = '';
      return;
    }
    buttons.querySelector('[data-log=x]').hidden = Boolean(spec.x.names || spec.x.fixed);
    buttons.querySelector('[data-log=y]').hidden = Boolean(spec.y.fixed);
    const { html, points } = plotSvg(spec, logs);
    drawing.innerHTML = html;
    legend.innerHTML = legendHtml(spec);
    note.textContent = spec.note || '';
    addHover(drawing.querySelector('svg'), spec, points);
  }
  follow(draw);
  return box;
}
