//! Who may touch the world: start processes, write files, print, do I/O at all.

use std::sync::LazyLock;

use regex::Regex;

use super::paths::{Named, named};
use super::source::{Source, crate_sources, line_of, shipped};

/// Floors without any I/O.
const PURE: &[&str] = &["tools", "parse", "gates", "doctor", "agent"];

/// Who may write files, and what for. Everything else goes through `store`.
const WRITERS: &[(&str, &str)] = &[
    ("src/store/", "the one writer of state"),
    ("src/process/", "logs, while a tool runs"),
];

/// Who may print.
const PRINTERS: &[&str] = &["ui"];

/// The parts of the standard library that do I/O.
const IO: &[&str] = &["fs", "process", "net", "env", "io"];

/// What of `std::io` is no I/O: types and traits over bytes in memory.
const IO_IN_MEMORY: &[&str] = &[
    "Read",
    "BufRead",
    "Write",
    "Cursor",
    "Error",
    "ErrorKind",
    "Result",
];

/// Names each place where a floor without I/O does I/O.
fn impure(sources: &[Source]) -> Vec<String> {
    static ASKS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\.(exists|try_exists|is_file|is_dir|is_symlink|read_dir|canonicalize|symlink_metadata|read_link)\(\)")
            .expect("the pattern is valid")
    });
    let mut complaints = Vec::new();
    for (source, top) in modules(sources).filter(|(_, top)| PURE.contains(top)) {
        for used in named(&source.text, &["std"]) {
            let is_io = used.parts.get(1).is_some_and(|part| IO.contains(&part.as_str()));
            let in_memory = used.parts.get(1).is_some_and(|part| part == "io")
                && used
                    .parts
                    .get(2)
                    .is_none_or(|part| IO_IN_MEMORY.contains(&part.as_str()));
            if is_io && !in_memory {
                complaints.push(format!(
                    "{}:{}: {top} must do no I/O: {}",
                    source.path,
                    used.line,
                    used.parts.join("::")
                ));
            }
        }
        for found in ASKS.find_iter(&source.text) {
            let line = line_of(&source.text, found.start());
            complaints.push(format!(
                "{}:{line}: {top} must do no I/O: {}",
                source.path,
                found.as_str()
            ));
        }
    }
    complaints
}

/// Names each place outside of `process` that could start a process.
fn starting(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (source, top) in modules(sources).filter(|(_, top)| *top != "process") {
        for used in named(&source.text, &["std"]) {
            if starts_processes(&used) {
                complaints.push(format!(
                    "{}:{}: {top} must not name {}: only process starts processes",
                    source.path,
                    used.line,
                    used.parts.join("::")
                ));
            }
        }
    }
    complaints
}

/// The module as a whole counts: behind it `Command` would be out of sight.
fn starts_processes(used: &Named) -> bool {
    let parts: Vec<&str> = used.parts.iter().map(String::as_str).collect();
    matches!(
        parts[..],
        ["std", "process"] | ["std", "process", "Command" | "*", ..]
    ) || matches!(parts[..], ["std", "os", .., "CommandExt"])
}

/// Names each place that writes files and may not.
fn writing(sources: &[Source]) -> Vec<String> {
    static WRITES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(fs\s*::\s*(?:write|rename|copy|hard_link)|File\s*::\s*(?:create|create_new|options)|OpenOptions)\b")
            .expect("the pattern is valid")
    });
    let mut complaints = Vec::new();
    for (source, top) in modules(sources) {
        if WRITERS.iter().any(|(place, _)| source.path.starts_with(place)) {
            continue;
        }
        for found in WRITES.find_iter(&source.text) {
            let line = line_of(&source.text, found.start());
            complaints.push(format!(
                "{}:{line}: {top} must not write files: {}",
                source.path,
                found.as_str()
            ));
        }
        for used in named(&source.text, &["std"]) {
            let parts: Vec<&str> = used.parts.iter().map(String::as_str).collect();
            // In a group, `use std::{fs::{write}}`, no `fs::write` stands in the text.
            if let [
                "std",
                "fs",
                name @ ("write" | "rename" | "copy" | "hard_link" | "*"),
            ] = parts[..]
            {
                let place = format!(
                    "{}:{}: {top} must not write files: fs::{name}",
                    source.path, used.line
                );
                if !complaints.contains(&place) {
                    complaints.push(place);
                }
            }
        }
    }
    complaints
}

/// Names each place that prints and may not.
fn printing(sources: &[Source]) -> Vec<String> {
    static PRINTS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(e?print(?:ln)?!|dbg!|(?:io|anstream)\s*::\s*std(?:out|err)\b|\bstd(?:out|err)\(\))")
            .expect("the pattern is valid")
    });
    let mut complaints = Vec::new();
    for source in sources {
        let module = source.module();
        if module.first().is_none_or(|top| PRINTERS.contains(top)) {
            continue;
        }
        for found in PRINTS.find_iter(&source.text) {
            // `command.stdout(…)` and `self.stdout()` are no streams of ours.
            if source.text[..found.start()].trim_end().ends_with('.') {
                continue;
            }
            let line = line_of(&source.text, found.start());
            complaints.push(format!(
                "{}:{line}: only ui prints: {}",
                source.path,
                found.as_str()
            ));
        }
    }
    complaints
}

