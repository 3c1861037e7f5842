#!/usr/bin/env python3
"""DeePMD-kit and Vitrion on the same cores, cell, model and precision, in alternation.

    bench/compare.py --vitrion build/release/vitrion --deepmd VENV [--cores 2] [--bench build/release/bench_inference]

VENV is a virtual environment with deepmd-kit[cpu,lmp]==3.1.3 and TensorFlow. A model of the paper's size with fresh
weights is written by `vitrion train`, handed over by `dp convert-backend` and compressed by `dp compress`. Each program
runs twice with different numbers of steps; the difference is its cost without start-up. Both the wall clock and the
processor time of all its processes are taken: the wall clock counts on an idle machine, processor time holds on a busy
one too (with one core; ranks that wait for each other count as busy). Each figure is the least of all rounds. With
--bench every step is also a multiple of the floor, the matrix products of the fitting nets alone.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

import numpy

TYPES = ["Na", "P", "S", "O"]
DENSITY = 0.048  # atoms per A^3 of Na3PS4 glass


@dataclass
class Cost:
    """ms a step."""
    wall: float
    processor: float

    def __sub__(self, other):
        return Cost(self.wall - other.wall, self.processor - other.processor)

    def per(self, steps):
        return Cost(1e3 * self.wall / steps, 1e3 * self.processor / steps)


def least(costs):
    return Cost(min(c.wall for c in costs), min(c.processor for c in costs))


def random_cell(atoms, seed):
    """A jittered lattice of Na3PS3O: side, positions, types."""
    random = numpy.random.default_rng(seed)
    side = (atoms / DENSITY) ** (1 / 3)
    n = int(numpy.ceil(atoms ** (1 / 3)))
    grid = numpy.stack(numpy.meshgrid(*[numpy.arange(n)] * 3), -1).reshape(-1, 3)
    sites = random.permutation(grid)[:atoms] * side / n
    positions = sites + random.uniform(-0.15, 0.15, sites.shape) * side / n
    types = numpy.array([[0, 0, 0, 1, 2, 2, 2, 3][i % 8] for i in range(atoms)])
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


def training_input(system, steps, precision, fitting, seed=1):
    net = {"precision": precision, "seed": seed}
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


class Bench:
    def __init__(self, args, work):
        self.args, self.work = args, work
        self.floor_ms = {}

    def cost(self, command, folder, threads):
        """Wall clock and processor time (s) of one run."""
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "TF_CPP_MIN_LOG_LEVEL": "3",
                       "DP_INTRA_OP_PARALLELISM_THREADS": str(threads), "DP_INTER_OP_PARALLELISM_THREADS": "1"}
        with open(folder / "log", "w") as log:
            begin = time.perf_counter()
            run = subprocess.Popen([str(word) for word in command], cwd=folder, env=environment, stdout=log, stderr=log)
            _, status, used = os.wait4(run.pid, 0)
            wall = time.perf_counter() - begin
        if status:
            sys.exit(f"{' '.join(map(str, command))} failed:\n{(folder / 'log').read_text()[-2000:]}")
        return Cost(wall, used.ru_utime + used.ru_stime)

    def per_step(self, once, few, many):
        return (once(many) - once(few)).per(many - few)

    def alternate(self, *measures):
        """The least of each measure, taken in turns."""
        rounds = [[measure() for measure in measures] for _ in range(self.args.rounds)]
        return [least(column) for column in zip(*rounds)]

    def folder(self):
        return pathlib.Path(tempfile.mkdtemp(dir=self.work))

    def system(self, atoms):
        folder = self.work / f"system{atoms}"
        if not folder.exists():
            write_system(folder, atoms)
        return folder

    # training

    def train(self, program, atoms, precision, few, many):
        def once(steps):
            folder = self.folder()
            (folder / "input.json").write_text(
                json.dumps(training_input(self.system(atoms), steps, precision, self.args.fitting)))
            return self.cost([*program, "train", "input.json"], folder, self.args.cores)
        return lambda: self.per_step(once, few, many)

    # LAMMPS

    def model(self, precision, seed):
        """Ours, and for the first seed theirs, compressed."""
        ours = self.work / f"{precision}-{seed}.dp"
        if ours.exists():
            return ours
        text = json.dumps(training_input(self.system(32), 1, precision, self.args.fitting, seed))
        (self.work / "input.json").write_text(text)
        self.cost([self.args.vitrion, "train", "input.json", "-o", ours.name], self.work, 1)
        if seed == 1:
            dp, frozen = self.args.deepmd / "bin/dp", f"{precision}.frozen.pb"
            self.cost([dp, "convert-backend", ours.name, frozen], self.work, self.args.cores)
            self.cost([dp, "compress", "-i", frozen, "-o", f"{precision}.pb", "-t", "input.json"], self.work,
                      self.args.cores)
        return ours

    def lammps(self, program, style, ranks, threads, few, many, mpirun=()):
        side, positions, types = random_cell(self.args.atoms, 3)
        data = [f"cell\n\n{self.args.atoms} atoms\n4 atom types\n"]
        data += [f"0 {side} {axis}lo {axis}hi" for axis in "xyz"]
        data += ["\nMasses\n", "1 22.99\n2 30.97\n3 32.06\n4 16.00\n", "Atoms\n"]
        data += [f"{i + 1} {t + 1} {x} {y} {z}" for i, (t, (x, y, z)) in enumerate(zip(types, positions))]

        def once(steps):
            folder = self.folder()
            (folder / "cell.data").write_text("\n".join(data) + "\n")
            (folder / "in.lammps").write_text(f"""units metal
