#!/usr/bin/env python3
"""How long sdd takes to look at many work items: `sdd work-item list` on 10,000 of them.

    python3 tests/perf/work_items.py target/release/sdd

Exit codes: 0 within the budgets, 1 not, 3 nothing could be measured.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from common import Project, Void, project, summary
from startup import spawn_time

# How many items, the command, and the seconds that it may take.
CASES: list[tuple[int, tuple[str, ...], float]] = [
    (10_000, ("work-item", "list"), 0.050),
    (10_000, ("work-item", "list", "--format", "json"), 0.050),
    (10_000, ("work-item", "list", "--ready", "--limit", "20"), 0.050),
]
TYPES = ("feature", "bug", "refactor", "security", "integration_test", "deployment")
STATUSES = ("not_started", "not_started", "not_started", "in_progress", "blocked", "completed", "completed")
PRIORITIES = ("critical", "high", "medium", "low")
STAMP = "2026-02-21T12:38:58.782135+00:00"


def item(number: int) -> dict:
    """A work item with as much in it as one has after some sessions."""
    kind = TYPES[number % len(TYPES)]
    name = f"{kind}_work_item_number_{number:05}"
    return {
        "id": name,
        "type": kind,
        "title": f"Work item number {number}: what is to be done, in a sentence",
        "status": STATUSES[number % len(STATUSES)],
        "priority": PRIORITIES[number % len(PRIORITIES)],
        "urgent": number % 50 == 0,
        "dependencies": [item_id(number - step) for step in (1, 7) if number >= step],
        "milestone": f"v{number // 1_000}",
        "spec_file": f".session/specs/{name}.md",
        "created_at": STAMP,
        "sessions": [{"session_num": number, "started_at": STAMP}],
        "git": {
            "branch": f"session-{number:05}",
            "parent_branch": "main",
            "created_at": STAMP,
            "commits": [],
        },
        "update_history": [{"timestamp": STAMP, "changes": ["  status: not_started → in_progress"]}],
        "updated_at": STAMP,
    }


def item_id(number: int) -> str:
    """The id of an item."""
    return f"{TYPES[number % len(TYPES)]}_work_item_number_{number:05}"


def fill(made: Project, count: int) -> None:
    """Give the project so many work items."""
    items = {item_id(number): item(number) for number in range(count)}
    milestones = {f"v{number}": {"name": f"v{number}"} for number in range(count // 1_000)}
    state = {"metadata": {"total_items": count}, "milestones": milestones, "work_items": items}
    made.write(".session/tracking/work_items.json", json.dumps(state, indent=2, ensure_ascii=False) + "\n")


def check(made: Project, count: int) -> None:
    """Fail when sdd does not see all of them."""
    seen = made.sdd("work-item", "list", "--format", "json").stdout
    try:
        total = json.loads(seen)["total"]
    except (ValueError, KeyError, TypeError) as error:
        raise Void(f"sdd work-item list has no total: {error}") from error
    if total != count:
        raise Void(f"sdd work-item list sees {total} of {count} work items")


def measure(binary: Path, runs: int) -> dict[tuple[int, tuple[str, ...]], list[float]]:
    """Time the commands in turn, so that a slow moment of the machine hits all of them."""
    times: dict[tuple[int, tuple[str, ...]], list[float]] = {}
    for count in sorted({count for count, _, _ in CASES}):
        with project(binary) as made:
            fill(made, count)
            check(made, count)
            for _ in range(runs):
                times.setdefault((0, ("true",)), []).append(spawn_time())
                for args in [args for items, args, _ in CASES if items == count]:
                    times.setdefault((count, args), []).append(made.timed(*args))
    return times


def main(argv: list[str] | None = None) -> int:
    """Measure and say whether the budgets are kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binary", type=Path, help="sdd, built for release")
    parser.add_argument("--runs", type=int, default=30, help="runs of each command (default %(default)s)")
    args = parser.parse_args(argv)
    try:
        times = measure(args.binary, args.runs)
    except (Void, OSError, subprocess.SubprocessError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 3
    print(f"true: {summary(times[(0, ('true',))])}")
    kept = True
    for count, words, budget in CASES:
        taken = times[(count, words)]
        within = statistics.median(taken) <= budget
        kept &= within
        verdict = f"budget {1_000 * budget:.0f} ms: {'kept' if within else 'EXCEEDED'}"
        print(f"{' '.join(words)}, {count:,} items: {summary(taken)}; {verdict}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
