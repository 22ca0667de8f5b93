#!/usr/bin/env python3
"""What is left when `sdd complete` is ended at a random moment: unreadable state, processes, temporary files.

    python3 tests/perf/kill.py target/release/sdd

Half of the moments are spread over the whole run, half lie around its end, where the state is written.
After SIGINT and SIGTERM nothing may be left at the moment at which sdd has ended, and its exit code is 130
or 143. SIGKILL gives sdd no time to do anything: what is left at once is counted, and held to be nothing
after a grace.

Exit codes: 0 nothing was left, 1 something was, 3 nothing could be measured.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from common import Project, Void, end, processes_with, project

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -signal.SIGKILL}
END_LIMIT = 30.0
KILL_GRACE = 5.0
# The share of runs that a signal may meet before the program listens to it.
EARLY_SHARE = 0.25

# What rules start sleeps far longer than any grace here: only sdd can have ended it. A rule that fails keeps
# the session open, so that every run finds the same state.
RULES = [
    {"type": "command", "name": "short", "command": ["sleep", "0.1"]},
    {"type": "command", "name": "children", "command": {"shell": "sleep 300 & sleep 0.3"}},
    {"type": "command", "name": "escaped", "command": {"shell": "setsid sleep 301 & sleep 0.2"}},
    {"type": "command", "name": "stubborn", "command": {"shell": "trap '' TERM INT; sleep 0.3; sleep 0.1"}},
    {"type": "command", "name": "red", "command": ["false"], "required": True},
]


@dataclass
class Count:
    """What was seen."""

    runs: Counter = field(default_factory=Counter)
    ended_before: int = 0
    early: int = 0
    unreadable: list[str] = field(default_factory=list)
    left_at_once: dict[str, list[str]] = field(default_factory=dict)
    left_after_grace: list[str] = field(default_factory=list)
    temporary: list[str] = field(default_factory=list)
    wrong_codes: list[str] = field(default_factory=list)
    hung: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """What must not have been seen."""
        asked_to_end = [
            f"{name}: left at once: {process}"
            for name, processes in self.left_at_once.items()
            if name != "SIGKILL"
            for process in processes
        ]
        cut = sum(self.runs.values())
        deaf = [f"{self.early} of {cut} runs did not listen yet"] if self.early > cut * EARLY_SHARE else []
        return [
            *deaf,
            *(f"unreadable: {what}" for what in self.unreadable),
            *asked_to_end,
            *(f"left after SIGKILL and {KILL_GRACE:.0f} s: {what}" for what in self.left_after_grace),
            *(f"temporary file left: {what}" for what in self.temporary),
            *(f"exit code: {what}" for what in self.wrong_codes),
            *(f"did not end: {what}" for what in self.hung),
        ]


def unreadable(root: Path) -> list[str]:
    """The state files below `.session/` that are not whole JSON documents; logs of runs are no state."""
    bad = []
    for file in sorted((root / ".session").rglob("*.json")):
        inside = file.relative_to(root)
        if inside.parts[1] == "runs" or file.name.startswith("."):
            continue
        try:
            json.loads(file.read_text("utf-8"))
        except (ValueError, OSError) as error:
            bad.append(f"{inside}: {error}")
    return bad


def scratch_files(made: Project) -> list[str]:
    """What lies in the directory for temporary files."""
    return sorted(path.name for path in Path(made.env["TMPDIR"]).iterdir())


def listens(pid: int, sent: signal.Signals) -> bool:
    """Whether a process has a handler for a signal: before that, a signal does what it does to any program."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) & 1 << sent - 1)
    raise Void("the kernel does not say which signals a process catches")


def moment(made: random.Random, usual: float) -> float:
    """When to end a run that usually takes some seconds."""
    if made.random() < 0.5:
        return made.uniform(0.0, usual)
    return max(0.0, made.uniform(usual - 0.06, usual + 0.01))


def one_run(made: Project, sent: signal.Signals, after: float, count: Count) -> None:
    """Start sdd, end it, and look at what is left."""
    what = f"{sent.name} after {after:.3f} s"
    process = made.start("complete", "--jobs", "2")
    try:
        process.wait(after)
        # Only runs that were cut short say anything.
        count.ended_before += 1
        return
    except subprocess.TimeoutExpired:
        listening = listens(process.pid, sent)
        process.send_signal(sent)
    try:
        code = process.wait(END_LIMIT)
    except subprocess.TimeoutExpired:
        count.hung.append(what)
        process.kill()
        process.wait()
        end(processes_with(made.marker))
        return
    left = processes_with(made.marker)
    count.runs[sent.name] += 1
    # A signal that comes when the decision is made does not take it back.
    if code == -sent and sent is not signal.SIGKILL and not listening:
        count.early += 1
    elif code not in (EXIT_CODES[sent], 1):
        count.wrong_codes.append(f"{code} after {what}")
    if left:
        count.left_at_once.setdefault(sent.name, []).extend(
            f"{command} ({what})" for command in left.values()
        )
    if sent is signal.SIGKILL:
        deadline = time.monotonic() + KILL_GRACE
        while left and time.monotonic() < deadline:
            time.sleep(0.05)
            left = processes_with(made.marker)
        count.left_after_grace.extend(f"{command} ({what})" for command in left.values())
    else:
        count.temporary.extend(f"{name} ({what})" for name in scratch_files(made))
    end(left)
    count.unreadable.extend(f"{bad} ({what})" for bad in unreadable(made.root))


def measure(made: Project, runs: int, seed: int) -> Count:
    """Cut runs short, the signals in turn."""
    usual = sorted(made.timed("complete", "--jobs", "2", expect=1) for _ in range(3))[1]
    drawn = random.Random(seed)
    count = Count()
    for number in range(runs):
        one_run(made, SIGNALS[number % len(SIGNALS)], moment(drawn, usual), count)
    if sum(count.runs.values()) < runs / 2:
        raise Void(f"{count.ended_before} of {runs} runs had ended before their signal came")
    # After all that, an undisturbed run must still come to its answer.
    made.timed("complete", "--jobs", "2", expect=1)
    return count


def main(argv: list[str] | None = None) -> int:
    """Measure and say what was left."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binary", type=Path, help="sdd, built for release")
    parser.add_argument("--runs", type=int, default=200, help="runs to cut short (default %(default)s)")
    parser.add_argument(
        "--seed", type=int, default=1, help="what the moments come from (default %(default)s)"
    )
    args = parser.parse_args(argv)
    try:
        with project(args.binary) as made:
            made.write("README.md", "# Measured\n")
            made.rules(RULES)
            made.git()
            made.session()
            count = measure(made, args.runs, args.seed)
    except (Void, OSError, subprocess.SubprocessError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 3
    faults = count.faults()
    cut = ", ".join(f"{name} {number}" for name, number in sorted(count.runs.items()))
    killed = len(count.left_at_once.get("SIGKILL", []))
    print(f"runs cut short: {cut}; {count.ended_before} had ended before, {count.early} did not listen yet")
    print(f"unreadable state files: {len(count.unreadable)}")
    print(
        f"processes left at once after SIGINT and SIGTERM: {sum(map(len, count.left_at_once.values())) - killed}"
    )
    print(
        f"processes left after SIGKILL: {killed} at once, {len(count.left_after_grace)} after {KILL_GRACE:.0f} s"
    )
    print(
        f"temporary files left: {len(count.temporary)}; wrong exit codes: {len(count.wrong_codes)}; hung: {len(count.hung)}"
    )
    for fault in faults[:40]:
        print(f"  {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
