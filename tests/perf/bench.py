#!/usr/bin/env python3
"""What `sdd bench` costs, and whether its verdicts can be believed: on loopback, beside other generators.

    python3 tests/perf/bench.py target/release/sdd [--row ROW …] [--oha] [--hey] [--ab] [--autocannon] [--json FILE]

Rows: cost (the generator's processor time for a request, against nginx and in turn with wrk and the peers that are named),
memory (of a long run), same (a server that never changed, forty times), slower (one that works a quarter more, twenty
times), slightly (5 % more, which is nobody's regression, ten times), creep (five steps of 8 %, each too small for itself).

Exit codes: 0 within the limits, 1 not, 3 nothing could be measured.
"""

import argparse
import json
import os
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from common import Void

# Processor time of the generator for a request, in relation to wrk's.
CPU_RATIO = 1.1
# Memory of a run, in bytes.
MEMORY = 30_000_000
# A server that stands still for a second in every five: one in a hundred requests waits for longer than this, in
# milliseconds; and how far what is told may be from it.
STALL, PERIOD = 1.0, 5.0
STALL_P99, STALL_ERROR = 950.0, 0.1
# The share of runs that may be called a regression where nothing changed, and that must be where a quarter was added.
FALSE_ALARMS = 0.05
FOUND = 0.9
CONNECTIONS = 64
ITEM = "integration_test_same"
# Ten rounds of a second, which is a third of what a user gets who says nothing; a run takes about twenty seconds, the warm-up
# and the reference server included, and twice that where it has to look again.
REPEAT = ("--engine", "builtin", "--duration", "10s")
# The time for which the busy server works for an answer, in seconds; what else it does is small beside that.
WORK = 0.001


# What is said of a row; that of a peer that is only told has no limit.
STATES = {True: "kept", False: "EXCEEDED", None: "-"}


@dataclass
class Row:
    """One line of the table."""

    name: str
    measured: str
    limit: str
    kept: bool | None
    values: dict = field(default_factory=dict)


@dataclass
class Bench:
    """The program that is measured, where it runs, and how long."""

    binary: Path
    where: Path
    args: argparse.Namespace

    def run(self, *words: str) -> str:
        """What a command of sdd prints."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.where), "CI": "true"}
        done = subprocess.run(
            [self.binary, *words],
            cwd=self.where,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if not done.stdout:
            raise Void(f"sdd {words[0]} said nothing: {done.stderr[:500]}")
        return done.stdout

    def measure(self, *words: str) -> dict:
        """The document of one measurement, in which every round counts."""
        return json.loads(self.run("bench", *words, "--allow-noise", "--format", "json", "--no-progress"))

    def project(self) -> None:
        """Begin anew with a work item that has no baseline."""
        shutil.rmtree(self.where / ".session", ignore_errors=True)
        self.run("init")
        self.run("work-item", "new", "--type", "integration_test", "--title", "Same")
        # The template asks for minutes of phases, and for more than these servers can do.
        (self.where / f".session/specs/{ITEM}.md").write_text("# Integration Test: Same\n")

    def verdicts(self, url: str, repeats: int) -> dict[str, int]:
        """How often each verdict comes of a comparison with the baseline."""
        seen: dict[str, int] = {}
        longest = 0.0
        for _ in range(repeats):
            begin = time.monotonic()
            verdict = self.measure(ITEM, "--url", url, *REPEAT)["regression"]["verdict"]
            longest = max(longest, time.monotonic() - begin)
            seen[verdict] = seen.get(verdict, 0) + 1
        print(f"  {repeats} runs of {url}, {longest:.1f} s at most", file=sys.stderr)
        return seen


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def server(command: list, port: int) -> Iterator[str]:
    """A program that listens at a port, until the end of the block; its address."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            raise Void(f"{command[0]} does not answer")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def nginx() -> Iterator[str]:
    """A server with one worker that answers with 1 KiB."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not program:
        raise Void("nginx is not installed")
    port = free_port()
    with tempfile.TemporaryDirectory() as made:
        where = Path(made)
        (where / "www").mkdir()
        where.chmod(0o755)
        (where / "www/index.html").write_text("a" * 1024)
        (where / "nginx.conf").write_text(
            f"""worker_processes 1; daemon off; pid {where}/pid; error_log {where}/error.log;
            events {{ worker_connections 4096; }}
            http {{ access_log off; keepalive_requests 1000000000;
                server {{ listen 127.0.0.1:{port}; root {where}/www; }} }}"""
        )
        with server([program, "-c", str(where / "nginx.conf")], port) as url:
            yield url


def calibrated() -> int:
    """How far the busy server counts in the time of `WORK`, in a process like its own."""
    script = Path(__file__).with_name("busy_server.py")
    code = f"import sys, time; sys.path.insert(0, {str(script.parent)!r}); from busy_server import work\n"
    code += "b = time.process_time(); work(3_000_000); print(time.process_time() - b)"
    took = min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(3))
    return int(3_000_000 * WORK / took)


def busy(port: int, count: float):
    """The busy server; two of different counts can have the same address, one after the other."""
    script = Path(__file__).with_name("busy_server.py")
    return server([sys.executable, str(script), str(port), str(int(count))], port)


def of_sdd(bench: Bench, url: str, seconds: float) -> tuple[float, int]:
    """Microseconds of sdd's own generator for a request, and the requests."""
    words = ["--url", url, "--engine", "builtin", "--rounds", "1", "--duration", f"{seconds}s"]
    rounds = bench.measure(*words, "--connections", str(CONNECTIONS))["samples"]
    requests = sum(one["requests"] for one in rounds)
    return sum(one["client_cpu_us"] for one in rounds) / requests, requests


