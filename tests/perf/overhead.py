#!/usr/bin/env python3
"""What sdd costs beside prek, pre-commit and lefthook, and beside no runner at all.

    python3 tests/perf/overhead.py target/release/sdd [--case A1 …] [--json FILE]

The peers are installed, pinned, in a directory of their own (SDD_PERF_TOOLS, default ~/.cache/sdd-perf-tools);
the tools of the gates are those of tests/run (SDD_TEST_TOOLS). Cases:

  V     --version
  A1    one step that does nothing, in a repository of 960 files
  A10   ten of them
  B     five real gates (ruff check, ruff format, bandit, pytest with coverage, a search) on 1,000 files of
        Python, nothing cached
  C     the same again, unchanged
  D     the same with one file edited
  E     60 findings of one rule of ruff: time and bytes of output

In B, C and D the peers run what a user of theirs would write down. `Bx` and `Cx` are the other reading: they run
word by word what sdd ran, reports included. Programs run in turn, in an order that moves by one each round.

Exit codes: 0 within the limits, 1 not, 3 nothing could be measured.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import peers
import python_repo
import startup
from common import Project, Void, project
from peers import Peer, Step

CASES = ("V", "A1", "A10", "B", "Bx", "C", "Cx", "D", "E")
FILES_A = 960
FILES_B = 1_000
FINDINGS = 60
LIMIT_BYTES = 2_000
# How much of a peer's median sdd may need: of the one that is named, or of the fastest.
LIMITS = {"V": 1.2, "A1": 1.0, "A10": 1.0, "B": 1.05, "Bx": 1.05}
AGAINST = {"A1": "lefthook", "A10": "lefthook"}
PRINTS = r"^\s*print\("
CACHES = (".ruff_cache", ".pytest_cache", ".coverage", ".mypy_cache")
STEP_LIMIT = 300.0


@dataclass
class Subject:
    """One command that is timed."""

    name: str
    command: list[str]
    code: int = 0
    before: Callable[[], None] = lambda: None
    is_floor: bool = False
    times: list[float] = field(default_factory=list)
    size: int = 0


def tools() -> Path:
    """The directory of the tools that the gates run."""
    named = os.environ.get("SDD_TEST_TOOLS")
    where = (Path(named) if named else Path.home() / ".cache" / "sdd-test-tools") / "venv" / "bin"
    missing = [name for name in ("ruff", "bandit", "pytest") if not (where / name).exists()]
    if missing:
        raise Void(f"{', '.join(missing)} not in {where}: run tests/run once")
    return where


def once(made: Project, subject: Subject, keep: bool) -> float:
    """Run a command to its end, its output thrown away or counted, and return the seconds it took."""
    subject.before()
    out = subprocess.PIPE if keep else subprocess.DEVNULL
    began = time.perf_counter()
    process = subprocess.Popen(
        subject.command, cwd=made.root, env=made.env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
    )
    # Not the limit that Python has for this: with it, it looks now and then, at last every 50 ms.
    limit = threading.Timer(STEP_LIMIT, process.kill)
    limit.start()
    said_out, said_err = process.communicate() if keep else (b"", b"")
    process.wait()
    took = time.perf_counter() - began
    limit.cancel()
    said = said_out + said_err
    if keep:
        subject.size = len(said)
    if process.returncode != subject.code:
        shown = said.decode(errors="replace")[-2_000:]
        raise Void(
            f"{subject.name} ended with exit code {process.returncode}, not {subject.code}: "
            f"{subject.command}\n{shown}"
        )
    return took


def measure(made: Project, subjects: list[Subject], runs: int) -> None:
    """Time the commands in turn. The first round is not counted: it fills caches, and counts the output."""
    for subject in subjects:
        once(made, subject, True)
    for number in range(runs):
        start = number % len(subjects)
        for subject in subjects[start:] + subjects[:start]:
            subject.times.append(once(made, subject, False))


def percentile(values: list[float], percent: int) -> float:
    """The value that so many percent of all are not above."""
    ordered = sorted(values)
    return ordered[max(-(-len(ordered) * percent // 100), 1) - 1]


def forget(made: Project) -> None:
    """Remove what tools and sdd remember of earlier runs."""
    for name in CACHES:
        path = made.root / name
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    for path in list(made.root.rglob("__pycache__")):
        shutil.rmtree(path)
    for name in ("runs", "reports"):
        shutil.rmtree(made.root / ".session" / name, ignore_errors=True)


def sdd(made: Project, *args: str, **more) -> Subject:
    """sdd with these arguments."""
    return Subject("sdd", [str(made.binary), *args], **more)


def of(peer: Peer, **more) -> Subject:
    """A peer that runs all of its steps."""
    return Subject(peer.name, peer.run, **more)


def versions(made: Project, beside: list[Peer], runs: int) -> list[Subject]:
    """Case V."""
    subjects = [sdd(made, "--version"), *(Subject(peer.name, peer.version) for peer in beside)]
    subjects.append(Subject("true", ["true"], is_floor=True))
    measure(made, subjects, runs)
    return subjects


def nothing(made: Project, beside: list[Peer], runs: int, count: int) -> list[Subject]:
    """Cases A1 and A10."""
    rules = [
        {"type": "command", "name": f"step {number}", "command": ["true"], "required": True}
        for number in range(count)
    ]
    steps = [Step(f"step-{number}", ["true"]) for number in range(count)]
    startup.fill(made, FILES_A)
    made.rules(rules)
    peers.configure(made, steps)
    made.write(".gitignore", "/.session/\n")
    made.git()
    subjects = [sdd(made, "complete"), *(of(peer) for peer in beside)]
    subjects += [of(peer, is_floor=True) for peer in peers.floors(steps)]
    measure(made, subjects, runs)
    return subjects


def real_gates(made: Project) -> None:
    """The project of cases B to D, with sdd's settings."""
    python_repo.fill(made, FILES_B)
    rule = {
        "type": "grep",
        "name": "no prints",
        "pattern": PRINTS,
        "files": "**/*.py",
        "match": "must_not_match",
    }
    made.config(
        {
            "quality_gates": {
                "linting": {"required": True},
                "formatting": {"required": True},
                # A sixth gate, that the peers have no step for.
                "documentation": {"enabled": False},
                "custom_validations": {"rules": [rule]},
            }
        }
    )


