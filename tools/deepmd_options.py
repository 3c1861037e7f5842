#!/usr/bin/env python3
"""Models of many options made by DeePMD-kit, and what Vitrion and DeePMD-kit predict with them.

Each model is built by DeePMD-kit's PyTorch back end with random weights and given statistics, written as .dp (every
seventh as .yaml), and evaluated by both on eight systems: a bulk, a skewed and turned cell, cells smaller than the
cutoff (many images of one atom, also of itself), one atom, an atom in vacuum, an open cluster, atoms outside their
cell, and a system of one element. Prints the largest differences by model and ends with code 1 if one exceeds its
limit. deepmd_interop.py beside this file does fewer models through the whole way: training, freezing, conversion.

Run it with the Python of a DeePMD-kit venv (pip install "deepmd-kit[cpu,torch]==3.1.3"):
  VENV/bin/python tools/deepmd_options.py --vitrion build/release/vitrion [PREFIX ...]
"""
import argparse
import copy
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

NAMES = ["Na", "P", "S"]
BASE = {
    "type_map": NAMES,
    "descriptor": {"type": "se_e2_a", "rcut": 5.0, "rcut_smth": 1.5, "sel": [40, 30, 40],
                   "neuron": [6, 12, 24], "axis_neuron": 4, "seed": 1},
    "fitting_net": {"neuron": [20, 20, 20], "seed": 1},
}
QUANTITIES = ("energy", "force", "virial", "atom_energy", "atom_virial")


def cases():
    """name: model section, over all options of the model."""
    found = {}

    def add(name, descriptor=None, fitting=None, **model):
        case = copy.deepcopy(BASE)
        case["descriptor"].update(descriptor or {})
        case["fitting_net"].update(fitting or {})
        case.update(model)
        found[name] = case

    add("two_side")
    add("one_side", {"type_one_side": True})
    for one_side in (False, True):
        for name in ("tanh", "relu", "relu6", "softplus", "sigmoid", "gelu", "gelu_tf", "silu", "silut", "silut:10.0",
                     "linear", "none"):
            add(f"activation_{name}_{one_side}",
                {"activation_function": name, "type_one_side": one_side, "resnet_dt": one_side},
                {"activation_function": name})
    add("activations_differ", {"activation_function": "gelu"}, {"activation_function": "silu"})
    embeddings = [[25, 50, 100], [8], [1], [2], [2, 4], [1, 2, 4], [3, 3, 3], [4, 8, 8, 16, 16], [16, 8, 4],
                  [12, 24, 12, 24], [10, 20, 30, 60]]
    for k, neuron in enumerate(embeddings):
        for one_side in (False, True):
            for dt in (False, True):
                add(f"embedding_{'-'.join(map(str, neuron))}_{one_side}_{dt}",
                    {"neuron": neuron, "axis_neuron": min(neuron[-1], 1 + k % 4), "type_one_side": one_side,
                     "resnet_dt": dt})
    # The descriptor has 24 * 4 = 96 entries: 96 and 192 make a skip in the first layer.
    for neuron in ([7], [240, 240], [96, 96], [48, 96], [192], [10, 20, 10, 20], [1], [2, 2, 4]):
        for dt in (False, True):
            add(f"fitting_{'-'.join(map(str, neuron))}_{dt}", None, {"neuron": neuron, "resnet_dt": dt})
    for axis in (1, 2, 12, 24):
        add(f"axis_{axis}", {"axis_neuron": axis})
    every = [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]]
    for pairs in ([[0, 1], [2, 2]], [[1, 0], [0, 0]], every):
        for one_side in (False, True):
            add(f"exclude_types_{len(pairs)}_{one_side}", {"exclude_types": pairs, "type_one_side": one_side})
        add(f"pair_exclude_types_{len(pairs)}", pair_exclude_types=pairs)
    add("exclude_both", {"exclude_types": [[0, 1]]}, pair_exclude_types=[[0, 2]])
    add("atom_exclude_types_1", atom_exclude_types=[1])
    add("atom_exclude_types_2", atom_exclude_types=[0, 2])
    add("env_protection", {"env_protection": 0.3})
    add("env_protection_small", {"env_protection": 1e-6, "type_one_side": True})
    add("set_davg_zero", {"set_davg_zero": True})
    add("atom_ener", None, {"atom_ener": [-1.0, None, -3.0]})
    add("atom_ener_all", None, {"atom_ener": [-1.0, -2.0, -3.0]})
    for sel in ([9, 5, 7], [40, 3, 40], [40, 0, 40]):
        name = "-".join(map(str, sel))
        add(f"small_sel_{name}", {"sel": sel})
        add(f"small_sel_{name}_pair", {"sel": sel}, pair_exclude_types=[[0, 2], [1, 1]])
        add(f"small_sel_{name}_exclude", {"sel": sel, "exclude_types": [[0, 2], [1, 1]]})
    add("cutoff_large", {"rcut": 9.0, "rcut_smth": 2.0, "sel": [200, 120, 200]})
    add("cutoff_late", {"rcut": 3.7, "rcut_smth": 3.6})
    add("cutoff_from_zero", {"rcut_smth": 0.0})
    add("type_absent", {"sel": [40, 4, 30, 40]}, type_map=["Na", "Cl", "P", "S"])
    add("types_in_another_order", {"sel": [40, 40, 30]}, type_map=["S", "Na", "P"])
    add("float32", {"precision": "float32"}, {"precision": "float32"})
    add("float32_embedding", {"precision": "float32"})
    add("float32_fitting", None, {"precision": "float32"})
    return found