/// The files below the crate's root, each with its top module.
fn modules(sources: &[Source]) -> impl Iterator<Item = (&Source, &str)> {
    sources
        .iter()
        .filter_map(|source| Some((source, source.module().into_iter().next()?)))
}

#[test]
fn tools_parsers_and_gates_do_no_io() {
    super::none(&impure(&shipped(&crate_sources())));
}

#[test]
fn only_process_starts_processes() {
    super::none(&starting(&shipped(&crate_sources())));
}

#[test]
fn only_the_listed_modules_write_files() {
    super::none(&writing(&shipped(&crate_sources())));
}

#[test]
fn only_ui_prints() {
    super::none(&printing(&shipped(&crate_sources())));
}

#[test]
fn io_on_a_pure_floor_is_found() {
    super::finds(
        impure,
        &[
            ("src/tools/a.rs", "use std::fs;\nuse std::{env, path::Path};\n"),
            (
                "src/parse/b.rs",
                "use std::io::{self, Read, stdin};\nstd::net::lookup();\n",
            ),
            (
                "src/gates/c.rs",
                "if dir.join(\"x\").exists() {}\nstd::process::exit(1);\n#[cfg(test)]\nmod t { use std::fs; }\n",
            ),
            ("src/project/d.rs", "use std::fs;"),
        ],
        &[
            "src/tools/a.rs:1: tools must do no I/O: std::fs",
            "src/tools/a.rs:2: tools must do no I/O: std::env",
            "src/parse/b.rs:1: parse must do no I/O: std::io::stdin",
            "src/parse/b.rs:2: parse must do no I/O: std::net::lookup",
            "src/gates/c.rs:2: gates must do no I/O: std::process::exit",
            "src/gates/c.rs:1: gates must do no I/O: .exists()",
        ],
    );
}

#[test]
fn starting_a_process_elsewhere_is_found() {
    super::finds(
        starting,
        &[
            ("src/engine.rs", "let c = std::process::Command::new(\"x\");"),
            ("src/project/git.rs", "use std::{process, path};"),
            ("src/commands/a.rs", "use std::process::{Command as C, ExitCode};"),
            ("src/model/exit.rs", "use std::process::ExitCode;"),
            ("src/process/supervisor.rs", "use std::process::Command;"),
            ("src/ui.rs", "use std::os::unix::process::CommandExt;"),
        ],
        &[
            "src/engine.rs:1: engine must not name std::process::Command::new: only process starts processes",
            "src/project/git.rs:1: project must not name std::process: only process starts processes",
            "src/commands/a.rs:1: commands must not name std::process::Command: only process starts processes",
            "src/ui.rs:1: ui must not name std::os::unix::process::CommandExt: only process starts processes",
        ],
    );
}

#[test]
fn writing_elsewhere_is_found() {
    super::finds(
        writing,
        &[
            (
                "src/engine.rs",
                "std::fs::write(a, b);\nlet f = File::create(a);\n",
            ),
            (
                "src/commands/a.rs",
                "use std::{fs::{self, rename}};\nOpenOptions::new();\nfs::read(a);\n",
            ),
            ("src/store/atomic.rs", "std::fs::rename(a, b);"),
            (
                "src/model/a.rs",
                "#[cfg(test)]\nfn f() { std::fs::write(a, b) }\n",
            ),
        ],
        &[
            "src/engine.rs:1: engine must not write files: fs::write",
            "src/engine.rs:2: engine must not write files: File::create",
            "src/commands/a.rs:2: commands must not write files: OpenOptions",
            "src/commands/a.rs:1: commands must not write files: fs::rename",
        ],
    );
}

#[test]
fn printing_elsewhere_is_found() {
    super::finds(
        printing,
        &[
            (
                "src/engine.rs",
                "println!(\"a\");\n// println!\nwrite!(io::stdout(), \"b\");\n",
            ),
            (
                "src/process/a.rs",
                "command.stdout(pipe);\nlet x = run.stdout();\neprint!(\"c\");\n",
            ),
            ("src/report/b.rs", "use anstream::stdout;\n"),
            ("src/ui.rs", "println!(\"a\");"),
            ("src/main.rs", "eprintln!(\"a\");"),
        ],
        &[
            "src/engine.rs:1: only ui prints: println!",
            "src/engine.rs:3: only ui prints: io::stdout",
            "src/process/a.rs:3: only ui prints: eprint!",
            "src/report/b.rs:1: only ui prints: anstream::stdout",
        ],
    );
}
