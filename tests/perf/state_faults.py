#!/usr/bin/env python3
"""Every call of one change of state that alters anything fails once: with EIO, ENOSPC, EINTR, and by KILL.

    python3 tests/perf/state_faults.py target/debug/deps/it-0123456789abcdef     the tests' second process
    python3 tests/perf/state_faults.py target/release/sdd -- init                a command, in an empty project
    python3 tests/perf/state_faults.py target/release/sdd --settings -- gate     a command, with one gate set up

The calls are recorded once by strace. For each of them that names the project, and each fault, the project is
put back, the command is run with the fault in that very call, and what is there afterwards is looked at: each
file is the old one or the new one and JSON files can be read; a run that ended as it should has written the
new ones; an interrupted call was made again; no temporary file is left, save by a kill; the next run goes
through. Times, durations and run ids do not count as differences. Reports tell what happened in a run, a fault
included, and may be missed by one that cannot write them: they have to be whole.

Not shown by this: what a power loss leaves of calls that were not synced. The order of the calls is held by a
test.

Exit codes: 0 all was well, 1 something was not, 3 nothing could be measured.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from common import Project, Void

CALLS = (
    "openat,write,pwrite64,fsync,fdatasync,link,linkat,rename,renameat,renameat2,unlink,unlinkat,rmdir,"
    "mkdir,mkdirat,symlinkat,fchmod,fchown,ftruncate,flock"
)
FAULTS = {"EIO": "error=EIO", "ENOSPC": "error=ENOSPC", "EINTR": "error=EINTR", "KILL": "signal=KILL"}
LIMIT = 120.0
ATTEMPTS = 3
KILLED = -9

# What differs between two runs that did the same.
CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "TIME"),
    (re.compile(r"\d{8}T\d{6}\.\d{3}Z-\w{6}"), "RUN"),
    (re.compile(r'("duration_ms": )\d+'), r"\g<1>0"),
)
# Git's own files, logs of runs, and the lock, which is information.
REPORT = re.compile(r"^\.session/reports/")
NOT_STATE = re.compile(r"^\.git/|^\.session/runs/|^\.session/\.lock$|\.prev$|\.sdd-tmp-")


@dataclass(frozen=True)
class Call:
    """One call of the recording."""

    name: str
    nth: int
    text: str

    def short(self, root: Path) -> str:
        """What it is about, for the table."""
        paths = re.findall(rf"{re.escape(str(root))}/?([^\">]*)", self.text.split("\\n", 1)[0])
        about = re.sub(r"\.sdd-tmp-\w+", ".sdd-tmp-*", paths[-1] if paths else "")
        about = re.sub(r"\d{8}T\d{6}\.\d{3}Z-\w{6}", "RUN", about)
        return f"{self.name} {about or '.'}"


@dataclass
class Subject:
    """What is run, and the project that it is run in."""

    project: Project
    command: list[str]
    pristine: Path

    @property
    def root(self) -> Path:
        """The project's directory."""
        return self.project.root

    def put_back(self) -> None:
        """Make the project what it was."""
        shutil.rmtree(self.root)
        shutil.copytree(self.pristine, self.root, symlinks=True)

    def run(self, *tracer: str) -> subprocess.CompletedProcess:
        """Run the command, behind a tracer if one is given."""
        return subprocess.run(
            (*tracer, *self.command),
            cwd=self.root,
            env=self.project.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT,
            check=False,
        )

    def files(self) -> dict[str, str]:
        """The state, without what differs from run to run."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            if path.is_file() and not NOT_STATE.search(name):
                text = path.read_bytes().decode(errors="backslashreplace")
                for pattern, mask in CHANGING:
                    text = pattern.sub(mask, text)
                found[name] = text
        return found

    def temporary(self) -> list[str]:
        """Temporary files that are left."""
        return [str(path.relative_to(self.root)) for path in self.root.rglob(".*.sdd-tmp-*")]


def concerns(line: str, root: Path) -> bool:
    """Whether a call of the log is about the project, git's own files left out."""
    # An absolute path is not relative to the working directory, which the log names all the same.
    about = re.sub(r'AT_FDCWD<[^>]*>, "/', '"/', line)
    if re.search(r"\bp?write(64)?\(", about):
        # Where it is written to counts, not what.
        about = about.split('"', 1)[0]
    return str(root) in about and "/.git/" not in about


def record(subject: Subject, log: Path) -> tuple[list[Call], int]:
    """The calls that concern the project, and the exit code of a run without faults."""
    subject.put_back()
    done = subject.run("strace", "-f", "-y", "-s", "4096", "-o", str(log), "-e", f"trace={CALLS}")
    seen: Counter = Counter()
    calls, writers = [], set()
    for line in log.read_text(errors="replace").splitlines():
        found = re.match(r"(\d+) +(\w+)\(", line)
        # A call that another thread broke in upon is told in two lines, and counts by the first.
        if not found:
            continue
        thread, name = found.groups()
        seen[thread, name] += 1
        # Listing a directory and looking for what is not there alter nothing and lead to nothing.
        looks = name == "openat" and re.search(r"O_DIRECTORY|ENOENT", line) and "O_CREAT" not in line
        if concerns(line, subject.root) and not looks:
            calls.append((thread, Call(name, seen[thread, name], line[found.start(2) :])))
            if name != "openat" or "O_CREAT" in line:
                writers.add(thread)
    # Tools that only read, such as git, are not what is measured.
    calls = [call for thread, call in calls if thread in writers]
    return calls, done.returncode


