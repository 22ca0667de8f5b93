#!/usr/bin/env python3
"""Several writers of one state file: lost updates, unreadable moments, kills, and what durability costs.

    python3 tests/perf/state_writers.py target/debug/deps/it-0123456789abcdef

The argument is the binary of the integration tests (`cargo test --no-run --test it` names it), which starts as
the tests' second process: it counts up in work_items.json and says each count that it has written.

1. Writers side by side. Every update must be there, and whoever reads meanwhile sees whole files.
2. Kills at random moments. What was said before the kill must be there; at most one more.
3. The cost of a durable write of 50 KB, against one that leaves everything to the operating system.

Exit codes: 0 nothing was lost, 1 something was, 3 nothing could be measured.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from common import Project, Void, project

PROCESS = ("--ignored", "--exact", "store::writer::process", "--nocapture", "--quiet")
STATE = ".session/tracking/work_items.json"
COST_BYTES = 50_000


def start(made: Project, **told: str) -> subprocess.Popen:
    """Start the second process; what it says can be read."""
    return subprocess.Popen(
        (made.binary, *PROCESS),
        cwd=made.root,
        env={**made.env, "SDD_TEST_WRITER": str(made.root), **told},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def put(made: Project, size: int) -> None:
    """Put a state file of about this size into the project."""
    value = {"metadata": {"total_items": 0}, "count": 0, "work_items": {"a": "x" * size}}
    made.write(STATE, json.dumps(value, indent=2) + "\n")


def count(made: Project) -> int:
    """The count on disk; an unreadable file is the end of the measurement's good news."""
    return json.loads((made.root / STATE).read_text("utf-8"))["count"]


def said(process: subprocess.Popen) -> list[int]:
    """The counts that a process said, a last torn line left out."""
    lines = process.stdout.read().split("\n")[:-1]
    return [int(line) for line in lines if line.isdigit()]


def side_by_side(made: Project, writers: int, updates: int) -> bool:
    """Let writers count up together."""
    put(made, 2_000)
    began = time.perf_counter()
    processes = [start(made, SDD_TEST_WRITER_COUNT=str(updates)) for _ in range(writers)]
    reads, unreadable = 0, 0
    while any(process.poll() is None for process in processes):
        reads += 1
        try:
            count(made)
        except (ValueError, KeyError):
            unreadable += 1
        time.sleep(0.001)
    took = time.perf_counter() - began
    counts = [number for process in processes for number in said(process)]
    failed = sum(process.returncode != 0 for process in processes)
    total, there = writers * updates, count(made)
    print(
        f"{writers} writers x {updates}: {there} of {total} updates, {len(set(counts))} different counts said, "
        f"{failed} writers failed, {unreadable} of {reads} reads unreadable, {took:.1f} s"
    )
    return there == total == len(set(counts)) and not failed and not unreadable


def kills(made: Project, rounds: int, seed: int) -> bool:
    """Kill a writer again and again."""
    put(made, 2_000)
    dice = random.Random(seed)
    known, corrupt, lost, updates = 0, 0, 0, 0
    for _ in range(rounds):
        process = start(made, SDD_TEST_WRITER_COUNT="1000000")
        time.sleep(dice.uniform(0.004, 0.04))
        process.kill()
        process.wait()
        acknowledged = max([known, *said(process)])
        try:
            there = count(made)
        except (ValueError, KeyError):
            corrupt += 1
            put(made, 2_000)
            known = 0
            continue
        lost += not acknowledged <= there <= acknowledged + 1
        updates += there - known
        known = there
    temporary = len(list(made.root.rglob(".*.sdd-tmp-*")))
    print(
        f"{rounds} kills, seed {seed}: {updates} updates, {corrupt} corrupt, {lost} acknowledged and lost "
        f"(or never said), {temporary} temporary files for the sweep"
    )
    if not updates:
        raise Void("no writer got as far as an update")
    return not corrupt and not lost


def cost(made: Project) -> None:
    """Time durable writes."""
    process = start(made, SDD_TEST_WRITER_BYTES=str(COST_BYTES))
    lines = [line for line in process.stdout.read().splitlines() if line.startswith("durable ")]
    if process.wait() or not lines:
        raise Void("the writes could not be timed")
    print(f"one write of {COST_BYTES} bytes, medians: {lines[0]}")


def main() -> int:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("binary", type=Path, help="the binary of the integration tests")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--updates", type=int, default=500)
    parser.add_argument("--kills", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    args = parser.parse_args()
    with project(args.binary) as made:
        (made.root / ".session/reports").mkdir(parents=True)
        whole = side_by_side(made, args.writers, args.updates)
        whole = kills(made, args.kills, args.seed) and whole
        cost(made)
    return 0 if whole else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Void, OSError, subprocess.SubprocessError) as error:
        print(f"nothing measured: {error}", file=sys.stderr)
        sys.exit(3)
