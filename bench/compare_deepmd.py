#!/usr/bin/env python3
"""Training and LAMMPS of DeePMD-kit and of Vitrion on the same cores, model and cell.

    bench/compare_deepmd.py --vitrion build/release/vitrion --deepmd VENV [--threads 2] [--atoms 1600]

VENV is a virtual environment with deepmd-kit[cpu,lmp,torch]==3.1.3. Each program runs twice with different numbers of
steps; the difference gives ms/step without start-up. Start it on an idle machine, and alone.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy

TYPES = ["Na", "P", "S", "O"]
DENSITY = 0.048  # atoms per A^3 of Na3PS4 glass


def random_cell(atoms, seed):
    """A jittered lattice of Na3PS4: side, positions, types."""
    random = numpy.random.default_rng(seed)
    side = (atoms / DENSITY) ** (1 / 3)
    n = int(numpy.ceil(atoms ** (1 / 3)))
    grid = numpy.stack(numpy.meshgrid(*[numpy.arange(n)] * 3), -1).reshape(-1, 3)
    sites = random.permutation(grid)[:atoms] * side / n
    positions = sites + random.uniform(-0.15, 0.15, sites.shape) * side / n
    types = numpy.array([[0, 0, 0, 1, 2, 2, 2, 2][i % 8] for i in range(atoms)])
    return side, positions, types


def write_system(folder, atoms):
    """One frame with small random labels: only the time matters."""
    side, positions, types = random_cell(atoms, 1)
    random = numpy.random.default_rng(2)
    data = folder / "set.000"
    data.mkdir(parents=True)
    numpy.save(data / "coord.npy", positions.reshape(1, -1))
    numpy.save(data / "box.npy", (side * numpy.eye(3)).reshape(1, 9))
    numpy.save(data / "energy.npy", numpy.array([-4.0 * atoms]))
    numpy.save(data / "force.npy", random.normal(0, 1, (1, 3 * atoms)))
    numpy.save(data / "virial.npy", random.normal(0, 1, (1, 9)))
    numpy.savetxt(folder / "type.raw", types, fmt="%d")
    (folder / "type_map.raw").write_text("\n".join(TYPES) + "\n")


def training_input(system, steps, precision, fitting):
    net = {"precision": precision, "seed": 1}
    return {
        "model": {
            "type_map": TYPES,
            "descriptor": {"type": "se_e2_a", "rcut": 6.0, "rcut_smth": 2.0, "sel": [44, 20, 52, 20],
                           "neuron": [25, 50, 100], "axis_neuron": 16, **net},
            "fitting_net": {"neuron": [fitting] * 3, "resnet_dt": True, **net},
        },
        "learning_rate": {"type": "exp", "start_lr": 1e-3, "stop_lr": 1e-6, "decay_steps": 100},
        "loss": {"type": "ener", "start_pref_e": 0.02, "limit_pref_e": 1, "start_pref_f": 1000,
                 "limit_pref_f": 1, "start_pref_v": 0.02, "limit_pref_v": 1},
        "training": {"training_data": {"systems": [str(system)], "batch_size": 1}, "numb_steps": steps,
                     "seed": 1, "disp_freq": 1000000, "save_freq": 1000000},
    }


def seconds(command, folder, environment):
    begin = time.perf_counter()
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {run.returncode}:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    return time.perf_counter() - begin


def per_step(timed, few, many):
    """ms a step from two runs."""
    return 1e3 * (timed(many) - timed(few)) / (many - few)


def training(args, work, atoms, precision, fitting, environment):
    system = work / f"system{atoms}"
    if not system.exists():
        write_system(system, atoms)

    def timed(program):
        def run(steps):
            folder = pathlib.Path(tempfile.mkdtemp(dir=work))
            (folder / "input.json").write_text(json.dumps(training_input(system, steps, precision, fitting)))
            return seconds([*program, "train", "input.json"], folder, environment)
        return run

    theirs = per_step(timed([args.deepmd / "bin/dp", "--pt"]), 20, 120)
    ours = per_step(timed([args.vitrion]), 20, 220)
    return theirs, ours


def lammps_input(atoms, model, style, steps):
    side, positions, types = random_cell(atoms, 3)
    data = [f"cell\n\n{atoms} atoms\n4 atom types\n\n0 {side} xlo xhi\n0 {side} ylo yhi\n0 {side} zlo zhi\n",
            "Masses\n", "1 22.99\n2 30.97\n3 32.06\n4 16.00\n", "Atoms\n"]
    data += [f"{i + 1} {t + 1} {x} {y} {z}" for i, (t, (x, y, z)) in enumerate(zip(types, positions))]
    script = f"""units metal
atom_style atomic
read_data cell.data
pair_style {style} {model}
pair_coeff * * {' '.join(TYPES)}
neighbor 2.0 bin
timestep 0.0001
velocity all create 10 1
fix 1 all nve
thermo 1000000
run {steps}
"""
    return "\n".join(data) + "\n", script


def molecular_dynamics(args, work, model, environment):
    def timed(program, style):
        def run(steps):
            folder = pathlib.Path(tempfile.mkdtemp(dir=work))
            data, script = lammps_input(args.atoms, model, style, steps)
            (folder / "cell.data").write_text(data)
            (folder / "in.lammps").write_text(script)
            ranks = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", str(args.threads)]
            return seconds([*ranks, *program, "-in", "in.lammps"], folder, {**environment, "OMP_NUM_THREADS": "1"})
        return run

    theirs = per_step(timed([args.deepmd / "bin/lmp"], "deepmd"), 10, 60)
    ours = per_step(timed([args.vitrion, "lmp"], "deepmd"), 10, 210)
    return theirs, ours


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vitrion", type=pathlib.Path, required=True)
    parser.add_argument("--deepmd", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--atoms", type=int, default=1600, help="of the LAMMPS cell")
    parser.add_argument("--fitting", type=int, default=240, help="width of the fitting net")
    parser.add_argument("--skip-lammps", action="store_true")
    args = parser.parse_args()
    args.vitrion, args.deepmd = args.vitrion.resolve(), args.deepmd.resolve()
    threads = str(args.threads)
    environment = {**os.environ, "OMP_NUM_THREADS": threads, "DP_INTRA_OP_PARALLELISM_THREADS": threads,
                   "DP_INTER_OP_PARALLELISM_THREADS": "1"}

    def show(what, pair):
        print(f"{what:46s} {pair[0]:9.2f} {pair[1]:9.2f} {pair[0] / pair[1]:7.2f}", flush=True)

    print(f"{'ms/step on ' + threads + ' threads':46s} {'DeePMD-kit':>9s} {'Vitrion':>9s} {'ratio':>7s}")
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for atoms in (32, 128):
            for precision in ("float64", "float32"):
                show(f"training, {atoms} atoms, {precision}",
                     training(args, work, atoms, precision, args.fitting, environment))
        if args.skip_lammps:
            return
        for precision in ("float64", "float32"):
            (work / "input.json").write_text(
                json.dumps(training_input(work / "system32", 1, precision, args.fitting)))
            seconds([args.vitrion, "train", "input.json", "-o", f"{precision}.dp"], work, environment)
            model = work / f"{precision}.dp"
            show(f"LAMMPS, {args.atoms} atoms, {precision}",
                 molecular_dynamics(args, work, model, environment))


if __name__ == "__main__":
    main()