def judge(
    subject: Subject, fault: str, ended: int, clean: int, old: dict[str, str], new: dict[str, str]
) -> list[str]:
    """What is wrong after a fault."""
    wrong = []
    now = subject.files()
    for name in sorted({*old, *new, *now}):
        is_old, is_new = now.get(name) == old.get(name), now.get(name) == new.get(name)
        if REPORT.match(name):
            pass
        elif not is_old and not is_new:
            wrong.append(f"{name} is a third state")
        elif ended == clean and not is_new:
            wrong.append(f"{name} is old and the run ended with {ended}")
        if name.endswith(".json") and name in now:
            try:
                json.loads(now[name])
            except ValueError as error:
                wrong.append(f"{name} cannot be read: {error}")
    if fault == "EINTR" and ended != clean:
        wrong.append(f"an interrupted call was not made again: exit {ended}")
    if fault != "KILL" and subject.temporary():
        wrong.append(f"left behind: {', '.join(subject.temporary())}")
    return wrong


def inject(subject: Subject, call: Call, fault: str, log: Path) -> int | None:
    """Run with a fault in one call; the end of it, or None when the call was not reached."""
    tracer = ["strace", "-f", "-y", "-s", "4096", "-o", str(log), "-e", f"trace={call.name}"]
    tracer += ["-e", f"inject={call.name}:{FAULTS[fault]}:when={call.nth}"]
    if fault != "KILL":
        # Much faster; signals do not come through with it.
        tracer.append("--seccomp-bpf")
    for _ in range(ATTEMPTS):
        subject.put_back()
        ended = subject.run(*tracer).returncode
        lines = log.read_text(errors="replace").splitlines()
        # A killed call has no result. Another thread may have got to its own n-th call first.
        mark = "= ?" if fault == "KILL" else "(INJECTED)"
        hits = [line for line in lines if mark in line and concerns(line, subject.root)]
        about = call.short(subject.root)
        if any(Call(call.name, call.nth, hit).short(subject.root) == about for hit in hits):
            return ended
    return None


def sweep(subject: Subject, log: Path) -> list[str]:
    """Inject everything, print the table, return what was wrong."""
    calls, clean = record(subject, log)
    new = subject.files()
    subject.put_back()
    old = subject.files()
    if not calls or old == new:
        raise Void(f"the command changes nothing (exit {clean}): {' '.join(subject.command)}")
    wrong, reached = [], 0
    width = max(len(call.short(subject.root)) for call in calls)
    print(
        f"{len(calls)} calls, {len(FAULTS)} faults; state afterwards and exit code (without faults: {clean})\n"
    )
    print(f"{'call':<{width}}  " + "".join(f"{fault:<12}" for fault in FAULTS))
    for call in calls:
        cells = []
        for fault in FAULTS:
            ended = inject(subject, call, fault, log)
            where = f"{fault} at {call.short(subject.root)}"
            if ended is None:
                # A kill before this call is a kill after the one before it, which has a row of its own.
                if fault != "KILL":
                    wrong.append(f"{where}: not reached")
                cells.append("-")
                continue
            reached += 1
            found = judge(subject, fault, ended, clean, old, new)
            now = subject.files()
            state = "new" if now == new else "old" if now == old else "mixed"
            again = subject.run()
            if again.returncode != clean:
                said = again.stdout.decode(errors="replace")[-300:]
                found.append(f"the next run ended with {again.returncode}: {said}")
            wrong += [f"{where}: {what}" for what in found]
            cells.append(("WRONG " if found else "") + f"{state} {'killed' if ended == KILLED else ended}")
        print(f"{call.short(subject.root):<{width}}  " + "".join(f"{cell:<12}" for cell in cells), flush=True)
    total = len(calls) * len(FAULTS)
    print(f"\nreached {reached} of {total}; wrong: {len(wrong)}")
    return wrong


def main() -> int:
    """Measure, and say what was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n", 1)[0],
        usage="%(prog)s [--settings] BINARY [-- ARGUMENTS OF SDD]",
    )
    parser.add_argument("binary", type=Path, help="sdd, or the binary of the integration tests")
    parser.add_argument("--settings", action="store_true", help="put settings with one gate into the project")
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    args, arguments = parser.parse_args(sys.argv[1:at]), sys.argv[at + 1 :]
    with tempfile.TemporaryDirectory(prefix="sdd-faults-") as directory:
        base = Path(directory).resolve()
        project = Project(base, args.binary)
        # An inherited search path for libraries would be dozens of calls.
        command = [str(project.binary), *arguments]
        project.write("README.md", "# Faults\n")
        if args.settings:
            project.rules([{"type": "file_exists", "path": "README.md"}])
        if not arguments:
            command += ["--ignored", "--exact", "store::writer::process", "--nocapture", "--quiet"]
            project.env["SDD_TEST_WRITER"] = str(project.root)
            state = {"metadata": {"total_items": 0}, "count": 0, "work_items": {"a": "x" * 50_000}}
            project.write(".session/tracking/work_items.json", json.dumps(state, indent=2) + "\n")
        project.git()
        pristine = base / "pristine"
        shutil.copytree(project.root, pristine, symlinks=True)
        wrong = sweep(Subject(project, command, pristine), base / "trace.log")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Void, OSError, subprocess.SubprocessError) as error:
        print(f"nothing measured: {error}", file=sys.stderr)
        sys.exit(3)
