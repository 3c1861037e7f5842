#!/usr/bin/env python3
"""Melts and quenched glasses by teacher molecular dynamics; run with the teacher's Python:
.venv/teacher/bin/python tools/bank/melts.py OUT.extxyz --seed N [--runs M] [--minutes T] [--calculator 7net-0]

Three kinds of start, so that reacted structures (P2X7, P-P, S-S, free S) appear and not only PX4 tetrahedra:
  ions   Na and PS(4-k)Ok tetrahedra with the oxygens spread by chance
  salts  Na2S, P2S5 and P2O5 molecules, the way a glass is packed before it is melted
  soup   single atoms at random
Each is freed of contacts by a soft repulsion, relaxed for a few steps and run with Langevin dynamics (2 fs): either
held hot (`melt`) or heated and cooled to 300 K (`quench`). Frames are taken along the way. All frames of a run share
a parent. A file grows by whole runs, and a run that OUT already holds is not made again.
"""
import argparse, os, sys, time
import numpy as np
from ase import Atoms, units
from ase.io import read, write
from ase.md.langevin import Langevin
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
from ase.optimize import FIRE
from bank import note, oxygen_content, too_close

TETRAHEDRON = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
BOND = {"S": 2.05, "O": 1.54}


def rotation(rng):
    q = rng.normal(size=4)
    w, x, y, z = q / np.linalg.norm(q)
    return np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                     [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                     [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])


def tetrahedron(anions):
    return [("P", np.zeros(3))] + [(el, TETRAHEDRON[k] * BOND[el]) for k, el in enumerate(anions)]


def p2x5(anion):
    """X2P-X-PX2, the formula unit of P2S5 and P2O5."""
    b = BOND[anion]
    atoms = [(anion, np.zeros(3))]
    for side in (-1, 1):
        p = np.array([side * 0.9 * b, 0.44 * b, 0])
        atoms += [("P", p), (anion, p + [side * 0.5 * b, 0.3 * b, 0.8 * b]), (anion, p + [side * 0.5 * b, 0.3 * b, -0.8 * b])]
    return atoms


