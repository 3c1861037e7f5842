"""Labels frames with GPAW (plane waves) and D3: one serial process, one task folder at a time.

A task folder holds input.extxyz (one frame) and settings.json; result.json is written into it by rename.
Run by hand:   .venv/label/bin/python gpaw_worker.py FOLDER...
As a worker:   folders come on standard input, one a line; each is answered by a line "FOLDER status".
Energies in eV, lengths in A, forces in eV/A, virial = -stress * volume in eV (positive when compressed).
"""
import json, math, os, sys, time, traceback

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
# OpenBLAS before 0.3.22 does not know newer AVX-512 cores and falls back to 256-bit kernels: 1.5 times slower.
if os.path.exists("/proc/cpuinfo") and "avx512f" in open("/proc/cpuinfo").read():
    os.environ.setdefault("OPENBLAS_CORETYPE", "SKYLAKEX")

DEFAULTS = {
    "xc": "PBE", "cutoff_eV": 600.0, "smearing_eV": 0.1, "dispersion": "D3(0)",
    "kpoints": "auto", "spacing": 0.5, "symprec_A": 0.1, "mean_value_height_A": 8.5,
    "energy_tolerance_eV": 1e-5, "density_tolerance": 1e-4, "maxiter": 120,
    # eV per atom on each diagonal element of W: brings the stress of 600 eV to the infinite cutoff.
    "pulay_eV": {"Na": 0.0, "P": 0.0, "S": 0.009, "O": 0.586},
}
MEAN_VALUE = [[0.25, 0.25, 0.25]]  # Baldereschi's point of a simple cubic cell


def write_result(folder, result):
    """Write, sync, rename: a result.json that exists is whole."""
    path = os.path.join(folder, "result.json")
    with open(path + ".part", "w") as out:
        json.dump(result, out)
        out.flush()
        os.fsync(out.fileno())
    os.replace(path + ".part", path)


def heights(cell):
    """Distances between opposite faces of the cell, A."""
    return 1.0 / ((cell.reciprocal() ** 2).sum(axis=1) ** 0.5)


def choose_kpoints(atoms, s):
    """The k-points of a rule: (what GPAW is given, what is recorded). Never Gamma alone."""
    rule, h = s["kpoints"], heights(atoms.cell)
    if rule == "auto":
        import spglib
        found = spglib.get_spacegroup((atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers), s["symprec_A"])
        disordered = found is None or found.startswith("P1 ")
        rule = "mean-value" if disordered and h.min() > s["mean_value_height_A"] else "spacing"
    size = None
    if rule == "spacing":
        size = [max(1, math.ceil(2 * math.pi / x / s["spacing"] - 1e-9)) for x in h]
    elif isinstance(rule, list):
        size = [int(n) for n in rule]
    elif rule != "mean-value":
        raise ValueError(f"kpoints = {rule} is none of auto, spacing, mean-value, [n, n, n]")
    if size is None or size == [1, 1, 1]:
        return MEAN_VALUE, {"kind": "mean-value", "points": MEAN_VALUE}
    return {"size": size, "gamma": False}, {"kind": "monkhorst-pack", "size": size}


def label(folder):
    import numpy as np
    import ase, gpaw
    from ase.io import read
    from gpaw import GPAW, PW, FermiDirac, KohnShamConvergenceError

    start = time.time()
    settings = dict(DEFAULTS)
    with open(os.path.join(folder, "settings.json")) as f:
        settings.update(json.load(f))
    atoms = read(os.path.join(folder, "input.extxyz"), format="extxyz")
    atoms.pbc, atoms.calc = True, None
    n, species = len(atoms), atoms.get_chemical_symbols()
    kpts, used = choose_kpoints(atoms, settings)
    settings["kpoints_used"] = used
    settings["spin_polarised"] = set(species) == {"O"}  # molecular oxygen is a triplet
    result = {
        "status": "engine_error", "cause": "", "engine": "gpaw",
        "versions": {"gpaw": gpaw.__version__, "ase": ase.__version__, "numpy": np.__version__},
        "settings": settings, "warnings": [],
        "echo": {"species": species, "positions": atoms.positions.tolist(), "cell": atoms.cell.array.tolist()},
    }
    extra = {}
    if settings["spin_polarised"]:
        atoms.set_initial_magnetic_moments([1.0] * n)
        extra["spinpol"] = True
    if "mixer" in settings:  # the second way to the same density, for frames that slosh
        from gpaw import Mixer, MixerSum
        kind, m = MixerSum if settings["spin_polarised"] else Mixer, settings["mixer"]
        extra["mixer"] = kind(m["beta"], m["history"], m["weight"])
    calc = GPAW(mode=PW(settings["cutoff_eV"]), xc=settings["xc"], kpts=kpts,
                occupations=FermiDirac(settings["smearing_eV"]), maxiter=settings["maxiter"],
                # GPAW's energy criterion is per valence electron; per atom is on the safe side.
                convergence={"energy": settings["energy_tolerance_eV"] / n, "density": settings["density_tolerance"]},
                symmetry={"point_group": False}, txt=os.path.join(folder, "gpaw.txt"), **extra)
    atoms.calc = calc
    try:
        energy = atoms.get_potential_energy(force_consistent=True)
    except KohnShamConvergenceError:
        result.update(status="unconverged", cause=f"no self-consistency in {settings['maxiter']} iterations",
                      scf_steps=settings["maxiter"], wall_s=time.time() - start)
        return result
    forces, stress = atoms.get_forces(), atoms.get_stress(voigt=False)

    if settings["dispersion"] == "D3(0)":
        import dftd3
        from dftd3.ase import DFTD3
        d3 = atoms.copy()
        d3.calc = DFTD3(method=settings["xc"], damping="d3zero")
        result["energy_d3"] = d3.get_potential_energy()
        energy += result["energy_d3"]
        forces, stress = forces + d3.get_forces(), stress + d3.get_stress(voigt=False)
        try:
            from importlib.metadata import version
            result["versions"]["dftd3"] = version("dftd3")
        except Exception:
            result["versions"]["dftd3"] = "unknown"
    elif settings["dispersion"] not in ("", "none"):
        raise ValueError(f"dispersion = {settings['dispersion']} is none of D3(0), none")

    missing = sorted(set(species) - set(settings["pulay_eV"]))
    if missing:
        result["warnings"].append("no Pulay constant for " + ", ".join(missing) + ": taken as zero")
    pulay = sum(settings["pulay_eV"].get(el, 0.0) for el in species)
    virial = -stress * atoms.get_volume() + pulay * np.eye(3)
    total = forces.sum(axis=0)
    forces = forces - total / n
    result.update(scf_steps=int(calc.get_number_of_iterations()), wall_s=time.time() - start)
    if np.isfinite(energy) and np.isfinite(forces).all() and np.isfinite(virial).all():
        result.update(status="ok", energy=float(energy), forces=forces.tolist(), virial=virial.tolist(),
                      force_sum=float(np.linalg.norm(total)))
    else:
        result["cause"] = "energy, forces or virial are not finite"
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
    for line in sys.argv[1:] or sys.stdin:
        folder = line.strip()
        if not folder:
            continue
        start = time.time()
        try:
            result = label(folder)
        except Exception as error:
            result = {"status": "engine_error", "engine": "gpaw", "cause": f"{type(error).__name__}: {error}"[:500],
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
