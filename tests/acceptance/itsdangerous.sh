#!/usr/bin/env bash
# Runs sdd on a project of others and compares its numbers with those that the tools give by themselves.
#
#   tests/acceptance/itsdangerous.sh [DIRECTORY]
#
# The project is the source distribution of itsdangerous 2.2.0 with the one package that its tests need. pip
# downloads both once, beside the tools that tests/run installed; nothing else uses the network. Without DIRECTORY
# everything else is made in a temporary directory and removed. SDD names the binary, by default target/debug/sdd.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
exec </dev/null

readonly VERSION=2.2.0
readonly KEPT=${SDD_TEST_TOOLS:-${HOME:?}/.cache/sdd-test-tools}/itsdangerous-$VERSION
readonly TOOLS=${SDD_TEST_TOOLS:-$HOME/.cache/sdd-test-tools}/venv
SDD=$(readlink -f "${SDD:-${CARGO_TARGET_DIR:-target}/debug/sdd}")
readonly SDD
[[ -x $SDD ]] || { echo "no sdd at $SDD: cargo build" >&2; exit 2; }
[[ -f $TOOLS/stamp ]] || { echo "the tools for tests are not in $TOOLS: run tests/run once" >&2; exit 2; }

if (($#)); then
    mkdir -p "$1"
    WORK=$(readlink -f "$1")
else
    WORK=$(mktemp -d)
    trap 'rm -rf "$WORK"' EXIT
fi
readonly WORK ALONE=$WORK/alone PROJECT=$WORK/project

unset CI
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
pip() { "$TOOLS/bin/python" -m pip --no-input "$@" >&2; }

# The stamp is written last, so that what was left half done is done anew.
if [[ ! -f $KEPT/stamp ]]; then
    rm -rf "$KEPT"
    pip download -q --no-deps --no-binary itsdangerous -d "$KEPT" "itsdangerous==$VERSION"
    pip install -q --only-binary :all: --target "$KEPT/packages" freezegun==1.5.5
    touch "$KEPT/stamp"
fi

# Two copies of the sources: in one sdd works, in the other the tools work alone.
for copy in "$ALONE" "$PROJECT"; do
    mkdir "$copy"
    tar -xzf "$KEPT/itsdangerous-$VERSION.tar.gz" -C "$copy" --strip-components=1
    # A virtual environment whose packages are the installed tools', freezegun and the project itself.
    "$TOOLS/bin/python" -m venv --without-pip "$copy/.venv"
    packages=$(echo "$copy"/.venv/lib/python3*/site-packages)
    printf '%s\n' "$copy/src" "$KEPT/packages" "$(echo "$TOOLS"/lib/python3*/site-packages)" >"$packages/project.pth"
    for tool in pytest bandit coverage; do
        sed "1s|.*|#!$copy/.venv/bin/python|" "$TOOLS/bin/$tool" >"$copy/.venv/bin/$tool"
        chmod +x "$copy/.venv/bin/$tool"
    done
    ln -s "$TOOLS/bin/ruff" "$copy/.venv/bin/ruff"
done

# A tool may end with another exit code than 0: what it found is what is compared.
(
    cd "$ALONE"
    export COVERAGE_FILE=$WORK/alone.coverage
    .venv/bin/coverage run -m pytest -q -p no:cacheprovider --junitxml="$WORK/alone.junit.xml" >"$WORK/alone.pytest.log" 2>&1 || true
    .venv/bin/coverage json -q -o "$WORK/alone.coverage.json"
    .venv/bin/ruff check --no-cache --no-fix --output-format=json . >"$WORK/alone.ruff.json" 2>"$WORK/alone.ruff.log" || true
    .venv/bin/ruff format --no-cache --check . >"$WORK/alone.format.txt" 2>&1 || true
    .venv/bin/bandit -q -r . -x ./.venv -f json -o "$WORK/alone.bandit.json" >"$WORK/alone.bandit.log" 2>&1 || true
)

cd "$PROJECT"
"$SDD" init >"$WORK/init.txt" 2>&1
began=$(date +%s%N)
code=0
"$SDD" complete --no-fix --format json >"$WORK/checked.json" 2>"$WORK/checked.log" || code=$?
took=$(($(date +%s%N) - began))
code_fixed=0
"$SDD" complete --format json >"$WORK/fixed.json" 2>"$WORK/fixed.log" || code_fixed=$?
.venv/bin/ruff check --no-cache --no-fix --output-format=json . >"$WORK/fixed.ruff.json" 2>/dev/null || true
find . -name .venv -prune -o -name .session -prune -o -type f -newer "$WORK/init.txt" -print | sort >"$WORK/newer.txt"

python3 - "$WORK" "$code" "$code_fixed" "$((took / 1000000))" <<'PYTHON'
import collections, json, pathlib, re, sys
import xml.etree.ElementTree as xml

work = pathlib.Path(sys.argv[1])
load = lambda name: json.loads((work / name).read_text())
checked, fixed = load("checked.json"), load("fixed.json")
gates = {gate["gate"]: gate for gate in checked["gates"]}
after = {gate["gate"]: gate for gate in fixed["gates"]}
metrics = gates["tests"]["metrics"]
rows = []


def compare(what, sdd, own):
    rows.append((what, sdd, own))


def rules(findings, key):
    return dict(sorted(collections.Counter(finding[key] for finding in findings).items()))


suite = xml.parse(work / "alone.junit.xml").getroot().find("testsuite")
count = lambda name: int(suite.get(name))
compare("tests passed", metrics["tests_passed"], count("tests") - count("failures") - count("errors") - count("skipped"))
for key, name in (("tests_failed", "failures"), ("tests_errors", "errors"), ("tests_skipped", "skipped")):
    compare(key.replace("_", " "), metrics[key], count(name))
compare("coverage", metrics["coverage_percent"], load("alone.coverage.json")["totals"]["percent_covered"])
ruff = load("alone.ruff.json")
compare("ruff findings", gates["linting"]["findings_total"], len(ruff))
compare("ruff rules", rules(gates["linting"]["findings"], "rule"), rules(ruff, "code"))
said = re.search(r"^(\d+) files? would be reformatted", (work / "alone.format.txt").read_text(), re.MULTILINE)
compare("files to format", gates["formatting"]["findings_total"], int(said[1]) if said else 0)
bandit = load("alone.bandit.json")
found = [finding for finding in gates["security"]["findings"] if finding["tool"] == "bandit"]
compare("bandit results", gates["security"]["findings_total"], len(bandit["results"]))
compare("bandit rules", rules(found, "rule"), rules(bandit["results"], "test_id"))
for word in ("low", "medium", "high"):
    own = int(bandit["metrics"]["_totals"][f"SEVERITY.{word.upper()}"])
    compare(f"bandit {word}", gates["security"]["metrics"][f"severity_{word}"], own)
compare("bandit lines", gates["security"]["metrics"]["lines_scanned"], bandit["metrics"]["_totals"]["loc"])
compare("ruff findings after fixing", after["linting"]["findings_total"], len(load("fixed.ruff.json")))
changed = sorted({path for gate in after.values() for path in gate.get("changed_files", [])})
# What the tools themselves leave lying about is nobody's source.
newer = [line[2:] for line in (work / "newer.txt").read_text().splitlines()]
newer = [path for path in newer if not any(part.startswith(".") or part == "__pycache__" for part in path.split("/"))]
compare("files that fixes changed", changed, newer)
required = [gate["verdict"] for gate in checked["gates"] if gate["required"]]
code = 1 if "failed" in required else 3 if "error" in required else 0
compare("exit code", int(sys.argv[2]), code)

wrong = 0
print(f"{'':28} {'sdd':>32} {'the tool':>32}")
for what, sdd, own in rows:
    equal = sdd == own
    wrong += not equal
    print(f"{what:28} {sdd!s:>32} {own!s:>32}{'' if equal else '   DIFFERENT'}")
print()
for name, gate in gates.items():
    print(f"{name:12} {gate['verdict']:8} {gate['reason']}")
print(f"\nsdd complete: {checked['verdict']}, exit code {sys.argv[2]} (with fixes {sys.argv[3]}), {sys.argv[4]} ms")
sys.exit(1 if wrong else 0)
PYTHON
