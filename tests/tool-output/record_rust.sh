#!/usr/bin/env bash
# Records what the Rust tools really print, for the parsers' tests.
#
#   tests/tool-output/record_rust.sh [TOOL…]        TOOL: cargo-test cargo-nextest clippy clippy-docs cargo-check
#                                                         rustfmt cargo-audit
#
# Writes TOOL/VERSION/CASE.{stdout,stderr,exit,…} beside this script, the version being that of the active
# toolchain (choose one with RUSTUP_TOOLCHAIN). Bytes are kept as they came, but for paths: the crate stands at
# /project, the build directory at /target, the output directory at /out, the home directory at /home/user.
#
# Recorded so far: cargo, clippy and rustfmt of Rust 1.95 and of a 1.97 nightly; one version of cargo-nextest and
# of cargo-audit. A database of advisories too old for cargo-audit cannot be recorded without an https server.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
project=$work/project
out=$work/out
export CARGO_TARGET_DIR=$work/target
export CARGO_TERM_COLOR=never CARGO_TERM_PROGRESS_WHEN=never RUST_BACKTRACE=0
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS NEXTEST_PROFILE

# fresh: an empty project, build directory and output directory.
fresh() {
    rm -rf "$project" "$out" "$CARGO_TARGET_DIR"
    mkdir -p "$project/src" "$out"
    cd "$project"
    printf '[package]\nname = "sample"\nversion = "0.1.0"\nedition = "2024"\n' >Cargo.toml
}

# keep FILE AS: stores a file with its paths rewritten.
keep() {
    sed -e "s#$project#/project#g" -e "s#$CARGO_TARGET_DIR#/target#g" -e "s#$out#/out#g" -e "s#$work#/scratch#g" \
        -e "s#$HOME#/home/user#g" "$1" >"$2"
}

# record TOOL VERSION CASE COMMAND…: runs a command and stores what it left behind.
record() {
    local tool=$1 version=$2 case=$3 code=0
    shift 3
    mkdir -p "$here/$tool/$version"
    "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || code=$?
    keep "$work/stdout" "$here/$tool/$version/$case.stdout"
    keep "$work/stderr" "$here/$tool/$version/$case.stderr"
    echo "$code" >"$here/$tool/$version/$case.exit"
    if [ -f "$out/junit.xml" ]; then
        keep "$out/junit.xml" "$here/$tool/$version/$case.junit.xml"
        rm "$out/junit.xml"
    fi
    echo "$tool $version $case: exit $code"
}

lib_clean() {
    cat >src/lib.rs <<'E'
//! A sample.
//!
//! ```
//! assert_eq!(sample::two(), 2);
//! ```

/// Two.
pub fn two() -> u32 {
    2
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_is_two() {
        assert_eq!(super::two(), 2);
    }

    #[test]
    #[ignore = "slow"]
    fn slow() {}

    #[test]
    #[should_panic(expected = "boom")]
    fn panics() {
        panic!("boom");
    }
}
E
}

