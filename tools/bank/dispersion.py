"""The D3(0) part of teacher frames, which are stored raw; run with the label venv (it needs dftd3):

    .venv/label/bin/python tools/bank/dispersion.py data/labels/teacher/*.extxyz

For each FILE it writes d3/FILE beside it: the same frames in the same order, whose energy, forces and virial are D3(0)
(PBE parameters) alone. A study adds them to the scaled teacher labels, so training needs no Python.
"""
import pathlib
import sys

import numpy as np
from ase.io import iread
from dftd3.ase import DFTD3

from bank import write_bank

CARRIED = ("parent", "kind", "x", "temperature")


def dispersion(atoms):
    bare = atoms.copy()
    bare.calc = DFTD3(method="PBE", damping="d3zero")
    virial = -bare.get_stress(voigt=False) * bare.get_volume()
    frame = {k: atoms.info[k] for k in CARRIED if k in atoms.info}
    frame.update(energy=f"{bare.get_potential_energy():.8f}", virial=" ".join(f"{v:.6f}" for v in np.ravel(virial)),
                 pbc="T T T", level="d3", engine="dftd3 D3(0) PBE", version="1.7.0", species=atoms.get_chemical_symbols(),
                 positions=atoms.positions, cell=atoms.cell.array, forces=bare.get_forces())
    return frame


if __name__ == "__main__":
    for name in sys.argv[1:]:
        source = pathlib.Path(name)
        target = source.parent / "d3" / source.name
        target.parent.mkdir(exist_ok=True)
        frames = [dispersion(a) for a in iread(source, index=":", format="extxyz")]
        temporary = target.with_suffix(".tmp")
        write_bank(temporary, frames)
        temporary.rename(target)
