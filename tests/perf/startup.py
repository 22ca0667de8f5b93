#!/usr/bin/env python3
"""How long sdd takes before it does anything: `sdd --version`, and `sdd gate --plan` on 10,000 files.

    python3 tests/perf/startup.py target/release/sdd

Exit codes: 0 within the budgets, 1 not, 3 nothing could be measured.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from common import Project, Void, project, summary

VERSION_BUDGET = 0.005
PLAN_BUDGET = 0.050
FILES_A_DIRECTORY = 100


def fill(made: Project, files: int) -> None:
    """Make the project a Python package of many files."""
    made.write("pyproject.toml", '[project]\nname = "many"\nversion = "1"\ndependencies = []\n')
    made.config({})
    for number in range(files - 2):
        directory, name = divmod(number, FILES_A_DIRECTORY)
        made.write(
            f"many/part_{directory:03}/module_{name:03}.py", f'"""Module {number}."""\n\nVALUE = {number}\n'
        )
    made.git()


def spawn_time() -> float:
    """The seconds that starting a program which does nothing takes: the part that is not sdd's."""
    began = time.perf_counter()
    subprocess.run(("true",), check=True)
    return time.perf_counter() - began


def measure(made: Project, runs: int) -> dict[str, list[float]]:
    """Time the commands in turn, so that a slow moment of the machine hits all of them."""
    times: dict[str, list[float]] = {"true": [], "--version": [], "gate --plan": []}
    if b"tests" not in made.sdd("gate", "--plan").stdout:
        raise Void("sdd gate --plan does not plan the tests gate for a Python project")
    for _ in range(runs):
        times["true"].append(spawn_time())
        times["--version"].append(made.timed("--version"))
        times["gate --plan"].append(made.timed("gate", "--plan"))
    return times


def main(argv: list[str] | None = None) -> int:
    """Measure and say whether the budgets are kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binary", type=Path, help="sdd, built for release")
    parser.add_argument("--runs", type=int, default=30, help="runs of each command (default %(default)s)")
    parser.add_argument(
        "--files", type=int, default=10_000, help="files of the project (default %(default)s)"
    )
    args = parser.parse_args(argv)
    try:
        with project(args.binary) as made:
            fill(made, args.files)
            times = measure(made, args.runs)
    except (Void, OSError, subprocess.SubprocessError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 3
    kept = True
    for name, budget in (("true", None), ("--version", VERSION_BUDGET), ("gate --plan", PLAN_BUDGET)):
        median = statistics.median(times[name])
        verdict = (
            ""
            if budget is None
            else f"; budget {1_000 * budget:.0f} ms: {'kept' if median <= budget else 'EXCEEDED'}"
        )
        kept &= budget is None or median <= budget
        print(f"{name}: {summary(times[name])}{verdict}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
