#!/usr/bin/env bash
# Runs sdd on packages of others whose tests jest and vitest run, and compares its numbers with those that the tools
# print by themselves.
#
#   tests/acceptance/npm-packages.sh [DIRECTORY]
#
# The packages are what the registry of npm has under these versions, tests included; npm downloads both once, beside
# the tools that tests/run installed, and their hashes are compared with those that stand here. Not as at home are:
#
#   tapable   its tests load babel-polyfill, which is empty here: Node has what it gave. They are run by a newer jest
#             than they were written for. It reads no snapshots that name an older guide, so that address is brought
#             up to date; their form is older, too, so some of the tests fail, and should.
#   entities  src/index.spec.ts is taken away: it reads files that the package does not have.
#
# Without DIRECTORY everything else is made in a temporary directory and removed. SDD names the binary, by default
# target/debug/sdd.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
exec </dev/null

readonly CACHE=${SDD_TEST_TOOLS:-${HOME:?}/.cache/sdd-test-tools}
readonly KEPT=$CACHE/npm-packages MODULES=$CACHE/npm/node_modules
SDD=$(readlink -f "${SDD:-${CARGO_TARGET_DIR:-target}/debug/sdd}")
readonly SDD
[[ -x $SDD ]] || { echo "no sdd at $SDD: cargo build" >&2; exit 2; }
[[ -f $CACHE/npm/stamp ]] || { echo "the npm tools for tests are not in $CACHE/npm: run tests/run once" >&2; exit 2; }

if (($#)); then
    mkdir -p "$1"
    WORK=$(readlink -f "$1")
else
    WORK=$(mktemp -d)
    trap 'rm -rf "$WORK"' EXIT
fi
readonly WORK
unset CI

# fetch NAME VERSION HASH: the package as the registry has it, in $KEPT.
fetch() {
    local file=$KEPT/$1-$2.tgz found
    if [[ ! -f $file ]]; then
        mkdir -p "$KEPT/new"
        npm pack --silent --ignore-scripts --pack-destination "$KEPT/new" "$1@$2" >/dev/null
        mv "$KEPT/new/$1-$2.tgz" "$file"
    fi
    found=$(python3 -c 'import base64, hashlib, sys
print(base64.b64encode(hashlib.sha512(open(sys.argv[1], "rb").read()).digest()).decode())' "$file")
    [[ $found == "$3" ]] || { echo "$file is not what was published: sha512 is $found" >&2; exit 2; }
}

# unpack NAME VERSION DIRECTORY: with the pinned tools as its packages.
unpack() {
    mkdir -p "$3/node_modules/.bin"
    tar -xzf "$KEPT/$1-$2.tgz" -C "$3" --strip-components=1
    ln -s "$MODULES"/* "$3/node_modules/"
    ln -s "$MODULES"/.bin/* "$3/node_modules/.bin/"
}

fetch tapable 1.1.1 9I2ydhj8Z9veORCw5PRm4u9uebCn0mcCa6scWoNcbZ6dAtoo2618u9UUzxgmsCOreJpqDDuv61LvwofW7hLcBA==
fetch entities 6.0.1 aN97NXWF6AWBTahfVOIrB/NShkzi5H7F9r1s9mD3cDj4Ko5f2qhhVoYMibXF7GlLveb/D2ioWay8lxI97Ven3g==

# Two copies of each: in one the tool works alone, in the other sdd works.
for copy in alone project; do
    unpack tapable 1.1.1 "$WORK/$copy/tapable"
    mkdir "$WORK/$copy/tapable/node_modules/babel-polyfill"
    echo >"$WORK/$copy/tapable/node_modules/babel-polyfill/index.js"
    sed -i '1s|https://goo.gl/fbAQLP|https://jestjs.io/docs/snapshot-testing|' \
        "$WORK/$copy"/tapable/lib/__tests__/__snapshots__/*.snap
    unpack entities 6.0.1 "$WORK/$copy/entities"
    rm "$WORK/$copy/entities/src/index.spec.ts"
done

# tapable says by itself what runs its tests. The script "test" of entities is a chain of commands, of which this one
# runs them.
(cd "$WORK/project/tapable" && "$SDD" init >"$WORK/init.txt" 2>&1)
mkdir "$WORK/project/entities/.session"
printf '{ "quality_gates": { "test_execution": { "commands": { "javascript": "npm run test:vi" } } } }\n' \
    >"$WORK/project/entities/.session/config.json"

# gate NAME: what sdd says of it, and its exit code.
gate() {
    local code=0
    (cd "$WORK/project/$1" && "$SDD" gate tests --format json >"$WORK/$1.json" 2>"$WORK/$1.log") || code=$?
    echo "$code" >"$WORK/$1.code"
}

# alone NAME COMMAND…: what the tool prints of it, with coverage as text.
alone() {
    local name=$1
    shift
    (cd "$WORK/alone/$name" && CI=1 NO_COLOR=1 "$@" >"$WORK/$name.txt" 2>&1) || true
}

# The tests of tapable wait for half a minute, whoever runs them.
gate tapable &
alone tapable node_modules/.bin/jest --coverage --coverageReporters=text-summary
wait
gate entities
alone entities node_modules/.bin/vitest run --coverage --coverage.reporter=text-summary

python3 - "$WORK" <<'PYTHON'
import json, pathlib, re, sys

work = pathlib.Path(sys.argv[1])
wrong = 0


def printed(text, line, word):
    """The number before a word in the line of a summary; 0 when the line does not have it."""
    found = re.findall(rf"^\s*{line}\s.*$", text, re.MULTILINE)
    assert len(found) == 1, f"{len(found)} lines of {line}\n{text}"
    number = re.search(rf"(\d+) {word}", found[0])
    return int(number[1]) if number else 0


def compare(what, sdd, own):
    global wrong
    wrong += sdd != own
    print(f"{what:28} {sdd!s:>12} {own!s:>12}{'' if sdd == own else '   DIFFERENT'}")


print(f"{'':28} {'sdd':>12} {'the tool':>12}")
for name, tool, line in (("tapable", "jest", "Tests:"), ("entities", "vitest", "Tests")):
    text = (work / f"{name}.txt").read_text()
    report = json.loads((work / f"{name}.json").read_text())
    (gate,) = report["gates"]
    compare(f"{name}: tool", gate["steps"][0]["tool"], tool)
    for key in ("passed", "failed", "skipped"):
        compare(f"{name}: tests {key}", gate["metrics"].get(f"tests_{key}", 0), printed(text, line, key))
    assert printed(text, line, "passed") > 50, text
    found = [one for one in gate["findings"] if one["rule"] != "coverage"]
    compare(f"{name}: findings", len(found), printed(text, line, "failed"))
    for finding in found:
        assert finding["line"] and (work / "alone" / name / finding["path"]).is_file(), finding
    lines = float(re.search(r"^Lines\s*: ([\d.]+)%", text, re.MULTILINE)[1])
    compare(f"{name}: line coverage", gate["metrics"]["coverage_percent"], lines)
    code = 1 if printed(text, line, "failed") or lines < 80 else 0
    compare(f"{name}: exit code", int((work / f"{name}.code").read_text()), code)
sys.exit(1 if wrong else 0)
PYTHON
