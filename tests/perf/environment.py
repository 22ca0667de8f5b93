"""How long `sdd env check` takes when half of the services hang, and how much memory it needs.

    python3 tests/perf/environment.py target/release/sdd

100 checks with a time-out of 2 s, of which half never get an answer. To hold: at most 3 s, at most 20 MB.
"""

import json
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

CHECKS = 100
MOST_SECONDS = 3.0
MOST_MEGABYTES = 20.0
ANSWER = b'HTTP/1.1 200 OK\r\ncontent-length: 15\r\nconnection: close\r\n\r\n{"status":"ok"}'


def serve(answer):
    """Listens on a port of its own; without an answer it takes connections and is silent."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    held = []

    def work():
        while True:
            connection, _ = listener.accept()
            if answer is None:
                held.append(connection)
                continue
            connection.recv(4096)
            connection.sendall(answer)
            connection.close()

    threading.Thread(target=work, daemon=True).start()
    return listener.getsockname()[1]


def watch(pid, peak):
    """Notes the most memory that a process had, in MB, until it ends.

    Not what wait4 tells: there the memory of this script counts, which the child had before it became another program.
    """
    while True:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return
        found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.M)
        if not found:
            return
        peak[0] = int(found[1]) / 1024
        time.sleep(0.01)


def main():
    program = str(Path(sys.argv[1]).resolve())
    ports = [serve(None), serve(ANSWER)]
    checks = [
        {
            "id": f"c{index}",
            "kind": "http",
            "url": f"http://127.0.0.1:{ports[index % 2]}/health",
            "expect": {"json": {"/status": "ok"}},
            "timeout": "2s",
        }
        for index in range(CHECKS)
    ]
    with tempfile.TemporaryDirectory() as project:
        session = Path(project, ".session")
        session.mkdir()
        text = json.dumps({"environments": {"staging": {"checks": checks}}})
        (session / "environments.yaml").write_text(text)
        begun = time.monotonic()
        command = [program, "env", "check", "staging", "--format", "json"]
        child = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE)
        peak = [0.0]
        watcher = threading.Thread(target=watch, args=(child.pid, peak))
        watcher.start()
        report = json.loads(child.stdout.read())
        watcher.join()
        code = child.wait()
        took = time.monotonic() - begun
    outcomes = [check["outcome"] for check in report["checks"]]
    megabytes = peak[0]
    print(f"{took:.2f} s, {megabytes:.1f} MB, {outcomes.count('passed')} passed, exit code {code}")
    right = code == 1 and outcomes.count("passed") == CHECKS // 2 and outcomes.count("failed") == CHECKS // 2
    sys.exit(0 if right and took <= MOST_SECONDS and megabytes <= MOST_MEGABYTES else 1)


if __name__ == "__main__":
    main()
