#!/usr/bin/env python3
"""A room includes only rooms that it may (table below, ARCHITECTURE.md) and that its CMakeLists.txt names in USES.

Every include of ours is written "room/file.hpp"; nobody includes app; LAMMPS headers stay in edges/lammps.
"""
import pathlib
import re
import sys

# Who may include whom. edges/* may also include the one room whose port it implements.
MAY = {
    "base": set(),
    "structures": {"base"},
    "potential": {"base", "structures"},
    "train": {"base", "structures", "potential"},
    "md": {"base", "structures", "potential"},
    "learn": {"base", "structures", "potential", "train", "md"},
    "glass": {"base", "structures", "md"},
    "analysis": {"base", "structures"},
    "report": {"base", "analysis"},
    # formats reads and writes what potential (models) and train (inputs, checkpoints) hold
    "edges/formats": {"base", "structures", "potential", "train"},
    # engines implement md's Sampler, learn's Labeller, glass's packing and report's figures; they read and write formats
    "edges/engines": {"base", "structures", "md", "learn", "glass", "report", "edges/formats"},
    "edges/queue": {"base", "learn"},
    # the pair style drives potential and md's deviations, and reads models
    "edges/lammps": {"base", "structures", "potential", "md", "edges/formats"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def room_of(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "edges" else parts[0]


def uses_of(cmake: pathlib.Path) -> set:
    """The words after USES in the room's add_room."""
    text = re.sub(r"#.*", "", cmake.read_text())
    found = re.search(r"add_room\([^)]*?\bUSES\s+([^)]*?)(?:\bLINKS\b|\bSOURCES\b|\))", text, re.S)
    return {w.replace("edges_", "edges/") for w in found.group(1).split()} if found else set()


def check(root: pathlib.Path) -> list:
    source = root / "src"
    faults = []
    for room, may in MAY.items():
        cmake = source / room / "CMakeLists.txt"
        if not cmake.exists():
            continue
        uses = uses_of(cmake)
        for extra in sorted(uses - may):
            faults.append(f"{cmake.relative_to(root)}: room {room} may not use {extra}")
        for path in sorted((source / room).rglob("*.[hc]pp")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                found = INCLUDE.match(line)
                if not found:
                    continue
                kind, name = found.groups()
                where = f"{path.relative_to(root)}:{number}"
                if kind == "<":
                    if name.startswith("lammps/") and room != "edges/lammps":
                        faults.append(f"{where}: only edges/lammps sees LAMMPS headers")
                    continue
                if name.startswith("hwy/"):  # Highway's own rule: its per-target headers are written in quotes
                    continue
                target = room_of(name)
                if "/" not in name or (target not in MAY and target != "app"):
                    faults.append(f'{where}: write "room/file.hpp", not "{name}"')
                elif target != room and target not in may:
                    faults.append(f"{where}: room {room} may not include {target}")
                elif target != room and target not in uses:
                    faults.append(f"{where}: {target} is not in USES of {cmake.relative_to(root)}")
    return faults


if __name__ == "__main__":
    problems = check(pathlib.Path(sys.argv[1]))
    print("\n".join(problems) or "rooms: every include keeps to the table")
    sys.exit(1 if problems else 0)
