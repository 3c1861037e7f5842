"""Labels frames with an ASE calculator that is loaded once and kept; no dispersion, no scaling: raw labels.

A task folder holds input.extxyz (one frame) and settings.json ({"calculator": "sevenn:7net-0"}); result.json is
written into it by rename.
Run by hand:   .venv/teacher/bin/python ase_worker.py FOLDER...
As a worker:   folders come on standard input, one a line; each is answered by a line "FOLDER status".
Calculators:   sevenn:NAME (a SevenNet model), ase:NAME (one of ASE's own), d3:METHOD (D3 dispersion alone, zero
               damping), MODULE:CLASS (any other, no arguments).
Energies in eV, lengths in A, forces in eV/A, virial = -stress * volume in eV (positive when compressed).
"""
import importlib, json, os, sys, time, traceback

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one process per core has the best throughput


def write_result(folder, result):
    """Write, sync, rename: a result.json that exists is whole."""
    path = os.path.join(folder, "result.json")
    with open(path + ".part", "w") as out:
        json.dump(result, out)
        out.flush()
        os.fsync(out.fileno())
    os.replace(path + ".part", path)


def make_calculator(name):
    """The calculator of a name and the version of the package that makes it."""
    package, _, model = name.partition(":")
    if not model:
        raise ValueError(f"calculator = {name} must read PACKAGE:NAME, for example sevenn:7net-0")
    if package == "sevenn":
        import torch
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        from sevenn.calculator import SevenNetCalculator
        return SevenNetCalculator(model, device="cpu"), {"sevenn": version("sevenn"), "torch": torch.__version__}
    if package == "d3":
        from dftd3.ase import DFTD3
        return DFTD3(method=model, damping="d3zero"), {"dftd3": version("dftd3")}
    if package == "ase":
        from ase.calculators.calculator import get_calculator_class
        return get_calculator_class(model)(), {}
    return getattr(importlib.import_module(package), model)(), {package: version(package.split(".")[0])}


def version(package):
    from importlib.metadata import PackageNotFoundError, version as installed
    try:
        return installed(package)
    except PackageNotFoundError:
        return "unknown"


def label(folder, kept):
    import ase
    import numpy as np
    from ase.io import read

    start = time.time()
    with open(os.path.join(folder, "settings.json")) as f:
        settings = json.load(f)
    name = settings["calculator"]
    if name not in kept:
        kept[name] = make_calculator(name)
    calculator, versions = kept[name]
    atoms = read(os.path.join(folder, "input.extxyz"), format="extxyz")
    atoms.pbc, atoms.calc = True, calculator
    n = len(atoms)
    try:
        energy = atoms.get_potential_energy(force_consistent=True)
    except (NotImplementedError, ase.calculators.calculator.PropertyNotImplementedError):
        energy = atoms.get_potential_energy()
    forces, stress = atoms.get_forces(), atoms.get_stress(voigt=False)
    virial, total = -stress * atoms.get_volume(), forces.sum(axis=0)
    result = {
        "status": "ok", "cause": "", "engine": "ase", "versions": {"ase": ase.__version__, **versions},
        "settings": settings, "warnings": [], "scf_steps": 0, "wall_s": time.time() - start,
        "echo": {"species": atoms.get_chemical_symbols(), "positions": atoms.positions.tolist(),
                 "cell": atoms.cell.array.tolist()},
    }
    if np.isfinite(energy) and np.isfinite(forces).all() and np.isfinite(virial).all():
        result.update(energy=float(energy), forces=(forces - total / n).tolist(), virial=virial.tolist(),
                      force_sum=float(np.linalg.norm(total)))
    else:
        result.update(status="engine_error", cause="energy, forces or virial are not finite")
    return result


def follow_driver():
    """Ends with the program that started this worker, even when that is killed outright (Linux)."""
    driver = os.environ.get("VITRION_DRIVER")
    if driver:
        import ctypes, signal
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG
        if os.getppid() != int(driver):
            sys.exit(1)


def main():
    follow_driver()
    kept = {}
    for line in sys.argv[1:] or sys.stdin:
        folder = line.strip()
        if not folder:
            continue
        start = time.time()
        try:
            result = label(folder, kept)
        except Exception as error:
            result = {"status": "engine_error", "engine": "ase", "cause": f"{type(error).__name__}: {error}"[:500],
                      "wall_s": time.time() - start}
            traceback.print_exc()
        try:
            write_result(folder, result)
        except OSError as error:
            result = {"status": "engine_error"}
            print(f"{folder}: {error}", file=sys.stderr)
        print(folder, result["status"], flush=True)


if __name__ == "__main__":
    main()
