#!/usr/bin/env python3
"""Makes a repository of many files, for measuring how fast a project is looked at.

usage: make_repo.py DIRECTORY [FILES]

A monorepo of three levels in five languages, with ignored and vendored trees beside the FILES (default
10,000) that count. The same arguments make the same tree. DIRECTORY must not exist.
"""

import pathlib
import subprocess
import sys

MANIFESTS = {
    "py": ("pyproject.toml", '[project]\nname = "unit{n}"\nversion = "1"\ndependencies = ["requests"]\n'),
    "js": ("package.json", '{{"name": "unit{n}", "scripts": {{"test": "vitest run"}}}}\n'),
    "ts": ("package.json", '{{"name": "unit{n}", "scripts": {{"test": "vitest run"}}}}\n'),
    "rs": ("Cargo.toml", '[package]\nname = "unit{n}"\nversion = "0.1.0"\n'),
    "go": ("go.mod", "module example.org/unit{n}\n"),
}
FILES_A_DIRECTORY = 20
UNITS = 25


def main() -> None:
    root = pathlib.Path(sys.argv[1])
    total = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    root.mkdir(parents=True)
    (root / ".gitignore").write_text("/out/\n*.log\n__pycache__/\nnode_modules/\n")
    (root / "README.md").write_text("# A repository to measure\n")
    written = 2
    kinds = sorted(MANIFESTS)
    for number in range(UNITS):
        kind = kinds[number % len(kinds)]
        unit = root / f"area{number % 3}" / f"team{number % 5}" / f"unit{number}"
        unit.mkdir(parents=True)
        name, text = MANIFESTS[kind]
        (unit / name).write_text(text.format(n=number))
        written += 1
        if kind == "ts":
            (unit / "tsconfig.json").write_text("{}\n")
            written += 1
        share = (total - written) // (UNITS - number)
        fill(unit, kind, share)
        written += share
    fill(root / "out", "py", total // 10)
    fill(root / "vendor", "go", total // 10)
    (root / ".session").mkdir()
    (root / ".session" / "config.json").write_text("{}\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(root)]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "one"], check=True)


def fill(directory: pathlib.Path, ending: str, count: int) -> None:
    for number in range(count):
        place = directory / "src" / f"part{number // FILES_A_DIRECTORY}"
        if number % FILES_A_DIRECTORY == 0:
            place.mkdir(parents=True)
        (place / f"file{number}.{ending}").write_text(f"// {number}\n" * 20)


if __name__ == "__main__":
    main()
