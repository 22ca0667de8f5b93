#!/usr/bin/env python3
"""What `sdd bench` costs, and whether its verdicts can be believed: against nginx on loopback, beside wrk.

    python3 tests/perf/bench.py target/release/sdd [--pairs 7] [--seconds 5] [--repeats 40]

Exit codes: 0 within the limits, 1 not, 3 nothing could be measured.
"""

import argparse
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common import Void

# Processor time of the generator for a request, in relation to wrk's.
CPU_RATIO = 1.1
# Memory of a run, in bytes.
MEMORY = 30_000_000
# False regressions of forty runs of the same server.
FALSE_ALARMS = 2
CONNECTIONS = 64
ITEM = "integration_test_same"


@contextmanager
def nginx(where: Path) -> Iterator[str]:
    """A server with one worker that answers with 1 KiB, until the end of the block; its address."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not program:
        raise Void("nginx is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (where / "www").mkdir()
    where.chmod(0o755)
    (where / "www/index.html").write_text("a" * 1024)
    (where / "nginx.conf").write_text(
        f"""worker_processes 1; daemon off; pid {where}/pid; error_log {where}/error.log;
        events {{ worker_connections 4096; }}
        http {{ access_log off; keepalive_requests 1000000000;
            server {{ listen 127.0.0.1:{port}; root {where}/www; }} }}"""
    )
    server = subprocess.Popen([program, "-c", str(where / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            raise Void("nginx does not answer")
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(timeout=30)


def sdd(binary: Path, where: Path, *words: str) -> dict:
    """The document of one run."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(where), "CI": "true"}
    done = subprocess.run(
        [binary, "bench", *words, "--format", "json", "--no-progress"],
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if not done.stdout:
        raise Void(f"sdd bench said nothing: {done.stderr[:500]}")
    return json.loads(done.stdout)


def of_sdd(binary: Path, where: Path, url: str, seconds: float) -> float:
    """Microseconds of the generator for a request, of sdd's own."""
    words = [
        "--url",
        url,
        "--engine",
        "builtin",
        "--rounds",
        "1",
        "--duration",
        f"{seconds}s",
        "--allow-noise",
    ]
    seen = sdd(binary, where, *words, "--connections", str(CONNECTIONS))
    rounds = seen["samples"]
    return sum(one["client_cpu_us"] for one in rounds) / sum(one["requests"] for one in rounds)


def of_wrk(url: str, seconds: float) -> float:
    """The same of wrk."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{int(seconds)}s", url],
        capture_output=True,
        text=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    line = next(line for line in done.stdout.splitlines() if " requests in " in line)
    return used * 1e6 / int(line.split()[0])


def cost(binary: Path, where: Path, url: str, args: argparse.Namespace) -> bool:
    """Processor time beside wrk, in turn; whether it is within the limit."""
    if not shutil.which("wrk"):
        raise Void("wrk is not installed")
    pairs = [(of_sdd(binary, where, url, args.seconds), of_wrk(url, args.seconds)) for _ in range(args.pairs)]
    ratio = statistics.median(own / other for own, other in pairs)
    own, other = (statistics.median(side) for side in zip(*pairs, strict=True))
    kept = ratio <= CPU_RATIO
    print(
        f"generator: {own:.2f} us a request, wrk {other:.2f} us; median of {len(pairs)} ratios {ratio:.2f}, "
        f"limit {CPU_RATIO}: {'kept' if kept else 'EXCEEDED'}"
    )
    return kept


def memory(binary: Path, where: Path, url: str, seconds: float) -> bool:
    """The most memory of a long run; whether it is within the limit."""
    command = [
        binary,
        "bench",
        "--url",
        url,
        "--engine",
        "builtin",
        "--rounds",
        "1",
        "--duration",
        f"{seconds}s",
    ]
    command += ["--connections", str(CONNECTIONS), "--allow-noise", "--format", "json", "--no-progress"]
    process = subprocess.Popen(command, cwd=where, stdout=subprocess.PIPE, text=True)
    most = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0")
        most = max(most, int(line.split()[1]) * 1024)
        time.sleep(0.5)
    seen = json.loads(process.communicate()[0])
    kept = most <= MEMORY
    print(
        f"memory: {most / 1e6:.1f} MB at most in {seen['requests']:,} requests; "
        f"limit {MEMORY / 1e6:.0f} MB: {'kept' if kept else 'EXCEEDED'}"
    )
    return kept


def same(binary: Path, where: Path, url: str, repeats: int) -> bool:
    """The same server again and again; whether there are few false regressions."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(where)}

    def run(*words: str) -> None:
        subprocess.run([binary, *words], cwd=where, env=environment, check=True, capture_output=True)

    run("init")
    run("work-item", "new", "--type", "integration_test", "--title", "Same")
    verdicts: dict[str, int] = {}
    for number in range(repeats + 1):
        words = [ITEM, "--url", url, "--duration", "10s", "--allow-noise"]
        seen = sdd(binary, where, *words, *(["--accept"] if number == 0 else []))
        if number:
            verdict = seen["regression"]["verdict"]
            verdicts[verdict] = verdicts.get(verdict, 0) + 1
    told = ", ".join(f"{name} {count}" for name, count in sorted(verdicts.items()))
    kept = verdicts.get("regressed", 0) <= FALSE_ALARMS * max(1, repeats / 40)
    print(
        f"the same server {repeats} times: {told}; at most {FALSE_ALARMS} of 40: {'kept' if kept else 'EXCEEDED'}"
    )
    return kept


def main(argv: list[str] | None = None) -> int:
    """Measure and say whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binary", type=Path, help="sdd, built for release")
    parser.add_argument("--pairs", type=int, default=7, help="runs beside wrk (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=5, help="length of each (default %(default)s)")
    parser.add_argument(
        "--memory-seconds", type=float, default=60, help="length of the run for memory (default %(default)s)"
    )
    parser.add_argument(
        "--repeats", type=int, default=40, help="runs of the same server (default %(default)s)"
    )
    args = parser.parse_args(argv)
    binary = args.binary.resolve()
    try:
        with tempfile.TemporaryDirectory() as made:
            where = Path(made)
            with nginx(where) as url:
                kept = cost(binary, where, url, args)
                kept &= memory(binary, where, url, args.memory_seconds)
                if args.repeats:
                    kept &= same(binary, where, url, args.repeats)
    except (Void, OSError, subprocess.SubprocessError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 3
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
