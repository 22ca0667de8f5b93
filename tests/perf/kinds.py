#!/usr/bin/env python3
"""How soon sdd acts on the state of a service, once the engine shows it.

    python3 tests/perf/kinds.py target/release/sdd [--rounds 3]

Five kinds of service, each by both versions of Compose, on the engine that `SDD_TEST_ENGINE` names, as `tests/engine` makes
it: one that gets healthy, one that gets sick, one that ends with code 7, one that ends again and again, one that has done
its work. The moment at which a state can be seen is that of the engine's own event. sdd has acted on it when a test begins
to run, or, where the service is at fault, when the first other container is told to end: in between it starts pytest, or
saves logs, which counts. A service at fault stands beside another that does not get ready before its time is over, so that
waiting for all of them would be seen.

Exit codes: 0 within the limit, 1 not, 3 nothing could be measured.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from common import Project, Void, project
from integration import COMPOSE, LABEL, RUN, SPEC, fill, prefix

LIMIT = 5.0
RUN_LIMIT = 120.0
# So long the last events may be on their way.
EVENTS_LIMIT = 10.0
FLAVOURS = ("docker compose", "docker-compose")
SETTLED = "the-tests-began"
IMAGE = "sdd-test/busybox:1"
STAYS = "[sleep, '600']"
TEST = f"""
import pathlib
import time


def test_begins():
    pathlib.Path({SETTLED!r}).write_text(str(time.time()))
"""
# Services that a spec without any of the example's parts needs.
PLAIN_SPEC = """# Integration Test: one kind of service

## Environment Requirements

**Services Required:**
- kind

**Compose file:** `{compose}`
"""

Event = dict
Visible = Callable[[list[Event]], float | None]


def at(event: Event) -> float:
    """The moment of an event, in seconds."""
    return event["timeNano"] / 1e9


def nth(action: str, number: int = 1, code: str | None = None) -> Visible:
    """The moment at which something had happened so many times, where given with that exit code."""

    def find(events: list[Event]) -> float | None:
        fits = [
            at(event)
            for event in events
            if event["Action"] == action and code in (None, event["Actor"]["Attributes"].get("exitCode"))
        ]
        return fits[number - 1] if len(fits) >= number else None

    return find


@dataclass(frozen=True)
class Kind:
    """A kind of service: how it is written, what makes its state visible, and whether it is at fault."""

    name: str
    rest: str
    visible: Visible
    is_fault: bool


# The engine counts a restart when the container ends: the third is one more than the settings allow.
KINDS = (
    Kind(
        "healthy",
        f"command: {STAYS}, healthcheck: {{test: [CMD, 'true'], interval: 1s}}",
        nth("health_status: healthy"),
        False,
    ),
    Kind(
        "sick",
        f"command: {STAYS}, healthcheck: {{test: [CMD, 'false'], interval: 1s, retries: 2}}",
        nth("health_status: unhealthy"),
        True,
    ),
    Kind("ends with 7", "command: [sh, -c, 'sleep 1; exit 7']", nth("die", code="7"), True),
    Kind("ends for ever", "command: [sh, -c, 'exit 3'], restart: always", nth("die", 3), True),
    Kind("done", "command: [sh, -c, 'sleep 1'], restart: 'no'", nth("die", code="0"), False),
)


def write(made: Project, kind: Kind) -> None:
    """Make a project with one service of a kind, and one test."""
    services = f"services:\n  kind: {{image: {IMAGE}, {kind.rest}}}\n"
    if kind.is_fault:
        never = "healthcheck: {test: [CMD, 'true'], interval: 1h}"
        services += f"  slow: {{image: {IMAGE}, command: {STAYS}, {never}}}\n"
    made.write(COMPOSE, services)
    made.write(SPEC, PLAIN_SPEC.format(compose=COMPOSE))
    made.write("tests/integration/test_orders.py", TEST)
    settings = {"performance_required": False, "contracts_required": False, "stop_grace": 1}
    if kind.name == "done":
        settings["oneshot"] = ["kind"]
    gates = {"integration_tests": settings, "security": {"required": False}}
    made.config({"quality_gates": gates})
    (made.root / SETTLED).unlink(missing_ok=True)
    made.git()


def of_service(events: list[Event], root: Path, service: str) -> list[Event]:
    """The events of the containers of one service of this repository's runs, in their order."""
    mine = []
    for event in events:
        attributes = event["Actor"].get("Attributes", {})
        is_mine = attributes.get(LABEL, "").startswith(prefix(root))
        if is_mine and attributes.get("com.docker.compose.service") == service:
            mine.append(event)
    return sorted(mine, key=at)


