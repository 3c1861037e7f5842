#!/usr/bin/env python3
"""Writes a trajectory whose answers are known, as AMBER NetCDF (int16): hopping Na among rattling PS4
tetrahedra in a cell that breathes as under a barostat.

usage: make_trajectory.py OUT.nc [FRAMES] [ATOMS]      ATOMS is 8 a formula unit (default 1600)
"""
import sys

import numpy as np
from scipy.io import netcdf_file

HOP = 3.3          # A
RATTLE = 0.15      # A, per axis
HOPS_PER_PS = 2e-3
FRAME_PS = 1.0
SCALE = 4e-3       # A a step of int16: paths up to 131 A


def true_diffusion() -> float:
    """cm2/s."""
    return HOPS_PER_PS * HOP ** 2 / 6 * 1e-4


def write(path: str, frames: int, units: int, seed: int = 1) -> None:
    random = np.random.default_rng(seed)
    side = int(np.ceil(units ** (1 / 3)))
    spacing = 5.742                              # A: 2 g/cm3 where the lattice is full
    length = spacing * side
    at = np.array([(x, y, z) for x in range(side) for y in range(side) for z in range(side)])[:units]
    phosphorus = spacing * (at + 0.25)
    corners = np.array([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]) * 2.05 / np.sqrt(3)
    sulfur = (phosphorus[:, None] + corners).reshape(-1, 3)
    sodium = random.uniform(0, length, (3 * units, 3))
    sites = np.concatenate([sodium, phosphorus, sulfur])
    names = ["Na"] * (3 * units) + ["P"] * units + ["S"] * (4 * units)
    types = {"Na": 1, "P": 2, "S": 3}

    with netcdf_file(path, "w", version=2) as out:
        out.Conventions, out.ConventionVersion, out.program, out.programVersion = "AMBER", "1.0", "bench", "1"
        for name, size in (("frame", None), ("spatial", 3), ("atom", len(sites)), ("cell_spatial", 3),
                           ("cell_angular", 3), ("element_name", 4)):
            out.createDimension(name, size)
        out.createVariable("atom_types", "i", ("atom",))[:] = [types[n] for n in names]
        out.createVariable("element", "c", ("atom", "element_name"))[:] = np.array(
            [list(n.ljust(4, "\0")) for n in names], dtype="S1")
        time = out.createVariable("time", "d", ("frame",))
        time.units = "picosecond"
        lengths = out.createVariable("cell_lengths", "d", ("frame", "cell_spatial"))
        angles = out.createVariable("cell_angles", "d", ("frame", "cell_angular"))
        lengths.units, angles.units = "angstrom", "degree"
        r = out.createVariable("coordinates", "h", ("frame", "atom", "spatial"))
        r.units, r.scale_factor = "angstrom", SCALE
        breath = 0.0
        for f in range(frames):
            if f > 0:
                hop = random.random(3 * units) < HOPS_PER_PS * FRAME_PS
                way = random.normal(size=(int(hop.sum()), 3))
                sites[:3 * units][hop] += HOP * way / np.linalg.norm(way, axis=1)[:, None]
            breath = 0.9 * breath + np.sqrt(1 - 0.81) * 1e-3 * random.normal()
            x = (sites + random.normal(scale=RATTLE, size=sites.shape)) * (1 + breath)
            time[f] = f * FRAME_PS
            lengths[f] = length * (1 + breath)
            angles[f] = 90.0
            r[f] = np.rint(x / SCALE).astype(np.int16)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    write(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20000,
          (int(sys.argv[3]) if len(sys.argv) > 3 else 1600) // 8)