atom_style atomic
read_data cell.data
pair_style {style}
pair_coeff * * {' '.join(TYPES)}
neighbor 2.0 bin
timestep 0.0001
velocity all create 10 1
fix 1 all nve
thermo 1000000
run {steps}
""")
            launcher = [*mpirun, "-np", str(ranks)] if ranks > 1 else []
            return self.cost([*launcher, *program, "-in", "in.lammps"], folder, threads)
        return lambda: self.per_step(once, few, many)

    def ours(self, style, ranks, threads):
        mpirun = ["mpirun", "--allow-run-as-root", "--oversubscribe"]
        return self.lammps([self.args.vitrion, "lmp"], style, ranks, threads, 10, 110, mpirun)

    def theirs(self, style, ranks, threads):
        mpirun = [self.args.deepmd / "bin/mpirun"]
        return self.lammps([self.args.deepmd / "bin/lmp"], style, ranks, threads, 5, 35, mpirun)

    def floor(self, single):
        """Processor ms of the matrix products of a step on one core, or nothing."""
        if not self.args.bench:
            return None
        name = f"inference/atoms:1600/threads:1/single:{int(single)}/manual_time"
        run = subprocess.run([self.args.bench, f"--benchmark_filter={name}", "--benchmark_format=json"],
                             capture_output=True, text=True, check=True)
        return json.loads(run.stdout)["benchmarks"][0]["cpu_floor_ms"] * self.args.atoms / 1600


def show(what, theirs, ours, floor=None):
    ratio = f"{theirs.wall / ours.wall:7.2f} {theirs.processor / ours.processor:9.2f}" if theirs else f"{'':17s}"
    left = f"{theirs.wall:9.2f} {theirs.processor:9.2f}" if theirs else f"{'':19s}"
    above = f"{ours.processor / floor:8.2f}" if floor else ""
    print(f"{what:44s} {left} {ours.wall:9.2f} {ours.processor:9.2f} {ratio} {above}", flush=True)


def compare_lammps(bench):
    cores = bench.args.cores
    splits = [(1, 1)] if cores == 1 else [(cores, 1), (1, cores)]
    for precision, ours_word, single in (("float32", "single", True), ("float64", "double", False)):
        model = bench.model(precision, 1)
        style = f"vitrion {model} precision {ours_word}"
        measures = [bench.theirs(f"deepmd {bench.work / precision}.pb", *s) for s in splits]
        measures += [bench.ours(style, *s) for s in splits]
        results = bench.alternate(*measures)
        theirs, ours = least(results[:len(splits)]), least(results[len(splits):])
        show(f"LAMMPS step, {bench.args.atoms} atoms, {ours_word}", theirs, ours, bench.floor(single))
    model = bench.model("float32", 1)
    style = f"vitrion {model} precision single"
    models = " ".join(str(bench.model("float32", seed)) for seed in (1, 2, 3, 4))
    four, one = bench.alternate(bench.ours(f"vitrion {models} precision single out_freq 1", *splits[0]),
                                bench.ours(style, *splits[0]))
    show("  with the deviation of 4 models every step", None, four)
    print(f"    {four.wall / one.wall:.2f} of wall clock, {four.processor / one.processor:.2f} of processor time of a step with one")
    if cores > 1:
        one, ranks, threads = bench.alternate(*[bench.ours(style, r, t) for r, t in ((1, 1), (cores, 1), (1, cores))])
        print(f"    {cores} ranks against one {one.wall / ranks.wall:.2f}, {cores} threads {one.wall / threads.wall:.2f}")


def compare_training(bench):
    for atoms in (128, 32):
        for precision in ("float64", "float32"):
            theirs, ours = bench.alternate(
                bench.train([bench.args.deepmd / "bin/dp", "--tf"], atoms, precision, 20, 80),
                bench.train([bench.args.vitrion], atoms, precision, 20, 120))
            show(f"training step, {atoms} atoms, {precision}", theirs, ours)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vitrion", type=pathlib.Path, required=True)
    parser.add_argument("--deepmd", type=pathlib.Path, required=True)
    parser.add_argument("--bench", type=pathlib.Path, help="bench_inference, for the floor")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--atoms", type=int, default=1600, help="of the LAMMPS cell")
    parser.add_argument("--fitting", type=int, default=240, help="width of the fitting net")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["lammps", "training"])
    args = parser.parse_args()
    args.vitrion, args.deepmd = args.vitrion.resolve(), args.deepmd.resolve()
    if args.bench:
        args.bench = args.bench.resolve()

    print(f"{'ms/step, ' + str(args.cores) + ' core' + 's' * (args.cores > 1):44s} {'DeePMD-kit':>19s} {'Vitrion':>19s} {'ratio':>17s}")
    print(f"{'':44s} {'wall':>9s} {'processor':>9s} {'wall':>9s} {'processor':>9s} {'wall':>7s} {'processor':>9s} {'x floor':>8s}")
    work = pathlib.Path(tempfile.mkdtemp())
    try:
        bench = Bench(args, work)
        if args.only != "training":
            compare_lammps(bench)
        if args.only != "lammps":
            compare_training(bench)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