def of_wrk(said: str) -> int:
    return int(re.search(r"(\d+) requests in ", said)[1])


def of_oha(said: str) -> int:
    return sum(json.loads(said)["statusCodeDistribution"].values())


def of_hey(said: str) -> int:
    return sum(int(count) for count in re.findall(r"\[\d+\]\s+(\d+) responses", said))


def of_ab(said: str) -> int:
    return int(re.search(r"Complete requests:\s+(\d+)", said)[1])


def of_autocannon(said: str) -> int:
    return json.loads(said)["requests"]["total"]


# How each peer is told to press one address, and how its requests are read.
PEERS: dict[str, tuple[list[str], Callable[[str], int]]] = {
    "wrk": (["-t1", "-c{connections}", "-d{seconds}s", "{url}"], of_wrk),
    "oha": (
        ["-z", "{seconds}s", "-c", "{connections}", "--no-tui", "--output-format", "json", "{url}"],
        of_oha,
    ),
    "hey": (["-z", "{seconds}s", "-c", "{connections}", "{url}"], of_hey),
    "ab": (["-k", "-q", "-t", "{seconds}", "-n", "5000000", "-c", "{connections}", "{url}"], of_ab),
    "autocannon": (["-j", "-c", "{connections}", "-d", "{seconds}", "{url}"], of_autocannon),
}


