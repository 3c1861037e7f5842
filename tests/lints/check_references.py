#!/usr/bin/env python3
"""Every DOI or arXiv number in src/ and docs/ has the right form and an entry in references.bib."""
import pathlib
import re
import sys

# A DOI ends before closing brackets, quotes and a sentence's punctuation.
DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"'`<>\]})]+")
ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5})")


def check(root: pathlib.Path) -> list:
    bib = (root / "references.bib").read_text().lower()
    faults = []
    for folder in ("src", "docs", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in {".cpp", ".hpp", ".md", ".py"} or "lints" in path.parts:
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                for found in DOI.findall(line):
                    doi = found.rstrip(".,;:").lower()
                    if doi not in bib:
                        faults.append(f"{path.relative_to(root)}:{number}: DOI {doi} is not in references.bib")
                for found in ARXIV.findall(line):
                    if found not in bib:
                        faults.append(f"{path.relative_to(root)}:{number}: arXiv:{found} is not in references.bib")
    return faults


if __name__ == "__main__":
    problems = check(pathlib.Path(sys.argv[1]))
    print("\n".join(problems) or "references: each DOI is in references.bib")
    sys.exit(1 if problems else 0)
