// The surface of the room that a probe of radius r_p has: where its centre may be, between ions of their ionic radii.
// The distance to the nearest ion on a grid, cut into tetrahedra (Doi and Koide, IEICE Trans. E74, 214 (1991)).
const ionicRadii = { Na: 1.02, P: 0.2, S: 1.84, O: 1.4 };

/** Distance from each grid point to the surface of the nearest ion; far points keep `reach`. */
function roomField(movie, cell, f, left, n, reach) {
  const field = new Float32Array(n[0] * n[1] * n[2]).fill(reach);
  const lengths = [0, 3, 6].map(k => Math.hypot(cell[k], cell[k + 1], cell[k + 2]));
  const r = [0, 0, 0];
  for (let i = 0; i < movie.atoms; ++i) {
    const element = movie.elements[movie.species[i]];
    if (left.has(element)) continue;
    const radius = ionicRadii[element] === undefined ? 1 : ionicRadii[element];
    const span = [0, 1, 2].map(a => Math.ceil((radius + reach) / lengths[a] * n[a]) + 1);
    const at = [0, 1, 2].map(a => Math.round(f[3 * i + a] * n[a]));
    for (let u = -span[0]; u <= span[0]; ++u)
      for (let v = -span[1]; v <= span[1]; ++v)
        for (let w = -span[2]; w <= span[2]; ++w) {
          const g = [at[0] + u, at[1] + v, at[2] + w];
          cartesian(cell, [0, 1, 2].map(a => g[a] / n[a] - f[3 * i + a]), 0, r, 0);
          const d = Math.hypot(r[0], r[1], r[2]) - radius;
          const k = ((g[0] % n[0] + n[0]) % n[0] * n[1] + (g[1] % n[1] + n[1]) % n[1]) * n[2] + (g[2] % n[2] + n[2]) % n[2];
          if (d < field[k]) field[k] = d;
        }
  }
  return field;
}

/** Triangles (fractional corners) of the surface field = level. */
function surfaceOf(field, n, level) {
  const triangles = [];
  const cube = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]];
  const six = [[0, 5, 1, 6], [0, 1, 2, 6], [0, 2, 3, 6], [0, 3, 7, 6], [0, 7, 4, 6], [0, 4, 5, 6]];
  const value = g => field[(g[0] % n[0] * n[1] + g[1] % n[1]) * n[2] + g[2] % n[2]] - level;
  const cut = (p, q, a, b) => [0, 1, 2].map(k => (p[k] + (q[k] - p[k]) * a / (a - b)) / n[k]);
  for (let i = 0; i < n[0]; ++i)
    for (let j = 0; j < n[1]; ++j)
      for (let k = 0; k < n[2]; ++k) {
        const corners = cube.map(c => [i + c[0], j + c[1], k + c[2]]);
        const values = corners.map(value);
        const inside = values.filter(v => v > 0).length;
        if (inside === 0 || inside === 8) continue;
        for (const tetrahedron of six) {
          const up = tetrahedron.filter(c => values[c] > 0);
          const down = tetrahedron.filter(c => values[c] <= 0);
          if (!up.length || !down.length) continue;
          const edge = (a, b) => cut(corners[a], corners[b], values[a], values[b]);
          if (up.length === 1) triangles.push(...down.map(d => edge(up[0], d)));
          else if (down.length === 1) triangles.push(...up.map(u => edge(u, down[0])));
          else {
            const [a, b, c, d] = [edge(up[0], down[0]), edge(up[0], down[1]), edge(up[1], down[1]), edge(up[1], down[0])];
            triangles.push(a, b, c, a, c, d);
          }
        }
      }
  return triangles;
}

function makeVoid(stage, movie) {
  const geometry = new THREE.BufferGeometry();
  const mesh = new THREE.Mesh(geometry, new THREE.MeshPhongMaterial({ color: 0x3b8ea5, transparent: true, opacity: 0.45, side: THREE.DoubleSide, flatShading: true, depthWrite: false }));
  mesh.frustumCulled = false;
  mesh.visible = false;
  stage.world.add(mesh);
  /** The share of the cell that the probe's centre may take; the surface is drawn from wrapped fractional coordinates `f`. */
  function update(cell, f, probe, left) {
    const n = [0, 3, 6].map(k => Math.max(12, Math.min(44, Math.round(Math.hypot(cell[k], cell[k + 1], cell[k + 2]) / 0.75))));
    const field = roomField(movie, cell, f, left, n, probe + 0.8);
    const triangles = surfaceOf(field, n, probe);
    const position = new Float32Array(3 * triangles.length);
    triangles.forEach((corner, k) => cartesian(cell, corner, 0, position, 3 * k));
    geometry.setAttribute('position', new THREE.BufferAttribute(position, 3));
    geometry.setDrawRange(0, triangles.length);
    return field.reduce((sum, d) => sum + (d > probe ? 1 : 0), 0) / field.length;
  }
  return { mesh, update };
}
