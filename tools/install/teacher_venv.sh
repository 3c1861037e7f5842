#!/bin/sh
# Makes .venv/teacher: SevenNet (MIT), the foundation model that gives cheap labels. Optional; 6 GB on disk.
# The weights of 7net-0 and 7net-l3i5 are inside the wheel, so labelling needs no network afterwards.
set -eu
cd "$(dirname "$0")/../.."
venv=.venv/teacher
want="sevenn==0.13.0 ase==3.26.0 dftd3==1.7.0 qcelemental==0.50.4"
stamp="$venv/.made_for"

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then
    echo "teacher_venv: $venv is up to date"
    exit 0
fi
echo "teacher_venv: making $venv (6 GB, several minutes)"
/usr/bin/python3 -m venv "$venv"
# shellcheck disable=SC2086
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir $want
"$venv/bin/python" - <<'PY'
from ase.build import bulk
from sevenn.calculator import SevenNetCalculator
a = bulk("Na", cubic=True)
a.calc = SevenNetCalculator("7net-0", device="cpu")
energy = a.get_potential_energy() / len(a)
assert -1.5 < energy < -1.1, f"bulk sodium is {energy} eV/atom, expected about -1.3"
print("teacher_venv: 7net-0 gives", round(energy, 3), "eV/atom for bulk sodium")
PY
printf '%s' "$want" > "$stamp"
