#!/usr/bin/env python3
"""A package registry on the loopback, for recordings and tests of what audits npm packages.

    registry.py            prints its port and serves until its standard input ends

The first part of an address is the mode, so one server serves all of them: the registry to configure is
http://127.0.0.1:PORT/MODE/. Packages can be installed in every mode; the modes are how advisories are answered:

    findings    those of ADVISORIES that fit
    clean       none
    error500 busy503 missing404 denied400     this status, with JSON as registries send it
    html        a page, as a proxy answers, with status 200
    truncated   half of the advisories
    empty       {} where more is expected
    closed      the connection is closed without an answer
    silent      nothing, for a minute

Yarn 1 asks registry.yarnpkg.com and no other registry. For it the server is also a proxy, http://MODE:-@127.0.0.1:PORT,
that answers in place of that registry, under a certificate that nobody trusts (strict-ssl false).

It knows the three audit requests that package managers make: bulk (npm 7 and later), quick (npm 6, and later ones
when bulk fails), and audits (pnpm, Yarn 1).
"""

import base64
import functools
import gzip
import hashlib
import http.server
import io
import json
import pathlib
import ssl
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.parse

# Package, its versions, and what each needs.
PACKAGES = {
    "harmless": {"1.0.0": {}, "1.1.0": {}},
    "danger": {"1.0.0": {}, "1.2.0": {}},
    "middle": {"1.0.0": {"deep": "^1.0.0"}, "2.0.0": {"deep": "^2.0.0"}},
    "deep": {"1.0.0": {}, "2.0.0": {}},
    "plain": {"1.0.0": {}},
    "soft": {"1.0.0": {}, "1.0.1": {}},
    "note": {"1.0.0": {}, "1.0.1": {}},
    "@scope/tool": {"3.0.0": {}, "3.0.1": {}},
}


def advisory(number, package, severity, vulnerable, patched, ghsa, title):
    return {
        "id": number,
        "module_name": package,
        "severity": severity,
        "vulnerable_versions": vulnerable,
        "patched_versions": patched,
        "github_advisory_id": ghsa,
        "title": title,
    }


ADVISORIES = [
    advisory(9001, "danger", "critical", "<1.2.0", ">=1.2.0", "GHSA-aaaa-bbbb-cccc", "Danger runs what it is given"),
    advisory(9002, "danger", "low", "<=1.1.0", ">=1.1.1", "GHSA-aaaa-bbbb-dddd", "Danger says too much"),
    advisory(9003, "deep", "high", "<2.0.0", ">=2.0.0", "GHSA-bbbb-cccc-dddd", "Deep reads outside of its directory"),
    advisory(9004, "plain", "moderate", ">=0.0.0", "<0.0.0", "GHSA-cccc-dddd-eeee", "Plain is slow on long input"),
    advisory(9005, "soft", "low", "<1.0.1", ">=1.0.1", "GHSA-dddd-eeee-ffff", "Soft compares in variable time"),
    advisory(9006, "note", "info", "<1.0.1", ">=1.0.1", "GHSA-eeee-ffff-gggg", "Note is not kept up"),
    advisory(9007, "@scope/tool", "high", "<3.0.1", ">=3.0.1", "GHSA-ffff-gggg-hhhh", "Tool follows links"),
]
SEVERITIES = ["info", "low", "moderate", "high", "critical"]


def numbers(version):
    return tuple(int(part) for part in version.split("."))


def fits(version, wanted):
    """Whether a version is in a range of the kinds that ADVISORIES use."""
    for sign, holds in [
        ("<=", lambda a, b: a <= b),
        (">=", lambda a, b: a >= b),
        ("<", lambda a, b: a < b),
    ]:
        if wanted.startswith(sign):
            return holds(numbers(version), numbers(wanted[len(sign) :]))
    raise ValueError(wanted)


def of_package(name, version):
    return [one for one in ADVISORIES if one["module_name"] == name and fits(version, one["vulnerable_versions"])]


@functools.cache
def tarball(name, version):
    package = {"name": name, "version": version, "dependencies": PACKAGES[name][version]}
    files = {"package/package.json": json.dumps(package), "package/index.js": "module.exports = 1;\n"}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(packed.getvalue(), mtime=0)


def packument(name, base):
    versions = {}
    for version, needs in PACKAGES[name].items():
        content = tarball(name, version)
        versions[version] = {
            "name": name,
            "version": version,
            "dependencies": needs,
            "dist": {
                "tarball": f"{base}{name}/-/{name.split('/')[-1]}-{version}.tgz",
                "shasum": hashlib.sha1(content).hexdigest(),
                "integrity": "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode(),
            },
        }
    stamp = "2024-01-01T00:00:00.000Z"
    return {
        "_id": name,
        "name": name,
        "dist-tags": {"latest": list(versions)[-1]},
        "time": {"created": stamp, "modified": stamp, **{version: stamp for version in versions}},
        "versions": versions,
    }


def url(one):
    return f"https://github.com/advisories/{one['github_advisory_id']}"


def bulk(wanted):
    """By package: its advisories, for the versions that are asked after."""
    answer = {}
    for name, versions in wanted.items():
        fitting = {one["id"]: one for version in versions for one in of_package(name, version)}
        if fitting:
            answer[name] = [
                {
                    "id": one["id"],
                    "url": url(one),
                    "title": one["title"],
                    "severity": one["severity"],
                    "vulnerable_versions": one["vulnerable_versions"],
                    "cwe": ["CWE-400"],
                    "cvss": {"score": 0, "vectorString": None},
                }
                for one in fitting.values()
            ]
    return answer