lib_failing() {
    lib_clean
    cat >>src/lib.rs <<'E'

#[cfg(test)]
mod failing {
    #[test]
    fn two_is_three() {
        println!("test result: ok. 9 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!(super::two(), 3, "two is not three");
    }

    #[test]
    fn returns_an_error() -> Result<(), String> {
        Err("no luck".to_owned())
    }

    #[test]
    #[should_panic]
    fn does_not_panic() {}
}
E
}

lib_compile_error() {
    cat >src/lib.rs <<'E'
/// Two.
pub fn two() -> u32 {
    let unused = 1;
    "two"
}

/// Three.
pub fn three() -> u32 {
    missing()
}
E
}

# A package without any test, doc test included.
lib_untested() {
    printf '/// Two.\npub fn two() -> u32 {\n    2\n}\n' >src/lib.rs
}

aborting_test() {
    mkdir -p tests
    cat >tests/abort.rs <<'E'
#[test]
fn aborts() {
    std::process::abort();
}
E
}

workspace() {
    rm -r src
    printf '[workspace]\nmembers = ["crates/*"]\nresolver = "3"\n' >Cargo.toml
    for name in one two; do
        mkdir -p "crates/$name/src"
        printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2024"\n' "$name" >"crates/$name/Cargo.toml"
    done
    printf 'pub fn f() -> u32 {\n    1\n}\n#[test]\nfn good() {\n    assert_eq!(f(), 1);\n}\n' >crates/one/src/lib.rs
    printf 'pub fn f() -> u32 {\n    1\n}\n#[test]\nfn bad() {\n    assert_eq!(f(), 2);\n}\n' >crates/two/src/lib.rs
}

cargo_test() {
    local tool=cargo-test version
    version=$(cargo --version | cut -d' ' -f2)
    t() { record $tool "$version" "$1" cargo test --message-format=json "${@:2}"; }

    fresh; lib_clean; t clean --no-fail-fast
    t clean_quiet --no-fail-fast -- --quiet
    t clean_nocapture --no-fail-fast -- --nocapture
    t list -- --list
    t no_run --no-run
    t filtered --no-fail-fast no_such_name
    fresh; lib_failing; t failing --no-fail-fast
    t failing_fast
    t failing_quiet --no-fail-fast --quiet
    t failing_nocapture --no-fail-fast -- --nocapture --test-threads=1
    record $tool "$version" failing_human cargo test --no-fail-fast
    fresh; lib_untested; t no_tests --no-fail-fast
    printf '#[test]\n#[ignore]\nfn slow() {}\n' >>src/lib.rs; t all_ignored --no-fail-fast
    fresh; lib_compile_error; t compile_error --no-fail-fast
    record $tool "$version" compile_error_human cargo test --no-fail-fast
    fresh; lib_clean
    printf '\n/// Three.\n///\n/// ```\n/// assert_eq!(sample::two(), 3);\n/// ```\n///\n/// ```\n/// no_such_function();\n/// ```\npub fn three() -> u32 {\n    3\n}\n' >>src/lib.rs
    t doc_failing --no-fail-fast
    fresh; lib_clean; aborting_test
    printf '#[test]\nfn good() {}\n' >tests/good.rs
    t aborting --no-fail-fast
    t aborting_fast
    fresh; lib_untested; mkdir tests
    printf '#[test]\nfn leaves() {\n    std::process::exit(0);\n}\n' >tests/leaves.rs
    t exits_early --no-fail-fast
    fresh; workspace; t workspace --no-fail-fast --workspace
    fresh; lib_clean; mkdir tests
    printf '\n[[test]]\nname = "custom"\nharness = false\n' >>Cargo.toml
    printf 'fn main() {\n    println!("custom: 3 scenarios");\n}\n' >tests/custom.rs
    t custom_harness --no-fail-fast
    printf 'fn main() {\n    println!("custom: 1 scenario failed");\n    std::process::exit(3);\n}\n' >tests/custom.rs
    t custom_harness_failing --no-fail-fast
    t custom_harness_failing_fast
    fresh; lib_clean; printf 'fn main() {\n    println!("cargo::error=no compiler for C");\n    std::process::exit(1);\n}\n' >build.rs
    t build_script_failing --no-fail-fast
    fresh; printf '[package\n' >Cargo.toml; t broken_manifest --no-fail-fast
}

nextest() {
    local tool=cargo-nextest version
    version=$(cargo nextest --version | head -1 | cut -d' ' -f2)
    n() {
        printf '[profile.default.junit]\npath = "%s/junit.xml"\n' "$out" >"$out/nextest.toml"
        record $tool "$version" "$1" cargo nextest run --no-fail-fast --tool-config-file "sdd:$out/nextest.toml" "${@:2}"
    }
    fresh; lib_clean; n clean
    n no_tests_pass --no-tests=pass no_such_name
    fresh; lib_failing; n failing
    fresh; lib_untested; n no_tests
    fresh; lib_compile_error; n compile_error
    fresh; lib_clean; aborting_test; n aborting
    fresh; workspace; n workspace --workspace
    fresh; lib_clean; mkdir -p tests .config
    cat >tests/flaky.rs <<'E'
#[test]
fn second_time_lucky() {
    let flag = concat!(env!("CARGO_MANIFEST_DIR"), "/flag");
    if !std::path::Path::new(flag).exists() {
        std::fs::write(flag, "").unwrap();
        panic!("first time");
    }
}
E
    printf '[profile.ci]\nretries = 2\n' >.config/nextest.toml
    n flaky --profile ci
    rm flag
    printf '[profile.ci]\nretries = 2\n[profile.ci.junit]\npath = "own.xml"\n' >.config/nextest.toml
    n own_junit_flaky --profile ci
    rm flag; printf '[profile.ci]\nretries = 2\nflaky-result = "fail"\n' >.config/nextest.toml
    n flaky_fails --profile ci
    fresh; lib_failing; mkdir -p .config
    printf '[profile.ci.junit]\npath = "own.xml"\n' >.config/nextest.toml
    n own_junit --profile ci
    fresh; lib_clean; mkdir -p .config
    printf '[profile.ci.junit]\npath = "own.xml"\n' >.config/nextest.toml
    n own_junit_clean --profile ci
    n unknown_profile --profile nosuch
    fresh; lib_clean; mkdir tests
    printf '\n[[test]]\nname = "custom"\nharness = false\n' >>Cargo.toml
    printf 'fn main() {\n    println!("custom: 3 scenarios");\n}\n' >tests/custom.rs
    n custom_harness
    fresh; printf '[package\n' >Cargo.toml; n broken_manifest
    fresh; lib_clean
    record $tool "$version" not_installed env PATH="$(dirname "$(rustup which cargo)"):/usr/bin:/bin" HOME="$work" CARGO_HOME="$work/empty" cargo nextest run
}

# without_components: a copy of the toolchain that has cargo and rustc only.
without_components() {
    local real name
    real=$(dirname "$(dirname "$(rustup which cargo)")")
    name=$(basename "$real")
    rm -rf "$work/rustup"
    mkdir -p "$work/rustup/toolchains/$name/bin"
    ln -s "$real/lib" "$work/rustup/toolchains/$name/lib"
    ln -s "$real/bin/cargo" "$real/bin/rustc" "$work/rustup/toolchains/$name/bin/"
    printf 'version = "12"\ndefault_toolchain = "%s"\nprofile = "minimal"\n' "$name" >"$work/rustup/settings.toml"
    echo "$name"
}

clippy() {
    local tool=clippy version name
    version=$(cargo clippy --version | cut -d' ' -f2)
    c() { record $tool "$version" "$1" cargo clippy --message-format=json "${@:2}"; }
    warnings() {
        cat >src/lib.rs <<'E'
//! A sample.
macro_rules! same {
    ($a:expr) => {
        if $a == true { 1 } else { 2 }
    };
}

/// One.
pub fn one(x: bool) -> i32 {
    let y = same!(x);
    return y;
}

/// Two.
pub fn two(a: i32, b: i32, c: i32, d: i32, e: i32, f: i32, g: i32, h: i32) -> i32 {
    let unused = 1;
    a + b + c + d + e + f + g + h
}

#[cfg(test)]
mod tests {
    #[test]
    fn empty() {
        let v: Vec<u8> = Vec::new();
        assert!(v.len() == 0);
    }
}
E
    }
    fresh; lib_clean; c clean --all-targets
    fresh; warnings; c warnings --all-targets
    c denied --all-targets -- -D warnings
    c fix --all-targets --fix --allow-dirty --allow-staged --allow-no-vcs
    fresh; lib_compile_error; c compile_error --all-targets
    fresh; printf 'fn main() {\n    let x = [1, 2, 3];\n    println!("{}", x[5]);\n    loop { break; }\n}\n' >src/main.rs; c deny_by_default --all-targets
    fresh; workspace; printf 'pub fn f() -> u32 {\n    return 1;\n}\n' >crates/two/src/lib.rs; c workspace --all-targets --workspace
    fresh; lib_clean; printf 'fn main() {\n    std::process::exit(1);\n}\n' >build.rs; c build_script_failing --all-targets
    fresh; printf '[package\n' >Cargo.toml; c broken_manifest --all-targets
    fresh; warnings; c bad_flag --no-such-flag
    name=$(without_components)
    record $tool "$version" not_installed env RUSTUP_HOME="$work/rustup" RUSTUP_TOOLCHAIN="$name" cargo clippy --message-format=json
}

clippy_docs() {
    local tool=clippy-docs version
    version=$(cargo clippy --version | cut -d' ' -f2)
    c() { record $tool "$version" "$1" cargo clippy --message-format=json "${@:2}"; }
    turned_on() { printf '\n[lints.rust]\nmissing_docs = "warn"\n' >>Cargo.toml; }
    fresh; turned_on; lib_clean; c clean --all-targets
    fresh; turned_on; printf 'pub fn bare() -> u32 {\n    let unused = 1;\n    2\n}\n' >src/lib.rs; c failing --all-targets
    fresh; printf '[package\n' >Cargo.toml; c broken_manifest --all-targets
}

check() {
    local tool=cargo-check version
    version=$(cargo --version | cut -d' ' -f2)
    k() { record $tool "$version" "$1" cargo check --message-format=json "${@:2}"; }
    fresh; lib_clean; k clean --all-targets
    printf 'pub fn f() {\n    let unused = 1;\n}\n' >src/lib.rs; k warnings --all-targets
    lib_compile_error; k compile_error --all-targets
    fresh; printf 'pub fn f() {}\n\n#[cfg(test)]\nmod tests {\n\n    #[test]\n    fn t() {\n        missing();\n    }\n}\n' >src/lib.rs; k test_failing --all-targets
    fresh; workspace; printf 'pub fn f() -> u32 {\n    "two"\n}\n' >crates/two/src/lib.rs; k workspace_failing --all-targets --workspace
    fresh; lib_clean; printf 'fn main() {\n    std::process::exit(1);\n}\n' >build.rs; k build_script_failing --all-targets
    fresh; printf '[package\n' >Cargo.toml; k broken_manifest --all-targets
    fresh; lib_clean; k bad_flag --no-such-flag
}

rustfmt() {
    local tool=rustfmt version name
    version=$(cargo fmt --version | cut -d' ' -f2)
    f() { record $tool "$version" "$1" cargo fmt "${@:2}"; }
    ugly() {
        printf 'mod other;\nfn  main( ) { other::f(); }\n' >src/main.rs
        printf 'pub fn f( ) {\nlet _a=1;\n}\n' >src/other.rs
    }
    fresh; lib_clean; f clean --all -- --check -l
    fresh; ugly; f unformatted --all -- --check -l
    f unformatted_human --all -- --check
    f fix --all -- -l
    f fix_again --all -- -l
    fresh; printf 'fn main() {\nmod a;\n' >src/main.rs; f syntax_error --all -- --check -l
    f syntax_error_fix --all -- -l
    fresh; printf 'mod nowhere;\nfn main() {}\n' >src/main.rs; f missing_module --all -- --check -l
    fresh; workspace
    printf 'pub fn f( ) -> u32 { 1 }\n' >crates/one/src/lib.rs
    printf 'pub fn f( -> u32 { 1 }\n' >crates/two/src/lib.rs
    f workspace_diff_and_error --all -- --check -l
    fresh; lib_clean; printf 'no_such_option = true\nwrap_comments = true\n' >rustfmt.toml; f unstable_option --all -- --check -l
    printf 'max_width = "wide"\n' >rustfmt.toml; f broken_config --all -- --check -l
    fresh; printf '[package\n' >Cargo.toml; f broken_manifest --all -- --check -l
    fresh; lib_clean; f bad_flag --all -- --no-such-flag
    name=$(without_components)
    record $tool "$version" not_installed env RUSTUP_HOME="$work/rustup" RUSTUP_TOOLCHAIN="$name" cargo fmt --all -- --check -l
}

# advisory ID PACKAGE EXTRA PATCHED: one advisory of the local database.
advisory() {
    mkdir -p "$work/db/crates/$2"
    printf '```toml\n[advisory]\nid = "%s"\npackage = "%s"\ndate = "2020-01-02"\nurl = "https://example.com/%s"\n%b\n[versions]\npatched = [%s]\n```\n\n# Trouble in %s\n\nIt is written for a test.\n' \
        "$1" "$2" "$2" "$3" "$4" "$2" >"$work/db/crates/$2/$1.md"
}

audit_db() {
    rm -rf "$work/db"
    mkdir -p "$work/db/crates"
    advisory RUSTSEC-2020-9001 badbytes 'cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"' '">= 1.2.0"'
    advisory RUSTSEC-2020-9002 badbytes 'cvss = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"' ''
    advisory RUSTSEC-2020-9003 slowparse '' '">= 0.3.1"'
    advisory RUSTSEC-2020-9004 oldcrate 'informational = "unmaintained"' ''
    advisory RUSTSEC-2020-9005 edgy 'informational = "unsound"' '">= 2.0.0"'
    advisory RUSTSEC-2020-9006 modern 'cvss = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"' '">= 9.0.0"'
    git -C "$work/db" init -q
    git -C "$work/db" add .
    git -C "$work/db" -c user.name=t -c user.email=t@example.com commit -qm advisories
}

# lock NAME VERSION…: a Cargo.lock with these registry packages.
lock() {
    local registry='registry+https://github.com/rust-lang/crates.io-index'
    printf 'version = 4\n' >Cargo.lock
    while [ $# -gt 0 ]; do
        printf '\n[[package]]\nname = "%s"\nversion = "%s"\nsource = "%s"\nchecksum = "0000000000000000000000000000000000000000000000000000000000000000"\n' "$1" "$2" "$registry" >>Cargo.lock
        shift 2
    done
    printf '\n[[package]]\nname = "sample"\nversion = "0.1.0"\n' >>Cargo.lock
}

audit() {
    local tool=cargo-audit version
    version=$(cargo audit --version | cut -d' ' -f2)
    a() { record $tool "$version" "$1" cargo audit --json --file Cargo.lock "${@:2}"; }
    audit_db
    fresh; lib_clean; lock goodcrate 1.0.0; a clean --db "$work/db" --no-fetch --no-yanked
    lock badbytes 1.1.0 slowparse 0.3.0 oldcrate 0.1.0 edgy 1.0.0 modern 1.0.0
    a vulnerable --db "$work/db" --no-fetch --no-yanked
    lock oldcrate 0.1.0 edgy 1.0.0
    a warnings --db "$work/db" --no-fetch --no-yanked
    a warnings_denied --db "$work/db" --no-fetch --no-yanked --deny warnings
    lock badbytes 1.1.0
    a human --db "$work/db" --no-fetch --no-yanked
    record $tool "$version" human cargo audit --db "$work/db" --no-fetch --no-yanked
    # The yanked check needs the registry's index, and finds nothing of it in an empty home.
    lock goodcrate 1.0.0
    record $tool "$version" yanked_unchecked env CARGO_HOME="$work/empty" cargo-audit audit --json --file Cargo.lock --db "$work/db" --no-fetch
    # A version of a real crate that was yanked: the index of the registry says so.
    lock crossbeam-channel 0.4.3
    mkdir -p "$work/db-empty/crates"
    a yanked --db "$work/db" --no-fetch
    rm Cargo.lock; a no_lock_file --db "$work/db" --no-fetch --no-yanked
    printf 'not a lock file\n' >Cargo.lock; a broken_lock_file --db "$work/db" --no-fetch --no-yanked
    lock goodcrate 1.0.0
    a no_database --db "$work/nowhere" --no-fetch --no-yanked
    a empty_database --db "$work/db-empty" --no-fetch --no-yanked
    a unreachable --db "$work/db-new" --url https://advisory-db.invalid/db.git --no-yanked
    a bad_flag --no-such-flag
    record $tool "$version" not_installed env PATH="$(dirname "$(rustup which cargo)"):/usr/bin:/bin" HOME="$work" CARGO_HOME="$work/empty" cargo audit --json
}

[ $# -gt 0 ] || set -- cargo-test cargo-nextest clippy clippy-docs cargo-check rustfmt cargo-audit
for tool; do
    case $tool in
        cargo-test) cargo_test ;;
        cargo-nextest) nextest ;;
        clippy) clippy ;;
        clippy-docs) clippy_docs ;;
        cargo-check) check ;;
        rustfmt) rustfmt ;;
        cargo-audit) audit ;;
        *) echo "unknown tool $tool" >&2; exit 2 ;;
    esac
done