def usual_steps() -> list[Step]:
    """What a user of the peers would write down for the five gates."""
    return [
        Step("pytest", ["pytest", "-q", "--cov", "--cov-fail-under=80"]),
        Step("bandit", ["bandit", "-q", "-r", "shop"]),
        Step("ruff-check", ["ruff", "check", "."]),
        Step("ruff-format", ["ruff", "format", "--check", "."]),
        Step("no-prints", ["grep", PRINTS], files=r"\.py$"),
    ]


def same_steps(made: Project) -> list[Step]:
    """Word by word what sdd ran, with a directory for the reports that stays the same."""
    done = made.sdd("complete", "--no-fix", "--jobs", "2", "--format", "json")
    report = json.loads(done.stdout)
    run = f".session/runs/{report['run_id']}"
    kept = made.root.parent / "reports"
    shutil.copytree(made.root / run, kept, dirs_exist_ok=True)
    steps = []
    for gate in report["gates"]:
        for step in gate["steps"]:
            if not step["command"]:
                continue
            words = step["command"]
            words = [word.replace(str(made.root / run), str(kept)).replace(run, str(kept)) for word in words]
            steps.append(Step(step["tool"], words))
    if len(steps) != 4:
        raise Void(f"sdd ran {[step.name for step in steps]}, and not the four tools")
    order = ("pytest", "bandit", "ruff", "ruff-format")
    steps.sort(key=lambda step: order.index(step.name))
    return [*steps, usual_steps()[-1]]


def gates(made: Project, beside: list[Peer], runs: int, case: str) -> list[Subject]:
    """Cases B, C and D, and the other reading of B and C."""
    real_gates(made)
    peers.configure(made, [Step("nothing", ["true"])])
    made.git()
    steps = same_steps(made) if case.endswith("x") else usual_steps()
    peers.configure(made, steps)
    made.git()
    edited = made.root / "shop/part_00/module_0001.py"
    text = edited.read_text("utf-8")
    count = 0

    def edit() -> None:
        nonlocal count
        count += 1
        edited.write_text(f"{text}\n\nEDITED = {count}\n", "utf-8")

    before = {"B": lambda: forget(made), "C": lambda: None, "D": edit}[case[0]]
    names = [*beside, *peers.floors(steps)]
    subjects = [sdd(made, "complete", "--no-fix", "--jobs", "2", before=before)]
    subjects += [of(peer, before=before, is_floor=not peer.program) for peer in names]
    measure(made, subjects, runs)
    return subjects


