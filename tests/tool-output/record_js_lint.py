#!/usr/bin/env python3
"""Records what linters, formatters and type checkers of JavaScript, TypeScript and Python really print, for the
tests of src/tools.

    record_js_lint.py DIRECTORY...

Each DIRECTORY holds tools as npm or venv leave them: node_modules/.bin or bin. Every tool found there is run on
small generated projects. What it leaves behind goes to TOOL/VERSION/CASE.{exit,stdout,stderr,...} beside this
script; an empty stream gets no file. Paths of the machine become /project, /out, /npm and /venv, times become 0.
ONLY="eslint tsc" records only these tools, CASES=REGEX only such cases. No network is used.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ENV = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "CI": "1", "NO_COLOR": "1", "TERM": "dumb"}
TIMES = [
    (rb'"(duration|scannerDuration)":\d+', rb'"\1":0'),
    (rb'"(duration|scannerDuration)":\{"secs":\d+,"nanos":\d+\}', rb'"\1":{"secs":0,"nanos":0}'),
    (rb" in \d+(\.\d+)?(ns|ms|s|\xc2\xb5s)", b" in 0ms"),
    (rb"(?m)^((?:Aggregate )?[A-Z][A-Za-z/ ]*(?:time|read|write): +)[0-9.]+s$", rb"\g<1>0.00s"),
    (rb"(?m)^((?:Aggregate )?Memory (?:used|allocs): +)\d+(K?)$", rb"\g<1>0\2"),
    (rb"(?m)^\d\d?:\d\d:\d\d [AP]M - ", b"12:00:00 AM - "),
    (rb'"time": "\d+"', b'"time": "0"'),
    (rb'"timeInSec": [0-9.]+', b'"timeInSec": 0.5'),
    (rb'"mtime":[0-9.]+', b'"mtime":0'),
]


class Recorder:
    def __init__(self, place):
        self.place = pathlib.Path(place).resolve()
        modules = self.place / "node_modules"
        self.modules = modules if modules.is_dir() else None
        self.bin = modules / ".bin" if self.modules else self.place / "bin"

    def has(self, program):
        return (self.bin / program).exists()

    def version(self, program):
        out = subprocess.run([self.bin / program, "--version"], capture_output=True, text=True)
        return re.search(r"\d+\.\d+\.\d+", out.stdout + out.stderr).group(0)

    def clean(self, data, project, out):
        for path, name in [
            (project, "/project"),
            (out, "/out"),
            (self.modules or self.place, "/project/node_modules" if self.modules else "/venv"),
            (project.parent, "/home"),
        ]:
            data = data.replace(str(path).encode(), name.encode())
            if path in (out, self.modules):
                data = data.replace(os.path.relpath(path, project).encode() + b"/", name.encode() + b"/")
        for pattern, text in TIMES:
            data = re.sub(pattern, text, data)
        return data

    def run(self, program, case, files, args, tool=None, outputs=(), env=None):
        if not re.search(os.environ.get("CASES", ""), case):
            return
        tool = tool or program
        with tempfile.TemporaryDirectory(prefix="record") as temporary:
            base = pathlib.Path(temporary).resolve()
            project, out = base / "project", base / "out"
            project.mkdir(), out.mkdir()
            for name, text in files.items():
                file = project / name
                file.parent.mkdir(parents=True, exist_ok=True)
                if isinstance(text, pathlib.Path):
                    file.symlink_to(text)
                else:
                    file.write_bytes(text if isinstance(text, bytes) else text.encode())
            if self.modules and not (project / "node_modules").exists():
                (project / "node_modules").symlink_to(self.modules)
            args = [str(arg).replace("OUT", str(out)) for arg in args]
            environment = {**ENV, "HOME": str(base), "PATH": f"{self.bin}:{ENV['PATH']}", **(env or {})}
            done = subprocess.run(
                [str(self.bin / program), *args],
                cwd=project,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=300,
            )
            place = HERE / tool / self.version(program)
            place.mkdir(parents=True, exist_ok=True)
            for old in place.glob(f"{case}.*"):
                old.unlink()
            (place / f"{case}.exit").write_text(f"{done.returncode}\n")
            left = {"stdout": done.stdout, "stderr": done.stderr}
            left.update({name: (out / name).read_bytes() for name in outputs if (out / name).exists()})
            for name, data in left.items():
                if data:
                    (place / f"{case}.{name}").write_bytes(self.clean(data, project, out))
            print(f"{tool} {place.name} {case}: exit {done.returncode}", file=sys.stderr)


HOSTILE = "\x1b[31mred\x1b[0m <b> ::error:: \u202e \u200b ☃ " + "x" * 40

# --- eslint -----------------------------------------------------------------------------------------------------

RULES = {
    "eqeqeq": "error",
    "no-unused-vars": "warn",
    "prefer-const": "error",
    "no-var": "warn",
    "no-undef": "error",
}
ESLINT_CONFIG = "module.exports = [{ignores: ['left-out/**', 'eslint.config.js']}, {rules: %s}];\n" % json.dumps(RULES)
LINTED = "let unused = 1;\nvar old = 2;\nif (old == 3) {\n  missing();\n}\n"


def eslint(r):
    def case(name, files, *args, config=ESLINT_CONFIG):
        config = {"eslint.config.js": config} if config is not None else {}
        r.run(
            "eslint", name, {"package.json": "{}\n", **config, **files}, ["--format", "json", "--no-color", *args]
        )

    tidy = {"a.js": "const one = 1;\nmodule.exports = one;\n", "lib/b.js": "module.exports = 2;\n"}
    rules = "module.exports = [{ignores: ['left-out/**']}, {languageOptions: {globals: {module: 'readonly'}}, rules: %s}];\n" % json.dumps(RULES)
    case("clean", tidy, ".", config=rules)
    case("clean-suppressed", {"a.js": "// eslint-disable-next-line no-var\nvar a = 1;\na;\n"}, ".")
    case("findings", {"a.js": LINTED, "lib/b.js": "let x = 1;\nx;\n"}, ".")
    case("warnings-only", {"a.js": "const unused = 1;\n"}, ".")
    case("warnings-quiet", {"a.js": "const unused = 1;\n"}, "--quiet", ".")
    case("warnings-any", {"a.js": "const unused = 1;\n"}, "--max-warnings=-1", ".")
    case("findings-max-warnings", {"a.js": "const unused = 1;\n"}, "--max-warnings", "0", ".")
    case("findings-unused-directive", {"a.js": "// eslint-disable-next-line eqeqeq\nmodule.exports = 1;\n"},
         "--report-unused-disable-directives", ".", config=rules)
    case("fix-some", {"a.js": LINTED}, "--fix", ".")
    case("fix-all", {"a.js": "let a = 1;\na;\n"}, "--fix", ".")
    case("syntax-error", {"a.js": "const = 1;\n", "b.js": "b == 1;\n"}, ".")
    case("typescript-without-parser", {"a.ts": "const a: number = 1;\n"}, "a.ts")
    case("bad-no-config", tidy, ".", config=None)
    case("bad-config", tidy, ".", config="module.exports = [{rulez: {}}];\n")
    case("bad-config-syntax", tidy, ".", config="module.exports = [{\n")
    case("bad-config-throws", tidy, ".", config="throw new Error('no configuration today');\n")
    case("bad-rule", tidy, ".", config="module.exports = [{rules: {'no-such-rule': 'error'}}];\n")
    case("bad-rule-options", tidy, ".", config="module.exports = [{rules: {eqeqeq: ['error', 'never-ever']}}];\n")
    case("missing-plugin", tidy, ".", config="const p = require('eslint-plugin-nowhere');\nmodule.exports = [p];\n")
    case("rule-crashes", {"a.js": "a;\n"}, ".", config="""\