def points(n, cell, seed):
    """Cartesian positions (A) of n atoms no closer than 1.6 A."""
    random = np.random.default_rng(seed)
    found = np.empty((0, 3))
    while len(found) < n:
        s = random.random(3)
        d = found - s
        if np.all(np.linalg.norm((d - np.round(d)) @ cell, axis=1) > 1.6):
            found = np.vstack([found, s])
    return found @ cell


def systems():
    """name: (types, positions by frame, cell or None)."""
    cell = np.array([[9.1, 0, 0], [1.2, 8.7, 0], [-0.9, 1.1, 9.4]])
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    skewed = np.array([[6.0, 0, 0], [2.9, 5.5, 0], [-2.8, 2.6, 5.0]])
    tiny = np.array([[3.0, 0, 0], [0.4, 2.9, 0], [0.1, -0.3, 3.1]])
    melt = np.random.default_rng(1).permutation([0] * 12 + [1] * 5 + [2] * 9)
    shifts = np.random.default_rng(2).integers(-3, 3, (26, 3)) @ cell
    return {
        "bulk": (melt, [points(26, cell, k) for k in range(3)], cell),
        "skewed": (np.array([0, 2, 1, 0, 2]), [points(5, skewed, k) @ turn for k in range(2)], skewed @ turn),
        "images": (np.array([0, 1]), [np.array([[0.1, 0.2, 0.3], [1.6, 1.5, 1.4]])], tiny),
        "one": (np.array([2]), [np.full((1, 3), 0.5)], np.array([[3.3, 0, 0], [0, 3.2, 0], [0.3, 0, 3.4]])),
        "vacuum": (np.array([1]), [np.full((1, 3), 0.5)], 30 * np.eye(3)),
        "cluster": (melt[:9], [points(9, 7 * np.eye(3), k) for k in range(2)], None),
        "outside": (melt, [points(26, cell, 9) + shifts], cell),
        "one_element": (np.zeros(6, int), [points(6, cell, 9)], cell),
    }


def write_system(folder, types, frames, cell):
    (folder / "set.000").mkdir(parents=True)
    np.savetxt(folder / "type.raw", types, fmt="%d")
    (folder / "type_map.raw").write_text("\n".join(NAMES) + "\n")
    np.save(folder / "set.000/coord.npy", np.reshape(frames, (len(frames), -1)))
    if cell is None:
        (folder / "nopbc").touch()
    else:
        np.save(folder / "set.000/box.npy", np.tile(cell.ravel(), (len(frames), 1)))


