// The 3-D viewer: draws the snapshot with three.js; leaves the still picture where WebGL is missing.
(function () {
  'use strict';
  var place = document.getElementById('viewer');
  var source = document.getElementById('snapshot-data');
  if (!place || !source || typeof THREE === 'undefined') return;
  // Asked for first, because three.js writes an error to the console where there is no WebGL.
  var probe = document.createElement('canvas');
  var context = null;
  try { context = probe.getContext('webgl') || probe.getContext('experimental-webgl'); } catch (e) { context = null; }
  if (!context) return;

  var data = JSON.parse(source.textContent);
  var still = place.querySelector('svg');
  var renderer = new THREE.WebGLRenderer({ antialias: true, alpha: true, preserveDrawingBuffer: true });
  renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, 2));
  var scene = new THREE.Scene();
  var camera = new THREE.PerspectiveCamera(28, 1, 0.1, 1000);
  scene.add(new THREE.AmbientLight(0xffffff, 0.62));
  var lamp = new THREE.DirectionalLight(0xffffff, 0.55);
  lamp.position.set(0.4, 0.9, 1.0);
  camera.add(lamp);
  scene.add(camera);

  function vector(a) { return new THREE.Vector3(a[0], a[1], a[2]); }
  var rows = data.cell.map(vector);
  var centre = new THREE.Vector3().add(rows[0]).add(rows[1]).add(rows[2]).multiplyScalar(0.5);
  var world = new THREE.Group();
  world.position.copy(centre).negate();
  // z is up in the world, y is up for three.js.
  var upright = new THREE.Group();
  upright.rotation.x = -Math.PI / 2;
  upright.add(world);
  scene.add(upright);

  function instances(geometry, colour, matrices) {
    var material = new THREE.MeshPhongMaterial({ color: colour, shininess: 55, specular: 0x333333 });
    var mesh = new THREE.InstancedMesh(geometry, material, matrices.length);
    matrices.forEach(function (m, k) { mesh.setMatrixAt(k, m); });
    mesh.frustumCulled = false;
    world.add(mesh);
    return mesh;
  }

  var groups = {};
  Object.keys(data.looks).forEach(function (element) {
    var look = data.looks[element];
    var matrices = data.atoms.filter(function (a) { return a[0] === element; }).map(function (a) {
      return new THREE.Matrix4().makeTranslation(a[1], a[2], a[3]);
    });
    groups[element] = instances(new THREE.SphereBufferGeometry(look.radius, 20, 14), look.colour, matrices);
  });

  var up = new THREE.Vector3(0, 1, 0);
  if (data.bonds.length) {
    groups.bonds = instances(new THREE.CylinderBufferGeometry(0.11, 0.11, 1, 8), '#8b96a3', data.bonds.map(function (b) {
      var p = vector(data.atoms[b[0]].slice(1));
      var q = vector(data.atoms[b[1]].slice(1));
      var along = q.clone().sub(p);
      var turn = new THREE.Quaternion().setFromUnitVectors(up, along.clone().normalize());
      return new THREE.Matrix4().compose(p.add(q).multiplyScalar(0.5), turn, new THREE.Vector3(1, along.length(), 1));
    }));
  }

  var faces = [0, 1, 2, 0, 3, 1, 0, 2, 3, 1, 3, 2];
  var tetrahedra = new THREE.Group();
  data.tetrahedra.forEach(function (t) {
    var points = [];
    faces.forEach(function (f) { points.push(t.corners[3 * f], t.corners[3 * f + 1], t.corners[3 * f + 2]); });
    var geometry = new THREE.BufferGeometry();
    geometry.setAttribute('position', new THREE.BufferAttribute(new Float32Array(points), 3));
    geometry.computeVertexNormals();
    tetrahedra.add(new THREE.Mesh(geometry, new THREE.MeshPhongMaterial({
      color: t.colour, transparent: true, opacity: 0.5, side: THREE.DoubleSide, depthWrite: false, flatShading: true
    })));
  });
  world.add(tetrahedra);
  groups.tetrahedra = tetrahedra;

  var box = new THREE.BufferGeometry();
  var edges = [];
  for (var k = 0; k < 8; ++k) {
    for (var axis = 0; axis < 3; ++axis) {
      if ((k >> axis) & 1) continue;
      [k, k | (1 << axis)].forEach(function (c) {
        var r = new THREE.Vector3();
        for (var a = 0; a < 3; ++a) if ((c >> a) & 1) r.add(rows[a]);
        edges.push(r.x, r.y, r.z);
      });
    }
  }
  box.setAttribute('position', new THREE.BufferAttribute(new Float32Array(edges), 3));
  world.add(new THREE.LineSegments(box, new THREE.LineBasicMaterial({ color: 0x9aa5b1 })));

  // Far enough that the whole cell fits, whichever way it is turned.
  var reach = rows[0].clone().add(rows[1]).add(rows[2]).length() / 2;
  camera.position.set(0.5, 0.38, 1).normalize().multiplyScalar(reach / Math.sin(camera.fov * Math.PI / 360));
  camera.lookAt(0, 0, 0);
  var controls = new THREE.OrbitControls(camera, renderer.domElement);
  controls.enablePan = false;
  // The wheel scrolls the page until the picture was clicked.
  controls.enableZoom = false;
  renderer.domElement.addEventListener('mousedown', function () { controls.enableZoom = true; });
  renderer.domElement.addEventListener('mouseleave', function () { controls.enableZoom = false; });
  controls.minDistance = 1.2 * reach;
  controls.maxDistance = 12 * reach;

  function draw() { renderer.render(scene, camera); }
  function resize() {
    var width = place.clientWidth;
    var height = Math.min(width, 620);
    renderer.setSize(width, height);
    camera.aspect = width / height;
    camera.updateProjectionMatrix();
    draw();
  }
  controls.addEventListener('change', draw);
  window.addEventListener('resize', resize);
  Array.prototype.forEach.call(document.querySelectorAll('[data-shows]'), function (input) {
    input.addEventListener('change', function () {
      input.getAttribute('data-shows').split(' ').forEach(function (name) {
        if (groups[name]) groups[name].visible = input.checked;
      });
      draw();
    });
  });
  renderer.domElement.setAttribute('aria-label', 'three-dimensional view of the glass; drag to turn, click and wheel to zoom');
  place.insertBefore(renderer.domElement, still);
  document.body.classList.add('has-viewer');
  resize();
})();
