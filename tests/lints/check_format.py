#!/usr/bin/env python3
"""Every C++ file is as clang-format 14 writes it (.clang-format)."""
import pathlib
import subprocess
import sys

VIOLATION = "[-Wclang-format-violations]"


def sources(root: pathlib.Path) -> list:
    listing = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "*.cpp", "*.hpp"], capture_output=True, text=True)
    if listing.returncode == 0:
        return [root / name for name in listing.stdout.split("\0") if name and (root / name).is_file()]
    # a source tarball, or the self-test's small tree
    return [*root.rglob("*.cpp"), *root.rglob("*.hpp")]


def check(root: pathlib.Path) -> list:
    run = subprocess.run(["clang-format-14", "--dry-run", "--Werror", *map(str, sources(root))],
                         capture_output=True, text=True)
    places = [line.split(":")[:2] for line in run.stderr.splitlines() if VIOLATION in line]
    faults = {}
    for name, line in places:
        faults.setdefault(name, f"{pathlib.Path(name).relative_to(root)}:{line}: not as clang-format-14 -i writes it")
    if run.returncode and not faults:
        return [run.stderr]
    return list(faults.values())


if __name__ == "__main__":
    found = check(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(found) or "format: every file is as clang-format 14 writes it")
    sys.exit(1 if found else 0)
