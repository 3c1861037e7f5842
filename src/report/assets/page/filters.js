// The bar of choices over the linked panels.
function choiceGroup(title, values, chosen, text, colour) {
  const group = element('fieldset', { class: 'choices' }, element('legend', {}, title));
  for (const value of values) {
    const box = element('input', {
      type: 'checkbox', checked: chosen.has(value), 'data-filter': `${title}:${value}`,
      onchange: event => {
        if (event.target.checked) chosen.add(value); else chosen.delete(value);
        changed();
      }
    });
    const swatch = colour ? element('span', { class: 'swatch', style: `background:${colour(value)}` }) : '';
    group.append(element('label', {}, box, swatch, text(value)));
  }
  return group;
}

function estimatorSwitch() {
  const group = element('fieldset', { class: 'choices', id: 'estimator' }, element('legend', {}, 'estimator'));
  const kinds = [['best', 'best', 'MSD over all time origins, generalised least squares'],
    ['paper', 'paper', 'MSD from the first frame, straight line between 50 and 95 % of the run']];
  for (const [kind, name, meaning] of kinds)
    group.append(element('label', { title: meaning }, element('input', {
      type: 'radio', name: 'estimator', value: kind, checked: state.estimator === kind,
      onchange: () => { state.estimator = kind; changed(); }
    }), name));
  return group;
}

function makeFilters(host) {
  if (glasses.length > 1)
    host.append(choiceGroup('glass', glasses.map(g => g.key), state.glasses,
      key => glasses.find(g => g.key === key).name, key => glassColour(glasses.find(g => g.key === key))));
  if (temperatures.length > 1) host.append(choiceGroup('T (K)', temperatures, state.temperatures, String, temperatureColour));
  if (replicas.length > 1) host.append(choiceGroup('replica', replicas, state.replicas, String));
  host.append(estimatorSwitch());
}
