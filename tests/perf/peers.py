"""The programs that sdd is measured beside: how they are installed, and how each is told to run some commands."""

import hashlib
import json
import os
import platform
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from common import Project, Void

# From the package index; lefthook's package carries the program itself beside a launcher in Python.
PINS = ("prek==0.5.11", "pre-commit==4.7.0", "lefthook==2.2.2")


@dataclass
class Step:
    """One thing to check: its name, its command, and a pattern where it is a search that must find nothing."""

    name: str
    command: list[str]
    # Of a search: files, as a regular expression of pre-commit's.
    files: str = ""


@dataclass
class Peer:
    """A program beside sdd, and the command with which it runs all of its steps."""

    name: str
    program: list[str]
    run: list[str]
    version: list[str] = field(default_factory=list)


def directory() -> Path:
    """Where the peers are installed, out of everybody's way."""
    named = os.environ.get("SDD_PERF_TOOLS")
    return Path(named) if named else Path.home() / ".cache" / "sdd-perf-tools"


def install(where: Path) -> None:
    """Install the pinned peers, unless these very ones are there."""
    wanted = hashlib.sha256("\n".join((*PINS, sys.version)).encode()).hexdigest()
    stamp = where / "stamp"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print(f"installing {', '.join(PINS)} in {where}", file=sys.stderr)
    venv = where / "venv"
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    subprocess.run((sys.executable, "-m", "venv", "--clear", venv), check=True)
    subprocess.run((venv / "bin/python", "-m", "pip", "install", *quiet, *PINS), check=True)
    stamp.write_text(wanted)


def lefthook(where: Path) -> Path:
    """The real program of lefthook, not the launcher in Python, which costs more than the program."""
    machine = platform.machine()
    found = sorted(
        where.glob(f"venv/lib/python*/site-packages/lefthook/bin/lefthook-linux-{machine}/lefthook")
    )
    if not found:
        raise Void(f"lefthook's package has no program for {machine}")
    return found[0]


def installed(where: Path) -> list[Peer]:
    """The peers. lefthook runs a group of its own name: what it does around a commit would be extra work."""
    prek, pre_commit = (str(where / "venv/bin" / name) for name in ("prek", "pre-commit"))
    hook = str(lefthook(where))
    return [
        Peer("prek", [prek], [prek, "run", "--all-files", "--config", ".prek.yaml"], [prek, "--version"]),
        Peer(
            "pre-commit",
            [pre_commit],
            [pre_commit, "run", "--all-files"],
            [pre_commit, "--version"],
        ),
        Peer("lefthook", [hook], [hook, "run", "check"], [hook, "version"]),
    ]


def quoted(text: str) -> str:
    """A string of YAML; every string of JSON is one."""
    return json.dumps(text)


def hooks(steps: list[Step], priority: bool) -> str:
    """The settings of pre-commit and prek: local hooks that get no file names; searches by the engine's own.

    `priority` lets prek run all of them side by side.
    """
    lines = ["repos:", "  - repo: local", "    hooks:"]
    for step in steps:
        lines += [f"      - id: {step.name}", f"        name: {step.name}"]
        if step.files:
            lines += [f"        entry: {quoted(step.command[-1])}", "        language: pygrep"]
            lines += [f"        files: {quoted(step.files)}"]
        else:
            lines += [f"        entry: {quoted(shlex.join(step.command))}", "        language: system"]
            lines += ["        pass_filenames: false", "        always_run: true"]
        if priority:
            lines.append("        priority: 0")
    return "\n".join(lines) + "\n"


def shell(step: Step) -> str:
    """A step as a line of a shell."""
    if step.files:
        # Searching the files that git knows is what a hook would do.
        return f"! git grep -nE -e {shlex.quote(step.command[-1])} -- '*.py'"
    return shlex.join(step.command)


def jobs(steps: list[Step]) -> str:
    """The settings of lefthook. It has no limit of how much runs side by side."""
    lines = ["no_auto_install: true", "check:", "  parallel: true", "  jobs:"]
    for step in steps:
        lines += [f"    - name: {step.name}", f"      run: {quoted(shell(step))}"]
    return "\n".join(lines) + "\n"


def configure(made: Project, steps: list[Step]) -> None:
    """Write the settings of every peer."""
    made.write(".pre-commit-config.yaml", hooks(steps, False))
    made.write(".prek.yaml", hooks(steps, True))
    made.write("lefthook.yml", jobs(steps))


def floors(steps: list[Step]) -> list[Peer]:
    """What the same commands cost without any runner: one after the other, and two at a time."""
    lines = [shell(step) for step in steps]
    listed = "printf '%s\\0' " + " ".join(shlex.quote(line) for line in lines)
    return [
        Peer("sh &&", [], ["sh", "-c", " && ".join(lines)]),
        Peer("xargs -P2", [], ["sh", "-c", f"{listed} | xargs -0 -P2 -I[] sh -c []"]),
    ]
