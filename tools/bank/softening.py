#!/usr/bin/env python3
"""How much too soft a teacher is; run with the label venv (it needs dftd3):
.venv/label/bin/python softening.py --dft train.extxyz --teacher NAME=FILE... -o softening.json

NAME=FILE are the same frames, in any order, labelled by a teacher. The teacher is held against PBE without D3: D3(0)
is computed here and taken off the DFT labels, since factors belong to the surface that the teacher imitates.
  energy   E_PBE = s E_teacher + sum_i n_i e_i      least squares per atom, one offset e per species
  forces   F_PBE = s F_teacher                      all atoms, and species by species
  virial   p_PBE = s p_teacher + c                  pressure (a third of the trace / volume); shear: no offset
To make PBE-D3 labels of teacher labels: multiply by s, add the offsets, add unscaled D3(0).
"""
import argparse, json
import numpy as np
from ase import Atoms
from dftd3.ase import DFTD3
from bank import labelled_frames

GPA = 160.21766  # GPa in one eV/A^3


def key(f):
    return tuple(f["species"]), tuple(np.round(np.ravel(f["positions"]), 3))


def d3(f):
    a = Atoms(f["species"], positions=f["positions"], cell=f["cell"], pbc=True)
    a.calc = DFTD3(method="PBE", damping="d3zero")
    return a.get_potential_energy(), a.get_forces(), -a.get_stress(voigt=False) * a.get_volume()


def slope(x, y):
    return float((x * y).sum() / (x * x).sum())


def rmse(x):
    return float(np.sqrt(np.mean(np.square(x))))


def virial(f):
    return np.array(f["virial"].split(), float).reshape(3, 3)


def compare(dft, teacher):
    """Factors and errors of one teacher on frames that both have labelled."""
    elements = sorted({el for f in dft for el in f["species"]})
    n = np.array([[f["species"].count(el) for el in elements] for f in dft], float)
    total = n.sum(axis=1)
    e_pbe = np.array([float(f["energy"]) - f["d3"][0] for f in dft])
    e_t = np.array([float(f["energy"]) for f in teacher])
    design = np.column_stack([e_t, n]) / total[:, None]
    fit = np.linalg.lstsq(design, e_pbe / total, rcond=None)[0]
    raw = np.linalg.lstsq(n / total[:, None], (e_pbe - e_t) / total, rcond=None)[0]

    f_pbe = np.concatenate([f["forces"] - f["d3"][1] for f in dft])
    f_t = np.concatenate([f["forces"] for f in teacher])
    species = np.array([el for f in dft for el in f["species"]])
    s_f = slope(f_t, f_pbe)
    by_species = {el: slope(f_t[species == el], f_pbe[species == el]) for el in elements}
    factors = np.array([by_species[el] for el in species])[:, None]

    volume = np.array([abs(np.linalg.det(f["cell"])) for f in dft])
    w_pbe = np.array([virial(f) - f["d3"][2] for f in dft]) / volume[:, None, None] * GPA
    w_t = np.array([virial(f) for f in teacher]) / volume[:, None, None] * GPA
    p_pbe, p_t = np.trace(w_pbe, axis1=1, axis2=2) / 3, np.trace(w_t, axis1=1, axis2=2) / 3
    s_p, c_p = np.polyfit(p_t, p_pbe, 1)
    dev_pbe, dev_t = (w - p[:, None, None] * np.eye(3) for w, p in ((w_pbe, p_pbe), (w_t, p_t)))
    return {
        "frames": len(dft), "atoms": int(total.sum()),
        "energy": {"factor": float(fit[0]), "offset_eV": dict(zip(elements, fit[1:].tolist())),
                   "rmse_meV_per_atom": 1000 * rmse(design @ fit - e_pbe / total),
                   "rmse_meV_per_atom_factor_1": 1000 * rmse((e_pbe - e_t - n @ raw) / total)},
        "forces": {"factor": s_f, "by_species": by_species, "rms_eV_per_A": rmse(f_pbe),
                   "rmse_raw": rmse(f_pbe - f_t), "rmse_scaled": rmse(f_pbe - s_f * f_t),
                   "rmse_scaled_by_species": rmse(f_pbe - factors * f_t)},
        "virial": {"pressure_factor": float(s_p), "pressure_offset_GPa": float(c_p), "shear_factor": slope(dev_t, dev_pbe),
                   "pressure_rmse_raw_GPa": rmse(p_pbe - p_t), "pressure_rmse_GPa": rmse(p_pbe - s_p * p_t - c_p)},
    }


def rounded(x):
    if isinstance(x, dict):
        return {k: rounded(v) for k, v in x.items()}
    return round(x, 5) if isinstance(x, float) else x


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--dft", required=True)
    args.add_argument("--teacher", nargs="+", required=True)
    args.add_argument("-o", "--out", required=True)
    args = args.parse_args()
    dft = labelled_frames(args.dft)
    for f in dft:
        f["d3"] = d3(f)
    result = {"method": "PBE without D3(0) against the raw teacher on the frames of dft/train.extxyz; energy: least squares per "
                        "atom with one offset per species; forces: slope through zero; pressure: slope and offset",
              "dft_settings_hash": dft[0]["settings_hash"], "teachers": {}}
    for entry in args.teacher:
        name, path = entry.split("=", 1)
        labelled = {key(f): f for f in labelled_frames(path)}
        both = [f for f in dft if key(f) in labelled]
        disordered = [f for f in both if f["kind"] != "crystal"]
        pair = lambda frames: compare(frames, [labelled[key(f)] for f in frames])
        result["teachers"][name] = {"all": pair(both), "disordered": pair(disordered)}
    with open(args.out, "w") as out:
        json.dump(rounded(result), out, indent=1)
        out.write("\n")
    for name, r in result["teachers"].items():
        for part, v in r.items():
            print(f"{name} {part}: {v['frames']} frames, E x{v['energy']['factor']:.3f} ({v['energy']['rmse_meV_per_atom']:.1f} meV/atom), "
                  f"F x{v['forces']['factor']:.3f} (RMSE {v['forces']['rmse_raw']:.3f} -> {v['forces']['rmse_scaled']:.3f} eV/A), "
                  f"p x{v['virial']['pressure_factor']:.3f} {v['virial']['pressure_offset_GPa']:+.2f} GPa")


if __name__ == "__main__":
    main()
