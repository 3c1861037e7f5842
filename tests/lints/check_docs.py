#!/usr/bin/env python3
"""Relative links of the Markdown files lead to something, every source folder stands in ARCHITECTURE.md, and the
tests that docs/analysis.md names exist."""
import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED_TEST = re.compile(r"`([A-Z]\w+)\.([A-Z]\w+)`")
TEST = re.compile(r"^TEST(?:_F|_P)?\((\w+), (\w+)\)", re.MULTILINE)


def check(root: pathlib.Path) -> list:
    faults = []
    for path in [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "data").rglob("*.md")]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for target in LINK.findall(line):
                if re.match(r"[a-z]+:", target) or target.startswith("#"):
                    continue
                if not (path.parent / target.split("#")[0]).exists():
                    faults.append(f"{path.relative_to(root)}:{number}: link to {target} leads nowhere")
    architecture = (root / "ARCHITECTURE.md").read_text()
    for cmake in sorted((root / "src").rglob("CMakeLists.txt")):
        room = str(cmake.parent.relative_to(root / "src"))
        if room != "." and f"`{room}`" not in architecture:
            faults.append(f"ARCHITECTURE.md: room `{room}` is missing")
    tests = {found for path in (root / "tests").rglob("*.cpp") for found in TEST.findall(path.read_text())}
    analysis = root / "docs" / "analysis.md"
    named = set(NAMED_TEST.findall(analysis.read_text())) if analysis.exists() else set()
    faults += [f"docs/analysis.md: there is no test {a}.{b}" for a, b in sorted(named - tests)]
    return faults


if __name__ == "__main__":
    problems = check(pathlib.Path(sys.argv[1]))
    print("\n".join(problems) or "docs: links and rooms are true")
    sys.exit(1 if problems else 0)