def build(case, seed):
    """A model of DeePMD-kit with random weights, statistics and biases of its own for each type."""
    import torch
    from deepmd.pt.model.model import get_model

    model = get_model(copy.deepcopy(case))
    random = torch.Generator().manual_seed(seed)
    descriptor, fitting = model.atomic_model.descriptor.sea, model.atomic_model.fitting_net
    with torch.no_grad():
        for t in range(len(case["type_map"])):
            descriptor.mean[t] = 0
            if not case["descriptor"].get("set_davg_zero"):
                descriptor.mean[t, :, 0] = 0.04 + 0.02 * t
            descriptor.stddev[t, :, 0] = 0.12 + 0.01 * t
            descriptor.stddev[t, :, 1:] = 0.08 + 0.005 * t
            model.atomic_model.out_bias[0, t, 0] = -100.0 * (t + 1)
        if not case["fitting_net"].get("atom_ener"):
            fitting.bias_atom_e.copy_(torch.randn(fitting.bias_atom_e.shape, generator=random, dtype=torch.float64))
    return model.eval()


def theirs(model, type_map, types, frame, cell):
    import torch

    index = torch.tensor([[type_map.index(NAMES[t]) for t in types]])
    coordinates = torch.tensor(frame.reshape(1, -1, 3)).requires_grad_(True)
    box = None if cell is None else torch.tensor(cell.reshape(1, 9))
    result = model(coordinates, index, box, do_atomic_virial=True)
    return {name: result[name].detach().numpy().ravel() for name in QUANTITIES}


def limit(name):
    """Both compute in double from the same numbers; float32 nets see rounded inputs; PyTorch's softplus is linear
    over 20, which is 2e-9 an evaluation."""
    return 3e-4 if "float32" in name else 1e-7 if "softplus" in name else 1e-9


def compare(name, case, seed, vitrion, root, data):
    from deepmd.dpmodel.utils.serialization import save_dp_model

    model = build(case, seed)
    file = root / f"{name.replace(':', '_')}.{'yaml' if seed % 7 == 3 and '100' not in name else 'dp'}"
    save_dp_model(str(file), {"model": model.serialize(), "model_def_script": case, "backend": "PyTorch",
                              "@variables": {}})
    out = root / f"{name}.out"
    run = subprocess.run([vitrion, "eval", "-m", file, "-o", out, *(root / system for system in data)],
                         capture_output=True, text=True)
    if run.returncode:
        print(f"{name:36s} vitrion eval: {run.stderr.strip()}")
        return False
    worst = dict.fromkeys(QUANTITIES, 0.0)
    for system, (types, frames, cell) in data.items():
        # At equal distances which of two images a small sel drops is chance.
        if "small_sel" in name and system == "images":
            continue
        for k, frame in enumerate(frames):
            expected = theirs(model, case["type_map"], types, frame, cell)
            for quantity in QUANTITIES:
                got = np.load(out / system / "set.000" / f"{quantity}.npy")[k].ravel()
                worst[quantity] = float(np.maximum(worst[quantity], np.abs(got - expected[quantity]).max()))
    good = all(value <= limit(name) for value in worst.values())  # NaN is not good
    print(f"{name:36s}" + "  ".join(f"{key} {value:7.1e}" for key, value in worst.items())
          + ("" if good else "   TOO LARGE"), flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vitrion", default="build/release/vitrion", help="the program")
    parser.add_argument("prefixes", nargs="*", metavar="PREFIX", help="models whose names begin so (default: all)")
    arguments = parser.parse_args()
    vitrion = pathlib.Path(arguments.vitrion).resolve()
    chosen = {name: case for name, case in cases().items()
              if not arguments.prefixes or name.startswith(tuple(arguments.prefixes))}
    data = systems()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, (types, frames, cell) in data.items():
            write_system(root / name, types, frames, cell)
        failed = [name for seed, (name, case) in enumerate(chosen.items())
                  if not compare(name, case, seed, vitrion, root, data)]
    print(f"{len(chosen) - len(failed)} models agree, {len(failed)} do not {' '.join(failed)}")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
