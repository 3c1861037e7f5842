#!/usr/bin/python3
"""A stand-in for vasp_std: reads INCAR, KPOINTS, POSCAR and POTCAR of the working folder and writes OUTCAR and vasprun.xml in the
layout of VASP 6.3, with the numbers of the pair potential of tests/app/pair_teacher.py. Its electronic steps are made up: they fall
by a factor of six from 10 eV until both changes are under EDIFF, or until NELM.

usage: fake_vasp.py [FAULT]
  loose      never converges with ALGO = Normal; converges with ALGO = All
  never      never converges
  cut        both files end in the middle
  cut-xml    vasprun.xml ends in the middle, OUTCAR is whole
  moved      the geometry of the output is not that of POSCAR
  other      the atoms of the output are in another order
  nan        a force is NaN
  drift      the forces do not sum to zero
  stressless no stress
  bad-news   VASP's words for an error, no end
  nothing    no output at all, exit status 1
"""
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "app"))
from pair_teacher import label  # noqa: E402

KB = 1602.1766208  # kB per eV/A^3


def read_inputs():
    incar = dict(line.split(" = ", 1) for line in open("INCAR").read().splitlines() if " = " in line)
    lines = open("POSCAR").read().splitlines()
    assert float(lines[1]) == 1.0 and lines[7] == "Cartesian", "POSCAR"
    cell = np.array([line.split() for line in lines[2:5]], float)
    kinds, counts = lines[5].split(), [int(n) for n in lines[6].split()]
    names = [kind for kind, n in zip(kinds, counts) for _ in range(n)]
    x = np.array([line.split() for line in lines[8:8 + len(names)]], float)
    titles = [line.split("=")[1].strip() for line in open("POTCAR") if "TITEL" in line]
    shells = [line.split("=")[1].split(":")[0].strip() for line in open("POTCAR") if "VRHFIN" in line]
    assert shells == kinds, f"POTCAR holds {shells}, POSCAR {kinds}"
    return incar, cell, kinds, counts, names, x, titles


def steps_of(incar, energy, converges):
    """Energies of the electronic steps and the changes that are printed for each."""
    ediff, nelm = float(incar["EDIFF"]), int(incar["NELM"])
    change, energies, changes = 10.0, [], []
    for _ in range(nelm):
        energies.append(energy + change)
        changes.append((-change * 5, -change * 4))
        if converges and abs(changes[-1][0]) < ediff:
            break
        change = change / 6 if converges else max(change / 6, 100 * ediff)
    energies[-1] = energy
    if len(energies) > 1:
        energies[-2] = energy - changes[-1][0]
    return energies, changes


def rows(matrix, digits=8):
    return "".join("    <v>" + "".join(f"{v:17.{digits}f}" for v in row) + " </v>\n" for row in matrix)


def write_xml(out, incar, cell, names, x, kinds, energies, forces, stress):
    s = (x @ np.linalg.inv(cell)) % 1.0
    out.write('<?xml version="1.0" encoding="ISO-8859-1"?>\n<modeling>\n <generator>\n'
              '  <i name="program" type="string">vasp </i>\n  <i name="version" type="string">6.3.0  </i>\n </generator>\n <incar>\n')
    for key, value in incar.items():
        out.write(f'  <i type="string" name="{key}">{value}</i>\n')
    out.write(' </incar>\n <parameters>\n  <separator name="electronic" >\n'
              f'   <i name="EDIFF">{float(incar["EDIFF"]):16.8f}</i>\n   <separator name="electronic convergence" >\n'
              f'    <i type="int" name="NELM">{int(incar["NELM"]):6d}</i>\n   </separator>\n  </separator>\n </parameters>\n'
              f' <atominfo>\n  <atoms>{len(names):8d} </atoms>\n  <array name="atoms" >\n   <set>\n')
    for name in names:
        out.write(f"    <rc><c>{name:<2}</c><c>{kinds.index(name) + 1:4d}</c></rc>\n")
    out.write("   </set>\n  </array>\n </atominfo>\n <calculation>\n")
    for e in energies:
        out.write(f'  <scstep>\n   <energy>\n    <i name="e_fr_energy">{e:16.8f} </i>\n   </energy>\n  </scstep>\n')
    out.write('  <structure>\n   <crystal>\n    <varray name="basis" >\n' + rows(cell) + "    </varray>\n   </crystal>\n"
              '   <varray name="positions" >\n' + rows(s) + '   </varray>\n  </structure>\n  <varray name="forces" >\n' + rows(forces)
              + "  </varray>\n")
    if stress is not None:
        out.write('  <varray name="stress" >\n' + rows(stress) + "  </varray>\n")
    out.write(f'  <energy>\n   <i name="e_fr_energy">{energies[-1]:16.8f} </i>\n   <i name="e_wo_entrp">{energies[-1]:16.8f} </i>\n'
              "  </energy>\n </calculation>\n</modeling>\n")


