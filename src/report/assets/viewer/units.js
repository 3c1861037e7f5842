// PX4 units as tetrahedra coloured by their oxygens. Bonds are found in each frame, so a unit that breaks is seen to break.
const bondLengths = { S: 2.6, O: 2.0 };  // A, P-X; the census of the record may say otherwise

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

  /** From wrapped fractional coordinates `f`; moves the anions of a unit in `xyz` beside their P, so that units are whole. */
  function update(cell, f, xyz) {
    let filled = 0;
    const r = [0, 0, 0];
    const d = [0, 0, 0];
    const corners = new Float32Array(12);
    for (const p of P) {
      let found = 0;
      let oxygen = 0;
      for (let k = 0; k < anions.length && found <= 4; ++k) {
        const at = 3 * anions[k];
        for (let a = 0; a < 3; ++a) {
          d[a] = f[at + a] - f[3 * p + a];
          d[a] -= Math.round(d[a]);
        }
        cartesian(cell, d, 0, r, 0);
        if (r[0] * r[0] + r[1] * r[1] + r[2] * r[2] > cut[k]) continue;
        for (let a = 0; a < 3; ++a) {
          xyz[at + a] = xyz[3 * p + a] + r[a];
          if (found < 4) corners[3 * found + a] = xyz[at + a];
        }
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
