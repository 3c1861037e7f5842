#!/usr/bin/python3
"""Perturbed crystals of the Na-P-S-O system: python3 crystals.py OUT.extxyz [--seed N] [--copies N]

Each prototype is scaled by 0.95, 1.00 and 1.05, its cell strained by up to 3 % and its atoms moved by 0.01 A on
average, as Luo et al. do (DOI 10.1039/D4TA05071A); then again with 0.05-0.30 A, so that the potential also knows
what lies beside the crystal. Prototypes are published facts; the number after ICSD names the entry.
"""
import argparse
import numpy as np
from ase.spacegroup import crystal
from bank import note, oxygen_content, perturb, write_structures


def prototypes():
    """Name -> Atoms. Cells in A and degrees, fractional coordinates of the asymmetric unit."""
    p = {}
    p["na3ps4_t"] = crystal(["Na", "Na", "P", "S"],  # ICSD 121566
        [(0, .5, .5728), (.5, .5, 0), (.5, .5, .5), (.6535, .6862, .6655)],
        spacegroup=114, cellpar=[6.9617, 6.9617, 7.0919, 90, 90, 90])
    p["na3ps4_c"] = crystal(["Na", "P", "S"],  # COD 7229733's cell; x of S from P-S = 2.05 A
        [(0, .5, .5), (0, 0, 0), (.1674, .1674, .1674)], spacegroup=217, cellpar=[7.06985] * 3 + [90] * 3)
    p["na2s"] = crystal(["S", "Na"], [(0, 0, 0), (.25, .25, .25)], spacegroup=225, cellpar=[6.53] * 3 + [90] * 3)
    p["p2s5"] = crystal(["P"] * 4 + ["S"] * 10, [  # P4S10, ICSD 409061
        (.73760, .91084, .18668), (.08967, .84207, .28748), (.73012, .56010, .30026), (.82248, .65524, .96428),
        (.6480, .0693, .1898), (.98250, .01066, .28817), (.62110, .72876, .30175), (.71312, .82295, .96561),
        (.3132, .9356, .3784), (.97534, .66172, .40474), (.06709, .75592, .06704), (.62700, .39138, .40210),
        (.70970, .47328, .08015), (.80280, .57589, .76374)],
        spacegroup=2, cellpar=[9.0072, 9.2080, 9.1950, 92.500, 100.720, 109.842])
    p["p2o5"] = crystal(["P", "P", "O", "O", "O", "O"], [  # o' form, ICSD 79698
        (.90207, .25, .15429), (.74238, .25, .79152), (.7762, .25, .0070), (.0517, .25, .0896),
        (.8612, .25, .6611), (.8642, .0014, .2838)], spacegroup=62, cellpar=[9.193, 4.890, 7.162, 90, 90, 90])
    p["na3po4"] = crystal(["Na"] * 5 + ["P"] + ["O"] * 4, [  # a PBE0 geometry of ICSD 97205
        (.53661, .75740, .19007), (.74108, .71453, .54271), (.5, .5, .5), (.5, .5, 0), (0, .5, .55334),
        (.48564, .76418, .72953), (.41855, .66703, .86365), (.39575, .87624, .70067), (.51540, .70718, .52324),
        (.60652, .81019, .83258)], spacegroup=114, cellpar=[10.8900, 10.8900, 6.7655, 90, 90, 90])
    p["na2s2"] = crystal(["Na", "Na", "S"], [(0, 0, 0), (1 / 3, 2 / 3, .25), (1 / 3, 2 / 3, .6445)],  # ICSD 73173
        spacegroup=194, cellpar=[4.489, 4.489, 10.227, 90, 90, 120])
    p["na2s5"] = crystal(["Na", "S", "S", "S"], [(.57554, .78952, .25), (.73076, .49854, .66810),  # ICSD 430333
        (.80266, .68005, .74290), (0, 0, .37840)], spacegroup=32, cellpar=[7.3737, 10.5271, 4.0959, 90, 90, 90])
    atoms_of = {"na3ps4_t": 16, "na3ps4_c": 16, "na2s": 12, "p2s5": 28, "p2o5": 28, "na3po4": 64, "na2s2": 8, "na2s5": 14}
    for name, atoms in p.items():
        del atoms.arrays["spacegroup_kinds"]
        assert len(atoms) == atoms_of[name], (name, len(atoms))
    return p


def substitute(host, picks):
    """Na3PS4 with the sulphur atoms `picks` (places in the list of sulphurs) made oxygen, P-O shortened to 1.54 A."""
    out = host.copy()
    symbols = np.array(out.get_chemical_symbols())
    phosphorus = np.where(symbols == "P")[0]
    for k in np.where(symbols == "S")[0][list(picks)]:
        d = out.get_distances(k, phosphorus, mic=True)
        p = phosphorus[np.argmin(d)]
        out.positions[k] = out.positions[p] + out.get_distance(p, k, mic=True, vector=True) * 1.54 / d.min()
        out.symbols[k] = "O"
    return out


def substituted(host, rng):
    """One to eight oxygens on the eight sulphur places of a 16-atom cell, spread and paired, by chance."""
    found = {}
    for count in (1, 2, 2, 2, 3, 4, 4, 5, 6, 8):
        picks = tuple(sorted(rng.choice(8, count, replace=False)))
        # Oxygen is smaller: about 5 % of length from x = 0 to x = 4, as Na3PS4 and Na3PO4 differ per formula unit.
        cell = host.copy()
        cell.set_cell(cell.cell * (1 - 0.05 * count / 8), scale_atoms=True)
        found[f"na3ps4o_{''.join(map(str, picks))}"] = substitute(cell, picks)
    return found


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("out")
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--copies", type=int, default=3)
    args = args.parse_args()
    rng = np.random.default_rng(args.seed)
    family = prototypes()
    family.update(substituted(family["na3ps4_t"], rng))
    frames = []
    for name, atoms in family.items():
        kind = "crystal_o" if name.startswith("na3ps4o") else "crystal"
        plan = [(s, 0.01, 0.03) for s in (0.95, 1.00, 1.05) for _ in range(args.copies)]
        plan += [(rng.uniform(0.94, 1.06), a, 0.03) for a in (0.05, 0.10, 0.15, 0.20, 0.25, 0.30) for _ in range(max(1, args.copies // 2))]
        for scale, amplitude, strain in plan:
            a = perturb(atoms, rng, amplitude, strain, scale)
            if a is not None:
                # All copies of one prototype are siblings: they share a parent.
                frames.append(note(a, kind, name, oxygen_content(a), 0.0, scale=round(scale, 4), rattle_A=amplitude))
    write_structures(args.out, frames)


if __name__ == "__main__":
    main()
