"""What the measurements share: a project to measure on, runs of sdd, and a look at what is left."""

import json
import os
import statistics
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

OTHER_GATES = ("test_execution", "linting", "formatting", "security", "documentation", "spec_completeness")
RUN_LIMIT = 120.0


class Void(Exception):
    """The measurement says nothing: sdd could not be run, or did not do what is measured."""


class Project:
    """A git repository in a directory of its own, and an environment that is the same everywhere."""

    def __init__(self, directory: Path, binary: Path) -> None:
        self.binary = binary.resolve()
        if not os.access(self.binary, os.X_OK):
            raise Void(f"{binary} is not a program")
        self.marker = str(directory)
        self.root = directory / "project"
        home = directory / "home"
        scratch = directory / "tmp"
        for path in (self.root, home, scratch):
            path.mkdir()
        self.env = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(home),
            "TMPDIR": str(scratch),
            "TZ": "UTC",
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        # A manager of Pythons may stand behind `python3` and look for itself below HOME.
        if "PYENV_ROOT" in os.environ:
            self.env["PYENV_ROOT"] = os.environ["PYENV_ROOT"]

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")

    def config(self, settings: dict) -> None:
        """Write the settings."""
        self.write(".session/config.json", json.dumps(settings, indent=2) + "\n")

    def rules(self, rules: list[dict]) -> None:
        """Let the custom gate run these rules, and no other gate run at all."""
        gates: dict = {gate: {"enabled": False} for gate in OTHER_GATES}
        gates["custom_validations"] = {"enabled": True, "required": True, "rules": rules}
        self.config({"quality_gates": gates})

    def git(self) -> None:
        """Commit everything, in a repository that is made if there is none."""
        identity = ("-c", "user.name=Perf", "-c", "user.email=perf@example.org", "-c", "gc.auto=0")
        commit = (*identity, "commit", "-q", "--allow-empty", "-m", "All")
        make = () if (self.root / ".git").exists() else (("init", "-q", "-b", "main"),)
        for args in (*make, ("add", "-A"), commit):
            subprocess.run(("git", *args), cwd=self.root, env=self.env, check=True)

    def session(self) -> None:
        """Open a session, where this sdd needs one; one that knows no sessions answers with exit code 2."""
        for args in (("work-item", "new", "--type", "feature", "--title", "Perf"), ("start",)):
            code = self.sdd(*args).returncode
            if code not in (0, 2):
                raise Void(f"sdd {' '.join(args)} ended with exit code {code}")

    def start(self, *args: str) -> subprocess.Popen:
        """Start sdd in the project, in a session of its own: a signal to it reaches nothing else."""
        return subprocess.Popen(
            (self.binary, *args),
            cwd=self.root,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def sdd(self, *args: str) -> subprocess.CompletedProcess:
        """Run sdd in the project to its end."""
        return subprocess.run(
            (self.binary, *args),
            cwd=self.root,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=RUN_LIMIT,
            check=False,
        )

    def timed(self, *args: str, expect: int = 0) -> float:
        """Run sdd to its end and return the seconds that it took."""
        began = time.perf_counter()
        done = self.sdd(*args)
        took = time.perf_counter() - began
        if done.returncode != expect:
            said = (done.stderr or done.stdout).decode(errors="replace")[-2_000:]
            raise Void(f"sdd {' '.join(args)} ended with exit code {done.returncode}, not {expect}\n{said}")
        return took


@contextmanager
def project(binary: Path):
    """A project in a temporary directory, removed with everything that still runs in it."""
    with tempfile.TemporaryDirectory(prefix="sdd-perf-") as directory:
        made = Project(Path(directory).resolve(), binary)
        try:
            yield made
        finally:
            end(processes_with(made.marker))


def processes_with(marker: str) -> dict[int, str]:
    """The living processes, this one left out, that name a marker: as argument, variable or directory."""
    wanted = marker.encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            cwd = os.fsencode(os.readlink(entry / "cwd"))
            if wanted in command or wanted in (entry / "environ").read_bytes() or wanted in cwd:
                found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            # Gone, somebody else's, or a zombie: none of ours that lives.
            continue
    return found


def end(processes: dict[int, str]) -> None:
    """End processes that were left behind."""
    for pid in processes:
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            pass


def summary(times: list[float]) -> str:
    """Median, least and most of some seconds, in milliseconds."""
    median, least, most = (1_000 * value for value in (statistics.median(times), min(times), max(times)))
    return f"median {median:.1f} ms, {least:.1f} to {most:.1f}, {len(times)} runs"
