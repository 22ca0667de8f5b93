#!/usr/bin/env python3
"""An MCP server like Context7's, for tests of what can go wrong with one.

    server.py MODE [LOG]     talks by standard input and output
    server.py http MODE LOG  prints its port and serves streamable HTTP until its standard input ends

LOG gets a line a request: the method, or the name of the tool with its arguments; by HTTP with the headers that matter.

    good        answers as the servers of today do
    old         has the tools of earlier versions
    mixed       answers with JSON or with events, in turns (HTTP)
    silent      never answers
    late        answers the handshake and nothing else
    deaf        does not even read
    dies        ends after the handshake, with a word on stderr
    gives-up    ends when it is asked about a library whose name begins with "two", with a word on stderr
    exits       ends at once
    garbage     says what is no JSON
    chatty      says what is no JSON, and then answers
    flood       says more than anybody wants to hear, in one line
    error       answers calls with a JSON-RPC error
    tool-error  answers calls with isError
    notools     has no tools
    other       has other tools
    strange     its tool wants an argument that nobody knows
    text        answers calls with a text that says nothing
    stubborn    does not end when its standard input does, nor on TERM, and has a child
    html        answers with a page (HTTP)
    denied      answers with 401 (HTTP)
    cut         breaks off in the middle of an answer (HTTP)
"""

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time

TEXT = {"type": "string"}
FOUND = """Available Libraries:

- Title: {name}
- Context7-compatible library ID: /stub/{name}
- Description: A library.
- Code Snippets: 7
- Source Reputation: High
- Versions: 1.2.3, 2.0.0"""
DOCUMENTS = "### Install\n\nSource: https://example.org\n\n```\nit\n```\n"


def schema(required, optional=()):
    properties = {name: TEXT for name in (*required, *optional)}
    return {"type": "object", "properties": properties, "required": list(required)}


def tools(mode):
    if mode == "notools":
        return []
    if mode == "other":
        return [{"name": "search", "inputSchema": schema(["q"])}]
    if mode == "old":
        return [
            {"name": "resolve-library-id", "inputSchema": schema(["libraryName"])},
            {
                "name": "get-library-docs",
                "inputSchema": schema(["context7CompatibleLibraryID"], ["topic"]),
            },
        ]
    more = ["tenant"] if mode == "strange" else []
    return [
        {"name": "resolve-library-id", "inputSchema": schema(["query", "libraryName"])},
        {"name": "query-docs", "inputSchema": schema(["libraryId", "query", *more])},
    ]


def call(mode, name, arguments):
    if mode == "tool-error":
        return {"content": [{"type": "text", "text": "quota exceeded"}], "isError": True}
    if mode == "text":
        return {"content": [{"type": "text", "text": "Please sign in first."}]}
    if name == "resolve-library-id":
        library = arguments["libraryName"]
        text = FOUND.format(name=library) if not library.startswith("un") else "No libraries found matching the provided name."
    else:
        text = DOCUMENTS
    return {"content": [{"type": "text", "text": text}]}


class Server:
    def __init__(self, mode, log):
        self.mode = mode
        self.log_file = log

    def log(self, line):
        if self.log_file:
            with open(self.log_file, "a", encoding="utf-8") as log:
                log.write(line + "\n")

    def answer(self, message, headers=""):
        """The response to a message; None for what is not answered."""
        method, number = message.get("method"), message.get("id")
        if number is None:
            return None
        arguments = message.get("params", {}).get("arguments")
        name = message.get("params", {}).get("name", method)
        self.log(f"{name} {json.dumps(arguments, sort_keys=True) if arguments else '-'}{headers}")
        if method == "initialize":
            result = {
                "protocolVersion": message["params"]["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "stub", "version": "1"},
            }
        elif method == "tools/list":
            result = {"tools": tools(self.mode)}
        elif method == "tools/call" and self.mode != "error":
            result = call(self.mode, message["params"]["name"], arguments)
        else:
            error = {"code": -32603, "message": "out of order"}
            return {"jsonrpc": "2.0", "id": number, "error": error}
        return {"jsonrpc": "2.0", "id": number, "result": result}


def by_pipes(mode, log):
    server = Server(mode, log)
    if mode == "exits":
        print("npm error 404 Not Found", file=sys.stderr, flush=True)
        sys.exit(1)
    if mode == "deaf":
        time.sleep(600)
    if mode in ("garbage", "chatty"):
        print("Welcome to the server!", flush=True)
    if mode == "flood":
        piece = "x" * (1 << 20)
        while True:
            sys.stdout.write(piece)
    if mode == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL)
    for line in sys.stdin:
        if mode in ("silent", "garbage"):
            continue
        message = json.loads(line)
        if mode == "late" and message.get("method") != "initialize":
            continue
        if mode == "gives-up" and str(message.get("params", {}).get("arguments", {}).get("libraryName")).startswith("two"):
            print("out of memory", file=sys.stderr, flush=True)
            os._exit(7)
        response = server.answer(message)
        if response:
            print(json.dumps(response), flush=True)
        if mode == "dies" and message.get("method") == "notifications/initialized":
            print("out of memory", file=sys.stderr, flush=True)
            os._exit(7)
    if mode == "stubborn":
        time.sleep(600)


def by_http(mode, log):
    server = Server(mode, log)
    turns = [0]

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def send(self, status, kind, data, headers=()):
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self):
            self.send(405, "text/plain", b"no stream")

        do_DELETE = do_GET

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            message = json.loads(body)
            if mode == "silent" or (mode == "late" and message.get("method") != "initialize"):
                time.sleep(600)
            if mode == "html":
                return self.send(200, "text/html", b"<html>a proxy</html>")
            if mode == "denied":
                return self.send(401, "application/json", b'{"error": "no key"}')
            headers = f" session={self.headers.get('mcp-session-id')} auth={self.headers.get('authorization')}"
            response = server.answer(message, headers)
            if response is None:
                return self.send(202, "text/plain", b"")
            session = [("mcp-session-id", "s1")]
            data = json.dumps(response).encode()
            if mode == "cut" and message["method"] == "tools/call":
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data) + 100))
                self.end_headers()
                self.wfile.write(data[:20])
                self.close_connection = True
                return None
            turns[0] += 1
            if mode == "mixed" and turns[0] % 2:
                note = json.dumps({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x"}})
                events = f": hello\n\nevent: message\ndata: {note}\n\nevent: message\ndata: ".encode() + data + b"\n\n"
                return self.send(200, "text/event-stream", events, session)
            return self.send(200, "application/json", data, session)

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.daemon_threads = True
    threading.Thread(target=site.serve_forever, daemon=True).start()
    print(site.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    if sys.argv[1] == "http":
        by_http(sys.argv[2], sys.argv[3])
    else:
        by_pipes(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
