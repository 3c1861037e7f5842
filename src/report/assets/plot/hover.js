// What a point is: label, values, interval, number and file; by pointer, or by the arrow keys when the panel has the focus.
const tip = element('div', { id: 'tip', role: 'status', 'aria-live': 'polite', hidden: true });
document.body.append(tip);

function pointText(spec, s, i) {
  const short = label => label.replace(/\s*\(.*\)$/, '');
  const unit = label => (label.match(/\(([^()]*)\)\s*$/) || ['', ''])[1];
  const lines = [[s.name || s.label || short(spec.y.label)],
    [`${short(spec.x.label)} ${s.names ? s.names[i] : number(s.x[i], 4)} ${unit(spec.x.label)}`],
    [`${short(spec.y.label)} ${number(s.y[i], 4)} ${unit(spec.y.label)}`]];
  if (s.low && Number.isFinite(s.low[i])) lines.push([`${s.interval || '95 %'} [${number(s.low[i])}, ${number(s.high[i])}]`]);
  const n = Array.isArray(s.n) ? s.n[i] : s.n;
  if (n !== undefined && n !== null) lines.push([/^\d/.test(n) ? `n = ${n}` : n]);
  if (s.file) lines.push([s.file]);
  return lines.map(l => l[0]);
}

function nearest(points, x, y) {
  let best = null;
  let least = 28 * 28;
  for (const p of points) {
    const d = (p.px - x) ** 2 + (p.py - y) ** 2;
    if (d < least) { least = d; best = p; }
  }
  return best;
}

function showTip(svg, spec, p) {
  const mark = svg.querySelector('.hover');
  if (!p) {
    tip.hidden = true;
    mark.setAttribute('r', 0);
    return;
  }
  mark.setAttribute('cx', p.px);
  mark.setAttribute('cy', p.py);
  mark.setAttribute('r', 6.5);
  tip.replaceChildren(...pointText(spec, p.s, p.i).map((line, k) => element('div', { class: k === 0 ? 'tip-name' : '' }, line)));
  tip.hidden = false;
  const box = svg.getBoundingClientRect();
  const scale = box.width / svg.viewBox.baseVal.width;
  const left = box.left + p.px * scale + 14;
  const width = tip.offsetWidth;
  tip.style.left = `${Math.max(4, left + width > innerWidth - 8 ? left - width - 28 : left)}px`;
  tip.style.top = `${Math.max(4, box.top + p.py * scale - tip.offsetHeight - 6)}px`;
}

function addHover(svg, spec, points) {
  let at = -1;
  svg.addEventListener('pointermove', event => {
    const box = svg.getBoundingClientRect();
    const scale = box.width / svg.viewBox.baseVal.width;
    const p = nearest(points, (event.clientX - box.left) / scale, (event.clientY - box.top) / scale);
    at = p ? points.indexOf(p) : at;
    showTip(svg, spec, p);
  });
  svg.addEventListener('pointerleave', () => showTip(svg, spec, null));
  svg.addEventListener('blur', () => showTip(svg, spec, null));
  svg.addEventListener('click', () => { if (spec.pick && points[at] && !tip.hidden) spec.pick(points[at].s, points[at].i); });
  svg.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step && points.length) {
      at = Math.max(0, Math.min(points.length - 1, at + step));
      showTip(svg, spec, points[at]);
      event.preventDefault();
    } else if (event.key === 'Enter' && spec.pick && points[at]) {
      spec.pick(points[at].s, points[at].i);
    } else if (event.key === 'Escape') {
      showTip(svg, spec, null);
    }
  });
}
