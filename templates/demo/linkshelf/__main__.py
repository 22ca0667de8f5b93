"""The command line: `python3 -m linkshelf`."""

import argparse
from pathlib import Path

from linkshelf.server import Server
from linkshelf.shelf import Shelf


def main(argv: list[str] | None = None) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="linkshelf", description="Give long links short names.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8080, help="port to listen on, 0 for any")
    parser.add_argument("--file", type=Path, help="file to keep the links in; without it, memory")
    args = parser.parse_args(argv)
    with Server(args.host, args.port, Shelf(args.file)) as server:
        host, port = server.server_address[:2]
        print(f"serving on http://{host}:{port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
