#!/usr/bin/env python3
"""How long a session takes to begin, and to be asked for: `sdd start` and `sdd status` on 10,000 files and 1,000 items.

    python3 tests/perf/sessions.py target/release/sdd

Exit codes: 0 within the budgets, 1 not, 3 nothing could be measured.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

import startup
import work_items
from common import Project, Void, project, summary

BUDGET = 0.020
ITEM = "feature_the_one_to_begin"
ITEMS = ".session/tracking/work_items.json"
STATUS = ".session/tracking/status_update.json"
SPEC = "# Feature: The one to begin\n\n## Overview\n\n" + "A sentence of the overview.\n" * 100
IDLE = '{\n  "current_session": null,\n  "current_work_item": null,\n  "status": "idle"\n}\n'


def fill(made: Project, files: int, items: int) -> str:
    """Make the project, with an item that can be begun; the text of its work items comes back."""
    startup.fill(made, files)
    work_items.fill(made, items - 1)
    state = json.loads((made.root / ITEMS).read_text("utf-8"))
    spec = f".session/specs/{ITEM}.md"
    state["work_items"][ITEM] = {
        "id": ITEM,
        "type": "feature",
        "title": "The one to begin",
        "spec_file": spec,
    }
    text = json.dumps(state, indent=2, ensure_ascii=False) + "\n"
    made.write(spec, SPEC)
    return text


def measure(made: Project, runs: int, items: str) -> dict[str, list[float]]:
    """Time the commands in turn, so that a slow moment of the machine hits all of them."""
    times: dict[str, list[float]] = {
        name: [] for name in ("true", "start", "start again", "status", "status --brief")
    }
    for _ in range(runs):
        made.write(ITEMS, items)
        made.write(STATUS, IDLE)
        times["true"].append(startup.spawn_time())
        times["start"].append(made.timed("start", ITEM))
        times["start again"].append(made.timed("start"))
        times["status"].append(made.timed("status"))
        times["status --brief"].append(made.timed("status", "--brief"))
        if ITEM not in (made.root / STATUS).read_text("utf-8"):
            raise Void("sdd start began nothing")
    return times


def main(argv: list[str] | None = None) -> int:
    """Measure and say whether the budgets are kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binary", type=Path, help="sdd, built for release")
    parser.add_argument("--runs", type=int, default=30, help="runs of each command (default %(default)s)")
    parser.add_argument(
        "--files", type=int, default=10_000, help="files of the project (default %(default)s)"
    )
    parser.add_argument("--items", type=int, default=1_000, help="work items (default %(default)s)")
    args = parser.parse_args(argv)
    try:
        with project(args.binary) as made:
            items = fill(made, args.files, args.items)
            times = measure(made, args.runs, items)
    except (Void, OSError, subprocess.SubprocessError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 3
    kept = True
    for name, taken in times.items():
        if name == "true":
            print(f"{name}: {summary(taken)}")
            continue
        within = statistics.median(taken) <= BUDGET
        kept &= within
        print(f"{name}: {summary(taken)}; budget {1_000 * BUDGET:.0f} ms: {'kept' if within else 'EXCEEDED'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
