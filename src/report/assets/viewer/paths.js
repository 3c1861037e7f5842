// The ways of the mobile ions, coloured by the displacement from the first frame; one scale for all movies.
const viridis = ['#440154', '#414487', '#2a788e', '#22a884', '#7ad151', '#fde725'];

function rampColour(share) {
  const at = Math.max(0, Math.min(0.9999, share)) * (viridis.length - 1);
  const k = Math.floor(at);
  return new THREE.Color(viridis[k]).lerp(new THREE.Color(viridis[k + 1]), at - k);
}

let rampEnd = 0;
/** The displacement that one ion in fifty passes, over all movies. */
function pathScale(element) {
  if (rampEnd) return rampEnd;
  for (let k = 0; k < movieTexts.length; ++k) {
    const m = movieAt(k);
    const all = indicesOf(m, element).map(i => displacementOf(m, 0, m.frames - 1, i)).sort((a, b) => a - b);
    if (all.length) rampEnd = Math.max(rampEnd, all[Math.floor(0.98 * (all.length - 1))]);
  }
  return rampEnd = Math.max(rampEnd, 0.5);
}

function makePaths(stage, movie, element) {
  const ions = indicesOf(movie, element);
  const end = pathScale(element);
  const position = new Float32Array(6 * ions.length * (movie.frames - 1));
  const tint = new Float32Array(position.length);
  const cell = movie.cells[0];
  const at = (frame, i, a) => movie.path[3 * (frame * movie.atoms + i) + a] * movie.step;
  const ramp = Array.from({ length: 64 }, (_, k) => rampColour(k / 63));
  const f = [0, 0, 0];
  let n = 0;
  // By frame, then ion: a draw range of so many frames is the way up to now.
  for (let t = 0; t + 1 < movie.frames; ++t)
    for (const i of ions)
      for (const frame of [t, t + 1]) {
        // Each piece is shown in the cell that holds its middle.
        for (let a = 0; a < 3; ++a) f[a] = at(frame, i, a) - Math.floor((at(t, i, a) + at(t + 1, i, a)) / 2);
        cartesian(cell, f, 0, position, n);
        const c = ramp[Math.round(63 * Math.min(1, displacementOf(movie, 0, frame, i) / end))];
        tint[n] = c.r;
        tint[n + 1] = c.g;
        tint[n + 2] = c.b;
        n += 3;
      }
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute('position', new THREE.BufferAttribute(position, 3));
  geometry.setAttribute('color', new THREE.BufferAttribute(tint, 3));
  const lines = new THREE.LineSegments(geometry, new THREE.LineBasicMaterial({ vertexColors: THREE.VertexColors }));
  lines.frustumCulled = false;
  stage.world.add(lines);
  return { lines, end, upTo: frame => geometry.setDrawRange(0, 2 * ions.length * frame) };
}
