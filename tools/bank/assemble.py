#!/usr/bin/python3
"""Puts labelled frames into the bank: python3 assemble.py --bank data/labels [--dft FILE...] [--teacher FILE...]

dft/     train.extxyz and test.extxyz: a frame belongs to the test split if its parent stands in dft/test_parents.txt.
teacher/ one file for each kind; frames whose parent is in the test split are left out, so that no potential, on
         whatever level, has seen a sibling of a test frame.
Each level is written whole from the files given: order by parent, then as given; equal geometries only once.
"""
import argparse, os
import numpy as np
from bank import labelled_frames, write_bank

GROUPS = {"crystal": "crystals", "crystal_o": "crystals", "melt": "melts", "glass": "glasses"}  # others: strained


def unique(frames):
    seen, kept = set(), []
    for f in frames:
        key = (tuple(f["species"]), tuple(np.round(np.ravel(f["positions"]), 4)))
        if key not in seen:
            seen.add(key)
            kept.append(f)
    return sorted(kept, key=lambda f: f["parent"])


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--bank", required=True)
    args.add_argument("--dft", nargs="*", default=[])
    args.add_argument("--teacher", nargs="*", default=[])
    args = args.parse_args()
    with open(os.path.join(args.bank, "dft", "test_parents.txt")) as f:
        test = {line.split("#")[0].strip() for line in f} - {""}
    if args.dft:
        frames = unique([f for path in args.dft for f in labelled_frames(path)])
        for name, inside in (("train", False), ("test", True)):
            write_bank(os.path.join(args.bank, "dft", name + ".extxyz"), [f for f in frames if (f["parent"] in test) == inside])
    if args.teacher:
        frames = [f for path in args.teacher for f in labelled_frames(path) if f["parent"] not in test]
        groups = {}
        for f in unique(frames):
            groups.setdefault(GROUPS.get(f["kind"], "strained"), []).append(f)
        for group, members in sorted(groups.items()):
            write_bank(os.path.join(args.bank, "teacher", group + ".extxyz"), members)


if __name__ == "__main__":
    main()
