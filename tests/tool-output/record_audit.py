#!/usr/bin/env python3
"""Records what the audits of npm packages really print, for the tests of src/tools.

    record_audit.py [--npm PROGRAM]... [--pnpm PROGRAM]... [--yarn PROGRAM]... [--modern-yarn YARN.JS]...

Each runs on small projects, against the registry of tests/npm/registry.py. What it prints goes to
TOOL/VERSION/CASE.{exit,stdout,stderr} beside this script. Paths and ports of the machine are replaced.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "npm"))
import registry  # noqa: E402

VULNERABLE = {
    "name": "shop",
    "version": "1.0.0",
    "license": "MIT",
    "dependencies": {"danger": "1.0.0", "middle": "^1.0.0", "plain": "1.0.0", "soft": "1.0.0", "note": "1.0.0", "harmless": "1.0.0"},
    "devDependencies": {"@scope/tool": "3.0.0"},
}
CLEAN = {"name": "shop", "version": "1.0.0", "license": "MIT", "dependencies": {"harmless": "1.0.0"}}
NOTHING = {"name": "shop", "version": "1.0.0", "license": "MIT"}
# Case, and the mode in which the registry answers.
FAILURES = {
    "broken_500": "error500",
    "broken_404": "missing404",
    "broken_400": "denied400",
    "broken_html": "html",
    "broken_truncated": "truncated",
    "empty": "empty",
    "broken_closed": "closed",
}


class Recorder:
    def __init__(self, tool, program, home):
        self.tool = tool
        self.program = [program] if not program.endswith(".js") else ["node", program]
        self.home = pathlib.Path(home).resolve()
        self.server = registry.start()
        self.port = self.server.server_address[1]
        self.version = self.run(self.home, "findings", "--version").stdout.decode().strip()
        self.out = HERE / tool / self.version
        self.out.mkdir(parents=True, exist_ok=True)

    def url(self, mode):
        return f"http://127.0.0.1:{self.port}/{mode}/"

    def run(self, where, mode, *arguments, more=None):
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "CI": "1",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "npm_config_registry": self.url(mode),
            "npm_config_fetch_retries": "0",
            "npm_config_update_notifier": "false",
            "npm_config_https_proxy": f"http://{mode}:x@127.0.0.1:{self.port}",
            "npm_config_strict_ssl": "false",
            "YARN_NPM_REGISTRY_SERVER": self.url(mode).rstrip("/"),
            "YARN_UNSAFE_HTTP_WHITELIST": "127.0.0.1",
            "YARN_ENABLE_TELEMETRY": "0",
            "YARN_ENABLE_IMMUTABLE_INSTALLS": "0",
            "YARN_HTTP_RETRY": "0",
            **(more or {}),
        }
        return subprocess.run([*self.program, *arguments], cwd=where, env=env, capture_output=True, timeout=120)

    def scrub(self, text, where):
        text = text.decode(errors="replace")
        for real, name in [(str(where), "/project"), (str(self.home), "/home/user")]:
            text = text.replace(real, name)
        tools = re.compile(r"(?:/[\w.@+-]+)+/node_modules/")
        text = tools.sub("/tools/node_modules/", text)
        text = text.replace(f"127.0.0.1:{self.port}", "127.0.0.1:4873")
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d_\d\d_\d\d_\w+-debug(?:-\d)?\.log", "debug.log", text)
        text = re.sub(r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT", "Mon, 01 Jan 2024 00:00:00 GMT", text)
        text = re.sub(r"BaseHTTP/[\d.]+ Python/[\d.]+", "registry", text)
        assert "/tmp/" not in text, text
        return text

    def keep(self, case, where, mode, *arguments, more=None):
        done = self.run(where, mode, *arguments, more=more)
        (self.out / f"{case}.exit").write_text(f"{done.returncode}\n")
        (self.out / f"{case}.stdout").write_text(self.scrub(done.stdout, where))
        (self.out / f"{case}.stderr").write_text(self.scrub(done.stderr, where))
        print(f"{self.tool} {self.version} {case}: exit {done.returncode}, {len(done.stdout)} bytes")

    def project(self, name, package, install, files=None):
        where = self.home / name
        where.mkdir()
        (where / "package.json").write_text(json.dumps(package, indent=2) + "\n")
        for file, text in (files or {}).items():
            (where / file).write_text(text)
        if install:
            done = self.run(where, "clean", *install)
            if done.returncode:
                raise SystemExit(f"{self.program} {install}: {done.stdout.decode()}{done.stderr.decode()}")
        return where

    def record(self, install, audit, files=None):
        vulnerable = self.project("vulnerable", VULNERABLE, install, files)
        clean = self.project("clean", CLEAN, install, files)
        self.keep("clean", clean, "clean", *audit)
        self.keep("vulnerable", vulnerable, "findings", *audit)
        self.keep("nothing_found", vulnerable, "clean", *audit)
        for case, mode in FAILURES.items():
            self.keep(case, vulnerable, mode, *audit)
        refused = {"npm_config_registry": "http://127.0.0.1:1/", "npm_config_https_proxy": "http://127.0.0.1:1", "YARN_NPM_REGISTRY_SERVER": "http://127.0.0.1:1"}
        self.keep("broken_unreachable", vulnerable, "clean", *audit, more=refused)
        self.keep("unknown_option", vulnerable, "findings", *audit, "--no-such-option=1")
        self.keep("no_lock_file", self.project("unlocked", VULNERABLE, None, files), "findings", *audit)
        self.keep("no_dependencies", self.project("nothing", NOTHING, install, files), "clean", *audit)
        return vulnerable


def npm(program, home):
    recorder = Recorder("npm-audit", program, home)
    vulnerable = recorder.record(["install", "--package-lock-only", "--no-audit"], ["audit", "--json", "--offline=false"])
    # Asked not to use the network, npm finds nothing, and says so with exit code 0.
    recorder.keep("offline", vulnerable, "findings", "audit", "--json", "--offline")
    recorder.keep("offline_undone", vulnerable, "findings", "audit", "--json", "--offline=false", more={"npm_config_offline": "true"})
    recorder.keep("vulnerable_level", vulnerable, "findings", "audit", "--json", "--offline=false", more={"npm_config_audit_level": "none"})


def pnpm(program, home):
    recorder = Recorder("pnpm-audit", program, home)
    audit = ["audit", "--json", "--audit-level=low"]
    vulnerable = recorder.record(["install", "--lockfile-only"], audit)
    recorder.keep("registry_errors_ignored", vulnerable, "error500", *audit, "--ignore-registry-errors")
    ignoring = {**VULNERABLE, "pnpm": {"auditConfig": {"ignoreGhsas": ["GHSA-bbbb-cccc-dddd", "GHSA-ffff-gggg-hhhh"]}}}
    recorder.keep("vulnerable_ignored", recorder.project("ignoring", ignoring, ["install", "--lockfile-only"]), "findings", *audit)


def yarn(program, home):
    recorder = Recorder("yarn-audit", program, home)
    # The stub stands in for registry.yarnpkg.com with a certificate that nobody trusts.
    files = {".yarnrc": "strict-ssl false\n"}
    recorder.record(["install", "--non-interactive"], ["audit", "--json", "--non-interactive", "--level", "info"], files)


def modern_yarn(program, home):
    recorder = Recorder("yarn-npm-audit", program, home)
    files = {".yarnrc.yml": "nodeLinker: node-modules\n", "yarn.lock": ""}
    audit = ["npm", "audit", "--json", "--all", "--recursive", "--no-deprecations"]
    recorder.record(["install", "--mode=update-lockfile"], audit, files)


def main():
    parser = argparse.ArgumentParser()
    steps = {"npm": npm, "pnpm": pnpm, "yarn": yarn, "modern_yarn": modern_yarn}
    for name in steps:
        parser.add_argument(f"--{name.replace('_', '-')}", action="append", default=[])
    options = vars(parser.parse_args())
    for name, step in steps.items():
        for program in options[name]:
            with tempfile.TemporaryDirectory() as home:
                step(program, home)


main()
