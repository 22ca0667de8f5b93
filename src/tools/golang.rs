//! What the tools of Go have in common. Not a tool itself.

use super::{Applies, Broken, Prepared, Reading};
use crate::model::finding::{Finding, Severity};
use crate::model::text;
use crate::parse::go_text::{self, GoError};
use crate::project::UnitFacts;

/// How to install Go.
pub(super) const INSTALL: &str = "install Go from https://go.dev/dl";

/// What every tool under go gets.
pub(super) fn prepared(args: Vec<String>) -> Prepared {
    Prepared {
        args,
        reads_stdout: true,
        ..Prepared::default()
    }
}

/// Whether a tool has something to do: only where the module has Go files of its own.
pub(super) fn applies(facts: &UnitFacts, why: &str) -> Applies {
    if facts.go.sources.is_empty() {
        Applies::NothingToDo("the module has no Go files".to_owned())
    } else {
        Applies::Yes(why.to_owned())
    }
}

/// Words of go about modules and not about code, and what helps. The first that fits counts.
const TROUBLES: &[(&[&str], &str)] = &[
    (
        &[
            "does not contain modules listed in go.work",
            "is not one of the workspace modules listed in go.work",
        ],
        "this module is not in the workspace of go.work: `go work use .` adds it, GOWORK=off leaves the workspace aside",
    ),
    (
        &["listed in go.work file", "errors parsing go.work", "go.work:"],
        "correct the `use` lines of go.work",
    ),
    (
        &[
            "does not contain main module",
            "cannot find main module",
            "go.mod file not found",
            "no go.mod file",
        ],
        "a Go module needs a go.mod: `go mod init NAME` writes one",
    ),
    (
        &[
            "inconsistent vendoring",
            "no required module provides package",
            "is not in vendor/modules.txt",
        ],
        "go.mod does not fit the code: `go mod tidy`, and `go mod vendor` where dependencies are vendored",
    ),
    (
        &[
            "missing go.sum entry",
            "updates to go.mod needed",
            "updates to go.sum needed",
        ],
        "go.sum is not complete: `go mod tidy`",
    ),
    (
        &[
            "module lookup disabled by GOPROXY=off",
            "module lookup disabled by -mod=",
            "cannot find module providing package",
            "cannot query module due to -mod=vendor",
            "dial tcp",
            "unrecognized import path",
            "unknown revision",
            "invalid version",
            "404 Not Found",
            "410 Gone",
            "verifying module",
        ],
        "dependencies must be reachable: set GOPROXY, or fetch them beforehand with `go mod download`",
    ),
    (
        &[
            "go.mod requires go >=",
            "requires go >=",
            "toolchain not available",
        ],
        "install the version of Go that go.mod asks for, or allow go to fetch it: GOTOOLCHAIN=auto",
    ),
    (
        &[
            "errors parsing go.mod",
            "invalid go version",
            "malformed module path",
        ],
        "correct go.mod",
    ),
    (
        &[
            "build cache is required",
            "module cache not found",
            "GOPATH is not defined",
        ],
        "set HOME, or GOCACHE and GOPATH",
    ),
    (
        &[": lstat ", ": stat "],
        "correct the packages that the configured command names",
    ),
    (
        &["flag provided but not defined"],
        "correct the arguments of the configured command",
    ),
];

/// What helps against trouble with modules, the environment or the command line; `None` for anything else.
pub(super) fn trouble(said: &str) -> Option<&'static str> {
    TROUBLES
        .iter()
        .find(|(words, _)| words.iter().any(|word| said.contains(word)))
        .map(|(_, hint)| *hint)
}

/// Whether what was said is trouble, and nothing of what was found is a fault of the code.
pub(super) fn only_trouble(findings: &[Finding], said: &str) -> bool {
    trouble(said).is_some() && findings.iter().all(|finding| trouble(&finding.message).is_some())
}

/// No answer, with go's own first words on it and what helps.
pub(super) fn no_answer(what: &str, said: &str) -> Reading {
    let reason = match first_words(said) {
        Some(words) => format!("{what}: {}", text::shorten(&words, 300)),
        None => what.to_owned(),
    };
    Reading::Broken(Broken {
        reason,
        hint: trouble(said).map(str::to_owned),
    })
}

/// The first line that tells something, together with the next ones while it ends with a colon, and with all that
/// follow where it is a chain of imports.
pub(super) fn first_words(said: &str) -> Option<String> {
    let mut lines = said.lines().map(str::trim).filter(|line| {
        let noise = ["#", "go: downloading ", "go: warning: ", "go: finding "];
        !line.is_empty() && !noise.iter().any(|start| line.starts_with(start))
    });
    let line = lines.next()?;
    if line.starts_with("package ") {
        let imports = lines.take_while(|line| !line.starts_with("package ")).take(20);
        return Some(imports.fold(line.to_owned(), |chain, more| format!("{chain}, {more}")));
    }
    let mut told = line.to_owned();
    for next in lines.take(3) {
        if !told.ends_with(':') {
            break;
        }
        told.push(' ');
        told.push_str(next);
    }
    Some(told)
}

/// Whether go says that there is no package to work on.
pub(super) fn matched_nothing(stderr: &str) -> bool {
    stderr.contains("matched no packages") || stderr.contains("no packages to ")
}

