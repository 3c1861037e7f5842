// A panel as files: its numbers as CSV, its picture as SVG.
function save(name, type, text) {
  const link = element('a', { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function csvOf(spec) {
  const quoted = text => /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  const cell = v => v === undefined || v === null || !Number.isFinite(v) ? '' : String(v);
  const rows = [`series,${quoted(spec.x.label)},${quoted(spec.y.label)},low,high,n,file`];
  for (const s of spec.series)
    for (let i = 0; i < s.x.length; ++i)
      rows.push([quoted(s.name || s.label || ''), cell(s.x[i]), cell(s.y[i]), s.low ? cell(s.low[i]) : '', s.high ? cell(s.high[i]) : '',
        quoted(String((Array.isArray(s.n) ? s.n[i] : s.n) ?? '')), quoted(s.file || '')].join(','));
  return rows.join('\n') + '\n';
}

/** The picture with the page's colours written into it, so that it stands alone. */
function svgFileOf(svg) {
  const copy = svg.cloneNode(true);
  copy.querySelectorAll('.hover').forEach(node => node.remove());
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const look = getComputedStyle(document.documentElement);
  const text = new XMLSerializer().serializeToString(copy);
  return text.replace(/var\((--[a-z-]+)\)/g, (whole, name) => look.getPropertyValue(name).trim() || whole);
}
