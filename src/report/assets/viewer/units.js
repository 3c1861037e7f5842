// PX4 units as tetrahedra coloured by their oxygens. Bonds are found in each frame, so a unit that breaks is seen to break.
const bondLengths = { S: 2.6, O: 2.0 };  // A, P-X; the census of the record may say otherwise

/** Distances between opposite faces of the cell. */
function heightsOf(cell) {
  const rows = [0, 3, 6].map(k => new THREE.Vector3(cell[k], cell[k + 1], cell[k + 2]));
  const volume = Math.abs(rows[0].dot(rows[1].clone().cross(rows[2])));
  return [0, 1, 2].map(k => volume / rows[(k + 1) % 3].clone().cross(rows[(k + 2) % 3]).length());
}

function makeUnits(stage, movie, looks, cutoffs) {
  const P = indicesOf(movie, 'P');
  const anions = [...indicesOf(movie, 'S'), ...indicesOf(movie, 'O')];
  const isO = anions.map(i => movie.elements[movie.species[i]] === 'O');
  const cut = isO.map(o => (o ? cutoffs['P-O'] || bondLengths.O : cutoffs['P-S'] || bondLengths.S) ** 2);
  const colours = looks.units.map(c => new THREE.Color(c));
  const faces = [0, 1, 2, 0, 3, 1, 0, 2, 3, 1, 3, 2];
  const geometry = new THREE.BufferGeometry();
  const position = new THREE.BufferAttribute(new Float32Array(36 * P.length), 3);
  const tint = new THREE.BufferAttribute(new Float32Array(36 * P.length), 3);
  geometry.setAttribute('position', position);
  geometry.setAttribute('color', tint);
  const mesh = new THREE.Mesh(geometry, new THREE.MeshPhongMaterial({
    vertexColors: THREE.VertexColors, transparent: true, opacity: 0.56, side: THREE.DoubleSide, depthWrite: false, flatShading: true, shininess: 20 }));
  mesh.frustumCulled = false;
  stage.world.add(mesh);

  const corners = new Float32Array(12);
  const longest = Math.sqrt(Math.max(...cut, 0));

  /** From wrapped fractional coordinates `f`; moves the anions of a unit in `xyz` beside their P, so that units are whole. */
  function update(cell, f, xyz) {
    let filled = 0;
    // No neighbour is farther along an axis than the longest bond over the height of the cell.
    const far = heightsOf(cell).map(h => longest / h);
    for (const p of P) {
      let found = 0;
      let oxygen = 0;
      for (let k = 0; k < anions.length && found <= 4; ++k) {
        const at = 3 * anions[k];
        let a = f[at] - f[3 * p];
        a -= a > 0.5 ? 1 : a < -0.5 ? -1 : 0;
        if (a > far[0] || a < -far[0]) continue;
        let b = f[at + 1] - f[3 * p + 1];
        b -= b > 0.5 ? 1 : b < -0.5 ? -1 : 0;
        if (b > far[1] || b < -far[1]) continue;
        let c = f[at + 2] - f[3 * p + 2];
        c -= c > 0.5 ? 1 : c < -0.5 ? -1 : 0;
        const x = a * cell[0] + b * cell[3] + c * cell[6];
        const y = a * cell[1] + b * cell[4] + c * cell[7];
        const z = a * cell[2] + b * cell[5] + c * cell[8];
        if (x * x + y * y + z * z > cut[k]) continue;
        xyz[at] = xyz[3 * p] + x;
        xyz[at + 1] = xyz[3 * p + 1] + y;
        xyz[at + 2] = xyz[3 * p + 2] + z;
        if (found < 4) corners.set(xyz.subarray(at, at + 3), 3 * found);
        ++found;
        oxygen += isO[k] ? 1 : 0;
      }
      if (found !== 4) continue;
      const c = colours[oxygen];
      for (const corner of faces) {
        for (let a = 0; a < 3; ++a) position.array[filled + a] = corners[3 * corner + a];
        tint.array[filled] = c.r;
        tint.array[filled + 1] = c.g;
        tint.array[filled + 2] = c.b;
        filled += 3;
      }
    }
    geometry.setDrawRange(0, filled / 3);
    position.needsUpdate = true;
    tint.needsUpdate = true;
  }
  return { mesh, update };
}
