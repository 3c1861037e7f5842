#!/usr/bin/python3
"""Melts and glasses of PS(4-k)Ok tetrahedra that cannot react: .venv/label/bin/python rigid_ions.py OUT.extxyz --seed N

Cheap and larger (40-64 atoms) beside the teacher's own dynamics: Na ions and bonded tetrahedra with charges and
Lennard-Jones walls, run by LAMMPS (`lmp`) for 20 ps, cooled from 1500 K. The force field only has to give honest
distances: the labels are the teacher's. Every P keeps its four neighbours, so these stay a small part of a bank.
"""
import argparse, os, subprocess, tempfile
import numpy as np
from ase import Atoms
from bank import MASS, note, oxygen_content, too_close, write_structures
from melts import pack, start_units

TYPES = {"Na": 1, "P": 2, "S": 3, "O": 4}
CHARGE = {"Na": 0.7, "S": -0.75, "O": -0.85}  # e; P balances

INPUT = """units metal
atom_style full
bond_style harmonic
angle_style harmonic
pair_style lj/cut/coul/long {cutoff:.3f}
kspace_style ewald 1e-4
read_data {data}
special_bonds lj/coul 0 0 0
bond_coeff 1 7.0 2.05
bond_coeff 2 14.0 1.54
angle_coeff 1 4.0 109.47
pair_coeff 1 1 0.010 3.0
pair_coeff 2 2 0.010 3.4
pair_coeff 3 3 0.030 3.6
pair_coeff 4 4 0.020 3.0
pair_coeff 1 2 0.020 3.3
pair_coeff 1 3 0.030 2.95
pair_coeff 1 4 0.020 2.45
pair_coeff 2 3 0.030 3.6
pair_coeff 2 4 0.025 3.4
pair_coeff 3 4 0.025 3.3
minimize 1e-6 1e-4 500 2000
velocity all create 1500 {seed} dist gaussian
timestep 0.001
fix 1 all nvt temp 1500 {cold} 0.1
dump 1 all custom 2500 {dump} id type xu yu zu
dump_modify 1 sort id
run 20000
"""


def data_file(molecules, atoms):
    species = atoms.get_chemical_symbols()
    counts = {el: species.count(el) for el in TYPES}
    q = dict(CHARGE)
    q["P"] = -sum(CHARGE[el] * counts[el] for el in CHARGE) / counts["P"]
    bonds, angles, first = [], [], 1
    for molecule in molecules:
        if len(molecule) == 5:
            bonds += [(1 if molecule[k][0] == "S" else 2, first, first + k) for k in range(1, 5)]
            angles += [(first + k, first, first + l) for k in range(1, 5) for l in range(k + 1, 5)]
        first += len(molecule)
    side = atoms.cell[0, 0]
    text = f"rigid ions\n\n{len(atoms)} atoms\n{len(bonds)} bonds\n{len(angles)} angles\n4 atom types\n2 bond types\n1 angle types\n\n"
    text += "".join(f"0 {side} {a}lo {a}hi\n" for a in "xyz")
    text += "\nMasses\n\n" + "".join(f"{TYPES[el]} {MASS[el]}\n" for el in TYPES)
    text += "\nAtoms\n\n" + "".join(f"{i + 1} 1 {TYPES[el]} {q[el]} {r[0]} {r[1]} {r[2]}\n"
                                    for i, (el, r) in enumerate(zip(species, atoms.positions)))
    text += "\nBonds\n\n" + "".join(f"{i + 1} {t} {a} {b}\n" for i, (t, a, b) in enumerate(bonds))
    return text + "\nAngles\n\n" + "".join(f"{i + 1} 1 {a} {b} {c}\n" for i, (a, b, c) in enumerate(angles))


def run(index, seed, folder):
    rng = np.random.default_rng([seed, index])
    n_p = int(rng.choice([4, 5, 6, 6, 7, 8]))
    x = float(rng.choice([0, 0.15, 0.3, 0.6, 1.0, 2.0, 4.0]))
    n_o = max(1, round(x * n_p)) if x > 0 else 0
    molecules = start_units("ions", n_p, n_o, rng)
    x = n_o / n_p
    volume = 8 * n_p * (25.6 + (14.8 - 25.6) * x / 4) * rng.uniform(0.90, 1.10)
    atoms = pack(molecules, volume, rng)
    cold = float(rng.choice([300, 600, 900, 1200]))
    data, dump = (os.path.join(folder, name) for name in ("data", "dump"))
    with open(data, "w") as f:
        f.write(data_file(molecules, atoms))
    text = INPUT.format(cutoff=min(9.0, 0.49 * atoms.cell[0, 0]), data=data, dump=dump, cold=cold, seed=1000 * seed + index + 1)
    with open(os.path.join(folder, "in"), "w") as f:
        f.write(text)
    subprocess.run(["lmp", "-in", "in", "-log", "log", "-screen", "none"], cwd=folder, check=True)
    frames, species = [], atoms.get_chemical_symbols()
    blocks = open(dump).read().split("ITEM: TIMESTEP\n")[1:]
    for k, block in enumerate(blocks[1:], 1):  # the first is the start
        rows = np.array([line.split()[2:] for line in block.split("ITEM: ATOMS")[1].splitlines()[1:]], float)
        a = Atoms(species, positions=rows, cell=atoms.cell, pbc=True)
        a.wrap()
        t = 1500 + (cold - 1500) * k / (len(blocks) - 1)
        if too_close(a) is None:
            frames.append(note(a, "melt" if t >= 900 else "glass", f"rigid{seed}_{index:03d}", oxygen_content(a), round(t), start="rigid"))
    return frames


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("out")
    args.add_argument("--seed", type=int, required=True)
    args.add_argument("--runs", type=int, default=25)
    args = args.parse_args()
    frames = []
    for index in range(args.runs):
        with tempfile.TemporaryDirectory() as folder:
            frames += run(index, args.seed, folder)
    write_structures(args.out, frames)


if __name__ == "__main__":
    main()
