#!/usr/bin/env python3
"""Peak memory of sdd while a tool prints 5 GB.

usage: memory_5gb.py [SDD] [GIGABYTES]

Runs `sdd gate custom` in a scratch project with one rule that floods stdout, and reads sdd's VmHWM until it ends.
Fails when the peak is above 40 MB, when the gate does not pass, or when anything is left in the log directory
beyond the cap of a stream. Linux only.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

LIMIT_KB = 40 * 1024
LOG_CAP = 64 * 1024 * 1024
# Lines as a test runner prints them, with an address and a word with a dash in each: the redactor has to look twice.
FLOOD = r"""
import os, sys
line = b"2024-01-01T00:00:00Z INFO task-runner GET http://localhost:8080/items?id=1 took 12 ms\n"
block = line * (1048576 // len(line))
left = int(sys.argv[1])
while left > 0:
    left -= os.write(1, block[:left])
"""


def peak_kb(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in text.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def main():
    sdd = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/sdd")
    total = int(float(sys.argv[2] if len(sys.argv) > 2 else 5) * 1_000_000_000)
    with tempfile.TemporaryDirectory() as scratch:
        project = pathlib.Path(scratch)
        (project / ".session").mkdir()
        rule = {
            "type": "command",
            "name": "flood",
            "command": [sys.executable, "-c", FLOOD, str(total)],
            "required": True,
        }
        config = {"quality_gates": {"custom_validations": {"enabled": True, "timeout": 600, "rules": [rule]}}}
        (project / ".session" / "config.json").write_text(json.dumps(config))
        started = time.monotonic()
        child = subprocess.Popen(
            [sdd, "gate", "custom", "--format", "json"],
            cwd=project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        peak = 0
        while child.poll() is None:
            peak = max(peak, peak_kb(child.pid))
            time.sleep(0.01)
        took = time.monotonic() - started
        report = child.stdout.read().decode()
        logs = sum(path.stat().st_size for path in project.glob(".session/runs/**/*") if path.is_file())
    rate = total / took / 1e6
    print(
        f"printed {total / 1e9:.1f} GB in {took:.1f} s ({rate:.0f} MB/s), peak {peak / 1024:.1f} MB, "
        f"logs {logs / 1e6:.1f} MB, exit {child.returncode}"
    )
    wrong = []
    if child.returncode != 0:
        wrong.append(f"exit code {child.returncode}: {report[:2000]}")
    if not 0 < peak <= LIMIT_KB:
        wrong.append(f"peak memory above {LIMIT_KB} KB")
    if logs > 2 * LOG_CAP + 1_000_000:
        wrong.append("the log is larger than its cap")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
