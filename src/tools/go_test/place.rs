//! What a failed test said, and where: `    two_test.go:12: message`, a panic with its stack, a data race.

use crate::parse::go_events::{Kind, Package, Test};
use crate::parse::go_text;
use crate::project::UnitFacts;
use crate::tools::golang;

/// What was said of a failure, and where it is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// What was said; `None` when that is nothing.
    pub message: Option<String>,
    /// The file, relative to the project's root, and the line.
    pub place: Option<(String, u32)>,
}

/// What was said of a test. Where it said nothing itself, a panic in it was told of one of the tests around it.
pub(super) fn said_of_test(facts: &UnitFacts, package: &str, all: &Package, test: &Test) -> Said {
    let own = text_of(test);
    if let Some(said) = panic(facts, &own) {
        return said;
    }
    if own.trim().is_empty() {
        let mut around = all.tests.iter().rev().filter(|other| {
            test.name
                .strip_prefix(other.name.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        });
        return around
            .find_map(|other| panic(facts, &text_of(other)))
            .unwrap_or_default();
    }
    let errors: String = lines(test, Kind::Error);
    let (said, place) = if errors.is_empty() {
        // Notes and errors look the same here, and what ends a test comes last.
        let place = own.lines().filter_map(place_of).next_back();
        (own.as_str(), place)
    } else {
        (errors.as_str(), errors.lines().find_map(place_of))
    };
    let place = match place {
        Some((file, line)) => Some((in_package(facts, package, file), line)),
        None => frame(facts, &own),
    };
    Said {
        message: Some(message(said)),
        place,
    }
}

/// What a package's test program said outside of its tests.
pub(super) fn said_of_package(facts: &UnitFacts, package: &str, all: &Package) -> Said {
    let own = golang::plain(all.output.as_bytes());
    if let Some(said) = panic(facts, &own) {
        return said;
    }
    let is_frame = |line: &&str| {
        let starts = ["FAIL\t", "ok  \t", "exit status ", "coverage: "];
        !matches!(*line, "FAIL" | "PASS") && !starts.iter().any(|start| line.starts_with(start))
    };
    let said: Vec<&str> = own.lines().filter(is_frame).collect();
    let place = said.iter().copied().find_map(place_of);
    let said = said.join("\n");
    Said {
        message: (!said.trim().is_empty()).then(|| format!("the test program failed: {}", said.trim())),
        place: place.map(|(file, line)| (in_package(facts, package, file), line)),
    }
}

/// All that a test printed, without Go's own lines.
fn text_of(test: &Test) -> String {
    test.output
        .iter()
        .filter(|line| line.kind != Kind::Frame)
        .map(|line| golang::plain(line.text.as_bytes()))
        .collect()
}

fn lines(test: &Test, kind: Kind) -> String {
    test.output
        .iter()
        .filter(|line| line.kind == kind)
        .map(|line| golang::plain(line.text.as_bytes()))
        .collect()
}

/// A message without the indentation that Go gives it, and without the place at its very beginning.
fn message(said: &str) -> String {
    let lines: Vec<&str> = said
        .lines()
        .map(|line| line.strip_prefix("    ").unwrap_or(line))
        .collect();
    let places = lines.iter().filter(|line| go_text::place(line).is_some()).count();
    let text = lines.join("\n");
    match go_text::place(text.trim_start()) {
        Some((_, _, _, rest)) if places == 1 => rest.to_owned(),
        _ => text.trim().to_owned(),
    }
}

/// The place that a line of `t.Error`, `t.Log` and the like begins with.
fn place_of(line: &str) -> Option<(&str, u32)> {
    let (file, line, _, _) = go_text::place(line.strip_prefix("    ")?.trim_start())?;
    // Package testing itself speaks, of a data race, and its files are no place of the project.
    (file != "testing.go").then_some((file, line))
}

/// A panic, or an error of the runtime, told by its first lines and the first place of the project in its stack.
fn panic(facts: &UnitFacts, said: &str) -> Option<Said> {
    let mut lines = said.lines();
    let first = lines.find(|line| line.starts_with("panic: ") || line.starts_with("fatal error: "))?;
    let mut told = first.to_owned();
    // What belongs to the panic ends with an empty line; the stack follows.
    for line in lines.clone().take(10).take_while(|line| !line.trim().is_empty()) {
        told.push('\n');
        told.push_str(line.trim());
    }
    let stack: Vec<&str> = lines.collect();
    Some(Said {
        message: Some(told),
        place: frame(facts, &stack.join("\n")),
    })
}

/// The first place of a stack that lies in the project: `<tab>/project/two_test.go:7 +0x28`.
fn frame(facts: &UnitFacts, stack: &str) -> Option<(String, u32)> {
    stack.lines().find_map(|line| {
        let indented = line.starts_with(['\t', ' ']);
        let (file, rest) = line.trim_start().split_once(".go:")?;
        let path = golang::source_path(facts, &format!("{file}.go"));
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        let own = file.starts_with('/') && !path.starts_with('/') && !path.contains("vendor/");
        if indented && own {
            Some((path, digits.parse().ok()?))
        } else {
            None
        }
    })
}

/// A file as a test of a package names it, relative to the project's root.
fn in_package(facts: &UnitFacts, package: &str, file: &str) -> String {
    if file.starts_with('/') {
        return golang::source_path(facts, file);
    }
    // Packages of tests that stand beside their package: `example.com/a_test` is told as `example.com/a`.
    golang::source_path(facts, &in_unit(facts, &format!("{package}/{file}")))
}

/// A package's or a file's name by its import path, relative to the unit: the module's name is left out.
pub(super) fn in_unit(facts: &UnitFacts, import_path: &str) -> String {
    facts
        .go
        .module
        .as_deref()
        .and_then(|module| import_path.strip_prefix(module))
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(import_path)
        .to_owned()
}
