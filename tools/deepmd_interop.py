#!/usr/bin/env python3
"""Models and predictions exchanged with DeePMD-kit, option by option.

For each case DeePMD-kit trains a few steps, freezes and converts its model to .dp; Vitrion reads that file and both
predict the same frames. Then Vitrion trains a model of the same input; DeePMD-kit converts that .dp to .pth and
.yaml, runs `dp test` on it and predicts, and both are compared again. Prints the largest differences and ends with
code 1 if one exceeds its limit.

Run it with the Python of a DeePMD-kit venv (pip install "deepmd-kit[cpu,torch]==3.1.3"):
  VENV/bin/python tools/deepmd_interop.py --vitrion build/release/vitrion [--work DIR] [CASE ...]
"""
import argparse
import copy
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np

NAMES = ["Na", "P", "S"]
BASE = {
    "model": {
        "type_map": NAMES,
        "descriptor": {"type": "se_e2_a", "rcut": 5.0, "rcut_smth": 1.5, "sel": [26, 16, 20],
                       "neuron": [6, 12, 24], "axis_neuron": 4, "seed": 1},
        "fitting_net": {"neuron": [20, 20, 20], "seed": 1},
    },
    "learning_rate": {"type": "exp", "start_lr": 1e-3, "stop_lr": 1e-4, "decay_steps": 10},
    "loss": {"start_pref_e": 0.02, "limit_pref_e": 1, "start_pref_f": 1000, "limit_pref_f": 1,
             "start_pref_v": 0.02, "limit_pref_v": 1},
    "training": {"training_data": {"systems": ["system"], "batch_size": 1}, "numb_steps": 3, "seed": 3,
                 "disp_freq": 1, "save_freq": 3},
}


def descriptor(**keys):
    return lambda case: case["model"]["descriptor"].update(keys)


def fitting(**keys):
    return lambda case: case["model"]["fitting_net"].update(keys)


def model(**keys):
    return lambda case: case["model"].update(keys)


def both(**keys):
    return lambda case: (descriptor(**keys)(case), fitting(**keys)(case))


# name: changes of BASE
CASES = {
    "two_side": [],
    "one_side": [descriptor(type_one_side=True)],
    "float32": [both(precision="float32")],
    "mixed_precision": [descriptor(precision="float32")],
    "embedding_resnet_dt": [descriptor(resnet_dt=True)],
    "fitting_without_dt": [fitting(resnet_dt=False)],
    "exclude_types": [descriptor(exclude_types=[[0, 1], [2, 2]])],
    "exclude_types_one_side": [descriptor(exclude_types=[[0, 1], [2, 2]], type_one_side=True)],
    "pair_exclude_types": [model(pair_exclude_types=[[0, 2], [1, 1]])],
    "pair_exclude_small_sel": [model(pair_exclude_types=[[0, 2], [1, 1]]), descriptor(sel=[9, 5, 7])],
    "atom_exclude_types": [model(atom_exclude_types=[1])],
    "small_sel": [descriptor(sel=[9, 5, 7])],
    "one_small_sel": [descriptor(sel=[40, 3, 40])],
    "set_davg_zero": [descriptor(set_davg_zero=True)],
    "env_protection": [descriptor(env_protection=0.2)],
    "atom_ener": [fitting(atom_ener=[-1.0, None, -3.0])],
    "atom_ener_davg_zero": [fitting(atom_ener=[-1.0, -2.0, -3.0]), descriptor(set_davg_zero=True)],
    "type_absent": [model(type_map=["Na", "Cl", "P", "S"]), descriptor(sel=[26, 4, 16, 20])],
    "odd_widths": [descriptor(neuron=[5, 7, 7]), fitting(neuron=[9, 18, 11])],
    "skip_in_first_layer": [descriptor(neuron=[2, 4, 8], resnet_dt=True, axis_neuron=2),
                            fitting(neuron=[16, 32])],
    # silut is missing: DeePMD-kit 3.1.3 cannot train it (TorchScript refuses its gradient); deepmd_options.py has it
    **{f"activation_{name}": [both(activation_function=name)]
       for name in ["relu", "relu6", "softplus", "sigmoid", "gelu", "gelu_tf", "silu", "linear"]},
}


def make_system(folder, seed=7, frames=3):
    """Random atoms of Na, P, S no closer than 1.7 A in a skewed cell; smooth artificial labels."""
    random = np.random.default_rng(seed)
    cell = np.array([[9.1, 0, 0], [1.2, 8.7, 0], [-0.9, 1.1, 9.4]])
    types = random.permutation([0] * 12 + [1] * 5 + [2] * 9)
    coords = []
    for _ in range(frames):
        points = []
        while len(points) < len(types):
            s = random.random(3)
            d = np.array(points).reshape(-1, 3) - s
            if np.all(np.linalg.norm((d - np.round(d)) @ cell, axis=1) > 1.7):
                points.append(s)
        coords.append((np.array(points) @ cell).ravel())
    shape = (frames, len(types))
    data = {"coord": np.array(coords), "box": np.tile(cell.ravel(), (frames, 1)),
            "energy": random.normal(-100, 1, frames), "force": random.normal(0, 1, (shape[0], 3 * shape[1])),
            "virial": random.normal(0, 5, (frames, 9))}
    (folder / "set.000").mkdir(parents=True)
    for name, values in data.items():
        np.save(folder / "set.000" / f"{name}.npy", values)
    np.savetxt(folder / "type.raw", types, fmt="%d")
    (folder / "type_map.raw").write_text("\n".join(NAMES) + "\n")