def acted(made: Project, kind: Kind, events: list[Event]) -> float | None:
    """The moment at which sdd had acted."""
    if kind.is_fault:
        return nth("kill")(of_service(events, made.root, "slow"))
    settled = made.root / SETTLED
    return float(settled.read_text("utf-8")) if settled.exists() else None


def one(made: Project, flavour: str, kind: Kind) -> float:
    """The seconds between a state that can be seen and what sdd does about it."""
    write(made, kind)
    log = made.root.parent / "events"
    with open(log, "wb") as file:
        watching = subprocess.Popen(
            ("docker", "events", "--format", "{{json .}}", "--filter", "type=container"),
            env=made.env,
            stdout=file,
            stderr=subprocess.DEVNULL,
        )
    try:
        made.env["SDD_COMPOSE"] = flavour
        # Whoever watches must listen before anything happens.
        time.sleep(0.5)
        process = made.start(*RUN)
        try:
            code = process.wait(RUN_LIMIT)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.wait()
            raise Void(f"a run with a service that is {kind.name} did not end") from error
        if code != (1 if kind.is_fault else 0):
            said = made.sdd("report", "--format", "agent").stdout.decode(errors="replace")[-2_000:]
            raise Void(f"a run with a service that is {kind.name} ended with {code} by {flavour}\n{said}")
        until = time.monotonic() + EVENTS_LIMIT
        while True:
            events = [
                json.loads(line)
                for line in log.read_text("utf-8").splitlines(keepends=True)
                if line.endswith("\n")
            ]
            visible = kind.visible(of_service(events, made.root, "kind"))
            done = acted(made, kind, events)
            if visible is not None and done is not None:
                return done - visible
            if time.monotonic() > until:
                raise Void(
                    f"of a service that is {kind.name}, by {flavour}: seen at {visible}, acted at {done}"
                )
            time.sleep(0.2)
    finally:
        watching.terminate()
        watching.wait()


def measure(made: Project, rounds: int) -> dict[tuple[str, str], list[float]]:
    """Each kind by each version, in turn."""
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        for flavour in FLAVOURS:
            for kind in KINDS:
                times.setdefault((flavour, kind.name), []).append(one(made, flavour, kind))
    return times


def say(times: dict[tuple[str, str], list[float]]) -> bool:
    """Say what was measured, and whether the longest is within the limit."""
    for (flavour, kind), taken in times.items():
        print(
            f"{flavour}, {kind}: median {statistics.median(taken):.2f} s, {min(taken):.2f} to {max(taken):.2f}"
        )
    longest = max(max(taken) for taken in times.values())
    kept = longest <= LIMIT
    print(f"the longest: {longest:.2f} s; limit {LIMIT:.0f} s: {'kept' if kept else 'EXCEEDED'}")
    return kept


def main(argv: list[str] | None = None) -> int:
    """Measure and say whether the limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binary", type=Path, help="sdd, built for release")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each kind (default %(default)s)")
    args = parser.parse_args(argv)
    try:
        with project(args.binary) as made:
            fill(made)
            return 0 if say(measure(made, args.rounds)) else 1
    except (Void, OSError, subprocess.SubprocessError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
