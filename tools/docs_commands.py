#!/usr/bin/env python3
"""Writes docs/commands/NAME.md from each command's own --help, or checks that they are up to date.

usage: tools/docs_commands.py PROGRAM [--check]
"""
import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "docs" / "commands"


def help_of(program: str, *words: str) -> str:
    run = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True,
                         env={"COLUMNS": "100", "PATH": "/usr/bin:/bin"})
    return "\n".join(line.rstrip() for line in run.stdout.splitlines()).strip() + "\n"


def commands(text: str) -> list:
    """The sub-commands that a help text lists: indented words after 'Subcommands:'."""
    _, _, rest = text.partition("Subcommands:")
    return re.findall(r"^  ([a-z][a-z-]*)\s", rest, re.M)


def pages(program: str) -> dict:
    top = help_of(program)
    result = {}
    names = commands(top)
    for name in names:
        text = help_of(program, name)
        page = f"# vitrion {name}\n\n```text\n{text}```\n"
        for sub in commands(text):
            page += f"\n## vitrion {name} {sub}\n\n```text\n{help_of(program, name, sub)}```\n"
        result[f"{name}.md"] = page
    listing = "\n".join(f"- [vitrion {n}]({n}.md)" for n in names)
    result["README.md"] = (f"# Commands\n\nMade from each command's `--help` by `tools/docs_commands.py`; "
                           f"a test keeps them true.\n\n{listing}\n")
    return result


def main() -> int:
    program, check = sys.argv[1], "--check" in sys.argv
    wanted = pages(program)
    if not check:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for old in FOLDER.glob("*.md"):
            if old.name not in wanted:
                old.unlink()
        for name, text in wanted.items():
            (FOLDER / name).write_text(text)
        print(f"docs/commands: {len(wanted)} pages written")
        return 0
    faults = [n for n, t in wanted.items() if not (FOLDER / n).exists() or (FOLDER / n).read_text() != t]
    faults += [p.name for p in FOLDER.glob("*.md") if p.name not in wanted]
    for name in faults:
        print(f"docs/commands/{name}: differs from --help; run tools/docs_commands.py PROGRAM")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
