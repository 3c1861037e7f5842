#!/usr/bin/env python3
"""Each header compiles alone: it includes what it uses."""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys


def compile_alone(root: pathlib.Path, header: pathlib.Path) -> str:
    command = [os.environ.get("CXX") or shutil.which("c++") or "g++", "-std=c++20", "-fsyntax-only", "-x", "c++",
               "-Wno-pragma-once-outside-header", f"-I{root / 'src'}", *EXTRA, str(header)]
    run = subprocess.run(command, capture_output=True, text=True)
    first = next((line for line in run.stderr.splitlines() if "error" in line), "")
    return f"{header.relative_to(root)}: does not compile alone: {first}" if run.returncode else ""


def flags(package: str) -> list:
    run = subprocess.run(["pkg-config", "--cflags", package], capture_output=True, text=True)
    return run.stdout.split() if run.returncode == 0 else []


EXTRA = flags("hdf5") + flags("ompi-cxx")

if __name__ == "__main__":
    top = pathlib.Path(sys.argv[1])
    headers = sorted((top / "src").rglob("*.hpp"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        faults = [f for f in pool.map(lambda h: compile_alone(top, h), headers) if f]
    print("\n".join(faults) or f"headers: {len(headers)} compile alone")
    sys.exit(1 if faults else 0)
