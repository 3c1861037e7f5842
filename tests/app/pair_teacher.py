#!/usr/bin/python3
"""A teacher of pair potentials for tests of the loop: reads input.extxyz, writes output.extxyz with energy, forces and virial.

Bonds P-S and P-O are Morse wells, all other pairs repel; a smooth cut at 5.5 A makes forces the exact derivative of the energy.
usage: pair_teacher.py [--loose N | --soft F]   (--loose: every N-th frame says that it did not converge;
--soft: all labels are divided by F, and energies have another zero)
"""
import sys
import numpy as np

CUT = 5.5
BONDS = {("P", "S"): (2.0, 1.6, 2.05), ("O", "P"): (3.0, 2.0, 1.55)}  # depth eV, width 1/A, length A
SIZE = {"Na": 1.15, "P": 1.1, "S": 1.35, "O": 1.1}


def pair(a, b, r):
    """Energy (eV) of a pair at r (A), and its derivative."""
    key = tuple(sorted((a, b)))
    if key in BONDS:
        depth, width, length = BONDS[key]
        x = np.exp(-width * (r - length))
        e, d = depth * (x * x - 2 * x), depth * 2 * width * (x - x * x)
    else:
        s = SIZE[a] + SIZE[b]
        e = 1.2 * np.exp(-(r - s) / 0.35)
        d = -e / 0.35
    t = 1 - (r / CUT) ** 2
    return e * t**3, d * t**3 - e * 6 * t * t * r / CUT**2


def label(names, cell, x):
    n = len(names)
    forces, virial, energy = np.zeros((n, 3)), np.zeros((3, 3)), 0.0
    heights = 1 / np.linalg.norm(np.linalg.inv(cell), axis=0)
    reach = np.ceil(CUT / heights).astype(int)
    shifts = [np.array([i, j, k]) @ cell for i in range(-reach[0], reach[0] + 1) for j in range(-reach[1], reach[1] + 1)
              for k in range(-reach[2], reach[2] + 1)]
    wrapped = x - np.floor(x @ np.linalg.inv(cell)) @ cell
    for shift in shifts:
        d = wrapped[None, :, :] + shift - wrapped[:, None, :]
        r = np.linalg.norm(d, axis=2)
        for i, j in zip(*np.where((r > 1e-6) & (r < CUT))):
            e, slope = pair(names[i], names[j], r[i, j])
            energy += 0.5 * e
            f = slope * d[i, j] / r[i, j]  # on i, from this image of j
            forces[i] += f
            virial -= 0.5 * np.outer(d[i, j], f)
    return energy, forces, virial


def main():
    loose = int(sys.argv[2]) if sys.argv[1:2] == ["--loose"] else 0
    soft = float(sys.argv[2]) if sys.argv[1:2] == ["--soft"] else 1.0
    lines, number = open("input.extxyz").read().splitlines(), 0
    with open("output.extxyz", "w") as out:
        while lines:
            n, comment = int(lines[0]), lines[1]
            rows = [line.split() for line in lines[2:2 + n]]
            lines = lines[2 + n:]
            cell = np.array(comment.split('Lattice="')[1].split('"')[0].split(), float).reshape(3, 3)
            names, x = [r[0] for r in rows], np.array([r[1:4] for r in rows], float)
            e, f, w = (part / soft for part in label(names, cell, x))
            e += 0.5 * names.count("P") if soft != 1 else 0
            number += 1
            state = "unconverged" if loose and number % loose == 0 else "ok"
            lattice, virial = (" ".join(f"{v:.12g}" for v in m.ravel()) for m in (cell, w))
            out.write(f'{n}\nLattice="{lattice}" Properties=species:S:1:pos:R:3:forces:R:3 energy={e:.12g} virial="{virial}" '
                      f'status={state} pbc="T T T"\n')
            for name, r, g in zip(names, x, f):
                out.write(" ".join([name, *(f"{v:.12g}" for v in (*r, *g))]) + "\n")


if __name__ == "__main__":
    main()
