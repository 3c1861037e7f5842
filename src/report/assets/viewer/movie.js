// Movies: positions as int16 shares of the largest fractional coordinate, unwrapped; decoded when first asked for.
const movieTexts = [...document.querySelectorAll('script.movie')];
const decoded = new Map();

function movieAt(k) {
  if (decoded.has(k)) return decoded.get(k);
  const m = JSON.parse(movieTexts[k].textContent);
  const bytes = Uint8Array.from(atob(m.positions), c => c.charCodeAt(0));
  m.path = new Int16Array(bytes.buffer);
  m.positions = null;
  m.atoms = m.species.length;
  m.frames = m.times.length;
  m.step = m.reach / 32767;
  decoded.set(k, m);
  return m;
}

const indicesOf = (movie, element) => [...movie.species.keys()].filter(i => movie.elements[movie.species[i]] === element);

/** Fractional coordinates of a frame, unwrapped, into `out` (3 N). */
function fractionalAt(movie, frame, out) {
  const from = 3 * movie.atoms * frame;
  for (let k = 0; k < 3 * movie.atoms; ++k) out[k] = movie.path[from + k] * movie.step;
}

/** f times the rows of the cell. */
function cartesian(cell, f, at, out, to) {
  const a = f[at];
  const b = f[at + 1];
  const c = f[at + 2];
  out[to] = a * cell[0] + b * cell[3] + c * cell[6];
  out[to + 1] = a * cell[1] + b * cell[4] + c * cell[7];
  out[to + 2] = a * cell[2] + b * cell[5] + c * cell[8];
}

/** How far an atom is from where it was in frame `first`, in that frame's cell, in A. */
function displacementOf(movie, first, frame, i) {
  const cell = movie.cells[first];
  const now = 3 * (frame * movie.atoms + i);
  const then = 3 * (first * movie.atoms + i);
  const a = (movie.path[now] - movie.path[then]) * movie.step;
  const b = (movie.path[now + 1] - movie.path[then + 1]) * movie.step;
  const c = (movie.path[now + 2] - movie.path[then + 2]) * movie.step;
  return Math.hypot(a * cell[0] + b * cell[3] + c * cell[6], a * cell[1] + b * cell[4] + c * cell[7], a * cell[2] + b * cell[5] + c * cell[8]);
}
