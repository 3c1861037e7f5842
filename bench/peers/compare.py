#!/usr/bin/env python3
"""The same trajectory through Vitrion and through MDAnalysis, freud, pymatgen-analysis-diffusion and
kinisi: numbers, differences, times. Referees only: nothing of Vitrion depends on them.

usage: compare.py VITRION TRAJ.nc RESULTS.md
"""
import json
import pathlib
import resource
import subprocess
import sys
import time

import numpy as np
from scipy.io import netcdf_file

from make_trajectory import true_diffusion

TEMPERATURE = 400


def vitrion(program: str, *words: str):
    """The record, seconds, processor seconds and the peak of memory (MB) of one command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    run = subprocess.run(["/usr/bin/time", "-f", "%M", program, "analyze", *words, "--json"], capture_output=True,
                         text=True)
    seconds = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode not in (0, 3):
        sys.exit(run.stderr)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (json.loads(run.stdout), seconds, used,
            int(run.stderr.strip().splitlines()[-1]) / 1024)


def clocked(body):
    """A result, seconds and processor seconds."""
    begin, used = time.perf_counter(), time.process_time()
    result = body()
    return result, time.perf_counter() - begin, time.process_time() - used


def paths(file: str):
    """Unwrapped paths (frames, atoms, 3) in the mean cell, names, times, cell lengths."""
    with netcdf_file(file, "r", mmap=False) as data:
        raw = data.variables["coordinates"]
        lengths = data.variables["cell_lengths"].data[:, 0].copy()
        scale = raw.scale_factor
        r = raw.data.astype(np.float32) * np.float32(scale)
        names = np.array([b"".join(row).decode().strip("\0") for row in data.variables["element"].data])
        times = data.variables["time"].data.copy()
    r *= (lengths.mean() / lengths).astype(np.float32)[:, None, None]
    return r, names, times, lengths


def msd_mdanalysis(r):
    import MDAnalysis as mda
    from MDAnalysis.analysis.msd import EinsteinMSD
    universe = mda.Universe.empty(r.shape[1], trajectory=True)
    universe.load_new(r)
    return EinsteinMSD(universe, select="all", msd_type="xyz", fft=True).run().results.timeseries


def msd_freud(r):
    import freud
    return freud.msd.MSD(mode="window").compute(r).msd


def rdf_mdanalysis(r, length):
    import MDAnalysis as mda
    from MDAnalysis.analysis.rdf import InterRDF
    universe = mda.Universe.empty(r[0].shape[1] + r[1].shape[1], trajectory=True)
    universe.load_new(np.concatenate(r, axis=1) % length, dimensions=[length] * 3 + [90] * 3)
    n = r[0].shape[1]
    run = InterRDF(universe.atoms[:n], universe.atoms[n:], nbins=500, range=(0, 10)).run()
    return run.results.bins, run.results.rdf


def rdf_freud(r, length):
    import freud
    box = freud.box.Box.cube(length)
    rdf = freud.density.RDF(bins=500, r_max=10)
    for a, b in zip(*r):
        rdf.compute((box, box.wrap(a)), query_points=box.wrap(b), reset=False)
    return rdf.bin_centers, rdf.rdf


def diffusion_pymatgen(r, names, lengths, step):
    from pymatgen.analysis.diffusion.analyzer import DiffusionAnalyzer
    from pymatgen.core import Lattice, Structure
    length = lengths.mean()
    structure = Structure(Lattice.cubic(length), list(names), r[0] / length)
    displacement = np.ascontiguousarray((r - r[0]).transpose(1, 0, 2)).astype(float)
    run = DiffusionAnalyzer(structure, displacement, "Na", TEMPERATURE, time_step=1000 * step, step_skip=1,
                            smoothed="max", min_obs=30)
    return run.diffusivity, run.diffusivity_std_dev


def diffusion_kinisi(r, step):
    """D and its 95 % interval of kinisi 2, from displacements of one species; every tenth frame."""
    import scipp as sc
    from kinisi.diffusion import Diffusion
    frames, atoms = r.shape[:2]
    lags = np.unique(np.geomspace(1, frames // 5, 40).astype(int))
    r = r.astype(float)
    mean, variance, independent = [], [], []
    for lag in lags:
        d2 = ((r[lag:] - r[:-lag]) ** 2).sum(axis=2)
        mean.append(d2.mean())
        n = atoms * frames / lag
        variance.append(d2.var() / n)
        independent.append(n)
    lag_times = sc.array(dims=["time interval"], values=lags * step, unit="ps")
    msd = sc.DataArray(
        sc.array(dims=["time interval"], values=mean, variances=variance, unit="angstrom**2"),
        coords={"time interval": lag_times,
                "n_samples": sc.array(dims=["time interval"], values=independent)})
    run = Diffusion(sc.DataGroup({"da": msd, "dimensionality": sc.scalar(3)}))
    run._diffusion(lag_times[0], progress=False)  # as its DiffusionAnalyzer calls it
    D = np.asarray(sc.to_unit(run.D, "cm2/s").values)
    return D.mean(), np.percentile(D, [2.5, 97.5])


def main(program: str, file: str, results: str) -> None:
    rows = []
    record, wall, user, memory = vitrion(program, "msd", file, "--species", "Na", "--drift", "none", "--unwrapped")
    lag, ours = np.array(record["lag_ps"]), np.array(record["multi_origin"]["Na"])
    rows.append(("MSD of Na, all origins", "Vitrion", f"{ours[30]:.5f} A2 at {lag[30]:g} ps", "", wall, user, memory))
    cond, wall, user, memory = vitrion(program, "conductivity", file, "--temperature", str(TEMPERATURE), "--unwrapped")
    D = cond["D"]
    shown = (f"{D['value']:.3e} [{D['interval95'][0]:.3e}, {D['interval95'][1]:.3e}]" if "value" in D
             else "refused: " + D["refused"])
    rows.append(("D of Na (cm2/s), sigma, Haven", "Vitrion", shown, f"truth {true_diffusion():.3e}", wall, user,
                 memory))
    with netcdf_file(file, "r", mmap=True) as data:
        every = max(1, data.variables["time"].shape[0] // 500)
    slice_ = f"::{every}"
    rdf, wall, user, memory = vitrion(program, "rdf", file, "--pair", "P-S", "--frames", slice_)
    rows.append(("g(r) P-S, 500 frames", "Vitrion", f"peak {max(rdf['g']):.3f}", "", wall, user, memory))
    units, wall, user, memory = vitrion(program, "units", file, "--frames", slice_)
    rows.append(("census, 500 frames", "Vitrion",
                 ", ".join(f"{c['name']} {c['count']['value']:.1f}" for c in units["classes"][:2]), "", wall, user,
                 memory))

    r, names, times, lengths = paths(file)
    step = times[1] - times[0]
    sodium = r[:, names == "Na"]
    at = np.rint(lag / step).astype(int)
    for name, body in (("MDAnalysis", msd_mdanalysis), ("freud", msd_freud)):
        msd, wall, used = clocked(lambda: body(sodium))
        worst = np.abs(msd[at] / ours - 1)[: len(at) // 2].max()
        rows.append(("MSD of Na, all origins", name, f"{msd[at[30]]:.5f} A2", f"{worst:.1e} relative", wall, used, None))
    frames = slice(None, None, every)
    pair = [r[frames][:, names == "P"], r[frames][:, names == "S"]]
    ours_g = np.array(rdf["g"])
    for name, body in (("MDAnalysis", rdf_mdanalysis), ("freud", rdf_freud)):
        (_, g), wall, used = clocked(lambda: body(pair, float(lengths.mean())))
        n = min(len(g), len(ours_g))
        rows.append(("g(r) P-S, 500 frames", name, f"peak {g.max():.3f}",
                     f"{np.abs(g[:n] - ours_g[:n]).max() / ours_g.max():.1e} of the peak", wall, used, None))
    # pymatgen wants frames at most 1 ps apart and all lags in memory: the first tenth of the run.
    for name, body in (("pymatgen-analysis-diffusion (first tenth)",
                        lambda: diffusion_pymatgen(r[:len(r) // 10], names, lengths, step)),
                       ("kinisi (every 20th frame)", lambda: diffusion_kinisi(sodium[::20], 20 * step))):
        try:
            (value, error), wall, used = clocked(body)
        except Exception as reason:  # a referee that does not run is told, not hidden
            rows.append(("D of Na (cm2/s)", name, f"did not run: {type(reason).__name__}: {reason}"[:120], "", 0, 0, None))
            continue
        text = f"{value:.3e} " + (f"[{error[0]:.3e}, {error[1]:.3e}]" if np.ndim(error) else f"+- {error:.1e}")
        rows.append(("D of Na (cm2/s)", name, text, f"truth {true_diffusion():.3e}", wall, used, None))

    lines = ["| quantity | program | result | difference or truth | wall (s) | processor (s) | memory (MB) |",
             "|---|---|---|---|---|---|---|"]
    for what, who, value, difference, wall, used, memory in rows:
        lines.append(f"| {what} | {who} | {value} | {difference} | {wall:.1f} | {used:.1f} | "
                     f"{'' if memory is None else f'{memory:.0f}'} |")
    text = "\n".join(lines) + "\n"
    print(text)
    pathlib.Path(results).write_text(text)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
