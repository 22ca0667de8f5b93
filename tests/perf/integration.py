#!/usr/bin/env python3
"""What integration tests cost with sdd around them, and what is left when it is ended at a random moment.

    python3 tests/perf/integration.py target/release/sdd [--row overhead|kills]

Both rows run `tests/fixtures/integration` on the engine that `SDD_TEST_ENGINE` names, as `tests/engine` makes it.

`overhead`: `sdd integration run`, in turn with the same calls of Compose, the same loading of test data and the same pytest
without sdd. The copy of the example has a health check for each service, so that both wait for the same, and no
requirements of performance, since nothing else is measured by them.

`kills`: runs ended by SIGINT, SIGTERM and SIGKILL at moments spread over a whole run. After SIGINT and SIGTERM nothing may
be left when sdd has ended; after SIGKILL the reaper gets ten seconds.

Exit codes: 0 within the limits, 1 not, 3 nothing could be measured.
"""

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from common import Project, Void, end, processes_with, project, summary
from kill import EXIT_CODES, listens

EXAMPLE = Path(__file__).resolve().parents[1] / "fixtures" / "integration"
COMPOSE = "docker-compose.integration.yml"
SPEC = ".session/specs/integration_test_orders.md"
SETTINGS = ".session/config.json"
RUN = ("integration", "run", "integration_test_orders")
# What the gateway of the example lacks.
HEALTH = '    healthcheck: {test: [CMD, wget, -q, -O, "-", "http://127.0.0.1:8080/upstream"], interval: 1s, retries: 20}\n'
OVERHEAD_LIMIT = 1.0
REAPER_GRACE = 10.0
END_LIMIT = 120.0
CALL_LIMIT = 120.0
LABEL = "com.docker.compose.project"
SIGNALS = {name: signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGKILL")}


def without_section(spec: str, title: str) -> str:
    """A spec without one of its sections."""
    shorter, count = re.subn(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", "", spec, flags=re.M | re.S)
    if count != 1:
        raise Void(f"the spec of the example has {count} sections {title}")
    return shorter


def with_health(compose: str) -> str:
    """The example's services, all with a health check, and with a volume that can be left behind."""
    last = '    ports: ["8080"]\n'
    if compose.count(last) != 1 or "  db:\n" not in compose:
        raise Void("the compose file of the example is not as expected")
    stored = compose.replace("  db:\n", '  db:\n    volumes: ["stored:/data"]\n')
    return stored.replace(last, last + HEALTH) + "volumes: {stored: {}}\n"


def fill(made: Project) -> None:
    """Make the example the project, and its environment one with an engine and with pytest."""
    engine, tools = os.environ.get("SDD_TEST_ENGINE", ""), os.environ.get("SDD_TEST_TOOLS", "")
    if not engine or not (Path(engine) / "socket").exists():
        raise Void("SDD_TEST_ENGINE names no engine; tests/engine makes one")
    venv = Path(tools or Path.home() / ".cache" / "sdd-test-tools") / "venv" / "bin"
    if not (venv / "pytest").exists():
        raise Void(f"there is no pytest in {venv}; tests/run installs it")
    shutil.copytree(EXAMPLE, made.root, dirs_exist_ok=True)
    made.write(COMPOSE, with_health((made.root / COMPOSE).read_text("utf-8")))
    made.write(SPEC, without_section((made.root / SPEC).read_text("utf-8"), "Performance Benchmarks"))
    settings = json.loads((made.root / SETTINGS).read_text("utf-8"))
    settings["quality_gates"]["integration_tests"]["performance_required"] = False
    made.config(settings)
    made.env |= {
        "PATH": f"{engine}/bin:{venv}:{made.env['PATH']}",
        "DOCKER_HOST": f"unix://{engine}/socket",
        "DOCKER_CONFIG": f"{engine}/config",
        "SDD_COMPOSE": "docker compose",
    }
    made.git()


def give_grace(made: Project, seconds: int) -> None:
    """Let services have so many seconds to end."""
    settings = json.loads((made.root / SETTINGS).read_text("utf-8"))
    settings["quality_gates"]["integration_tests"]["stop_grace"] = seconds
    made.config(settings)
    made.git()


def call(made: Project, *words: str, stdin: Path | None = None, env: dict | None = None) -> str:
    """Run a program in the project; it must succeed."""
    with open(stdin or os.devnull, "rb") as source:
        done = subprocess.run(
            words,
            cwd=made.root,
            env=made.env | (env or {}),
            stdin=source,
            capture_output=True,
            timeout=CALL_LIMIT,
            check=False,
        )
    if done.returncode:
        raise Void(
            f"{' '.join(words)} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}"
        )
    return done.stdout.decode(errors="replace")


def bare(made: Project, name: str) -> float:
    """The seconds of the same work without sdd."""
    compose = ("docker", "compose", "-p", name, "-f", COMPOSE)
    began = time.perf_counter()
    try:
        call(made, *compose, "up", "-d", "--wait")
        load = ("exec", "-T", "db", "sh", "-c", "cat > /data/orders")
        call(made, *compose, *load, stdin=made.root / "fixtures/orders.psv")
        variables = {
            f"SDD_SERVICE_{service.upper()}_{port}": call(made, *compose, "port", service, port)
            .strip()
            .replace("0.0.0.0", "127.0.0.1")
            for service, port in (("api", "8000"), ("gateway", "8080"))
        }
        call(made, "pytest", "-q", "tests/integration", env=variables)
    finally:
        call(made, *compose, "down", "-v", "--remove-orphans", "-t", "1")
    return time.perf_counter() - began


def overhead(made: Project, runs: int) -> dict[str, list[float]]:
    """Time both in turn, so that a slow moment of the machine hits both. The first round is for the caches."""
    times: dict[str, list[float]] = {"bare": [], "sdd": []}
    for number in range(runs + 1):
        pair = {"bare": bare(made, f"perf-bare-{os.getpid()}-{number}"), "sdd": made.timed(*RUN)}
        if number:
            for name, taken in pair.items():
                times[name].append(taken)
    return times


def prefix(root: Path) -> str:
    """What the names of all of sdd's projects of a repository begin with."""
    return f"sdd-{hashlib.sha256(os.fsencode(root)).hexdigest()[:8]}-"


def left(made: Project) -> list[str]:
    """The containers, networks, volumes and processes that are there because of runs."""
    found = []
    for kind, listing in (
        ("container", ("ps", "-a")),
        ("network", ("network", "ls")),
        ("volume", ("volume", "ls")),
    ):
        labels = call(made, "docker", *listing, "--format", f'{{{{.Label "{LABEL}"}}}}').splitlines()
        found += [f"{kind} of {label}" for label in labels if label.startswith(prefix(made.root))]
    return found + [f"process {command}" for command in processes_with(made.marker).values()]


@dataclass
class Count:
    """What was seen."""

    runs: Counter = field(default_factory=Counter)
    ended_before: int = 0
    early: int = 0
    at_once: dict[str, list[str]] = field(default_factory=dict)
    after_grace: dict[str, list[str]] = field(default_factory=dict)
    wrong_codes: list[str] = field(default_factory=list)
    hung: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """What must not have been seen."""
        asked = [what for name, all_of in self.at_once.items() if name != "SIGKILL" for what in all_of]
        late = [what for all_of in self.after_grace.values() for what in all_of]
        return [
            *(f"left when sdd had ended: {what}" for what in asked),
            *(f"left after {REAPER_GRACE:.0f} s: {what}" for what in late),
            *(f"exit code: {what}" for what in self.wrong_codes),
            *(f"did not end: {what}" for what in self.hung),
        ]


def one_kill(made: Project, name: str, after: float, count: Count) -> None:
    """Start a run, end it, and look at what is left."""
    sent, what = SIGNALS[name], f"{name} after {after:.2f} s"
    process = made.start(*RUN)
    try:
        process.wait(after)
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
    ended = time.monotonic()
    count.runs[name] += 1
    if code == -sent and name != "SIGKILL" and not listening:
        count.early += 1
    elif code not in (EXIT_CODES[sent], 0):
        count.wrong_codes.append(f"{code} after {what}")
    found = left(made)
    count.at_once.setdefault(name, []).extend(f"{one} ({what})" for one in found)
    while found and time.monotonic() - ended < REAPER_GRACE:
        time.sleep(0.2)
        found = left(made)
    count.after_grace.setdefault(name, []).extend(f"{one} ({what})" for one in found)
    if found:
        # What one run left is not counted again with the next.
        made.sdd("integration", "gc", "--all")
        end(processes_with(made.marker))


def kills(made: Project, runs: int, names: list[str], seed: int) -> Count:
    """End runs, so many by each signal."""
    usual = statistics.median(made.timed(*RUN) for _ in range(2))
    drawn = random.Random(seed)
    count = Count()
    for _ in range(runs):
        for name in names:
            one_kill(made, name, drawn.uniform(0.0, usual), count)
    if sum(count.runs.values()) < runs * len(names) / 2:
        raise Void(f"{count.ended_before} runs had ended before their signal came")
    # After all that, an undisturbed run must still come to its answer.
    made.timed(*RUN)
    return count


def say_overhead(times: dict[str, list[float]]) -> bool:
    """Say what was measured, and whether it is within the limit."""
    for name, taken in times.items():
        print(f"{name}: {summary(taken)}")
    cost = statistics.median(sdd - bare for sdd, bare in zip(times["sdd"], times["bare"], strict=True))
    kept = cost <= OVERHEAD_LIMIT
    print(
        f"sdd itself: median {cost:.2f} s of {len(times['sdd'])} pairs; limit {OVERHEAD_LIMIT:.0f} s: {'kept' if kept else 'EXCEEDED'}"
    )
    return kept


def say_kills(count: Count) -> bool:
    """Say what was left, and whether that is nothing."""
    print(f"{count.ended_before} runs had ended before their signal came, {count.early} did not listen yet")
    for name, number in count.runs.items():
        at_once, late = len(count.at_once.get(name, [])), len(count.after_grace.get(name, []))
        print(f"{name}: {number} runs; left at once {at_once}, after {REAPER_GRACE:.0f} s {late}")
    faults = count.faults()
    for fault in faults[:40]:
        print(f"  {fault}")
    return not faults


def main(argv: list[str] | None = None) -> int:
    """Measure and say whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binary", type=Path, help="sdd, built for release")
    parser.add_argument("--row", choices=("overhead", "kills"), help="one of them (default: both)")
    parser.add_argument("--pairs", type=int, default=10, help="pairs of runs (default %(default)s)")
    parser.add_argument(
        "--runs", type=int, default=30, help="runs to end by each signal (default %(default)s)"
    )
    parser.add_argument("--signal", choices=SIGNALS, action="append", help="a signal (default: all three)")
    parser.add_argument(
        "--compose",
        choices=("docker compose", "docker-compose"),
        default="docker compose",
        help="the Compose whose runs are ended (default %(default)s)",
    )
    parser.add_argument(
        "--stop-grace", type=int, default=1, help="the setting of runs that are ended (default %(default)s s)"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="what the moments come from (default %(default)s)"
    )
    args = parser.parse_args(argv)
    kept = True
    try:
        with project(args.binary) as made:
            fill(made)
            if args.row != "kills":
                kept &= say_overhead(overhead(made, args.pairs))
            if args.row != "overhead":
                made.env["SDD_COMPOSE"] = args.compose
                give_grace(made, args.stop_grace)
                kept &= say_kills(kills(made, args.runs, args.signal or list(SIGNALS), args.seed))
    except (Void, OSError, subprocess.SubprocessError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 3
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