module.exports = [{plugins: {own: {rules: {bad: {create() { return {Program() { throw new Error("the rule broke"); }}; }}}}},
  rules: {'own/bad': 'error'}}];
""")
    case("bad-option", tidy, "--no-such-option", ".")
    case("bad-formatter", tidy, "--format", "no-such-format", ".")
    case("no-such-path", tidy, "nowhere")
    case("all-ignored", {"left-out/a.js": "a;\n"}, "left-out")
    case("all-ignored-file", {"left-out/a.js": "a;\n"}, "left-out/a.js")
    case("nothing-to-lint", {}, ".", config="module.exports = [{ignores: ['*.js']}];\n")
    case("nothing-unmatched-allowed", {"left-out/a.js": "a;\n"}, "--no-error-on-unmatched-pattern", "left-out")
    case("nothing-pass-on-no-patterns", tidy, "--pass-on-no-patterns")
    case("only-ignored-and-clean", {**tidy, "left-out/c.js": "c;\n"}, "a.js", "left-out/c.js",
         config="module.exports = [{ignores: ['left-out/**']}];\n")
    case("hostile", {"a\u202e \x1b[31m'\".js": "x == 1;\n", "b.js": "x;\n"}, ".", config="""\
module.exports = [{plugins: {own: {rules: {say: {create(c) { return {Program(node) {
  c.report({node, message: %s});
}}; }}}}}, rules: {'own/say': 'error'}}];
""" % json.dumps(HOSTILE))
    case("huge", {"a.js": "".join(f"a{i} == {i};\n" for i in range(400))}, ".", config="module.exports = [{rules: {eqeqeq: 'error'}}];\n")
    if (r.modules / "typescript-eslint").exists():
        typed = "const ts = require('typescript-eslint');\nmodule.exports = [{ignores: ['eslint.config.js']}, ...ts.configs.recommended];\n"
        case("findings-typescript", {"a.ts": "const a: any = 1;\nexport default a;\n", "b.ts": "export const b = 1\n"}, ".", config=typed)
        case("clean-typescript", {"a.ts": "export const a: number = 1;\n"}, ".", config=typed)
        case("nothing-but-config", {"a.ts": "export const a = 1;\n"}, ".", config=rules)


def eslint_8(r):
    """The last version that reads .eslintrc by default."""

    def case(name, files, *args):
        rc = {".eslintrc.json": json.dumps({"root": True, "parserOptions": {"ecmaVersion": 2022}, "rules": RULES})}
        r.run("eslint", name, {"package.json": "{}\n", **rc, **files}, ["--format", "json", "--no-color", *args])

    case("clean", {"a.js": "const one = 1;\none;\n"}, ".")
    case("findings", {"a.js": LINTED}, ".")
    case("fix-some", {"a.js": LINTED}, "--fix", ".")
    case("syntax-error", {"a.js": "const = 1;\n"}, ".")
    case("bad-no-config", {"a.js": "a;\n", ".eslintrc.json": "{\"root\": true, \"extends\": \"nowhere\"}"}, ".")
    case("all-ignored-file", {"a.js": "a;\n", ".eslintignore": "*.js\n"}, "a.js")
    case("nothing-to-lint", {}, ".")


# --- prettier ---------------------------------------------------------------------------------------------------


def prettier(r):
    base = ["--cache", "--cache-strategy=content", "--cache-location=OUT/prettier-cache"]

    def case(name, files, *args, mode="--list-different"):
        r.run("prettier", name, files, [mode, *base, *args], outputs=["prettier-cache"])

    tidy = {"a.js": "const a = 1;\n", "lib/b.css": "a {\n  color: red;\n}\n"}
    ugly = {**tidy, "ugly.js": "const a  = 1\n", "lib/ ugly two.ts": "const  a : number=1\n"}
    case("clean", tidy, ".")
    case("clean-one", {"a.js": "const a = 1;\n"}, "a.js")
    case("clean-with-unknown", {**tidy, "x.unknown": "x"}, "--ignore-unknown", ".")
    case("unformatted", ugly, ".")
    case("unformatted-only", {"ugly.js": "const a  = 1\n"}, ".")
    case("unformatted-and-syntax-error", {**ugly, "bad.js": "const = 1\n"}, ".")
    case("syntax-error", {**tidy, "bad.js": "const = 1\n", "bad.json": "{\n"}, ".")
    case("fix-some", ugly, ".", mode="--write")
    case("fix-some-listed", ugly, "--list-different", ".", mode="--write")
    case("fix-syntax-error", {**ugly, "bad.js": "const = 1\n"}, "--list-different", ".", mode="--write")
    case("fix-clean", tidy, "--list-different", ".", mode="--write")
    case("bad-config", {**tidy, ".prettierrc": "{ tabWidth: \n"}, ".")
    case("bad-config-value", {**tidy, ".prettierrc": '{"tabWidth": "wide"}'}, ".")
    case("unknown-config-key", {**tidy, ".prettierrc": '{"tabWidthh": 2}'}, ".")
    case("missing-plugin", {**tidy, ".prettierrc": '{"plugins": ["prettier-plugin-nowhere"]}'}, ".")
    case("bad-option", tidy, "--no-such-option", ".")
    case("no-such-path", tidy, "nowhere")
    case("no-such-path-and-unformatted", ugly, "nowhere", ".")
    case("unknown-kind", {"x.unknown": "x"}, "x.unknown")
    case("all-ignored", {**ugly, ".prettierignore": "*\n"}, ".")
    case("nothing-known", {"x.unknown": "x"}, ".")
    case("nothing-known-ignored", {"x.unknown": "x"}, "--ignore-unknown", "x.unknown")
    case("nothing-at-all", {}, ".")
    case("no-patterns", {})
    case("hostile", {"a\u202e\x1b[31m [warn].js": "a  = 1\n", "new\nline.js": "b  = 1\n"}, ".")
    case("huge", {f"src/file-{i:03}.js": "a  = 1\n" for i in range(100)}, ".")


# --- biome ------------------------------------------------------------------------------------------------------


def biome(r):
    old = r.version("biome").startswith("1.")
    files_none = {"files": {"ignore": ["**"]}} if old else {"files": {"includes": ["!**"]}}
    tidy = {"a.js": "export const a = 1;\n", "lib/b.ts": "export const b: number = 2;\n"}
    untidy = {**tidy, "c.js": "export function f(a) {\n\tvar x = `y`;\n\tif (a == 2) {\n\t\tdebugger;\n\t}\n\treturn [, ...a].map((é) => isNaN(é));\n}\n",
              "lib/d.ts": "let é: any = 1;\nexport { é };\n"}
    ugly = {**tidy, "ugly.js": "export const  a=1\n", "lib/ ugly two.ts": "export const  b : number=1\n"}

    def case(command, name, files, *args, own=None):
        text = own if isinstance(own, str) else json.dumps(own or {}, indent="\t") + "\n"
        config = {} if own == "none" else {"biome.json": text}
        flags = ["--reporter=json", "--colors=off", "--max-diagnostics=none"]
        r.run("biome", name, {**config, **files}, [command, *flags, *args], tool=f"biome-{command}")

    def both(name, files, *args, own=None):
        case("lint", name, files, *args, own=own)
        case("format", name, files, *args, own=own)

    both("clean", tidy, ".")
    both("clean-without-config", tidy, ".", own="none")
    both("syntax-error", {**tidy, "bad.js": "const = 1\n"}, ".")
    both("bad-config", tidy, ".", own='{"linter": {"enabledd": true}}')
    both("bad-config-json", tidy, ".", own='{"linter": \n')
    both("bad-option", tidy, "--no-such-option", ".")
    both("no-such-path", tidy, "nowhere.js")
    both("all-ignored", tidy, ".", own=files_none)
    both("nothing-known", {"x.unknown": "x"}, ".", own="none")
    both("nothing-unmatched-allowed", {"x.unknown": "x"}, "--no-errors-on-unmatched", ".", own="none")
    both("switched-off", {"c.js": "a == 1\n"}, ".", own={"linter": {"enabled": False}, "formatter": {"enabled": False}})
    case("lint", "findings", untidy, ".")
    case("lint", "warnings-only", {"a.js": "export const a = 1;\ndebugger;\n"}, ".",
         own={"linter": {"rules": {"suspicious": {"noDebugger": "warn"}}}})
    case("lint", "findings-error-on-warnings", {"a.js": "export const a = 1;\ndebugger;\n"}, "--error-on-warnings", ".",
         own={"linter": {"rules": {"suspicious": {"noDebugger": "warn"}}}})
    if not old:
        case("lint", "information-only", {"a.js": "export const a = 1;\ndebugger;\n"}, ".",
             own={"linter": {"rules": {"suspicious": {"noDebugger": "info"}}}})
    case("lint", "fix-some", untidy, "--write", ".")
    case("lint", "fix-all", {"a.ts": "export const a = 1;\nif (a === -0) {\n\tvar b = 1;\n\tb;\n}\n"}, "--write", "--unsafe", ".")
    case("lint", "too-large", {"a.js": "export const a = 1;\n" * 100}, ".", own={"files": {"maxSize": 10}})
    case("lint", "hostile", {"a\u202e \x1b[31m'\".js": "a == 1;\n"}, ".")
    case("lint", "huge", {"a.js": "".join(f"a{i} == {i};\n" for i in range(60))}, ".")
    case("format", "unformatted", ugly, ".")
    case("format", "unformatted-and-syntax-error", {**ugly, "bad.js": "const = 1\n"}, ".")
    case("format", "fix-some", ugly, "--write", ".")
    case("format", "fix-clean", tidy, "--write", ".")
    case("format", "fix-syntax-error", {**ugly, "bad.js": "const = 1\n"}, "--write", ".")


# --- tsc --------------------------------------------------------------------------------------------------------


def tsc(r):
    noted = ["--pretty", "false", "--listFiles", "--diagnostics", "--noEmit"]
    once = [*noted, "--emitDeclarationOnly", "false", "--incremental", "--tsBuildInfoFile", "OUT/tsbuildinfo"]
    options = {"strict": True, "types": [], "lib": ["es2020"], "target": "es2020"}
    if r.version("tsc").startswith(("6.", "7.")):
        options["module"] = "nodenext"

    def config(**more):
        more.setdefault("compilerOptions", {})
        more["compilerOptions"] = {**options, **more["compilerOptions"]}
        return json.dumps(more)

    def case(name, files, *args, flags=once):
        r.run("tsc", name, files, [*args, *flags])

    tidy = {"src/a.ts": "export const a: number = 1;\n", "src/b.ts": 'import { a } from "./a.js";\nexport const b = a;\n'}
    wrong = {**tidy, "src/c.ts": 'import { a } from "./a.js";\nconst c: string = a;\nexport default { c, d };\n',
             "src/é wide (1).ts": "export function f(x) {\n\treturn x;\n}\nf();\n"}
    case("clean", {"tsconfig.json": config(), **tidy})
    case("findings", {"tsconfig.json": config(), **wrong})
    case("findings-many-lines", {"tsconfig.json": config(), "a.ts": "type A = { b: { c: number } };\nexport const a: A = { b: { c: 'x' } };\nexport const f: (a: A) => void = (a: { b: { c: string } }) => {};\n"})
    case("syntax-error", {"tsconfig.json": config(), **tidy, "src/bad.ts": "const = 1;\nlet a: = 2;\n"})
    case("missing-module", {"tsconfig.json": config(), "a.ts": 'import x from "no-such-module";\nexport default x;\n'})
    case("missing-types", {"tsconfig.json": config(compilerOptions={"types": ["no-such-types"]}), **tidy})
    case("bad-no-config", {"src/a.ts": "export {};\n"})
    case("bad-config", {"tsconfig.json": config(compilerOptions={"strictt": True}), **tidy})
    case("bad-config-json", {"tsconfig.json": '{"compilerOptions": {\n', **tidy})
    case("bad-config-value", {"tsconfig.json": config(compilerOptions={"target": "es1999"}), **tidy})
    case("bad-config-conflict", {"tsconfig.json": config(compilerOptions={"isolatedDeclarations": True, "declaration": False}), **tidy})
    case("bad-extends", {"tsconfig.json": config(extends="./nowhere.json"), **tidy})
    case("bad-option", {"tsconfig.json": config(), **tidy}, "--noSuchOption")
    case("no-such-project", {}, "-p", "nowhere.json")
    case("no-such-file", {}, "nowhere.ts")
    case("no-inputs", {"tsconfig.json": config(include=["nowhere"])})
    case("no-files", {"tsconfig.json": config(files=[])})
    case("solution", {"tsconfig.json": json.dumps({"files": [], "references": [{"path": "./src"}]}),
                      "src/tsconfig.json": config(compilerOptions={"composite": True}), **wrong})
    case("composite-clean", {"tsconfig.json": config(compilerOptions={"composite": True}), **tidy})
    case("emit-declarations-clean", {"tsconfig.json": config(compilerOptions={"declaration": True, "emitDeclarationOnly": True}), **tidy})
    case("declarations-only", {"tsconfig.json": config(), "a.d.ts": "export declare const a: number;\n"})
    case("hostile", {"tsconfig.json": config(), "a\u202e(1,2): error TS1: x.ts": "const \u202ex: number = '\x1b[31m';\nexport {};\n"})
    case("huge", {"tsconfig.json": config(), "a.ts": "".join(f"export const a{i}: string = {i};\n" for i in range(500))})
    case("show-config", {"tsconfig.json": config(), **tidy}, "--showConfig")
    solution = {"tsconfig.json": json.dumps({"files": [], "references": [{"path": "./one"}, {"path": "./two"}]}),
                "one/tsconfig.json": config(compilerOptions={"composite": True}),
                "one/a.ts": "export const a: number = 1;\n",
                "two/tsconfig.json": config(compilerOptions={"composite": True}, references=[{"path": "../one"}])}
    # Not --noEmit: a project that others refer to may not disable emit.
    build = [*noted[:-1], "--force"]
    case("build-clean", {**solution, "two/b.ts": 'import { a } from "../one/a.js";\nexport const b: number = a;\n'}, "-b", flags=build)
    case("build-findings", {**solution, "two/b.ts": 'import { a } from "../one/a.js";\nexport const b: string = a;\n'}, "-b", flags=build)
    case("build-findings-first", {**solution, "one/a.ts": "export const a: number = '';\n", "two/b.ts": 'import { a } from "../one/a.js";\nexport const b: string = a;\n'}, "-b", flags=build)
    case("build-no-emit", {**solution, "two/b.ts": 'import { a } from "../one/a.js";\nexport const b: string = a;\n'}, "-b", flags=[*build, "--noEmit"])
    case("build-cycle", {**solution, "one/tsconfig.json": config(compilerOptions={"composite": True}, references=[{"path": "../two"}]),
                         "two/b.ts": "export const b = 1;\n"}, "-b", flags=build)
    case("build-no-config", {"src/a.ts": "export {};\n"}, "-b", flags=build)
    case("build-missing-reference", {"tsconfig.json": json.dumps({"files": [], "references": [{"path": "./nowhere"}]})}, "-b", flags=build)
    case("build-no-references", {"tsconfig.json": json.dumps({"files": [], "references": []})}, "-b", flags=build)


# --- mypy -------------------------------------------------------------------------------------------------------


def mypy(r):
    base = ["--show-column-numbers", "--show-error-codes", "--no-pretty", "--no-color-output", "--error-summary",
            "--hide-error-context"]
    tidy = {"a.py": "def add(a: int, b: int) -> int:\n    return a + b\n", "pkg/__init__.py": "", "pkg/b.py": "B: int = 1\n"}
    wrong = {**tidy, "wrong.py": "from a import add\n\nadd('x', 1)\nvalue: str = add(1, 2)\n\n\ndef f():\n    return undefined\n\n\nclass A:\n    def m(self) -> int: ...\n\n\nclass B(A):\n    def m(self, x: int) -> str: ...\n"}

    def case(name, files, *args, config="[mypy]\n"):
        config = {} if config is None else {"mypy.ini": config}
        r.run("mypy", name, {**config, **files}, [*base, *args])

    case("clean", tidy, ".")
    case("clean-one", {"a.py": "x: int = 1\n"}, "a.py")
    case("clean-notes", {"a.py": "reveal_type(1)\n\n\ndef f():\n    x: int = ''\n"}, ".")
    case("clean-pretty", tidy, ".", config="[mypy]\npretty = True\nerror_summary = False\ncolor_output = True\nshow_error_codes = False\n")
    case("findings", wrong, ".")
    case("findings-pretty", wrong, ".", config="[mypy]\npretty = True\nerror_summary = False\n")
    case("findings-notes", {"a.py": "import yaml_of_nowhere\nfrom typing import List\n\n\ndef f(x: List[int]) -> None: ...\n\n\nf(['a'])\nx: List[float] = []\ny: List[int] = [1]\nx = y\n"}, ".")
    case("findings-warnings", {"a.py": "x = 1  # type: ignore\n"}, "--warn-unused-ignores", ".")
    case("syntax-error", {**tidy, "bad.py": "def f(:\n"}, ".")
    case("syntax-error-only", {"bad.py": "x = = 1\n"}, "bad.py")
    case("missing-module", {"a.py": "import no_such_module_of_that_name\n"}, ".")
    case("missing-stubs", {"a.py": "import yaml\nimport requests\n"}, ".")
    case("duplicate-module", {"one/conftest.py": "", "two/conftest.py": ""}, ".")
    case("bad-config", tidy, ".", config="[mypy]\nstrict_optional = perhaps\nno_such_option = 1\n")
    case("bad-config-syntax", tidy, ".", config="[mypy\n")
    case("bad-config-findings", wrong, ".", config="[mypy]\nno_such_option = 1\n")
    case("bad-plugin", tidy, ".", config="[mypy]\nplugins = no_such_plugin\n")
    case("bad-option", tidy, "--no-such-option", ".")
    case("no-target", tidy)
    case("no-such-path", tidy, "nowhere.py")
    case("no-such-package", tidy, "-p", "nowhere")
    case("no-such-module", tidy, "-m", "nowhere")
    case("no-files", {"readme.txt": "x"}, ".")
    case("all-excluded", tidy, ".", config="[mypy]\nexclude = .*\n")
    case("files-from-config", tidy, config="[mypy]\nfiles = pkg\n")
    case("crash", {"a.py": "x = 1\n", "plug.py": "from mypy.plugin import Plugin\n\n\nclass Own(Plugin):\n    def get_additional_deps(self, file):\n        raise RuntimeError('the plugin broke')\n\n\ndef plugin(version):\n    return Own\n"},
         "a.py", config="[mypy]\nplugins = plug.py\n")
    case("ignore-errors", {"a.py": "x: int = ''\n"}, ".", config="[mypy]\nignore_errors = True\n")
    case("hostile", {"a\u202e [b]: error: x.py": "from typing import Literal\n\nx: Literal['\\x1b[31m ok\u202e  [code]'] = 1\n"}, "a\u202e [b]: error: x.py")
    case("huge", {"a.py": "".join(f"x{i}: int = ''\n" for i in range(400))}, ".")
    case("many-not-shown", {"a.py": "import no_such_module\n" + "".join(f"x{i}: int = ''\n" for i in range(300))}, ".")


# --- pyright ----------------------------------------------------------------------------------------------------


def pyright(r):
    tidy = {"a.py": "def add(a: int, b: int) -> int:\n    return a + b\n", "pkg/__init__.py": ""}
    wrong = {**tidy, "wrong.py": "from a import add\n\nadd('x', 1)\nvalue: str = add(1, 2)\n\n\ndef f():\n    return undefined\n"}

    def case(name, files, *args, config="{}"):
        config = {} if config is None else {"pyrightconfig.json": config}
        r.run("pyright", name, {**config, **files}, ["--outputjson", *args])

    case("clean", tidy)
    case("clean-without-config", tidy, config=None)
    case("findings", wrong)
    case("warnings-only", {"a.py": "import no_such_module\nx = 1\n"}, config='{"reportMissingImports": "warning"}')
    case("findings-warnings-count", {"a.py": "import no_such_module\n"}, "--warnings", config='{"reportMissingImports": "warning"}')
    case("information-only", {"a.py": "import no_such_module\nreveal_type(1)\n"}, config='{"reportMissingImports": "information"}')
    case("syntax-error", {**tidy, "bad.py": "def f(:\n"})
    case("missing-module", {"a.py": "import no_such_module\n"})
    case("bad-config", tidy, config='{"strict": \n')
    case("bad-config-value", tidy, config='{"typeCheckingMode": "sloppy", "noSuchKey": 1}')
    case("bad-venv", tidy, config='{"venvPath": ".", "venv": "nowhere"}')
    case("bad-option", tidy, "--no-such-option")
    case("no-such-project", tidy, "-p", "nowhere.json")
    case("no-such-path", tidy, "nowhere.py")
    case("no-files", {"readme.txt": "x"})
    case("all-excluded", tidy, config='{"exclude": ["**"]}')
    case("include-nothing", tidy, config='{"include": ["nowhere"]}')
    case("ignore-all", wrong, config='{"ignore": ["**"]}')
    case("mode-off", wrong, config='{"typeCheckingMode": "off"}')
    case("hostile", {"a\u202e [b] ☃.py": "from typing import Literal\n\nx: Literal['\\x1b[31m ok\u202e'] = 1\n"})
    case("huge", {"a.py": "".join(f"x{i}: int = ''\n" for i in range(400))})


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    wanted = os.environ.get("ONLY", "").split()
    tools = {"eslint": eslint, "prettier": prettier, "biome": biome, "tsc": tsc, "mypy": mypy, "pyright": pyright}
    for place in sys.argv[1:]:
        recorder = Recorder(place)
        for program, record in tools.items():
            if recorder.has(program) and (not wanted or program in wanted):
                if program == "eslint" and recorder.version("eslint").startswith("8."):
                    record = eslint_8
                record(recorder)


if __name__ == "__main__":
    main()
