// Numbers and units as a reader sees them.
const superscripts = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };

/** 1.23 × 10⁻⁵ where a number is small or large. */
function number(x, digits = 3) {
  if (x === null || x === undefined || !Number.isFinite(x)) return '-';
  if (x === 0) return '0';
  const power = Math.floor(Math.log10(Math.abs(x)));
  if (power >= -3 && power < 5) {
    const places = Math.max(0, digits - 1 - power);
    return x.toFixed(Math.min(places, 8)).replace('-', '−');
  }
  const exponent = String(power).split('').map(c => superscripts[c]).join('');
  return `${(x / 10 ** power).toFixed(digits - 1).replace('-', '−')} × 10${exponent}`;
}

const units = {
  'g/cm3': 'g cm⁻³', 'S/cm': 'S cm⁻¹', 'cm2/s': 'cm² s⁻¹', A: 'Å', A2: 'Å²', A3: 'Å³', 'eV/A': 'eV Å⁻¹', '1': '', '1/ps': 'ps⁻¹', '1/ns': 'ns⁻¹'
};
function unitText(unit) { return unit in units ? units[unit] : unit || ''; }

/** "2.04 [2.03, 2.06] g cm⁻³". */
function estimateText(e, digits = 3) {
  if (!e) return '-';
  if (e.refused) return e.upper95 == null ? `refused: ${e.refused}` : `refused: < ${number(e.upper95, 2)} ${unitText(e.unit)} (${e.refused})`;
  const interval = e.interval95 ? ` [${number(e.interval95[0], digits)}, ${number(e.interval95[1], digits)}]` : '';
  return `${number(e.value, digits)}${interval} ${unitText(e.unit)}`.trim();
}

/** Without the reason, for a table. */
function shortEstimate(e) {
  if (!e || !e.refused) return estimateText(e);
  return e.upper95 == null ? 'refused' : `refused: < ${number(e.upper95, 2)} ${unitText(e.unit)}`;
}

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, '');
    else if (value !== false && value !== null) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}
