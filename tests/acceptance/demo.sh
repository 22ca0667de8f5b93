#!/usr/bin/env bash
# Runs the README's first command: a green and a red run with real tools, which pip installs. The one test that
# needs a package index while it runs. SDD names the binary, by default target/debug/sdd.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
exec </dev/null

SDD=$(readlink -f "${SDD:-${CARGO_TARGET_DIR:-target}/debug/sdd}")
[[ -x $SDD ]] || { echo "no sdd at $SDD: cargo build" >&2; exit 2; }
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
fail() { cat "$WORK/out" >&2; echo "the demo: $*" >&2; exit 1; }

unset CI
"$SDD" demo "$WORK/demo" >"$WORK/out" 2>&1 || fail "exit code $?, not 0"
grep -q '^PASSED  5 passed, 10 skipped' "$WORK/out" || fail "there is no green run"
grep -q '^FAILED  2 passed, 3 failed, 10 skipped' "$WORK/out" || fail "there is no red run"
for found in 'coverage 75.1 % is below 80 %' 'E722' 'B324' 'fixed automatically: linkshelf/export.py'; do
    grep -q "$found" "$WORK/out" || fail "$found is not in the red run"
done
# A second demo in the same place would overwrite somebody's work.
if "$SDD" demo "$WORK/demo" >"$WORK/out" 2>&1; then fail "a directory with something in it was taken"; fi
echo "sdd demo: one green and one red run, as promised"