/// A path as a tool of go printed it (absolute, or relative to the unit), relative to the project's root.
pub(super) fn source_path(facts: &UnitFacts, printed: &str) -> String {
    let path = facts.project_path(printed);
    if !path.contains("../") {
        return path;
    }
    // Files of another module of the workspace.
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        if part == ".." && parts.last().is_some_and(|last| *last != "..") {
            parts.pop();
        } else if part != "." {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// A finding for a complaint with a place.
pub(super) fn finding(
    tool: &str,
    rule: &str,
    severity: Severity,
    facts: &UnitFacts,
    error: &GoError,
) -> Finding {
    Finding::new(tool, rule, severity, text::message(error.message.as_bytes())).at(
        source_path(facts, &error.file),
        Some(error.line),
        Some(error.column),
    )
}

/// Findings for the compiler's complaints in a text, each once.
pub(super) fn compile_errors(tool: &str, facts: &UnitFacts, said: &str) -> Vec<Finding> {
    let findings = go_text::errors(said)
        .iter()
        .filter(|error| error.message != "too many errors")
        .map(|error| {
            let rule = if error.message.starts_with("syntax error") {
                "syntax"
            } else {
                "compile"
            };
            finding(tool, rule, Severity::High, facts, error)
        })
        .collect();
    once(findings)
}

/// Findings in the order of their places, each once: a package and its tests are compiled apart.
pub(super) fn once(mut findings: Vec<Finding>) -> Vec<Finding> {
    type Key<'a> = (&'a Option<String>, Option<u32>, Option<u32>, &'a str, &'a str);
    fn key(finding: &Finding) -> Key<'_> {
        (
            &finding.path,
            finding.line,
            finding.column,
            &finding.rule,
            &finding.message,
        )
    }
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
    findings.dedup_by(|a, b| key(a) == key(b));
    findings
}

/// The arguments without a flag, with or without a value: `-name`, `--name`, `-name=value`. Go takes one dash or
/// two. What stands behind `-args` belongs to the test programs and is kept.
pub(super) fn without_flag(args: Vec<String>, name: &str, value: Value) -> Vec<String> {
    let mut out = Vec::with_capacity(args.len());
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if is_flag(&arg, "args") {
            out.push(arg);
            out.extend(args);
            break;
        }
        if !is_flag(&arg, name) {
            out.push(arg);
        } else if value == Value::Next && !arg.contains('=') {
            args.next();
        }
    }
    out
}

/// How a flag takes its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Only behind `=`.
    Own,
    /// Behind `=`, or as the next word.
    Next,
}

/// Whether a flag is among the arguments of go itself.
pub(super) fn has_flag(args: &[String], name: &str) -> bool {
    args.iter()
        .take_while(|arg| !is_flag(arg, "args"))
        .any(|arg| is_flag(arg, name))
}

fn is_flag(arg: &str, name: &str) -> bool {
    let Some(rest) = arg.strip_prefix("--").or_else(|| arg.strip_prefix('-')) else {
        return false;
    };
    rest.strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// Captured output as text without control sequences, as a whole.
pub(super) fn plain(bytes: &[u8]) -> String {
    text::sanitise(&String::from_utf8_lossy(bytes))
}

#[cfg(test)]
mod tests {
    use super::super::go_recordings::facts;
    use super::*;

    #[track_caller]
    fn check_path(unit: &str, printed: &str, expect: &str) {
        let mut facts = facts();
        facts.unit.path = unit.to_owned();
        assert_eq!(source_path(&facts, printed), expect, "{printed} in {unit}");
    }

    #[test]
    fn sources_are_named_from_the_projects_root() {
        check_path(".", "./a.go", "a.go");
        check_path(".", "/project/sub/a.go", "sub/a.go");
        check_path(".", "/goroot/src/fmt/print.go", "/goroot/src/fmt/print.go");
        check_path("services/api", "b/b.go", "services/api/b/b.go");
        check_path("services/api", "../lib/l.go", "services/lib/l.go");
        check_path("api", "../../out.go", "../out.go");
    }

    #[track_caller]
    fn check_without(args: &str, name: &str, value: Value, expect: &str) {
        let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
        assert_eq!(without_flag(args, name, value).join(" "), expect);
    }

    #[test]
    fn a_flag_goes_with_its_value() {
        check_without("-o bin -race ./...", "o", Value::Next, "-race ./...");
        check_without("--o=bin ./...", "o", Value::Next, "./...");
        check_without("-json ./...", "json", Value::Own, "./...");
        check_without("-json=true -jsonl ./...", "json", Value::Own, "-jsonl ./...");
        check_without("./... -args -o bin", "o", Value::Next, "./... -args -o bin");
        check_without("-o", "o", Value::Next, "");
        assert!(!has_flag(&["-args".to_owned(), "-count=2".to_owned()], "count"));
        assert!(has_flag(&["--count".to_owned()], "count"));
    }

    #[test]
    fn what_go_says_first_is_told() {
        let check = |said: &str, expect: Option<&str>| assert_eq!(first_words(said).as_deref(), expect);
        check("", None);
        check(
            "# example.com/a\ngo: downloading x v1\nlink failed\nmore\n",
            Some("link failed"),
        );
        check(
            "go: errors parsing go.mod:\ngo.mod:1: x\n",
            Some("go: errors parsing go.mod: go.mod:1: x"),
        );
        check(
            "package a\n\timports b\n\timports a: import cycle not allowed\n",
            Some("package a, imports b, imports a: import cycle not allowed"),
        );
    }

    #[test]
    fn a_fault_of_the_code_beside_trouble_is_a_fault_of_the_code() {
        let facts = facts();
        let said = "a.go:3:8: missing go.sum entry for module x\n";
        assert!(only_trouble(&compile_errors("t", &facts, said), said));
        let both = format!("{said}b.go:1:1: undefined: y\n");
        assert!(!only_trouble(&compile_errors("t", &facts, &both), &both));
        assert!(!only_trouble(&[], "undefined: y"));
    }
}
