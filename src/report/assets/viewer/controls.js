// The viewer: which run, what is shown, playback, the gate of a hop.
function makeViewer() {
  const place = document.getElementById('viewer');
  const side = document.getElementById('viewer-controls');
  if (!place || !side || !movieTexts.length) return null;
  const stage = makeStage(place);
  if (!stage) return null;
  document.body.classList.add('has-viewer');
  const looks = JSON.parse(document.getElementById('looks').textContent);
  const view = { movie: null, frame: 0, from: 0, to: 0, playing: false, last: 0, drawn: [] };
  const choices = { units: true, paths: false, void: false, gates: true, leftOut: true, probe: 1.0, hidden: new Set() };
  let parts = null;
  let f = null;
  let xyz = null;
  const drawBox = makeBox(stage);
  stage.before.push(() => { if (parts) parts.atoms.scaleTo(); });

  function mobile() {
    const glass = glasses.find(g => g.key === view.movie.glass);
    return glass ? mobileOf(glass) : 'Na';
  }

  function load(k) {
    if (parts) for (const part of [parts.atoms.points, parts.units.mesh, parts.void.mesh, parts.gate.group, parts.paths && parts.paths.lines])
      if (part) stage.world.remove(part);
    const movie = view.movie = movieAt(k);
    const glass = glasses.find(g => g.key === movie.glass) || {};
    f = new Float32Array(3 * movie.atoms);
    const atoms = makeAtoms(stage, movie, looks);
    xyz = atoms.position.array;
    parts = { atoms, units: makeUnits(stage, movie, looks, (glass.units && glass.units.cutoffs) || {}), void: makeVoid(stage, movie), gate: makeGate(stage, movie), paths: null };
    view.from = 0;
    view.to = movie.frames - 1;
    view.frame = 0;
    stage.home(movie.cells[0]);
    choices.hidden.forEach(e => atoms.show(e, false));
    fillGates();
    timeline.max = movie.frames - 1;
    apply();
  }

  /** Positions of the frame into all parts; returns the gate's centre. */
  function place3d() {
    const m = view.movie;
    const cell = m.cells[view.frame];
    fractionalAt(m, view.frame, f);
    for (let k = 0; k < f.length; ++k) f[k] -= Math.floor(f[k]);
    for (let i = 0; i < m.atoms; ++i) cartesian(cell, f, 3 * i, xyz, 3 * i);
    parts.units.update(cell, f, xyz);
    parts.atoms.position.needsUpdate = true;
    drawBox(cell);
    return parts.gate.update(cell, f, view.frame);
  }

  function redraw() {
    const centre = place3d();
    if (parts.paths) parts.paths.upTo(view.frame || view.movie.frames - 1);
    const m = view.movie;
    stage.said.textContent = `${m.name}, ${number(m.times[view.frame], 4)} of ${number(m.times[m.frames - 1], 4)} ps`;
    timeline.value = view.frame;
    stage.canvas.dataset.frame = view.frame;
    stage.draw();
    return centre;
  }

  function apply() {
    parts.units.mesh.visible = choices.units;
    if (choices.paths && !parts.paths) parts.paths = makePaths(stage, view.movie, mobile());
    if (parts.paths) parts.paths.lines.visible = choices.paths;
    ramp.hidden = !choices.paths;
    if (choices.paths) rampTop.textContent = `${number(parts.paths.end, 2)} Å`;
    parts.void.mesh.visible = choices.void;
    roomControls.hidden = !choices.void;
    redraw();
    if (choices.void) {
      const share = parts.void.update(view.movie.cells[view.frame], f, choices.probe, choices.leftOut ? new Set([mobile()]) : new Set());
      roomText.textContent = `r_p = ${choices.probe.toFixed(2)} Å: ${(100 * share).toFixed(2)} % of the cell in this frame`;
      stage.draw();
    }
  }

  const box = (name, text, checked, change) => element('label', { class: 'inline' }, element('input', { type: 'checkbox', checked, 'data-view': name,
    onchange: event => { change(event.target.checked); } }), text);
  const run = element('select', { id: 'viewer-run', 'aria-label': 'run', onchange: event => load(Number(event.target.value)) },
    ...movieTexts.map((s, k) => element('option', { value: k }, s.textContent.match(/"name":"([^"]*)"/)[1])));
  const elements = movieAt(0).elements;
  const shows = element('fieldset', {}, element('legend', {}, 'shown'),
    ...elements.map(e => box(e, e, true, on => { if (on) choices.hidden.delete(e); else choices.hidden.add(e); parts.atoms.show(e, on); stage.draw(); })),
    box('units', 'PX₄ units', true, on => { choices.units = on; apply(); }),
    box('paths', 'ways of the ions', false, on => { choices.paths = on; apply(); }),
    box('void', 'void surface', false, on => { choices.void = on; apply(); }));
  const rampTop = element('span');
  const ramp = element('div', { hidden: true }, element('div', { class: 'ramp' }), element('div', { class: 'ramp-ends' }, element('span', {}, '0'), element('span', {}, 'displacement'), rampTop));
  const roomText = element('span', { class: 'muted' });
  const roomControls = element('fieldset', { hidden: true }, element('legend', {}, 'void'),
    element('input', { type: 'range', min: 0.2, max: 2, step: 0.05, value: choices.probe, id: 'probe', 'aria-label': 'probe radius in A', onchange: event => { choices.probe = Number(event.target.value); apply(); } }),
    roomText, box('left-out', 'without the mobile ions', true, on => { choices.leftOut = on; apply(); }));
  const timeline = element('input', { type: 'range', min: 0, max: 1, step: 1, value: 0, id: 'timeline', 'aria-label': 'frame', oninput: event => { view.frame = Number(event.target.value); stop(); redraw(); },
    onchange: () => { if (choices.void) apply(); } });
  const playButton = element('button', { type: 'button', id: 'play', onclick: () => (view.playing ? stop() : play()) }, 'play');
  const gateSelect = element('select', { id: 'gate', 'aria-label': 'gate of a hop', onchange: event => pickGate(event.target.value === '' ? null : gatesOf(view.movie)[Number(event.target.value)]) });
  const gateText = element('p', { class: 'under' });
  const around = element('button', { type: 'button', id: 'around', onclick: () => playAround() }, 'play ±50 ps around it');
  const gates = element('fieldset', {}, element('legend', {}, 'gate of a hop'), gateSelect, around, gateText);
  side.append(element('label', {}, 'run ', run), shows, ramp, roomControls, element('div', { class: 'playback' }, playButton, timeline), gates,
    element('p', { class: 'under' }, 'Drag to turn; click, then wheel to zoom. With the keyboard: arrows, + and −, space.'));

  function fillGates() {
    const list = gatesOf(view.movie);
    gateSelect.replaceChildren(element('option', { value: '' }, list.length ? `${list.length} gates: choose` : 'none recorded'),
      ...list.map((g, k) => element('option', { value: k }, `${number(g.time_ps, 4)} ps, ${g.kind || ''}, r = ${number(g.radius)} Å`)));
    gateSelect.disabled = !list.length;
    around.hidden = true;
    gateText.textContent = list.length ? '' : 'No doorways were measured in this run.';
    parts.gate.pick(null);
  }

  function pickGate(g) {
    parts.gate.pick(g);
    around.hidden = !g;
    if (!g) { gateText.textContent = ''; redraw(); return; }
    gateText.textContent = `radius ${number(g.radius)} Å, area ${number(g.area)} Å², opening ${g.opening === null ? '-' : number(g.opening)} Å, ${g.lasting ? 'a lasting hop' : 'a hop that was undone'}`;
    view.frame = frameNear(view.movie, g.time_ps);
    const centre = redraw();
    if (centre) stage.fly(centre);
  }

  function playAround() {
    const g = parts.gate.picked();
    if (!g) return;
    view.from = frameNear(view.movie, g.time_ps - 50);
    view.to = Math.max(view.from + 1, frameNear(view.movie, g.time_ps + 50));
    view.frame = view.from;
    play();
  }

  function stop() {
    view.playing = false;
    playButton.textContent = 'play';
    view.from = 0;
    view.to = view.movie.frames - 1;
  }

  function play() {
    view.playing = true;
    playButton.textContent = 'pause';
    view.drawn = [];
    requestAnimationFrame(step);
  }

  function step(now) {
    if (!view.playing) return;
    // Not faster than 30 frames a second: a picture that flickers shows no motion.
    if (now - view.last >= 30) {
      view.last = now;
      view.frame = view.frame >= view.to || view.frame < view.from ? view.from : view.frame + 1;
      redraw();
      view.drawn.push(performance.now());
      if (view.drawn.length > 40) view.drawn.shift();
      const n = view.drawn.length - 1;
      if (n > 4) stage.canvas.dataset.rate = (1000 * n / (view.drawn[n] - view.drawn[0])).toFixed(1);
    }
    requestAnimationFrame(step);
  }

  stage.canvas.addEventListener('keydown', event => {
    if (event.key !== ' ') return;
    if (view.playing) stop(); else play();
    event.preventDefault();
  });

  load(0);
  return {
    /** Flies to a recorded gate, loading its run first. */
    show(key, temperature, gate) {
      const k = movieTexts.findIndex((_, i) => { const m = movieAt(i); return m.glass === key && m.temperature === temperature && m.replica === gate.replica; });
      if (k < 0) return false;
      if (view.movie !== movieAt(k)) { run.value = k; load(k); }
      const index = gatesOf(view.movie).findIndex(g => g.time_ps === gate.time_ps && g.ion === gate.ion);
      if (index < 0) return false;
      gateSelect.value = index;
      pickGate(gatesOf(view.movie)[index]);
      place.scrollIntoView({ block: 'center' });
      return true;
    },
    /** Milliseconds of one frame, drawn as fast as it goes: of all, and of the positions before anything is drawn. */
    milliseconds(frames) {
      const gl = stage.renderer.getContext();
      const pixel = new Uint8Array(4);
      const begin = performance.now();
      for (let k = 0; k < frames; ++k) {
        view.frame = k % view.movie.frames;
        redraw();
        gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
      }
      const all = (performance.now() - begin) / frames;
      const placed = performance.now();
      for (let k = 0; k < frames; ++k) place3d();
      return { all, places: (performance.now() - placed) / frames };
    }
  };
}
