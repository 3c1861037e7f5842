#!/bin/sh
# Makes .venv/label: Debian's GPAW and ASE plus s-dftd3, which Debian does not carry.
# PyPI's dftd3 would pull NumPy 2, which breaks Debian's GPAW: hence --no-deps and pinned versions.
set -eu
cd "$(dirname "$0")/../.."
venv=.venv/label
want="dftd3==1.7.0 qcelemental==0.50.4"
stamp="$venv/.made_for"

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then
    echo "label_venv: $venv is up to date"
    exit 0
fi
/usr/bin/python3 -c 'import ase, gpaw, numpy, spglib, cffi' || {
    echo "label_venv: apt packages are missing: gpaw gpaw-data python3-ase python3-spglib python3-cffi python3-venv" >&2
    exit 2
}
echo "label_venv: making $venv (a minute)"
/usr/bin/python3 -m venv --system-site-packages "$venv"
# shellcheck disable=SC2086
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps $want
"$venv/bin/python" - <<'PY'
from ase.build import bulk
from dftd3.ase import DFTD3
a = bulk("Na", cubic=True)
a.calc = DFTD3(method="PBE", damping="d3zero")
energy = a.get_potential_energy()
assert -2.0 < energy < 0.0, f"D3(0) of bulk sodium is {energy} eV, expected about -0.5"
import gpaw
print("label_venv: gpaw", gpaw.__version__, "and D3(0) work together")
PY
printf '%s' "$want" > "$stamp"
