#!/usr/bin/env python3
"""Records what the Python tools really print, for the tests of src/tools.

    record_python.py VENV...

Every tool found in VENV/bin is run on small generated projects. What it leaves behind goes to
TOOL/VERSION/CASE.{exit,stdout,stderr,junit.xml,...} beside this script; an empty stream gets no file. Paths
of the machine become /project, /out, /venv and /python. No network is used: pip-audit and safety get their
advisories from a server on the loopback or from a local file, or record that they cannot reach any.
"""

import http.server
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
SIMPLE = {"app.py": "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n"}
ENV = {
    "PATH": os.environ["PATH"],
    "HOME": "",
    "LANG": "C.UTF-8",
    "CI": "1",
    "NO_COLOR": "1",
    "TERM": "dumb",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
}


def version(program):
    out = subprocess.run(
        [program, "--version"], capture_output=True, text=True, env={**os.environ, "HOME": "/nonexistent"}
    )
    found = re.search(r"\d+\.\d+\.\d+", out.stdout + out.stderr)
    return found.group(0) if found else None


class Recorder:
    def __init__(self, venv):
        self.venv = pathlib.Path(venv).resolve()
        self.python_home = subprocess.run(
            [self.venv / "bin/python", "-c", "import sys; print(sys.base_prefix)"],
            capture_output=True,
            text=True,
        ).stdout.strip()

    def has(self, program):
        return (self.venv / "bin" / program).exists()

    def package(self, name):
        script = f"import importlib.metadata as m; print(m.version({name!r}))"
        return subprocess.run(
            [self.venv / "bin/python", "-c", script], capture_output=True, text=True
        ).stdout.strip()

    def clean(self, data, project, out):
        for path, name in [
            (project, "/project"),
            (out, "/out"),
            (self.venv, "/venv"),
            (self.python_home, "/python"),
        ]:
            data = data.replace(str(path).encode(), name.encode())
        data = re.sub(rb'hostname="[^"]*"', b'hostname="host"', data)
        data = re.sub(rb'"os_(release|description)": "[^"]*"', rb'"os_\1": "Linux"', data)
        return re.sub(rb"127\.0\.0\.1:\d+", b"127.0.0.1:8080", data)

    def run(self, tool, ver, case, files, args, outputs=(), env=None, interrupt=False, program=None):
        with tempfile.TemporaryDirectory(prefix="record") as temporary:
            base = pathlib.Path(temporary).resolve()
            project, out = base / "project", base / "out"
            project.mkdir(), out.mkdir()
            for name, text in files.items():
                file = project / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
            args = [str(a).replace("OUT", str(out)) for a in args]
            command = (
                [str(p) for p in program]
                if program
                else [str(self.venv / "bin" / ("ruff" if tool.startswith("ruff-") else tool))]
            )
            environment = {**ENV, "HOME": str(base), "PATH": f"{self.venv}/bin:{ENV['PATH']}"}
            environment.update({k: v.replace("OUT", str(out)) for k, v in (env or {}).items()})
            child = subprocess.Popen(
                command + args,
                cwd=project,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            if interrupt:
                for _ in range(200):
                    if (project / "started").exists():
                        break
                    time.sleep(0.1)
                child.send_signal(signal.SIGINT)
            stdout, stderr = child.communicate(timeout=120)
            place = HERE / tool / ver
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{case}.exit").write_text(f"{child.returncode}\n")
            left = {"stdout": stdout, "stderr": stderr}
            left.update({name: (out / name).read_bytes() for name in outputs if (out / name).exists()})
            for name, data in left.items():
                if data:
                    (place / f"{case}.{name}").write_bytes(self.clean(data, project, out))
            print(f"{tool} {ver} {case}: exit {child.returncode}", file=sys.stderr)


def pytest(r):
    ver = version(r.venv / "bin/pytest")
    cov = bool(r.package("pytest-cov"))
    junit = "--junitxml=OUT/junit.xml"
    measure = [junit, "--cov", "--cov-report=json:OUT/coverage.json"]

    def case(name, files, *args, coverage=False, **more):
        if coverage and not cov:
            return
        r.run(
            "pytest",
            ver,
            name,
            files,
            (measure if coverage else [junit]) + list(args),
            ["junit.xml", "coverage.json"],
            env={"COVERAGE_FILE": "OUT/.coverage"},
            **more,
        )

    if not cov:
        r.run(
            "pytest",
            ver,
            "no-pytest-cov",
            {**SIMPLE, "test_a.py": "def test_a():\n    pass\n"},
            measure,
            ["junit.xml", "coverage.json"],
        )
        return
    clean = {
        **SIMPLE,
        "tests/test_app.py": "import app\n\n\ndef test_add():\n    assert app.add(1, 2) == 3\n",
        "conftest.py": "",
    }
    failing = {
        **SIMPLE,
        "conftest.py": "",
        "tests/test_app.py": """\
        import app


        def test_add():
            assert app.add(1, 2) == 3


        class TestSub:
            def test_sub(self):
                left = app.sub(3, 1)
                assert left == 3, "three minus one"

            def test_raises(self):
                app.sub("a", "b")


        def helper(value):
            assert value > 10


        def test_in_helper():
            helper(1)
        """,
    }
    case("clean", clean, coverage=True)
    case("clean-quiet", clean, "-q")
    case("clean-very-quiet", clean, "-qq")
    case("failing", failing, coverage=True)
    case("failing-quiet", failing, "-q")
    case("failing-no-traceback", failing, "--tb=no")
    case("failing-xunit1", failing, "-o", "junit_family=xunit1")
    case("failing-maxfail", failing, "-x")
    case("failing-no-summary", failing, "-qq", "--no-summary")
    case(
        "setup-error",
        {
            "test_a.py": """\
        import pytest


        @pytest.fixture
        def broken():
            raise RuntimeError("no database")


        @pytest.fixture
        def broken_after():
            yield 1
            raise RuntimeError("cannot clean up")


        def test_setup(broken):
            pass


        def test_teardown(broken_after):
            pass


        def test_both(broken_after):
            assert broken_after == 2


        def test_fine():
            pass
        """
        },
    )
    case(
        "collection-error",
        {
            "test_a.py": "import nothing_of_that_name\n\n\ndef test_a():\n    pass\n",
            "test_b.py": "def test_b(:\n    pass\n",
            "test_c.py": "def test_c():\n    pass\n",
        },
    )
    case(
        "collection-error-continued",
        {"test_a.py": "import nothing_of_that_name\n", "test_c.py": "def test_c():\n    pass\n"},
        "--continue-on-collection-errors",
    )
    case("nothing-collected", SIMPLE)
    case("nothing-collected-coverage", SIMPLE, coverage=True)
    case("all-deselected", clean, "-k", "no_test_of_that_name")
    case("usage-error", clean, "-n", "2")
    case("usage-unknown-option", clean, "--no-such-option")
    case("usage-no-such-path", clean, "no_such_dir")
    case(
        "conftest-error",
        {"conftest.py": "import nothing_of_that_name\n", "test_a.py": "def test_a():\n    pass\n"},
    )
    case(
        "broken-config",
        {"pyproject.toml": "[tool.pytest.ini_options\n", "test_a.py": "def test_a():\n    pass\n"},
    )
    case(
        "interrupted",
        {
            "test_a.py": """\
        import pathlib
        import time


        def test_quick():
            pass


        def test_slow():
            pathlib.Path("started").touch()
            time.sleep(60)
        """
        },
        interrupt=True,
    )
    case("keyboard-interrupt", {"test_a.py": "def test_a():\n    raise KeyboardInterrupt\n"})
    case("exit-called", {"test_a.py": "import pytest\n\n\ndef test_a():\n    pytest.exit('enough')\n"})
    case(
        "exit-called-zero",
        {
            "test_a.py": "import pytest\n\n\ndef test_a():\n    pytest.exit('enough', returncode=0)\n\n\ndef test_b():\n    assert False\n"
        },
    )
    case(
        "internal-error",
        {
            "conftest.py": "def pytest_runtest_protocol(item, nextitem):\n    raise ValueError('plugin')\n",
            "test_a.py": "def test_a():\n    pass\n",
        },
    )
    case(
        "crash", {"test_a.py": "import os\n\n\ndef test_a():\n    pass\n\n\ndef test_b():\n    os._exit(0)\n"}
    )
    case("crash-abort", {"test_a.py": "import os\n\n\ndef test_a():\n    os.abort()\n"})
    case("system-exit", {"test_a.py": "import sys\n\n\ndef test_a():\n    sys.exit(0)\n"})
    case(
        "outcomes",
        {
            "test_a.py": """\
        import pytest


        def test_passes():
            pass


        @pytest.mark.skip(reason="not today")
        def test_skipped():
            pass


        @pytest.mark.skipif(True, reason="wrong platform")
        def test_skipif():
            pass


        def test_skips_itself():
            pytest.skip("in the middle")


        @pytest.mark.xfail(reason="known bug")
        def test_xfail():
            assert False


        @pytest.mark.xfail(reason="thought to be broken")
        def test_xpass():
            pass


        @pytest.mark.xfail(reason="must be broken", strict=True)
        def test_xpass_strict():
            pass
        """
        },
    )
    case(
        "all-skipped",
        {"test_a.py": "import pytest\n\npytest.skip('whole module', allow_module_level=True)\n"},
    )
    case(
        "xfail-only",
        {"test_a.py": "import pytest\n\n\n@pytest.mark.xfail\ndef test_a():\n    assert False\n"},
    )
    case(
        "odd-names",
        {
            "test_a.py": r"""
        import pytest


        @pytest.mark.parametrize("value", ["a b", "<&>\"'", "x::y[z]", "naïve ✓", "line\nbreak", "\x00\x1b[31m", ""])
        def test_odd(value):
            assert value == "a b", value


        def test_control():
            print("\x1b[31mred\x00\x08")
            raise ValueError("\x1b[31mred\x00\x08 ]]> <b>")
        """,
            "deep/er/test_b.py": "class TestOuter:\n    class TestInner:\n        def test_x(self):\n            assert [1, 2] == [1, 3]\n",
        },
    )
    case("doctest", {"app.py": '"""\n>>> 1 + 1\n3\n"""\n'}, "--doctest-modules")
    case(
        "unittest",
        {
            "test_u.py": """\
        import unittest


        class Case(unittest.TestCase):
            def test_sub(self):
                for i in range(3):
                    with self.subTest(i=i):
                        self.assertEqual(i, 1)

            def test_fine(self):
                pass
        """
        },
    )
    if int(ver.split(".")[0]) >= 9:
        case(
            "subtests",
            {
                "test_s.py": """\
            def test_sub(subtests):
                for i in range(3):
                    with subtests.test("number", i=i):
                        assert i == 1


            def test_fine(subtests):
                with subtests.test("fine"):
                    pass
            """
            },
        )
    case(
        "coverage-zero",
        {
            "src/app.py": "import os\nx = os.sep\n",
            "test_a.py": "def test_a():\n    pass\n",
            ".coveragerc": "[run]\nsource = src\n",
        },
        coverage=True,
    )
    case(
        "coverage-no-data",
        {"test_a.py": "def test_a():\n    pass\n", ".coveragerc": "[run]\nsource = no_such_package\n"},
        coverage=True,
    )
    case("coverage-fail-under", {**clean, ".coveragerc": "[report]\nfail_under = 95\n"}, coverage=True)
    case("coverage-fail-under-option", clean, "--cov-fail-under=95", coverage=True)
    case(
        "coverage-fail-under-quiet",
        {**clean, ".coveragerc": "[report]\nfail_under = 95\n"},
        "-qq",
        coverage=True,
    )
    case(
        "coverage-fail-under-and-failing",
        {**failing, ".coveragerc": "[report]\nfail_under = 100\n"},
        coverage=True,
    )
    case("coverage-switched-off", clean, "--no-cov", coverage=True)
    case("coverage-broken-config", {**clean, ".coveragerc": "[run\n"}, coverage=True)
    case("coverage-syntax-error", {**clean, "unused.py": "def broken(:\n"}, coverage=True)
    case("coverage-branch", {**clean, ".coveragerc": "[run]\nbranch = true\n"}, coverage=True)
    case(
        "forged-exit",
        {
            "conftest.py": "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n",
            "test_a.py": "def test_a():\n    assert False\n",
        },
    )
    case(
        "forged-report",
        {
            "conftest.py": """\
        import pytest


        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            report = (yield).get_result()
            report.outcome = "passed"
        """,
            "test_a.py": "def test_a():\n    assert False\n",
        },
    )


def ruff(r):
    ver = version(r.venv / "bin/ruff")
    clean = {"app.py": '"""An app."""\n\nVALUE = 1\n'}
    findings = {
        "app.py": "import os, sys\nimport json\n\nx = lambda: 1\nif x == None:\n    pass\nprint(undefined)\n",
        "pkg/b.py": "def f():\n    unused = 1\n",
    }
    syntax = {**clean, "bad.py": "def f(:\n    pass\n"}
    check = ["check", "--output-format=json", "--no-fix", "--no-fix-only"]
    fix = ["check", "--output-format=json", "--fix", "--no-fix-only"]

    def lint(name, files, args, **more):
        r.run("ruff", ver, name, files, args, **more)

    lint("clean", clean, [*check, "."])
    lint("findings", findings, [*check, "."])
    lint("fix-some", findings, [*fix, "."])
    lint("fix-all", {"app.py": "import os\nimport sys\n"}, [*fix, "."])
    lint("syntax-error", syntax, [*check, "."])
    lint("no-files", {"readme.txt": "x"}, [*check, "."])
    lint("no-such-path", clean, [*check, "nowhere"])
    lint("bad-config", {**clean, "ruff.toml": "no-such-key = 1\n"}, [*check, "."])
    lint("bad-toml", {**clean, "ruff.toml": "[lint\n"}, [*check, "."])
    lint("bad-rule", {**clean, "ruff.toml": "lint.select = ['NOPE999']\n"}, [*check, "."])
    lint("bad-argument", clean, [*check, "--no-such-option"])
    lint("config-fix-only", {**findings, "ruff.toml": "fix-only = true\n"}, [*check, "."])
    lint(
        "config-show-fixes",
        {**findings, "ruff.toml": "show-fixes = true\nfix = true\noutput-format = 'github'\n"},
        [*check, "."],
    )
    lint("config-deprecated", {**findings, "ruff.toml": "select = ['F', 'E']\n"}, [*check, "."])
    lint("silent", findings, [*check, "--silent", "."])
    lint("quiet", findings, [*check, "-q", "."])
    lint("exit-zero", findings, [*check, "--exit-zero", "."])
    lint("not-utf8", {"app.py": b"x = '\xff\xfe'\n"}, [*check, "."])
    lint(
        "notebook",
        {
            "n.ipynb": json.dumps(
                {
                    "cells": [
                        {
                            "cell_type": "code",
                            "execution_count": None,
                            "id": "a",
                            "metadata": {},
                            "outputs": [],
                            "source": ["import os\n", "x = 1"],
                        },
                        {
                            "cell_type": "code",
                            "execution_count": None,
                            "id": "b",
                            "metadata": {},
                            "outputs": [],
                            "source": ["print(undefined)"],
                        },
                    ],
                    "metadata": {},
                    "nbformat": 4,
                    "nbformat_minor": 5,
                }
            )
        },
        [*check, "."],
    )

    def form(name, files, args, **more):
        r.run(
            "ruff-format",
            ver,
            name,
            files,
            ["format", *args],
            env={"RUFF_OUTPUT_FORMAT": "json"} if "--check" in args else None,
            **more,
        )
        if name == "syntax-error-and-ugly":
            r.run("ruff-format", ver, name + "-text", files, ["format", *args], **more)

    ugly = {**clean, "a b.py": "x  =  1\n", "pkg/c.py": "y=[1,\n2]\n"}
    form("clean", clean, ["--check", "."])
    form("would-reformat", ugly, ["--check", "."])
    form("would-reformat-quiet", ugly, ["--check", "-q", "."])
    form("syntax-error", syntax, ["--check", "."])
    form("syntax-error-and-ugly", {**syntax, **ugly}, ["--check", "."])
    form("no-files", {"readme.txt": "x"}, ["--check", "."])
    form("no-such-path", clean, ["--check", "nowhere"])
    form("bad-config", {**ugly, "ruff.toml": "no-such-key = 1\n"}, ["--check", "."])
    form("bad-argument", ugly, ["--check", "--no-such-option"])
    form("diff", ugly, ["--check", "--diff", "."])
    form("fix", ugly, ["."])
    form("fix-clean", clean, ["."])
    form("fix-syntax-error", {**syntax, **ugly}, ["."])
    form("not-utf8", {"app.py": b"x = '\xff\xfe'\n"}, ["--check", "."])
    form("config-output-format", {**ugly, "ruff.toml": "output-format = 'json'\n"}, ["--check", "."])
    form("preview", {**syntax, **ugly, "ruff.toml": "preview = true\n"}, ["--check", "."])


def ruff_docstrings(r):
    ver = version(r.venv / "bin/ruff")
    check = ["check", "--output-format=json", "--verbose", "--no-cache", "--no-fix-only", "--no-fix"]
    select = [*check, "--select=D100,D101,D102,D103,D104,D106"]
    clean = {"app.py": '"""An app."""\n\n\ndef f():\n    """Give one."""\n    return 1\n\n\ndef _g():\n    return 2\n'}
    bare = {
        "app.py": "import os\n\n\nclass A:\n    def __init__(self):\n        pass\n\n    def m(self):\n        pass\n",
        "pkg/__init__.py": "",
        "pkg/b.py": '"""B."""\n\n\ndef f():\n    return 1\n',
        "tests/test_a.py": "def test_a():\n    pass\n",
    }
    own = "lint.select = ['F', 'D']\nlint.pydocstyle.convention = 'google'\n"

    def case(name, files, args):
        r.run("ruff-docstrings", ver, name, files, args)

    case("clean", clean, [*select, "."])
    case("findings", bare, [*select, "--extend-exclude=tests", "."])
    case("only-tests", {"tests/test_a.py": bare["tests/test_a.py"]}, [*select, "--extend-exclude=tests", "."])
    case("own-rules", {**bare, "ruff.toml": own}, [*check, "--exit-zero", "."])
    case("own-rules-kept", {"app.py": '"""A."""\n\nimport os\n', "ruff.toml": own}, [*check, "--exit-zero", "."])
    case("syntax-error", {**clean, "bad.py": "def f(:\n    pass\n"}, [*select, "."])
    case("bad-config", {**clean, "ruff.toml": "no-such-key = 1\n"}, [*select, "."])


def bandit(r):
    ver = version(r.venv / "bin/bandit")
    skip = "-x=*/.git/*,*/.venv/*,*/venv/*,*/node_modules/*"
    base = ["-f", "json", "-o", "OUT/bandit.json", "-q"]
    clean = {"app.py": '"""An app."""\n\nVALUE = 1\n'}
    findings = {
        "app.py": "import subprocess\n\n\ndef f(x):\n    assert x\n    subprocess.call(x, shell=True)\n    exec(x)\n    return eval(x)\n",
        "venv/lib.py": "exec('1')\n",
        "src/venv_tools.py": "exec('2')\n",
    }

    def case(name, files, *args, **more):
        r.run("bandit", ver, name, files, [*base, *args], ["bandit.json"], **more)

    case("clean", clean, "-r", ".", skip)
    case("findings", findings, "-r", ".", skip)
    case("findings-severity-filter", findings, "-r", ".", skip, "-lll")
    case("exit-zero", findings, "-r", ".", skip, "--exit-zero")
    case("syntax-error", {**clean, "bad.py": "def f(:\n"}, "-r", ".", skip)
    case("syntax-error-and-findings", {**findings, "bad.py": "def f(:\n"}, "-r", ".", skip)
    case("all-syntax-errors", {"bad.py": "def f(:\n", "worse.py": "class\n"}, "-r", ".", skip)
    case("nosec", {"app.py": "exec('1')  # nosec\nexec('2')  # nosec B102\n"}, "-r", ".", skip)
    case("no-files", {"readme.txt": "x"}, "-r", ".", skip)
    case("no-such-path", clean, "-r", "nowhere")
    case("empty-file", {"__init__.py": ""}, "-r", ".", skip)
    case("no-targets", clean)
    case("not-recursive", clean, ".")
    case("bad-argument", clean, "--no-such-option")
    case("bad-config", {**clean, "pyproject.toml": "[tool.bandit\n"}, "-c", "pyproject.toml", "-r", ".")
    case(
        "config",
        {**findings, "pyproject.toml": "[tool.bandit]\nexclude_dirs = ['src']\nskips = ['B101']\n"},
        "-c",
        "pyproject.toml",
        "-r",
        ".",
        skip,
    )
    case("unknown-test", clean, "-r", ".", "-s", "B999")
    case("not-utf8", {**clean, "odd.py": b"x = '\xff\xfe'\n"}, "-r", ".", skip)


class Advisories(http.server.BaseHTTPRequestHandler):
    """Stands in for the JSON API of a package index: one vulnerable package, one that is fine, trouble for others."""

    def do_GET(self):
        _, _, name, number, _ = self.path.split("/")
        body, status = {"info": {"name": name, "version": number}, "vulnerabilities": []}, 200
        if name == "jinja2":
            body["vulnerabilities"] = [
                {
                    "id": "PYSEC-2019-217",
                    "aliases": ["CVE-2019-10906", "GHSA-462w-v97r-4m45"],
                    "details": "Sandbox escape.\nSecond line.",
                    "summary": None,
                    "fixed_in": ["2.10.1"],
                    "link": "",
                    "source": "osv",
                    "withdrawn": None,
                },
                {
                    "id": "PYSEC-2014-8",
                    "aliases": ["CVE-2014-1402"],
                    "details": "Predictable temporary file.",
                    "summary": None,
                    "fixed_in": ["2.7.2", "2.8"],
                    "link": "",
                    "source": "osv",
                    "withdrawn": None,
                },
                {
                    "id": "PYSEC-2099-1",
                    "aliases": [],
                    "details": "Nothing helps.",
                    "summary": None,
                    "fixed_in": [],
                    "link": "",
                    "source": "osv",
                    "withdrawn": None,
                },
            ]
        elif name == "flask":
            body["vulnerabilities"] = [
                {
                    "id": "PYSEC-2018-66",
                    "aliases": ["CVE-2018-1000656"],
                    "details": "Denial of service.",
                    "summary": None,
                    "fixed_in": ["0.12.3"],
                    "link": "",
                    "source": "osv",
                    "withdrawn": None,
                }
            ]
        elif name.startswith("unknown"):
            status = 404
        elif name.startswith("broken"):
            status = 500
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(b"<html>" if name.startswith("garbage") else json.dumps(body).encode())

    def log_message(self, *_):
        pass


# The service's address cannot be configured; only the address is replaced, the rest is the real program.
PIP_AUDIT = """\
import os, sys, requests
real = requests.Session.request
def request(self, method, url, *args, **kwargs):
    return real(self, method, url.replace("https://pypi.org", os.environ["ADVISORIES"]), *args, **kwargs)
requests.Session.request = request
sys.argv[0] = "pip-audit"
from pip_audit._cli import audit
audit()
"""


def pip_audit(r):
    ver = version(r.venv / "bin/pip-audit")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Advisories)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    base = ["-f", "json", "-o", "OUT/pip-audit.json", "--progress-spinner", "off"]
    listed = ["--no-deps", "--disable-pip", "-r", "requirements.txt"]

    def case(name, requirements, *args, url=address, **files):
        r.run(
            "pip-audit",
            ver,
            name,
            {"requirements.txt": requirements, **files},
            [*base, *(args or listed)],
            ["pip-audit.json"],
            env={"ADVISORIES": url},
            program=[r.venv / "bin/python", "-c", PIP_AUDIT],
        )

    case("clean", "requests==2.99.0\nidna==3.99\n")
    case("vulnerable", "jinja2==2.4.1\nrequests==2.99.0\nflask==0.12\n")
    case("vulnerable-ignored", "flask==0.12\n", *listed, "--ignore-vuln", "PYSEC-2018-66")
    case("some-skipped", "requests==2.99.0\nunknown-thing==1.0\n")
    case("some-skipped-vulnerable", "flask==0.12\nunknown-thing==1.0\n")
    case("all-skipped", "unknown-thing==1.0\nunknown-other==1.0\n")
    case("all-skipped-strict", "unknown-thing==1.0\n", *listed, "--strict")
    case("empty", "# nothing\n")
    case("not-pinned", "requests>=2\n")
    case(
        "extras-and-markers",
        "requests[socks]==2.99.0 ; python_version > '3'\njinja2 == 2.4.1\nflask==0.12; python_version < '3'\n",
    )
    case("hashes", "requests==2.99.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    case("wildcard", "requests==2.*\n")
    case("bad-syntax", "==\n")
    case("no-such-file", "", "--no-deps", "--disable-pip", "-r", "nowhere.txt")
    case("server-error", "requests==2.99.0\nbroken==1.0\n")
    case("garbage-answer", "garbage==1.0\n")
    case("unreachable", "requests==2.99.0\n", url="http://127.0.0.1:9")
    case("bad-argument", "requests==2.99.0\n", "--no-such-option")
    case("dry-run", "jinja2==2.4.1\n", *listed, "--dry-run")
    case("project-without-manifest", "", ".")
    server.shutdown()


def safety(r):
    ver = r.package("safety")
    old = {
        "timestamp": 1,
        "base_domain": "https://example.com",
        "packages": {
            "jinja2": {
                "insecure_versions": ["2.4.1"],
                "secure_versions": ["2.10.1"],
                "latest_version": "2.10.1",
                "more_info_path": "/p/jinja2",
                "latest_version_without_known_vulnerabilities": "2.10.1",
            }
        },
    }
    database = {
        "database/insecure.json": json.dumps({"$meta": old, "jinja2": ["<2.10.1"]}),
        "database/insecure_full.json": json.dumps(
            {
                "$meta": old,
                "jinja2": [
                    {
                        "advisory": "Sandbox escape.",
                        "cve": "CVE-2019-10906",
                        "id": "pyup.io-37004",
                        "specs": ["<2.10.1"],
                        "v": "<2.10.1",
                        "ids": [{"type": "cve", "id": "CVE-2019-10906"}],
                        "more_info_path": "/v/37004",
                        "transitive": False,
                    }
                ],
            }
        ),
    }

    def case(name, requirements, *args):
        r.run("safety", ver, name, {"requirements.txt": requirements, **database}, args)

    if int(ver.split(".")[0]) < 3:
        local = ["check", "--json", "--db", "database", "-r", "requirements.txt"]
        case("clean", "requests==2.99.0\n", *local)
        case("vulnerable", "jinja2==2.4.1\nrequests==2.99.0\n", *local)
        case("vulnerable-ignored", "jinja2==2.4.1\n", *local, "-i", "37004")
        case("not-pinned", "jinja2\n", *local)
        case("some-not-pinned", "jinja2\nrequests==2.99.0\n", *local)
        case("empty", "\n", *local)
        case("no-database", "jinja2==2.4.1\n", "check", "--json", "--db", "nowhere", "-r", "requirements.txt")
    else:
        case("scan", "jinja2==2.4.1\n", "scan", "--output", "json")
    case("unreachable", "jinja2==2.4.1\n", "check", "--json", "-r", "requirements.txt")
    case("bad-argument", "jinja2==2.4.1\n", "check", "--no-such-option")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    wanted = os.environ.get("ONLY", "").split()
    for venv in sys.argv[1:]:
        recorder = Recorder(venv)
        for program, record in {
            "pytest": pytest,
            "ruff": lambda r: (ruff(r), ruff_docstrings(r)),
            "bandit": bandit,
            "pip-audit": pip_audit,
            "safety": safety,
        }.items():
            if recorder.has(program) and (not wanted or program in wanted):
                record(recorder)


if __name__ == "__main__":
    main()
