// Claims by verdict: boxes that hide and show rows.
function makeClaims(bar) {
  if (!bar) return;
  const rows = [...document.querySelectorAll('tr[data-verdict]')];
  for (const verdict of ['reproduced', 'not resolved', 'contradicted', 'not testable']) {
    const own = rows.filter(row => row.dataset.verdict === verdict);
    if (!own.length) continue;
    const box = element('input', { type: 'checkbox', checked: true, 'data-claims': verdict,
      onchange: event => own.forEach(row => { row.hidden = !event.target.checked; }) });
    bar.append(element('label', {}, box, element('span', { class: `verdict ${verdict.replace(' ', '-')}` }, verdict), String(own.length)));
  }
}
