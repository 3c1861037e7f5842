// All parts of the page, each where its place is.
const placeOf = id => document.getElementById(id);
makeTheme(document.querySelector('nav'));
makeClaims(placeOf('verdicts'));
let viewer = null;
if (glasses.length) {
  viewer = makeViewer();
  makeFilters(placeOf('filters'));
  if (placeOf('panels-structure')) makeStructurePanels(placeOf('panels-structure'));
  if (placeOf('panels-sigma')) {
    if (glasses.length > 1) panel(placeOf('panels-sigma'), 'sigma-x', sigmaAgainstX, { x: false, y: true });
    panel(placeOf('panels-sigma'), 'arrhenius', arrheniusSpec, { x: false, y: true });
    makeMsdPanels(placeOf('panels-msd'), placeOf('window-fit'));
    panel(placeOf('panels-msd'), 'nongaussian', nonGaussianSpec, { x: true, y: false });
  }
  if (placeOf('panels-mechanism')) makeMechanismPanels(placeOf('panels-mechanism'), placeOf('doorway-model'));
  if (placeOf('panels-uncertainty')) makeUncertaintyPanels(placeOf('panels-uncertainty'), placeOf('uncertainty-table'));
} else {
  placeOf('filters').hidden = true;
}
const saveRecord = placeOf('save-record');
if (saveRecord) saveRecord.addEventListener('click', () => save('record.json', 'application/json', JSON.stringify(record, null, 1)));
// For a person at the console, and for tests.
window.vitrion = { record, tables, state, changed, viewer };
