#!/usr/bin/env python3
"""Each lint is shown a small tree that breaks its rules, and must say so."""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_docs  # noqa: E402
import check_format  # noqa: E402
import check_references  # noqa: E402
import check_rooms  # noqa: E402
import check_source_rules  # noqa: E402


def write(root: pathlib.Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def expect(faults: list, words: str) -> None:
    assert any(words in fault for fault in faults), f"no fault says '{words}': {faults}"


with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    write(root, "src/structures/CMakeLists.txt", "add_room(structures SOURCES a.cpp USES base potential)\n")
    write(root, "src/structures/a.cpp", '#include "potential/model.hpp"\n#include "b.hpp"\n#include <lammps/pair.h>\n')
    write(root, "src/md/CMakeLists.txt", "add_room(md SOURCES a.cpp USES base)\n")
    write(root, "src/md/a.cpp", '#include "structures/cell.hpp"\n')
    faults = check_rooms.check(root)
    expect(faults, "room structures may not use potential")
    expect(faults, "room structures may not include potential")
    expect(faults, 'write "room/file.hpp"')
    expect(faults, "only edges/lammps sees LAMMPS headers")
    expect(faults, "structures is not in USES")

with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    write(root, "src/md/long.cpp", "\n" * 701)
    write(root, "src/md/b.hpp", "int f();\n")
    write(root, "src/md/c.cpp", 'void f() { throw Error("Wrong value."); }\nint g() { return std::stoi(x); }\n'
                                'const char* home = "/wor' + 'k/main";\n')
    faults = check_source_rules.check(root)
    for words in ("701 lines", "says its purpose", "lower case", "no full stop", "from_chars", "path of one machine"):
        expect(faults, words)

with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    write(root, "references.bib", "doi = {10.1000/known}\n")
    write(root, "src/a.hpp", "// DOI 10.1000/known, 10.1000/unknown\n")
    faults = check_references.check(root)
    expect(faults, "10.1000/unknown")
    assert len(faults) == 1, faults
    write(root, "README.md", "[a](docs/none.md)\n")
    write(root, "ARCHITECTURE.md", "rooms\n")
    write(root, "src/md/CMakeLists.txt", "")
    write(root, "docs/analysis.md", "held by `Good.Test` and `Bad.Test`\n")
    write(root, "tests/a_test.cpp", "TEST(Good, Test) {\n")
    faults = check_docs.check(root)
    expect(faults, "leads nowhere")
    expect(faults, "`md` is missing")
    expect(faults, "no test Bad.Test")
    assert not any("Good.Test" in fault for fault in faults), faults

print("lints: each rule can fail")

with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    write(root, ".clang-format", "BasedOnStyle: Google\n")
    write(root, "src/good.cpp", "int f();\n")
    assert check_format.check(root) == []
    write(root, "src/bad.cpp", "int  f( );\n")
    expect(check_format.check(root), "src/bad.cpp:1: not as clang-format-14 -i writes it")
