#!/usr/bin/python3
"""Strained and rattled copies of structures: python3 copies.py OUT.extxyz IN.extxyz... [--seed N] [--share 0.5]

For the chosen share of frames one copy each: compressed, stretched, sheared or rattled by 0.05-0.30 A. They teach
the potential what dynamics seldom visits but a hot run under pressure does: short distances and open cells.
A copy keeps its parent, so that it falls on its parent's side of the test split.
"""
import argparse
import numpy as np
from bank import note, oxygen_content, perturb, read_all, write_structures

# Name, volume factor, strain, rattle in A. The factor 0.72 is about 20 GPa for a bulk modulus of 17 GPa.
KINDS = [("compressed", (0.72, 0.92), 0.02, 0.03), ("stretched", (1.05, 1.18), 0.02, 0.03),
         ("sheared", (0.95, 1.05), 0.08, 0.03), ("rattled", (0.95, 1.05), 0.02, 0.10),
         ("rattled", (0.90, 1.08), 0.03, 0.20), ("rattled", (0.97, 1.10), 0.03, 0.30)]


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("out")
    args.add_argument("inputs", nargs="+")
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--share", type=float, default=0.5)
    args = args.parse_args()
    rng = np.random.default_rng(args.seed)
    frames = []
    for atoms in read_all(args.inputs):
        if rng.random() > args.share:
            continue
        name, volume, strain, rattle = KINDS[rng.integers(len(KINDS))]
        for _ in range(20):  # until no two atoms are too close
            a = perturb(atoms, rng, rattle, strain, rng.uniform(*volume) ** (1 / 3))
            if a is not None:
                frames.append(note(a, name, atoms.info["parent"], oxygen_content(a), atoms.info["temperature"]))
                break
    write_structures(args.out, frames)


if __name__ == "__main__":
    main()