def write_outcar(out, incar, cell, names, x, kinds, counts, titles, energies, changes, forces, stress, bad_news):
    out.write(" vasp.6.3.0 20Jan22 (build Apr 09 2022 18:33:31) complex\n  \n executed on             LinuxIFC\n INCAR:\n")
    for title in titles * 2:
        out.write(f" POTCAR:    {title:<30}\n")
    out.write(f"   number of dos      NEDOS =    301   number of ions     NIONS = {len(names):6d}\n   ions per type = "
              + "".join(f"{n:4d}" for n in counts) + f"\n   NELM   = {int(incar['NELM']):6d};   NELMIN=  2; NELMDL= -5     # of ELM steps\n"
              f"   EDIFF  = {float(incar['EDIFF']):7.1E}   stopping-criterion for ELM\n")
    for k, (e, (de, deps)) in enumerate(zip(energies, changes), 1):
        out.write(f"--------------------------------------- Iteration      1({k:4d})  ---------------------------------------\n"
                  f" total energy-change (2. order) :{de:14.7E}  ({deps:14.7E})\n"
                  f"  free energy    TOTEN  = {e:18.8f} eV\n")
    if bad_news:
        out.write(" VERY BAD NEWS! internal error in subroutine SGRCON:\n")
        return
    reached = abs(changes[-1][0]) < float(incar["EDIFF"])
    out.write("------------------------ aborting loop "
              + ("because EDIFF is reached" if reached else "EDIFF was not reached (unconverged)") + " ------------------------\n")
    if stress is not None:
        p = [stress[0][0], stress[1][1], stress[2][2], stress[0][1], stress[1][2], stress[2][0]]
        out.write("  FORCE on cell =-STRESS in cart. coord.  units (eV):\n  in kB  " + "".join(f"{v:12.5f}" for v in p) + "\n")
    inverse = np.linalg.inv(cell).T
    out.write(f"  volume of cell :  {abs(np.linalg.det(cell)):10.2f}\n"
              "      direct lattice vectors                 reciprocal lattice vectors\n")
    for a, b in zip(cell, inverse):
        out.write("  " + "".join(f"{v:13.9f}" for v in (*a, *b)) + "\n")
    wrapped = ((x @ np.linalg.inv(cell)) % 1.0) @ cell
    drift = forces.sum(axis=0)
    out.write(" POSITION                                       TOTAL-FORCE (eV/Angst)\n " + "-" * 83 + "\n")
    for r, f in zip(wrapped, forces):
        out.write("".join(f"{v:13.5f}" for v in r) + "    " + "".join(f"{v:14.6f}" for v in f) + "\n")
    out.write(" " + "-" * 83 + "\n    total drift:                         " + "".join(f"{v:14.6f}" for v in drift) + "\n\n")
    out.write(f"  free  energy   TOTEN  = {energies[-1]:18.8f} eV\n\n"
              " General timing and accounting informations for this job:\n"
              "                         Elapsed time (sec):        1.413\n")


def main():
    fault = sys.argv[1] if len(sys.argv) > 1 else ""
    if fault == "nothing":
        print(" Error: no licence server answers")
        sys.exit(1)
    incar, cell, kinds, counts, names, x, titles = read_inputs()
    energy, forces, virial = label(names, cell, x)
    stress = KB * virial / abs(np.linalg.det(cell))
    converges = fault != "never" and (fault != "loose" or incar["ALGO"] == "All")
    energies, changes = steps_of(incar, energy, converges)
    shown, order = x.copy(), list(names)
    if fault == "moved":
        shown[0, 0] += 0.003
    if fault == "other":
        order[0], order[-1] = order[-1], order[0]
    if fault == "nan":
        forces[0, 1] = float("nan")
    if fault == "drift":
        forces[:, 0] += 0.8 / len(names)
    if fault == "stressless":
        stress = None
    with open("vasprun.xml", "w") as out:
        write_xml(out, incar, cell, order, shown, kinds, energies, forces, stress)
    with open("OUTCAR", "w") as out:
        write_outcar(out, incar, cell, names, shown, kinds, counts, titles, energies, changes, forces, stress, fault == "bad-news")
    for name in ("vasprun.xml", "OUTCAR"):
        text = open(name).read()
        if fault == "cut" or (fault == "cut-xml" and name == "vasprun.xml"):
            open(name, "w").write(text[:len(text) * 2 // 3])
        if fault == "bad-news" and name == "vasprun.xml":
            open(name, "w").write(text[:len(text) // 2])
    print("   1 F= %.8E E0= %.8E" % (energy, energy))


if __name__ == "__main__":
    main()
