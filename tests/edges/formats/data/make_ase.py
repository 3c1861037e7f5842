"""Writes the ase_* samples of this folder with real ASE (3.22.1) and prints what ASE says of them.

Run with an interpreter that has ASE: python3 make_ase.py
"""
import os
import pathlib

import numpy as np
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read, write

os.chdir(pathlib.Path(__file__).parent)  # names in the files stay relative
rng = np.random.default_rng(7)
cell = [[6.1, 0, 0], [1.3, 5.9, 0], [-0.7, 2.1, 6.4]]
atoms = Atoms("Na3PS4", scaled_positions=rng.random((8, 3)), cell=cell, pbc=True)
atoms.set_momenta(rng.normal(size=(8, 3)))
atoms.info.update({"parent": 'a "quoted" name', "step": 12, "path": "C:\\x", "flag": True,
                   "list of three": [1, 2, 3]})
atoms.calc = SinglePointCalculator(atoms, energy=-33.5, free_energy=-33.75, forces=rng.normal(size=(8, 3)),
                                   energies=rng.normal(size=8), stress=[0.01, 0.02, 0.03, 0.004, 0.005, 0.006])
write("ase_frame.extxyz", [atoms])
write("ase_direct.poscar", atoms, format="vasp", direct=True, vasp5=True)
write("ase_skewed.data", atoms, format="lammps-data", atom_style="charge", velocities=True)
write("ase_p1.cif", atoms, format="cif")
print("velocity of atom 1 (A/ps):", atoms.get_velocities()[0] * units.fs * 1000)
print("volume:", atoms.get_volume(), " virial xx, yz (eV):", -0.01 * atoms.get_volume(), -0.004 * atoms.get_volume())
print("positions:", repr(read("ase_frame.extxyz").positions[:2]))
print("reduced angles:", atoms.cell.cellpar())
