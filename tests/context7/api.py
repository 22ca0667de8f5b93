#!/usr/bin/env python3
"""The API behind Context7, on the loopback, for tests of the real server @upstash/context7-mcp.

    api.py LOG         prints its port and serves until its standard input ends

It answers the two requests that version 4.1 of the server makes: /api/v2/libs/search and /api/v2/context. Every request
is a line of LOG: the path with its query, and the authorization header. The name of a library says how it is answered:

    fastapi redis       known; fastapi in several versions
    limited             429, as for whoever asks too often
    broken              500 with a page
    undocumented        known, without documentation
    anything else       unknown; some other library is the nearest
"""

import http.server
import json
import sys
import threading
import urllib.parse

LIBRARIES = {
    "fastapi": {"id": "/fastapi/fastapi", "title": "FastAPI", "versions": ["0.115.13", "0.116.1"]},
    "redis": {"id": "/redis/redis-py", "title": "redis", "versions": []},
    "undocumented": {"id": "/x/undocumented", "title": "Undocumented", "versions": []},
}
DOCUMENTS = "### Install\n\nSource: https://example.org/docs\n\n```bash\npip install it\n```\n"


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        data = body.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        with open(sys.argv[1], "a", encoding="utf-8") as log:
            log.write(f"{self.path} {self.headers.get('authorization', '-')}\n")
        url = urllib.parse.urlsplit(self.path)
        query = {key: values[0] for key, values in urllib.parse.parse_qs(url.query).items()}
        if url.path == "/api/v2/libs/search":
            self.search(query["libraryName"].lower())
        elif url.path == "/api/v2/context":
            found = "undocumented" not in query["libraryId"]
            self.answer(200, DOCUMENTS if found else "", "text/plain")
        else:
            self.answer(404, "{}")

    def search(self, name):
        if name == "limited":
            self.answer(429, "{}")
        elif name == "broken":
            self.answer(500, "<html>out of order</html>", "text/html")
        else:
            library = LIBRARIES.get(name, {"id": "/other/thing", "title": "Another Thing", "versions": []})
            entry = {"description": "A library.", "totalSnippets": 7, "trustScore": 9, **library}
            self.answer(200, json.dumps({"results": [entry]}))


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
