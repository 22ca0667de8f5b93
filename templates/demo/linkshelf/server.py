"""The HTTP side of the service."""

import json
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from linkshelf.shelf import BadLink, Shelf

MAX_BODY = 10_000


class Handler(BaseHTTPRequestHandler):
    """Answers one request; the shelf hangs on the server."""

    server: "Server"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Follow a code, show an entry, or say that the service is well."""
        shelf = self.server.shelf
        path = self.path.partition("?")[0].strip("/")
        if path == "health":
            self._json(HTTPStatus.OK, {"status": "ok", "links": len(shelf)})
            return
        if path.startswith("links/"):
            entry = shelf.find(path.removeprefix("links/"))
            if entry is not None:
                self._json(HTTPStatus.OK, asdict(entry))
                return
        else:
            url = shelf.follow(path)
            if url is not None:
                self._redirect(url)
                return
        self._json(HTTPStatus.NOT_FOUND, {"error": "no such link"})

    def do_POST(self) -> None:
        """Keep a link."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            self._json(HTTPStatus.BAD_REQUEST, {"error": "a short JSON body is needed"})
            return
        body = self.rfile.read(int(length))
        if self.path.strip("/") != "links":
            self._json(HTTPStatus.NOT_FOUND, {"error": "links are added at /links"})
            return
        try:
            asked = json.loads(body)
            entry = self.server.shelf.add(asked.get("url") if isinstance(asked, dict) else None)
        except BadLink as error:
            self._json(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": str(error)})
        except ValueError:
            self._json(HTTPStatus.BAD_REQUEST, {"error": "the body is not JSON"})
        else:
            self._json(HTTPStatus.CREATED, asdict(entry))

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the access log is the business of the proxy before the service."""

    def _json(self, status: HTTPStatus, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, url: str) -> None:
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(ThreadingHTTPServer):
    """The service on an address; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, host: str, port: int, shelf: Shelf) -> None:
        self.shelf = shelf
        super().__init__((host, port), Handler)