def dp(*words):
    from deepmd.main import main

    main([str(word) for word in words])


def theirs(path, system):
    """DeePMD-kit's predictions with atomic parts."""
    from deepmd.infer import DeepPot

    potential = DeepPot(str(path))
    coord = np.load(system / "set.000/coord.npy")
    box = np.load(system / "set.000/box.npy")
    index = [potential.get_type_map().index(NAMES[t]) for t in np.loadtxt(system / "type.raw", dtype=int)]
    e, f, v, ae, av = potential.eval(coord, box, index, atomic=True)
    n = len(coord)
    return {"energy": e.reshape(n), "force": f.reshape(n, -1), "virial": v.reshape(n, 9),
            "atom_energy": ae.reshape(n, -1), "atom_virial": av.reshape(n, -1)}


def ours(vitrion, path, system, out):
    shutil.rmtree(out, ignore_errors=True)
    run = subprocess.run([vitrion, "eval", "-m", path, system, "-o", out, "--precision", "double"],
                         capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return {p.stem: np.load(p) for p in (out / system.name / "set.000").glob("*.npy")}


def differences(a, b):
    return {name: float(np.abs(a[name] - b[name]).max()) for name in a}


def tested_by_dp(path, system, prediction):
    """Largest difference of `dp test`'s detail files from a prediction."""
    dp("test", "-m", path, "-s", system, "-d", path.with_name("detail"), "-n", 100)
    pick = {"energy": ("e", slice(1, 2)), "force": ("f", slice(3, 6)), "virial": ("v", slice(9, 18))}
    return {name: float(np.abs(np.loadtxt(path.with_name(f"detail.{suffix}.out"))[:, columns].ravel()
                               - prediction[name].ravel()).max())
            for name, (suffix, columns) in pick.items()}


def limits(case):
    """Both compute in double from the same numbers; DeePMD-kit rounds coordinates to float32 for float32 nets."""
    words = json.dumps(case["model"])
    if "float32" in words:
        return {"energy": 2e-4, "force": 2e-4, "virial": 1e-3, "atom_energy": 2e-5, "atom_virial": 2e-4}
    # PyTorch's softplus is linear over 20: 2e-9 an evaluation
    loose = 100 if "softplus" in words else 1
    return {name: 1e-9 * loose for name in ("energy", "force", "virial", "atom_energy", "atom_virial")}


def report(name, found, allowed):
    worst = {key: value for key, value in found.items() if not value <= allowed.get(key, 1e-9)}
    print(f"{name:52s}" + "  ".join(f"{key} {value:8.1e}" for key, value in sorted(found.items()))
          + ("   TOO LARGE" if worst else ""), flush=True)
    return not worst


def run_case(name, changes, vitrion, root):
    folder = root / name
    folder.mkdir(parents=True)
    case = copy.deepcopy(BASE)
    for change in changes:
        change(case)
    make_system(folder / "system")
    (folder / "input.json").write_text(json.dumps(case, indent=1))
    os.chdir(folder)
    system = folder / "system"
    allowed = limits(case)

    dp("--pt", "train", "input.json", "--skip-neighbor-stat")
    dp("--pt", "freeze", "-o", "theirs.pth")
    dp("convert-backend", "theirs.pth", "theirs.dp")
    dp("convert-backend", "theirs.pth", "theirs.yaml")
    expected = theirs(folder / "theirs.pth", system)
    good = True
    for file in ("theirs.dp", "theirs.yaml"):
        got = ours(vitrion, folder / file, system, folder / "out")
        good &= report(f"{name}: their {file[7:]}, read by Vitrion", differences(expected, got), allowed)

    run = subprocess.run([vitrion, "train", "input.json", "-o", "ours.dp"], capture_output=True, text=True)
    if run.returncode:
        print(f"{name}: vitrion train: {run.stderr.strip().splitlines()[-1]}")
        return False
    got = ours(vitrion, folder / "ours.dp", system, folder / "out")
    for file in ("ours.pth", "ours.yaml"):
        dp("convert-backend", "ours.dp", file)
    good &= report(f"{name}: our .dp as .pth", differences(theirs(folder / "ours.pth", system), got), allowed)
    if name in ("two_side", "float32"):  # the NumPy back end is slow and gives energies only
        energies = {key: value for key, value in theirs(folder / "ours.yaml", system).items() if "energy" in key}
        good &= report(f"{name}: our .dp as .yaml", differences(energies, got), allowed)
    good &= report(f"{name}: dp test of our .dp as .pth", tested_by_dp(folder / "ours.pth", system, got), allowed)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vitrion", default="build/release/vitrion", help="the program")
    parser.add_argument("--work", help="keep models and data in this new folder")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of: {' '.join(CASES)} (default: all)")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.cases if name not in CASES]
    if unknown:
        parser.error(f"no such case: {' '.join(unknown)}")
    root = pathlib.Path(arguments.work or tempfile.mkdtemp()).resolve()
    vitrion = str(pathlib.Path(arguments.vitrion).resolve())
    failed = [name for name in arguments.cases or CASES if not run_case(name, CASES[name], vitrion, root)]
    if not arguments.work:
        shutil.rmtree(root)
    print(f"{len(arguments.cases or CASES) - len(failed)} cases agree, {len(failed)} do not {' '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
