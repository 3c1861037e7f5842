#!/usr/bin/env python3
"""House rules of the source: file length, purpose lines, error texts, forbidden calls, machine paths."""
import pathlib
import re
import subprocess
import sys

LONGEST = 700  # lines; a file over it holds more than one idea
SUFFIXES = {".cpp", ".hpp"}

# name -> (pattern, where it is allowed, what to use instead)
FORBIDDEN = {
    "stod": (r"\b(?:std::)?(?:stod|stof|stoi|stol|atof|atoi|strtod|sscanf)\s*\(", (), "std::from_chars (locale-free)"),
    "printf": (r"\b(?:std::)?f?printf\s*\(", (), "fmt"),
    "cout": (r"\bstd::c(?:out|err)\b", (), "fmt::print in app, or return text"),
    "fmt::print": (r"\bfmt::print\s*\(", ("src/app/", "src/base/progress.cpp", "src/edges/lammps/"), "return text; only app prints"),
    "exit": (r"(?<![\w.>:])(?:std::)?(?:exit|abort|_exit|quick_exit)\s*\(", ("src/app/", "src/edges/queue/", "src/edges/lammps/"), "throw vitrion::Error"),
    "getenv": (r"\b(?:std::)?getenv\s*\(", ("src/app/", "src/edges/", "src/base/threads.cpp"), "options given by app"),
    "rand": (r"\b(?:std::)?(?:rand|srand|random_device|mt19937)\b\s*[({]?", (), "base/random.hpp's named streams"),
    "std::expected": (r"\btl::expected", ("src/base/expected.hpp",), "vitrion::expected"),
}
MESSAGE = re.compile(r'throw\s+(?:vitrion::)?(?:InputError|Refused|Error)\(\s*(?:fmt::format\(\s*)?"((?:[^"\\]|\\.)*)"')
MACHINE = re.compile(r"/(?:wor[k]|far[m]|tm[p]/bash_job[s])/")


def tracked(root: pathlib.Path) -> list:
    listing = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, text=True)
    if listing.returncode == 0:
        names = [n for n in listing.stdout.split("\0") if n]
    else:  # a source tarball, or the self-test's small tree
        names = [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]
    return [root / n for n in names if (root / n).is_file()]


def strip_comment(line: str) -> str:
    return line.split("//")[0]


def check_file(root: pathlib.Path, path: pathlib.Path) -> list:
    name = str(path.relative_to(root))
    lines = path.read_text().splitlines()
    faults = []
    if len(lines) > LONGEST:
        faults.append(f"{name}:{LONGEST + 1}: {len(lines)} lines, but a file may have {LONGEST}")
    if path.suffix == ".hpp":
        if not lines or not lines[0].startswith("// "):
            faults.append(f"{name}:1: the first line of a header says its purpose")
        if "#pragma once" not in lines[:40]:
            faults.append(f"{name}:2: a header needs #pragma once")
    if not name.startswith("src/"):
        return faults
    for number, line in enumerate(lines, 1):
        code = strip_comment(line)
        for rule, (pattern, allowed, instead) in FORBIDDEN.items():
            if re.search(pattern, code) and not name.startswith(tuple(allowed) or ("\0",)):
                faults.append(f"{name}:{number}: {rule} is not used here; use {instead}")
    for found in MESSAGE.finditer("\n".join(lines)):
        text = found.group(1)
        first = text[:1]
        # An upper-case start is right for names: elements, keys in quotes, acronyms.
        word = re.match(r"[A-Za-z]+", text)
        upper = first.isupper() and word and word.group(0)[1:].islower() and word.group(0) not in ("Vitrion", "Packmol", "Python", "Properties", "Lattice")
        number = "\n".join(lines)[: found.start()].count("\n") + 1
        if upper:
            faults.append(f"{name}:{number}: an error message starts in lower case")
        if text.endswith(".") and not text.endswith(".."):
            faults.append(f"{name}:{number}: an error message has no full stop")
    return faults


def check(root: pathlib.Path) -> list:
    faults = []
    for path in tracked(root):
        name = str(path.relative_to(root))
        if path.suffix in SUFFIXES and name.split("/")[0] in ("src", "tests", "bench", "bindings"):
            faults += check_file(root, path)
        if path.suffix in {".cpp", ".hpp", ".py", ".md", ".toml", ".txt", ".cmake", ".sh", ""} and not name.startswith(".ci"):
            try:
                text = path.read_text()
            except UnicodeDecodeError:
                continue
            for number, line in enumerate(text.splitlines(), 1):
                if MACHINE.search(line):
                    faults.append(f"{name}:{number}: a path of one machine stands here")
    return faults


if __name__ == "__main__":
    problems = check(pathlib.Path(sys.argv[1]))
    print("\n".join(problems) or "source rules: kept")
    sys.exit(1 if problems else 0)
