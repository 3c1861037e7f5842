"""What the bank's scripts share: Na-P-S-O units, frames with provenance, compact extended XYZ."""
import numpy as np
from ase.io import read, write

MASS = {"Na": 22.98977, "P": 30.973762, "S": 32.06, "O": 15.999}
# Closest contacts, A, that a structure to be labelled may have: far below any bond, above what breaks the PAW spheres.
CLOSEST = {"Na-Na": 1.9, "Na-O": 1.6, "Na-P": 1.9, "Na-S": 1.8, "O-O": 1.15, "O-P": 1.2, "O-S": 1.2,
           "P-P": 1.65, "P-S": 1.55, "S-S": 1.6}


def note(atoms, kind, parent, x, temperature=0.0, **more):
    """Attach provenance: the family a frame belongs to (parent) decides on which side of the test split it falls."""
    atoms.info = {"kind": kind, "parent": parent, "x": round(float(x), 4), "temperature": float(temperature), **more}
    atoms.pbc = True
    return atoms


def oxygen_content(atoms):
    """x of Na3PS(4-x)Ox by the share of oxygen among the anions."""
    s = atoms.get_chemical_symbols()
    anions = s.count("S") + s.count("O")
    return 4.0 * s.count("O") / anions if anions else 0.0


def too_close(atoms):
    """The first pair closer than CLOSEST allows, or None."""
    from ase.neighborlist import neighbor_list
    species = atoms.get_chemical_symbols()
    i, j, d = neighbor_list("ijd", atoms, 2.0)
    for a, b, r in zip(i, j, d):
        pair = "-".join(sorted((species[a], species[b])))
        if r < CLOSEST[pair]:
            return f"{pair} {r:.2f} A"
    return None


def perturb(atoms, rng, amplitude=0.0, strain=0.0, scale=1.0):
    """Scale the cell, strain it symmetrically (diagonal within +-strain, off-diagonal half), move atoms by a Gaussian
    whose mean length is `amplitude` A. Returns None when two atoms come too close."""
    out = atoms.copy()
    e = np.diag(rng.uniform(-strain, strain, 3))
    for a, b in ((0, 1), (0, 2), (1, 2)):
        e[a, b] = e[b, a] = 0.5 * rng.uniform(-strain, strain)
    out.set_cell(scale * out.cell.array @ (np.eye(3) + e), scale_atoms=True)
    # A three-dimensional Gaussian of width s has the mean length s * sqrt(8 / pi).
    out.positions += rng.normal(0.0, amplitude / np.sqrt(8 / np.pi), out.positions.shape)
    return None if too_close(out) else out


def read_all(paths):
    return [a for p in paths for a in read(p, index=":")]


def write_structures(path, frames):
    for a in frames:
        a.calc = None
        for name in set(a.arrays) - {"numbers", "positions"}:
            del a.arrays[name]
    write(path, frames, format="extxyz", columns=["symbols", "positions"])
    print(f"{path}: {len(frames)} structures")


KEYS = ["energy", "energy_d3", "virial", "pbc", "level", "engine", "version", "settings_hash", "kpoints", "parent", "kind", "x",
        "temperature", "start", "scf_steps", "wall_s", "force_sum"]


def quoted(value):
    text = str(value)
    return f'"{text}"' if " " in text or "," in text else text


def write_bank(path, frames):
    """Labelled frames (dicts with species, positions, cell, forces and KEYS) in one compact layout: 1e-8 A for the
    cell, 1e-6 A and 1e-6 eV/A for atoms."""
    with open(path, "w") as out:
        for f in frames:
            keys = " ".join(f"{k}={quoted(f[k])}" for k in KEYS if k in f)
            cell = " ".join(f"{v:.8f}" for v in np.ravel(f["cell"]))
            out.write(f'{len(f["species"])}\nLattice="{cell}" Properties=species:S:1:pos:R:3:forces:R:3 {keys}\n')
            for el, r, g in zip(f["species"], f["positions"], f["forces"]):
                out.write("%s %.6f %.6f %.6f %.6f %.6f %.6f\n" % (el, *r, *g))
    print(f"{path}: {len(frames)} frames")


def labelled_frames(path):
    """The frames of a labelled file as `vitrion label` writes it, as write_bank wants them."""
    frames = []
    for a in read(path, index=":", format="extxyz"):
        f = {k: v for k, v in a.info.items() if k in KEYS}
        f["energy"] = f"{a.info['energy'] if 'energy' in a.info else a.get_potential_energy():.8f}"
        f["virial"] = " ".join(f"{v:.6f}" for v in np.ravel(a.info["virial"]))
        f["pbc"] = "T T T"
        # ASE reads bare numbers into arrays and bools; what is text must stay text.
        if "kpoints" in f and not isinstance(f["kpoints"], str):
            f["kpoints"] = " ".join(f"{v:g}" for v in np.ravel(f["kpoints"]))
        f["settings_hash"] = str(f["settings_hash"])
        forces = a.arrays["forces"] if "forces" in a.arrays else a.get_forces()
        f.update(species=a.get_chemical_symbols(), positions=a.positions, cell=a.cell.array, forces=forces)
        frames.append(f)
    return frames