def paths_of(tree):
    """Every dependency of the tree that a package manager sends: path of names, version, development only."""
    found = {}

    def walk(requires, scopes, path):
        for name in requires or {}:
            if name in path:
                continue
            package = next((scope[name] for scope in reversed(scopes) if name in scope), None)
            if package is None:
                continue
            here = (*path, name)
            found.setdefault((name, package["version"], bool(package.get("dev"))), []).append(">".join(here))
            walk(package.get("requires"), [*scopes, package.get("dependencies") or {}], here)

    dependencies = tree.get("dependencies") or {}
    # Some send what the root requires, some a tree that hangs below it; pnpm sends one tree for each importer.
    walk(tree.get("requires") or dependencies, [dependencies], ())
    return found


def count(tree):
    dependencies = tree.get("dependencies") or {}
    return len(dependencies) + sum(count(package) for package in dependencies.values())


def audits(tree):
    """Advisories with the paths at which the sent tree has them, and what was looked at."""
    answer, actions = {}, []
    seen = dict.fromkeys(SEVERITIES, 0)
    for (name, version, dev), paths in paths_of(tree).items():
        for one in of_package(name, version):
            entry = answer.setdefault(
                str(one["id"]), {**one, "findings": [], "url": url(one), "cves": [], "cwe": ["CWE-400"], "overview": one["title"], "recommendation": "", "access": "public", "deleted": None}
            )
            entry["findings"].append({"version": version, "paths": paths, "dev": dev, "optional": False, "bundled": False})
            seen[one["severity"]] += len(paths)
            actions.append(
                {
                    "action": "review",
                    "module": name,
                    "resolves": [{"id": one["id"], "path": path, "dev": dev, "optional": False, "bundled": False} for path in paths],
                }
            )
    total = count(tree)
    return {
        "actions": actions,
        "advisories": answer,
        "muted": [],
        "metadata": {
            "vulnerabilities": seen,
            "dependencies": total,
            "devDependencies": 0,
            "optionalDependencies": 0,
            "totalDependencies": total,
        },
    }


STATUS = {
    "error500": (500, {"error": "Internal Server Error"}),
    "busy503": (503, {"error": "Service Unavailable"}),
    "missing404": (404, {"error": "Not found"}),
    "denied400": (400, {"message": "the audit was refused"}),
}


@functools.cache
def certificate():
    """A context of TLS with a certificate of its own."""
    with tempfile.TemporaryDirectory() as where:
        key, chain = pathlib.Path(where, "key.pem"), pathlib.Path(where, "chain.pem")
        words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=stub"]
        subprocess.run([*words, "-keyout", key, "-out", chain], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        return context


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    # The mode of the tunnel that the request came through.
    tunnel = None

    def do_CONNECT(self):
        scheme, _, credentials = (self.headers.get("Proxy-Authorization") or "").partition(" ")
        mode = base64.b64decode(credentials).decode().partition(":")[0]
        if scheme != "Basic" or not mode:
            return self.json(407, {"error": "the proxy wants a mode"})
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        self.connection = certificate().wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)
        self.tunnel = mode
        self.close_connection = False
        return None

    def finish(self):
        super().finish()
        if self.tunnel:
            self.connection.close()

    def parts(self):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        if self.tunnel:
            return self.tunnel, path.lstrip("/")
        mode, _, rest = path.lstrip("/").partition("/")
        return mode, rest

    def answer(self, status, kind, content):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def json(self, status, value):
        self.answer(status, "application/json", json.dumps(value).encode())

    def do_GET(self):
        mode, rest = self.parts()
        if "/-/" in rest:
            name, _, file = rest.partition("/-/")
            version = file.removesuffix(".tgz").rpartition("-")[2]
            if version in PACKAGES.get(name, {}):
                return self.answer(200, "application/octet-stream", tarball(name, version))
        elif rest in PACKAGES:
            host, port = self.server.server_address[:2]
            return self.json(200, packument(rest, f"http://{host}:{port}/{mode}/"))
        return self.json(404, {"error": "Not found"})

    def body(self):
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "gzip" or content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        return json.loads(content)

    def do_POST(self):
        mode, rest = self.parts()
        wanted = self.body()
        kind = rest.removeprefix("-/npm/v1/security/")
        if kind == "advisories/bulk":
            found = bulk(wanted)
        elif kind in ("audits/quick", "audits"):
            found = audits(wanted)
        else:
            return self.json(404, {"error": "Not found"})
        if mode in STATUS:
            return self.json(*STATUS[mode])
        if mode == "findings":
            return self.json(200, found)
        if mode == "clean":
            if kind == "advisories/bulk":
                return self.json(200, {})
            found["advisories"], found["actions"] = {}, []
            found["metadata"]["vulnerabilities"] = dict.fromkeys(SEVERITIES, 0)
            return self.json(200, found)
        if mode == "html":
            return self.answer(200, "text/html", b"<!doctype html><html><body>Please sign in</body></html>\n")
        if mode == "truncated":
            whole = json.dumps(found).encode()
            return self.answer(200, "application/json", whole[: len(whole) // 2])
        if mode == "empty":
            return self.json(200, {})
        if mode == "silent":
            time.sleep(60)
        self.close_connection = True
        return None

    def log_message(self, *_):
        pass


def start():
    """A server on a port of its own; the caller shuts it down."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    print(start().server_address[1], flush=True)
    sys.stdin.read()
