#!/usr/bin/env python3
"""How long `sdd hook stop` takes when there is nothing to do, on 10,000 files.

    python3 tests/perf/hook.py target/release/sdd

Twice: in a project without `.session/`, whose user has the hook for all projects, and in one with an open session in
which nothing has changed. There git looks at every file, which is measured in turn and is not sdd's part.

Exit codes: 0 within the budget, 1 not, 3 nothing could be measured.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import startup
from common import Project, Void, project, summary

BUDGET = 0.020
STATUS = ("status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--ignore-submodules=none")
IGNORED = "/.session/runs/\n/.session/reports/latest.json\n/.session/.lock\n/.session/**/.*.prev\n"


def stop(made: Project) -> float:
    """The seconds that the hook takes; it must let the agent stop without a word."""
    payload = {
        "session_id": "perf",
        "hook_event_name": "Stop",
        "cwd": str(made.root),
        "stop_hook_active": False,
    }
    began = time.perf_counter()
    done = subprocess.run(
        (made.binary, "hook", "stop", "--budget", "60"),
        cwd=made.root,
        env=made.env,
        input=json.dumps(payload).encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    took = time.perf_counter() - began
    if done.returncode != 0 or done.stdout or done.stderr:
        said = (done.stderr or done.stdout).decode(errors="replace")[-500:]
        raise Void(f"sdd hook stop ended with exit code {done.returncode} and said {said!r}")
    return took


def git_time(made: Project) -> float:
    """The seconds that git takes to look at the tree."""
    began = time.perf_counter()
    call = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", *STATUS)
    subprocess.run(call, cwd=made.root, env=made.env, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def measure(made: Project, runs: int) -> dict[str, list[float]]:
    """Time the hook without and with a session, in turn with what is not its part."""
    times: dict[str, list[float]] = {"true": [], "no .session/": [], "git status": [], "unchanged": []}
    state = made.root / ".session"
    aside = made.root.parent / "aside"
    open_session(made)
    for _ in range(runs):
        times["true"].append(startup.spawn_time())
        shutil.move(state, aside)
        times["no .session/"].append(stop(made))
        shutil.move(aside, state)
        times["git status"].append(git_time(made))
        times["unchanged"].append(stop(made))
    if (state / "reports" / "latest.json").exists():
        raise Void("gates were run although nothing had changed")
    return times


def open_session(made: Project) -> None:
    """Open a session on the present commit."""
    head = subprocess.run(
        ("git", "rev-parse", "HEAD"), cwd=made.root, env=made.env, capture_output=True, check=True
    )
    state = {
        "current_session": 1,
        "current_work_item": None,
        "status": "in_progress",
        "base_commit": head.stdout.decode().strip(),
    }
    made.write(".session/tracking/status_update.json", json.dumps(state, indent=2) + "\n")


def main(argv: list[str] | None = None) -> int:
    """Measure and say whether the budget is kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binary", type=Path, help="sdd, built for release")
    parser.add_argument("--runs", type=int, default=30, help="runs of each (default %(default)s)")
    parser.add_argument(
        "--files", type=int, default=10_000, help="files of the project (default %(default)s)"
    )
    args = parser.parse_args(argv)
    try:
        with project(args.binary) as made:
            made.write(".gitignore", IGNORED)
            startup.fill(made, args.files)
            times = measure(made, args.runs)
    except (Void, OSError, subprocess.SubprocessError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 3
    kept = True
    base = {"unchanged": statistics.median(times["git status"])}
    for name, values in times.items():
        own = statistics.median(values) - base.get(name, 0.0)
        verdict = ""
        if name in ("no .session/", "unchanged"):
            kept &= own <= BUDGET
            part = " beside git" if name in base else ""
            verdict = f"; {1_000 * own:.1f} ms{part}, budget {1_000 * BUDGET:.0f} ms: {'kept' if own <= BUDGET else 'EXCEEDED'}"
        print(f"{name}: {summary(values)}{verdict}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
