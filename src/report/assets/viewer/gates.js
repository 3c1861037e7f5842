// The gate of a hop: the triangle of anions that the ion passed, and the ion's step through it.
function gatesOf(movie) {
  const glass = glasses.find(g => g.key === movie.glass);
  const d = glass && glass.temperatures.find(t => t.temperature === movie.temperature);
  const doorways = d && d.doorways && Array.isArray(d.doorways.list) ? d.doorways.list : [];
  return doorways.filter(g => g.replica === movie.replica && Array.isArray(g.anions) && g.time_ps <= movie.times[movie.frames - 1]);
}

function frameNear(movie, time) {
  let best = 0;
  for (let f = 0; f < movie.frames; ++f) if (Math.abs(movie.times[f] - time) < Math.abs(movie.times[best] - time)) best = f;
  return best;
}

function makeGate(stage, movie) {
  const group = new THREE.Group();
  const triangle = new THREE.BufferGeometry();
  const corners = new THREE.BufferAttribute(new Float32Array(9), 3);
  triangle.setAttribute('position', corners);
  const sheet = new THREE.Mesh(triangle, new THREE.MeshBasicMaterial({ color: 0xd2196b, transparent: true, opacity: 0.5, side: THREE.DoubleSide, depthTest: false }));
  const rim = new THREE.LineLoop(triangle, new THREE.LineBasicMaterial({ color: 0xd2196b, depthTest: false }));
  const way = new THREE.BufferGeometry();
  const wayAt = new THREE.BufferAttribute(new Float32Array(3 * movie.frames), 3);
  way.setAttribute('position', wayAt);
  const wayLine = new THREE.Line(way, new THREE.LineBasicMaterial({ color: 0x111111, depthTest: false }));
  const ion = new THREE.Mesh(new THREE.SphereBufferGeometry(0.75, 20, 14), new THREE.MeshPhongMaterial({ color: 0xd2196b }));
  for (const part of [sheet, rim, wayLine]) part.frustumCulled = false;
  group.add(sheet, rim, wayLine, ion);
  group.visible = false;
  stage.world.add(group);
  let gate = null;

  const fraction = (frame, i, a) => movie.path[3 * (frame * movie.atoms + i) + a] * movie.step;
  /** Anions and ion in the image that lies nearest to the first anion, which is wrapped. */
  function update(cell, f, frame) {
    if (!gate) return null;
    const centre = gate.anions[0];
    const r = [0, 0, 0];
    const near = (i, out, to) => {
      const d = [0, 1, 2].map(a => {
        const step = f[3 * i + a] - f[3 * centre + a];
        return f[3 * centre + a] + step - Math.round(step);
      });
      cartesian(cell, d, 0, out, to);
      return d;
    };
    gate.anions.slice(0, 3).forEach((i, k) => near(i, corners.array, 3 * k));
    corners.needsUpdate = true;
    const home = near(gate.ion, r, 0);
    ion.position.set(...r);
    // The ion's way over the frames around, seen from where it is now.
    const first = frameNear(movie, gate.time_ps - 50);
    const last = frameNear(movie, gate.time_ps + 50);
    for (let t = first; t <= last; ++t) {
      const at = [0, 1, 2].map(a => home[a] + fraction(t, gate.ion, a) - fraction(frame, gate.ion, a));
      cartesian(cell, at, 0, wayAt.array, 3 * (t - first));
    }
    way.setDrawRange(0, last - first + 1);
    wayAt.needsUpdate = true;
    return [0, 1, 2].map(a => (corners.array[a] + corners.array[3 + a] + corners.array[6 + a]) / 3);
  }
  return { group, update, pick(g) { gate = g; group.visible = Boolean(g); }, picked: () => gate };
}