def of_peer(name: str, url: str, seconds: float) -> float:
    """Microseconds of a peer for a request."""
    words, requests = PEERS[name]
    words = [word.format(connections=CONNECTIONS, seconds=int(seconds), url=url) for word in words]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([name, *words], capture_output=True, text=True, timeout=seconds + 60, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used * 1e6 / requests(done.stdout)


def cost(bench: Bench) -> Iterator[Row]:
    """Processor time for a request: sdd's own generator and each peer in turn."""
    args = bench.args
    wanted = ["wrk", *(name for name in PEERS if name != "wrk" and getattr(args, name))]
    there = [name for name in wanted if shutil.which(name)]
    if "wrk" not in there:
        raise Void("wrk is not installed")
    seen: dict[str, list[float]] = {name: [] for name in ("builtin", *there)}
    failed: dict[str, str] = {}
    with nginx() as url:
        for _ in range(args.pairs):
            seen["builtin"].append(of_sdd(bench, url, args.seconds)[0])
            for name in list(there):
                try:
                    seen[name].append(of_peer(name, url, args.seconds))
                except (OSError, subprocess.SubprocessError, KeyError, TypeError, ValueError) as error:
                    # One that fails is told, and the others go on.
                    failed[name] = str(error)
                    there.remove(name)
    own = statistics.median(seen["builtin"])
    for name in wanted:
        if name not in there:
            why = failed.get(name, "not installed")
            # Without wrk there is no bar that could be kept.
            yield Row(f"cost beside {name}", why, "-", None if name != "wrk" else False)
            continue
        ratio = statistics.median(
            mine / other for mine, other in zip(seen["builtin"], seen[name], strict=True)
        )
        told = f"{own:.2f} us a request, {name} {statistics.median(seen[name]):.2f}; ratio {ratio:.2f}"
        # wrk is the bar; the others are told.
        is_bar = name == "wrk"
        limit = f"ratio {CPU_RATIO}" if is_bar else "-"
        kept = ratio <= CPU_RATIO if is_bar else None
        values = {"builtin_us": seen["builtin"], "peer_us": seen[name], "ratio": ratio}
        yield Row(f"cost beside {name}", told, limit, kept, values)


def memory(bench: Bench) -> Iterator[Row]:
    """The most memory of a long run."""
    with nginx() as url:
        command = [bench.binary, "bench", "--url", url, "--engine", "builtin", "--rounds", "1"]
        command += ["--duration", f"{bench.args.memory_seconds}s", "--connections", str(CONNECTIONS)]
        command += ["--allow-noise", "--format", "json", "--no-progress"]
        process = subprocess.Popen(command, cwd=bench.where, stdout=subprocess.PIPE, text=True)
        most = 0
        while process.poll() is None:
            try:
                status = Path(f"/proc/{process.pid}/status").read_text()
            except OSError:
                break
            found = re.search(r"VmHWM:\s+(\d+)", status)
            most = max(most, int(found[1]) * 1024 if found else 0)
            time.sleep(0.2)
        requests = json.loads(process.communicate()[0])["requests"]
    told = f"{most / 1e6:.1f} MB at most in {requests:,} requests"
    values = {"bytes": most, "requests": requests}
    yield Row("memory", told, f"{MEMORY / 1e6:.0f} MB", most <= MEMORY, values)


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def standing_still(pid: int) -> Iterator[None]:
    """The processes that a process has started stand still for a second in every five, until the end of the block."""
    children = children_of(pid)
    over = threading.Event()

    def tell(number: signal.Signals) -> None:
        for child in children:
            os.kill(child, number)

    def stop_and_go() -> None:
        while not over.wait(PERIOD - STALL):
            tell(signal.SIGSTOP)
            over.wait(STALL)
            tell(signal.SIGCONT)

    thread = threading.Thread(target=stop_and_go)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def stall(bench: Bench) -> Iterator[Row]:
    """What is told of a server that stands still again and again, by a fixed rate and without one."""
    with nginx() as url:
        [pid] = children_of(os.getpid())
        for name, words in (("open", ("--rate", "2000")), ("closed", ())):
            with standing_still(pid):
                told = bench.measure(
                    "--url", url, "--engine", "builtin", "--rounds", "1", "--duration", "15s", *words
                )
            p99 = told["latency_ms"]["p99"]
            raw = (told.get("latency_raw_ms") or {}).get("p99")
            said = f"p99 {p99:.0f} ms" + ("" if raw is None else f", as seen {raw:.1f} ms")
            kept = abs(p99 - STALL_P99) <= STALL_ERROR * STALL_P99
            limit = f"{STALL_P99:.0f} ms, {STALL_ERROR:.0%} more or less"
            yield Row(f"stall, {name} model", said, limit, kept, {"p99_ms": p99, "raw_p99_ms": raw})


def listed(seen: dict[str, int]) -> str:
    """Verdicts in words."""
    return ", ".join(f"{name} {count}" for name, count in sorted(seen.items()))


def same(bench: Bench) -> Iterator[Row]:
    """A server that never changed, against its own baseline."""
    repeats = bench.args.repeats
    with nginx() as url:
        bench.project()
        bench.measure(ITEM, "--url", url, *REPEAT, "--accept")
        seen = bench.verdicts(url, repeats)
    kept = seen.get("regressed", 0) <= FALSE_ALARMS * repeats
    yield Row(f"the same, {repeats} times", listed(seen), f"regressed at most {FALSE_ALARMS:.0%}", kept, seen)


def changed(bench: Bench, factor: float, repeats: int) -> dict[str, int]:
    """Verdicts of a server that works more than at its baseline."""
    count, port = calibrated(), free_port()
    bench.project()
    with busy(port, count) as url:
        bench.measure(ITEM, "--url", url, *REPEAT, "--accept")
    with busy(port, count * factor) as url:
        return bench.verdicts(url, repeats)


def slower(bench: Bench) -> Iterator[Row]:
    """A server that works a quarter more."""
    repeats = bench.args.slower_repeats
    seen = changed(bench, 1.25, repeats)
    kept = seen.get("regressed", 0) >= FOUND * repeats
    yield Row(f"+25 %, {repeats} times", listed(seen), f"regressed at least {FOUND:.0%}", kept, seen)


def slightly(bench: Bench) -> Iterator[Row]:
    """A server that works a little more, which is no regression."""
    repeats = bench.args.slightly_repeats
    seen = changed(bench, 1.05, repeats)
    kept = seen.get("regressed", 0) <= FALSE_ALARMS * repeats
    yield Row(f"+5 %, {repeats} times", listed(seen), f"regressed at most {FALSE_ALARMS:.0%}", kept, seen)


def creep(bench: Bench) -> Iterator[Row]:
    """Two more runs like the first, then five steps of 8 %, and nobody accepts any of them."""
    count, port = calibrated(), free_port()
    bench.project()
    for number, step in enumerate((0, 0, 0, 1, 2, 3, 4, 5)):
        with busy(port, count * 1.08**step) as url:
            bench.measure(ITEM, "--url", url, *REPEAT, *([] if number else ["--accept"]))
    told = json.loads(bench.run("bench", "history", ITEM, "--format", "json"))
    drifted = [one["metric"] for one in told["baselines"][0]["drift"] if one["verdict"] == "drifted"]
    said = ", ".join(drifted) or "no drift"
    yield Row("five steps of 8 %", said, "drift of some metric", bool(drifted), {"drifted": drifted})


ROWS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "cost": cost,
    "memory": memory,
    "stall": stall,
    "same": same,
    "slower": slower,
    "slightly": slightly,
    "creep": creep,
}


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("binary", type=Path, help="sdd, built for release")
    parser.add_argument(
        "--row", action="append", choices=ROWS, help="only this row; several times for several"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows with all their values")
    for name in PEERS:
        if name != "wrk":
            parser.add_argument(f"--{name}", action="store_true", help=f"measure {name} as well")
    numbers = [
        ("--pairs", int, 7, "turns of the generators"),
        ("--seconds", float, 5, "length of each"),
        ("--memory-seconds", float, 60, "length of the run for memory"),
        ("--repeats", int, 40, "runs of the same server"),
        ("--slower-repeats", int, 20, "runs of the slower server"),
        ("--slightly-repeats", int, 10, "runs of the server that is slightly slower"),
    ]
    for flag, kind, usual, words in numbers:
        parser.add_argument(flag, type=kind, default=usual, help=f"{words} (default %(default)s)")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Measure and say whether the limits are kept."""
    args = arguments(argv)
    rows: list[Row] = []
    voids: list[str] = []
    with tempfile.TemporaryDirectory() as made:
        bench = Bench(args.binary.resolve(), Path(made), args)
        for name in args.row or ROWS:
            try:
                for row in ROWS[name](bench):
                    rows.append(row)
                    state = STATES[row.kept]
                    print(f"{row.name:22} {state:8} {row.measured} (limit: {row.limit})", flush=True)
            except (Void, OSError, subprocess.SubprocessError, KeyError, TypeError, ValueError) as error:
                voids.append(name)
                print(f"{name:22} nothing was measured: {error}", file=sys.stderr)
    if args.json:
        document = {"rows": [asdict(row) for row in rows], "not_measured": voids}
        args.json.write_text(json.dumps(document, indent=1) + "\n")
    if any(row.kept is False for row in rows):
        return 1
    return 3 if voids else 0


if __name__ == "__main__":
    sys.exit(main())
