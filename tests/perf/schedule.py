#!/usr/bin/env python3
"""How well `sdd complete` uses two cores: its wall time against the best schedule there is.

    python3 tests/perf/schedule.py target/release/sdd

Each set of rules runs twice: first without any knowledge of how long a rule takes, then with the report of
the first run. The second is held against the limit. `sleep` rules are compared with the best split of their
times, found by trying all splits; `cpu` rules with that split really run, by this script, in turn with sdd,
because the cores of a busy machine are not free.

Exit codes: 0 within the limit, 1 not, 3 nothing could be measured.
"""

import argparse
import random
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from common import Project, Void, project

LIMIT = 1.10
BURN = "import sys, time\nwhile time.process_time() < float(sys.argv[1]):\n    sum(range(1000))\n"

FIXED_SETS = (
    (2.0, 1.0, 1.0),
    (0.5, 0.5, 0.5, 0.5, 2.0),
    (1.5, 1.2, 0.9, 0.6, 0.3),
)


def best_split(times: tuple[float, ...]) -> tuple[float, list[int]]:
    """The least wall time on two cores, and the tasks of one of them; by trying every split."""
    total = sum(times)
    best = (total, list(range(len(times))))
    # The last task stays on the second core: the other half of the splits are mirror images.
    for bits in range(1 << max(len(times) - 1, 0)):
        chosen = [index for index in range(len(times)) if bits >> index & 1]
        one = sum(times[index] for index in chosen)
        wall = max(one, total - one)
        if wall < best[0]:
            best = (wall, chosen)
    return best


def sets(count: int, seed: int) -> list[tuple[float, ...]]:
    """Some sets of times, the same for the same seed."""
    made = random.Random(seed)
    drawn = [
        tuple(round(made.uniform(0.2, 2.0), 2) for _ in range(made.randint(4, 8)))
        for _ in range(max(count - len(FIXED_SETS), 0))
    ]
    return [*FIXED_SETS[:count], *drawn]


def sleeping(seconds: float) -> list[str]:
    """A command that waits."""
    return ["sleep", str(seconds)]


def burning(seconds: float) -> list[str]:
    """A command that computes for some seconds of one core."""
    return [sys.executable, "-c", BURN, str(seconds)]


def run_split(commands: list[list[str]], one: list[int]) -> float:
    """Run commands on two threads, each its part one by one, and return the seconds that it took."""
    parts = [one, [index for index in range(len(commands)) if index not in one]]

    def run_part(part: list[int]) -> None:
        for index in part:
            subprocess.run(commands[index], check=True, stdin=subprocess.DEVNULL)

    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run_part, parts))
    return time.perf_counter() - began


def ratios(
    made: Project, times: tuple[float, ...], command: Callable[[float], list[str]], rounds: int
) -> tuple[float, float]:
    """How much longer than the best schedule sdd takes: without and with knowledge of the rules' times."""
    commands = [command(seconds) for seconds in times]
    made.rules(
        [
            {"type": "command", "name": f"rule {number}", "command": words, "required": True}
            for number, words in enumerate(commands, 1)
        ]
    )
    wall, one = best_split(times)
    computes = command is burning
    first = made.timed("complete", "--jobs", "2") / (run_split(commands, one) if computes else wall)
    later = []
    for _ in range(rounds):
        best = run_split(commands, one) if computes else wall
        later.append(made.timed("complete", "--jobs", "2") / best)
    return first, statistics.median(later)


def main(argv: list[str] | None = None) -> int:
    """Measure and say whether the limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binary", type=Path, help="sdd, built for release")
    parser.add_argument("--sets", type=int, default=6, help="sets of rules (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each set (default %(default)s)")
    parser.add_argument(
        "--seed", type=int, default=1, help="what the drawn sets come from (default %(default)s)"
    )
    parser.add_argument("--kind", choices=("sleep", "cpu", "both"), default="both")
    args = parser.parse_args(argv)
    kinds = {"sleep": sleeping, "cpu": burning}
    chosen = kinds if args.kind == "both" else {args.kind: kinds[args.kind]}
    worst = 0.0
    try:
        for kind, command in chosen.items():
            for times in sets(args.sets, args.seed):
                # A project of its own for each set: what sdd learned of one must not help the next.
                with project(args.binary) as made:
                    made.write("README.md", "# Measured\n")
                    made.rules([])
                    made.git()
                    made.session()
                    first, later = ratios(made, times, command, args.rounds)
                worst = max(worst, later)
                shown = shlex.join(map(str, times))
                print(f"{kind} {shown}: {later:.3f} of the best ({first:.3f} at first)", flush=True)
    except (Void, OSError, subprocess.SubprocessError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 3
    print(f"worst {worst:.3f}; limit {LIMIT:.2f}: {'kept' if worst <= LIMIT else 'EXCEEDED'}")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
