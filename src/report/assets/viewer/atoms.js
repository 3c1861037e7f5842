// Atoms as shaded discs: one point each, so that 1600 of them cost nothing.
const atomVertex = `
attribute vec3 tint;
attribute float size;
uniform float scale;
uniform float reach;
varying vec3 colour;
varying float depth;
void main() {
  vec4 at = modelViewMatrix * vec4(position, 1.0);
  colour = tint;
  depth = clamp((-at.z - 100.0) / (2.0 * reach) + 0.5, 0.0, 1.0);
  gl_PointSize = 2.0 * size * scale;
  gl_Position = projectionMatrix * at;
}`;
const atomFragment = `
varying vec3 colour;
varying float depth;
void main() {
  vec2 r = 2.0 * gl_PointCoord - 1.0;
  float d = dot(r, r);
  if (d > 1.0) discard;
  vec3 normal = vec3(r.x, -r.y, sqrt(1.0 - d));
  float light = 0.62 + 0.42 * max(0.0, dot(normal, normalize(vec3(-0.4, 0.7, 0.8))));
  vec3 shaded = colour * light * (d > 0.86 ? 0.78 : 1.0);
  gl_FragColor = vec4(mix(shaded, vec3(0.95, 0.96, 0.98), 0.6 * depth), 1.0);
}`;

function makeAtoms(stage, movie, looks) {
  const tint = new Float32Array(3 * movie.atoms);
  const size = new Float32Array(movie.atoms);
  for (let i = 0; i < movie.atoms; ++i) {
    const look = looks.elements[movie.elements[movie.species[i]]];
    new THREE.Color(look.colour).toArray(tint, 3 * i);
    size[i] = look.radius;
  }
  const geometry = new THREE.BufferGeometry();
  const position = new THREE.BufferAttribute(new Float32Array(3 * movie.atoms), 3);
  const radius = new THREE.BufferAttribute(size, 1);
  geometry.setAttribute('position', position);
  geometry.setAttribute('tint', new THREE.BufferAttribute(tint, 3));
  geometry.setAttribute('size', radius);
  const material = new THREE.ShaderMaterial({ vertexShader: atomVertex, fragmentShader: atomFragment,
    uniforms: { scale: { value: 10 }, reach: { value: stage.reach } } });
  const points = new THREE.Points(geometry, material);
  points.frustumCulled = false;
  stage.world.add(points);
  return {
    points,
    position,
    show(element, visible) {
      for (let i = 0; i < movie.atoms; ++i)
        if (movie.elements[movie.species[i]] === element) size[i] = visible ? looks.elements[element].radius : 0;
      radius.needsUpdate = true;
    },
    scaleTo() {
      material.uniforms.scale.value = stage.pixelsPerAngstrom() * stage.renderer.getPixelRatio();
      material.uniforms.reach.value = stage.reach;
    }
  };
}

function makeBox(stage) {
  const geometry = new THREE.BufferGeometry();
  const position = new THREE.BufferAttribute(new Float32Array(72), 3);
  geometry.setAttribute('position', position);
  const lines = new THREE.LineSegments(geometry, new THREE.LineBasicMaterial({ color: 0x9aa5b1 }));
  lines.frustumCulled = false;
  stage.world.add(lines);
  return cell => {
    let k = 0;
    for (let corner = 0; corner < 8; ++corner)
      for (let axis = 0; axis < 3; ++axis) {
        if ((corner >> axis) & 1) continue;
        for (const c of [corner, corner | (1 << axis)]) {
          cartesian(cell, [c & 1, (c >> 1) & 1, c >> 2], 0, position.array, k);
          k += 3;
        }
      }
    position.needsUpdate = true;
  };
}
