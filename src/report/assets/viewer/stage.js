// The stage of the viewer: renderer, an orthographic camera that looks at the cell, a bar of 10 A.
function makeStage(place) {
  if (!place || typeof THREE === 'undefined') return null;
  // Asked for first, because three.js writes an error to the console where there is no WebGL.
  let context = null;
  try { context = document.createElement('canvas').getContext('webgl'); } catch (e) { context = null; }
  if (!context) return null;
  const renderer = new THREE.WebGLRenderer({ antialias: true, alpha: true, preserveDrawingBuffer: true });
  renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, 2));
  const scene = new THREE.Scene();
  const camera = new THREE.OrthographicCamera(-1, 1, 1, -1, -500, 1000);
  scene.add(new THREE.AmbientLight(0xffffff, 0.66));
  const lamp = new THREE.DirectionalLight(0xffffff, 0.5);
  lamp.position.set(0.4, 0.9, 1.0);
  camera.add(lamp);
  scene.add(camera);
  // z is up in the world, y is up for three.js.
  const upright = new THREE.Group();
  upright.rotation.x = -Math.PI / 2;
  const world = new THREE.Group();
  upright.add(world);
  scene.add(upright);

  const canvas = renderer.domElement;
  canvas.tabIndex = 0;
  canvas.setAttribute('aria-label', 'three-dimensional view of the glass; drag or arrow keys turn it, plus and minus zoom, space plays');
  place.insertBefore(canvas, place.firstChild);
  const bar = element('div', { class: 'bar' }, '10 Å');
  const said = element('div', { class: 'said' });
  place.append(bar, said);

  const controls = new THREE.OrbitControls(camera, canvas);
  controls.enablePan = false;
  controls.enableKeys = false;
  // The wheel scrolls the page until the picture was clicked.
  controls.enableZoom = false;
  canvas.addEventListener('pointerdown', () => { controls.enableZoom = true; });
  canvas.addEventListener('mouseleave', () => { controls.enableZoom = false; });

  const stage = { place, renderer, scene, camera, world, canvas, controls, said, reach: 10, before: [] };
  stage.pixelsPerAngstrom = () => camera.zoom * canvas.clientHeight / (camera.top - camera.bottom);
  stage.draw = () => {
    stage.before.forEach(f => f());
    bar.style.width = `${10 * stage.pixelsPerAngstrom()}px`;
    renderer.render(scene, camera);
  };
  stage.resize = () => {
    const width = place.clientWidth;
    const height = Math.max(280, Math.min(width, 620));
    renderer.setSize(width, height);
    const half = stage.reach;
    camera.left = -half * width / height;
    camera.right = half * width / height;
    camera.top = half;
    camera.bottom = -half;
    camera.updateProjectionMatrix();
    stage.draw();
  };
  /** The whole cell in the picture, seen from a corner. */
  stage.home = cell => {
    const sum = [0, 1, 2].map(a => cell[a] + cell[3 + a] + cell[6 + a]);
    stage.reach = 0.5 * Math.hypot(...sum);
    camera.zoom = 1;
    controls.target.set(0, 0, 0);
    camera.position.set(0.5, 0.38, 1).normalize().multiplyScalar(100);
    world.position.set(-sum[0] / 2, -sum[1] / 2, -sum[2] / 2);
    controls.update();
    stage.resize();
  };
  /** Looks at a point of the cell from near. */
  stage.fly = point => {
    upright.updateMatrixWorld(true);
    const target = world.localToWorld(new THREE.Vector3(...point));
    camera.position.add(target.clone().sub(controls.target));
    controls.target.copy(target);
    camera.zoom = Math.max(1, stage.reach / 9);
    camera.updateProjectionMatrix();
    controls.update();
    stage.draw();
  };
  const turn = (dx, dy) => {
    const arm = camera.position.clone().sub(controls.target);
    const ball = new THREE.Spherical().setFromVector3(arm);
    ball.theta += dx;
    ball.phi = Math.max(0.05, Math.min(Math.PI - 0.05, ball.phi + dy));
    camera.position.copy(controls.target).add(arm.setFromSpherical(ball));
    controls.update();
  };
  canvas.addEventListener('keydown', event => {
    const move = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key];
    if (move) turn(...move);
    else if (event.key === '+' || event.key === '=') camera.zoom *= 1.15;
    else if (event.key === '-') camera.zoom /= 1.15;
    else return;
    camera.updateProjectionMatrix();
    stage.draw();
    event.preventDefault();
  });
  controls.addEventListener('change', () => stage.draw());
  window.addEventListener('resize', () => stage.resize());
  return stage;
}