def start_units(kind, n_p, n_o, rng):
    """Molecules (lists of (species, position)) of Na3P n_p, n_o of its 4 n_p anions oxygen."""
    n_na = 3 * n_p
    if kind == "salts":
        n_oxide = min(n_p // 2, round(n_o / 5))
        na2s = [("S", np.zeros(3)), ("Na", np.array([2.5, 0, 0])), ("Na", np.array([-1.2, 2.2, 0]))]
        molecules = [p2x5("O")] * n_oxide + [p2x5("S")] * (n_p // 2 - n_oxide) + [na2s] * (n_na // 2)
        return molecules
    anions = rng.permutation(["O"] * n_o + ["S"] * (4 * n_p - n_o))
    if kind == "ions":
        return [tetrahedron(anions[4 * i:4 * i + 4]) for i in range(n_p)] + [[("Na", np.zeros(3))]] * n_na
    return [[(el, np.zeros(3))] for el in ["Na"] * n_na + ["P"] * n_p + list(anions)]


def pack(molecules, volume, rng):
    """Molecules at random in a cube, pushed apart while the distances inside each are held."""
    side = volume ** (1 / 3)
    species, positions, owner = [], [], []
    for m, molecule in enumerate(molecules):
        r, centre = rotation(rng), rng.uniform(0, side, 3)
        for el, d in molecule:
            species.append(el)
            positions.append(centre + r @ d)
            owner.append(m)
    x, owner = np.array(positions), np.array(owner)
    n = len(x)
    anion = np.array([el in ("S", "O") for el in species])
    sulphur = np.array([el == "S" for el in species])
    # Wanted distance of strangers, A: unlike charges may sit closer than like ones, oxygen closer than sulphur.
    want = np.where(anion[:, None] != anion[None, :], 2.5, 3.1) - 0.2 * (~sulphur[:, None] & anion[:, None]) - 0.2 * (~sulphur[None, :] & anion[None, :])
    same = (owner[:, None] == owner[None, :]) & ~np.eye(n, dtype=bool)
    d0 = np.linalg.norm(x[:, None] - x[None, :], axis=2)
    for step in range(600):
        d = x[:, None] - x[None, :]
        d[~same] -= side * np.round(d[~same] / side)
        r = np.linalg.norm(d, axis=2) + np.eye(n) + 1e-9
        push = np.where(same, 0.5 * (d0 - r), np.clip(want - r, 0, 0.5))
        np.fill_diagonal(push, 0)
        x = x + 0.25 * (push[:, :, None] * d / r[:, :, None]).sum(axis=1)
    return Atoms(species, positions=x, cell=[side] * 3, pbc=True)


def plan(index, seed, phosphorus=None):
    """The run of an index: start, composition, density, temperature and schedule, drawn from its own stream;
    8 atoms for each phosphorus, drawn too unless it is given."""
    rng = np.random.default_rng([seed, index])
    kind = ["ions", "salts", "ions", "soup"][index % 4]
    n_p = int(rng.choice([2, 2, 3, 3, 4, 4, 5, 6]))
    if kind == "salts":
        n_p = 2 if rng.random() < 0.4 else 4
    n_p = phosphorus or n_p
    x = float(rng.choice([0, 0, 0.15, 0.3, 0.6, 1.0, 1.5, 2.0, 3.0, 4.0]))
    n_o = int(round(x * n_p))
    n_o = max(n_o, 1) if x > 0 else 0
    if kind == "salts":
        n_o = 5 * min(n_p // 2, int(np.ceil(n_o / 5)))
    molecules = start_units(kind, n_p, n_o, rng)
    x = 4 * sum(el == "O" for m in molecules for el, _ in m) / sum(el in "SO" for m in molecules for el, _ in m)
    n = sum(map(len, molecules))
    # Volume per atom of the glass, A^3, between Na3PS4 (1.85 g/cm3) and Na3PO4 (2.3 g/cm3).
    volume = n * (25.6 + (14.8 - 25.6) * x / 4)
    # Two of three runs lie near zero pressure, the others reach from a stretched cell to about 20 GPa.
    factor = rng.uniform(0.96, 1.08) if rng.random() < 0.66 else rng.uniform(0.70, 1.15)
    quench = rng.random() < 0.55
    hot = float(rng.uniform(1200, 2200) if quench or kind == "soup" else rng.choice([300, 600, 900, 1200, 1500, 2000]))
    return dict(name=f"{kind}{seed}_{index:03d}", kind=kind, molecules=molecules, volume=volume * factor, quench=quench, hot=hot,
                cold=float(rng.choice([300, 300, 600])), rng=rng)


def run(p, calculator, steps, every):
    atoms = pack(p["molecules"], p["volume"], p["rng"])
    atoms.calc = calculator
    FIRE(atoms, logfile=None, maxstep=0.15).run(fmax=1.5, steps=40)
    MaxwellBoltzmannDistribution(atoms, temperature_K=p["hot"], rng=p["rng"])
    md = Langevin(atoms, 2 * units.fs, temperature_K=p["hot"], friction=0.02 / units.fs, rng=p["rng"])
    frames, schedule = [], [p["hot"]] * (steps // every)
    if p["quench"]:
        k = len(schedule)
        schedule = [p["hot"]] * (k * 2 // 5) + list(np.linspace(p["hot"], p["cold"], k * 2 // 5)) + [p["cold"]] * (k // 5)
    for k, t in enumerate(schedule):
        md.set_temperature(temperature_K=t)
        md.run(every)
        if np.abs(atoms.get_forces()).max() > 60 or atoms.get_temperature() > 3 * t + 2000:
            break
        if k == 0 or too_close(atoms):
            continue
        a = Atoms(atoms.get_chemical_symbols(), positions=atoms.positions, cell=atoms.cell, pbc=True)
        a.wrap()
        kind = "melt" if t >= 900 or not p["quench"] else "glass"
        frames.append(note(a, kind, p["name"], oxygen_content(a), round(t), start=p["kind"]))
    return frames


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("out")
    args.add_argument("--seed", type=int, required=True)
    args.add_argument("--runs", type=int, default=40)
    args.add_argument("--minutes", type=float, default=1e9, help="start no run after this long")
    args.add_argument("--steps", type=int, default=450)
    args.add_argument("--every", type=int, default=15, help="steps between frames")
    args.add_argument("--phosphorus", type=int, help="P atoms in each cell, even (default: 2 to 6 by chance)")
    args.add_argument("--calculator", default="7net-0")
    args = args.parse_args()
    import torch
    torch.set_num_threads(1)
    from sevenn.calculator import SevenNetCalculator
    calculator = SevenNetCalculator(args.calculator, device="cpu")
    begin, made = time.time(), set()
    if os.path.exists(args.out):
        made = {a.info["parent"] for a in read(args.out, index=":")}
    for index in range(args.runs):
        p = plan(index, args.seed, args.phosphorus)
        if p["name"] in made or time.time() - begin > 60 * args.minutes:
            continue
        start = time.time()
        frames = run(p, calculator, args.steps, args.every)
        if frames:
            write(args.out, frames, format="extxyz", append=True, columns=["symbols", "positions"])
        n = sum(map(len, p["molecules"]))
        print(f"{p['name']} {n} atoms {p['hot']:.0f} K {'quench' if p['quench'] else 'melt'}: {len(frames)} frames, "
              f"{time.time() - start:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