def failing(made: Project, beside: list[Peer], runs: int) -> list[Subject]:
    """Case E."""
    python_repo.fill(made, FILES_B)
    python_repo.spoil(made, FINDINGS)
    made.config({"quality_gates": {"linting": {"required": True}}})
    steps = [Step("ruff-check", ["ruff", "check", "."])]
    peers.configure(made, steps)
    made.git()
    subjects = [sdd(made, "gate", "linting", "--no-fix", "--format", "agent", code=1)]
    subjects += [of(peer, code=1) for peer in beside]
    subjects += [Subject("ruff", steps[0].command, code=1, is_floor=True)]
    measure(made, subjects, runs)
    return subjects


def shown(case: str, subjects: list[Subject]) -> list[str]:
    """The lines of a case's table."""
    mine = statistics.median(subjects[0].times)
    lines = [f"{case}: {len(subjects[0].times)} runs each, in ms; ratio: sdd's median to that one's"]
    for subject in subjects:
        median = statistics.median(subject.times)
        row = [1_000 * value for value in (median, min(subject.times), percentile(subject.times, 95))]
        size = f"  {subject.size} bytes" if case == "E" else ""
        lines.append(
            f"  {subject.name:<11} median {row[0]:8.1f}  min {row[1]:8.1f}  p95 {row[2]:8.1f}"
            f"  ratio {mine / median:5.2f}{size}"
        )
    return lines


def verdict(case: str, subjects: list[Subject]) -> tuple[bool, str]:
    """Whether the limit of a case is kept, in words."""
    mine, *others = subjects
    if case == "E":
        kept = mine.size <= LIMIT_BYTES
        return kept, f"  {mine.size} of at most {LIMIT_BYTES} bytes: {'kept' if kept else 'EXCEEDED'}"
    if case not in LIMITS:
        return True, ""
    rivals = [other for other in others if not other.is_floor and other.name == AGAINST.get(case, other.name)]
    rival = min(rivals, key=lambda other: statistics.median(other.times))
    ratio = statistics.median(mine.times) / statistics.median(rival.times)
    kept = ratio <= LIMITS[case]
    word = "kept" if kept else "EXCEEDED"
    return kept, f"  {ratio:.3f} of {rival.name}; limit {LIMITS[case]:.2f}: {word}"


def play(case: str, binary: Path, beside: list[Peer], runs: int, path: str) -> list[Subject]:
    """Measure one case in a project of its own."""
    with project(binary) as made:
        made.env["PATH"] = path
        # Two at a time, as sdd and xargs are told.
        made.env["PREK_CONCURRENT_HOOKS"] = "2"
        if case == "V":
            return versions(made, beside, runs)
        if case.startswith("A"):
            return nothing(made, beside, runs, int(case[1:]))
        if case == "E":
            return failing(made, beside, runs)
        return gates(made, beside, runs, case)


def asked(command: list[str]) -> str:
    """What a program says its version is."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return " ".join((done.stdout or done.stderr).split("\n", 1)[0].split())


def main(argv: list[str] | None = None) -> int:
    """Measure and say whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binary", type=Path, help="sdd, built for release")
    parser.add_argument("--case", choices=CASES, action="append", help="only these cases")
    parser.add_argument("--runs", type=int, default=40, help="runs of V, A and E (default %(default)s)")
    parser.add_argument("--gate-runs", type=int, default=20, help="runs of B, C and D (default %(default)s)")
    parser.add_argument("--json", type=Path, help="a file for all figures")
    args = parser.parse_args(argv)
    kept, results = True, {}
    try:
        where = peers.directory()
        peers.install(where)
        bin_directory = tools()
        beside = peers.installed(where)
        says = [[str(args.binary), "--version"], *(peer.version for peer in beside), ["git", "--version"]]
        says += [[str(bin_directory / name), "--version"] for name in ("ruff", "bandit", "pytest")]
        said = [f"{Path(command[0]).name}: {asked(command)}" for command in says]
        print("; ".join(said))
        print(
            f"Linux {platform.release()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True
        )
        path = f"{bin_directory}:{os.environ.get('PATH', '/usr/bin:/bin')}"
        for case in args.case or CASES:
            runs = args.gate_runs if case[0] in "BCD" else args.runs
            before = os.getloadavg()[0]
            subjects = play(case, args.binary, beside, runs, path)
            good, words = verdict(case, subjects)
            kept &= good
            print("\n".join([*shown(case, subjects), *([words] if words else [])]))
            print(f"  load {before:.1f} before, {os.getloadavg()[0]:.1f} after", flush=True)
            results[case] = {
                "kept": good,
                "load": before,
                "subjects": {one.name: {"seconds": one.times, "bytes": one.size} for one in subjects},
            }
        if args.json:
            args.json.write_text(json.dumps({"versions": said, "cases": results}, indent=2) + "\n", "utf-8")
    except (Void, OSError, subprocess.SubprocessError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 3
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
