// Dark or light: as the system has it until the reader chooses.
function makeTheme(nav) {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (document.documentElement.dataset.theme || (dark.matches ? 'dark' : 'light')) === 'dark';
  const button = element('button', { type: 'button', id: 'theme', onclick: () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    label();
  } });
  function label() { button.textContent = isDark() ? 'light' : 'dark'; }
  dark.addEventListener('change', label);
  label();
  nav.append(button);
}
