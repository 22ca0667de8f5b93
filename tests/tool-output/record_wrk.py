#!/usr/bin/env python3
"""Records what wrk really prints, with the script of src/bench/engine/wrk, for the tests there.

    record_wrk.py [WRK]

wrk is run against small servers on the loopback. What it leaves behind goes to wrk/VERSION/CASE.{exit,stdout,stderr}
beside this script; an empty stream gets no file. Bytes are kept as they came, but for the port, which becomes 8080.

Recorded so far: Debian's 4.1.0. "good" is a server that answers at once, "hung" one that never does, "late" one that
answers after wrk's time-out, "stall" one that answers nobody for a second.
"""

import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
DONE = HERE.parent.parent / "src/bench/engine/wrk/done.lua"
SENTINEL = re.search(r'SENTINEL: &str = "([^"]*)"', (DONE.parent / "answer.rs").read_text()).group(1)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
FAILED = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno"


class Server:
    def __init__(self, answer=OK, delay=0.0, stall=None):
        self.answer, self.delay, self.stall = answer, delay, stall
        self.begin = None
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        seen = b""
        try:
            while True:
                while b"\r\n\r\n" not in seen:
                    part = connection.recv(65536)
                    if not part:
                        return
                    seen += part
                seen = seen.split(b"\r\n\r\n", 1)[1]
                self.begin = self.begin or time.monotonic()
                self.wait()
                if self.answer is None:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    connection.close()
                    return
                connection.sendall(self.answer)
        except OSError:
            pass

    def wait(self):
        time.sleep(self.delay)
        if self.stall:
            since = time.monotonic() - self.begin
            if self.stall[0] <= since < self.stall[1]:
                time.sleep(self.stall[1] - since)


def record(wrk, version, case, url, *options, script=True):
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "script.lua"
        path.write_text(f'SENTINEL = "{SENTINEL}"\n' + DONE.read_text())
        command = [wrk, "--threads", "1", *options] + (["--script", str(path)] if script else [])
        done = subprocess.run([*command, url], capture_output=True, env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
    place = HERE / "wrk" / version
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{case}.exit").write_text(f"{done.returncode}\n")
    for name, data in [("stdout", done.stdout), ("stderr", done.stderr)]:
        if data:
            (place / f"{case}.{name}").write_bytes(re.sub(rb"127\.0\.0\.1:\d+", b"127.0.0.1:8080", data))
    print(f"{version} {case}: exit {done.returncode}", file=sys.stderr)


def main():
    wrk = sys.argv[1] if len(sys.argv) > 1 else "wrk"
    said = subprocess.run([wrk, "-v"], capture_output=True, text=True).stdout
    version = re.search(r"\d+\.\d+\.\d+", said).group(0)

    def case(name, server, *options, connections=4, seconds=1, timeout=30):
        url = f"http://127.0.0.1:{server.port}/"
        load = ["--connections", str(connections), "--duration", f"{seconds}s", "--timeout", f"{timeout}s"]
        record(wrk, version, name, url, *load, "--latency", *options)

    case("good", Server())
    case("status-500", Server(FAILED))
    case("hung", Server(delay=1000))
    case("reset", Server(None))
    case("slow-milliseconds", Server(delay=0.02), seconds=2)
    case("slow-seconds", Server(delay=1.2), seconds=4)
    case("late", Server(delay=1.3), seconds=4, timeout=1)
    case("stall", Server(delay=0.001, stall=(1, 2)), connections=2, seconds=3)
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    few = ["--connections", "1", "--duration", "1s", "--latency"]
    record(wrk, version, "refused", f"http://127.0.0.1:{port}/", *few)
    record(wrk, version, "unresolvable", "http://no-such-host.invalid/", *few)
    record(wrk, version, "bad-url", "no-url", *few)
    record(wrk, version, "version", "-v", script=False)


main()
