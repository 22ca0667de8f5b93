#!/usr/bin/env python3
"""How long `sdd contract diff` takes, and how much memory: on descriptions of growing size, and on pairs that are given.

    python3 tests/perf/contract.py target/release/sdd [BASE REVISION …]

The series is generated: components that refer to each other in circles and operations that use them, each size twice the one
before. A pair is run twice, and both runs must write the same bytes.

Exit codes: 0 within the limits, 1 not, 3 nothing could be measured.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Twice the size may cost this much of the time.
GROWTH = 2.3
# Seconds, where no others are asked for, and bytes that a pair which is given may need.
PAIR_SECONDS = 0.5
PAIR_BYTES = 250_000_000
SIZES_MB = (1, 2, 4, 8, 16, 32, 64)


def description(megabytes: float, limit: int) -> dict:
    """A description of about that size. What differs between two limits is one property in each hundredth component."""
    # Never a multiple of 3, by which components refer to each other: the circles would be others.
    count = int(megabytes * 1_000_000 / 1_960) // 3 * 3 + 1
    schemas = {}
    for number in range(count):
        properties = {
            f"field_{field}": {
                "type": "string",
                "maxLength": 40,
                "description": "A sentence about this field. " * 3,
            }
            for field in range(8)
        }
        # Circles: each component leads to two others.
        for step in (1, 7):
            properties[f"next_{step}"] = {"$ref": f"#/components/schemas/S{(number * 3 + step) % count}"}
        properties["size"] = {"type": "integer", "maximum": limit if number % 100 == 0 else 9}
        schemas[f"S{number}"] = {"type": "object", "properties": properties, "required": ["field_0"]}
    paths = {}
    for number in range(0, count, 4):
        schema = {"schema": {"$ref": f"#/components/schemas/S{number}"}}
        content = {"application/json": schema}
        paths[f"/resource{number}/{{id}}"] = {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"responses": {"200": {"description": "ok", "content": content}}},
            "put": {"requestBody": {"content": content}, "responses": {"204": {"description": "ok"}}},
        }
    return {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1.0.0"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def write(file: Path, megabytes: float, limit: int) -> None:
    """Write a description in a process of its own: what a child begins with counts as memory that it has used."""
    process = multiprocessing.get_context("spawn").Process(target=_write, args=(file, megabytes, limit))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{file} was not written")


def _write(file: Path, megabytes: float, limit: int) -> None:
    file.write_text(json.dumps(description(megabytes, limit), indent=1), "utf-8")


def run(binary: Path, base: Path, revision: Path) -> tuple[float, int, bytes]:
    """Seconds, bytes of memory and output of one comparison."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [binary, "contract", "diff", base, revision, "--format", "human"],
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={"PATH": os.environ["PATH"], "SDD_TODAY": "2026-11-20"},
        )
        said = process.stdout.read() if process.stdout else b""
        # Of this child alone: others, such as those who write the descriptions, need more.
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            complaints.seek(0)
            why = complaints.read(500).decode(errors="replace")
            raise RuntimeError(f"exit code {process.returncode}: {why}")
    peak = usage.ru_maxrss * 1024
    return took, peak, said


def series(binary: Path, where: Path, runs: int) -> bool:
    """Measure the series; whether it grows as it may.

    Each size is run in turn with half of it, so that what else the machine does slows both.
    """
    kept, half = True, None
    for size in SIZES_MB:
        whole = (where / f"base-{size}.json", where / f"revision-{size}.json")
        write(whole[0], size, 9)
        write(whole[1], size, 8)
        times, growth, peak = [], [], 0
        for _ in range(runs):
            before = run(binary, *half)[0] if half else None
            took, peak, _ = run(binary, *whole)
            times.append(took)
            if before:
                growth.append(took / before)
        told = ""
        if growth:
            within = statistics.median(growth) <= GROWTH
            kept &= within
            state = "kept" if within else "EXCEEDED"
            told = (
                f", {statistics.median(growth):.2f} × the half [{min(growth):.2f}, {max(growth):.2f}];"
                f" limit {GROWTH}: {state}"
            )
        print(
            f"{whole[0].stat().st_size / 1e6:6.1f} MB: {1_000 * statistics.median(times):7.1f} ms"
            f" [{1_000 * min(times):7.1f}], {peak / 1e6:6.1f} MB of memory{told}"
        )
        for file in half or ():
            file.unlink()
        half = whole
    return kept


def pair(binary: Path, base: Path, revision: Path, runs: int, seconds: float) -> bool:
    """Measure a pair that was given; whether it is within the limits."""
    times, seen, peak = [], set(), 0
    for _ in range(max(runs, 2)):
        took, peak, said = run(binary, base, revision)
        times.append(took)
        seen.add(hashlib.sha256(said).hexdigest())
    median = statistics.median(times)
    kept = median <= seconds and peak <= PAIR_BYTES and len(seen) == 1
    same = "the same bytes on every run" if len(seen) == 1 else "DIFFERENT bytes"
    print(
        f"{base.parent.name}/{base.name}: {1_000 * median:.1f} ms, at most {peak / 1e6:.1f} MB, {same}: "
        f"{'kept' if kept else 'EXCEEDED'}"
    )
    return kept


def main(argv: list[str] | None = None) -> int:
    """Measure and say whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binary", type=Path, help="sdd, built for release")
    parser.add_argument("pairs", type=Path, nargs="*", help="pairs of descriptions")
    parser.add_argument("--runs", type=int, default=5, help="runs of each (default %(default)s)")
    parser.add_argument(
        "--seconds", type=float, default=PAIR_SECONDS, help="limit of each pair (default %(default)s)"
    )
    args = parser.parse_args(argv)
    if len(args.pairs) % 2:
        parser.error("pairs have two files")
    try:
        kept = True
        for at in range(0, len(args.pairs), 2):
            kept &= pair(args.binary.resolve(), args.pairs[at], args.pairs[at + 1], args.runs, args.seconds)
        with tempfile.TemporaryDirectory() as where:
            kept &= series(args.binary.resolve(), Path(where), args.runs)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 3
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
