//! The message stream of cargo (`--message-format=json`): diagnostics, test programs, and whether the build
//! came through.
//!
//! Format: one JSON object a line, as the Cargo book describes it under "External tools". The stream ends with
//! `build-finished`; what stands behind it is the output of the programs that `cargo test` runs.

use serde::Deserialize;

/// Why a message stream could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CargoJsonError {
    /// A line that begins like a message of cargo is not one.
    #[error("line {line} of cargo's messages is not readable: {source}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// The cause.
        source: serde_json::Error,
    },
    /// The stream stops before cargo says how the build ended.
    #[error("cargo's messages stop before the end of the build")]
    Unfinished,
}

/// What cargo said about a build.
#[derive(Debug)]
pub struct Build<'a> {
    /// Errors and warnings in the order in which they came; the same one comes once per target.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the build came through.
    pub success: bool,
    /// How many test programs were built.
    pub test_programs: usize,
    /// How many libraries of local packages were built whose documentation may hold tests.
    pub doc_tested: usize,
    /// How many targets of local packages the compiler has looked at, build scripts left out: those that were
    /// built now or are still fresh, and those that it has something to say about.
    pub looked_at: usize,
    /// What was printed after the build: the output of the test programs.
    pub rest: &'a [u8],
}

/// One error or warning of the compiler or of clippy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it is an error; otherwise it is a warning.
    pub error: bool,
    /// The code or lint, such as `E0308` or `clippy::needless_return`.
    pub code: Option<String>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where, in the file that a person can edit.
    pub place: Option<Place>,
    /// Whether the tool can apply a fix by itself.
    pub fixable: bool,
}

/// A place in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the compiler names it: absolute, or relative to the workspace's root.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// Reads a message stream up to the end of the build.
pub fn parse(stdout: &[u8]) -> Result<Build<'_>, CargoJsonError> {
    let mut diagnostics = Vec::new();
    let mut test_programs = 0;
    let mut doc_tested = 0;
    let mut looked_at = 0;
    let mut at = 0;
    for (index, line) in stdout.split_inclusive(|byte| *byte == b'\n').enumerate() {
        at += line.len();
        // A compiler plug-in or a wrapper may print lines of its own between the messages.
        if !line.starts_with(b"{\"reason\":") {
            continue;
        }
        let message: Message = serde_json::from_slice(line).map_err(|source| CargoJsonError::Line {
            line: index + 1,
            source,
        })?;
        match message {
            Message::Diagnostic {
                package_id,
                target,
                message,
            } => {
                looked_at += usize::from(is_local(&package_id) && !target.is_build_script());
                diagnostics.extend(message.into_diagnostic());
            }
            Message::Artifact {
                package_id,
                target,
                profile,
                executable,
            } => {
                test_programs += usize::from(profile.test && executable.is_some());
                doc_tested += usize::from(target.doctest && !profile.test && is_local(&package_id));
                looked_at += usize::from(is_local(&package_id) && !target.is_build_script());
            }
            Message::BuildFinished { success } => {
                return Ok(Build {
                    diagnostics,
                    success,
                    test_programs,
                    doc_tested,
                    looked_at,
                    rest: &stdout[at..],
                });
            }
            Message::Other => {}
        }
    }
    Err(CargoJsonError::Unfinished)
}

#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    #[serde(rename = "compiler-message")]
    Diagnostic {
        #[serde(default)]
        package_id: String,
        #[serde(default)]
        target: Target,
        message: RustcMessage,
    },
    #[serde(rename = "compiler-artifact")]
    Artifact {
        package_id: String,
        target: Target,
        profile: Profile,
        executable: Option<String>,
    },
    BuildFinished {
        success: bool,
    },
    #[serde(other)]
    Other,
}

#[derive(Default, Deserialize)]
struct Target {
    #[serde(default)]
    doctest: bool,
    #[serde(default)]
    kind: Vec<String>,
}

impl Target {
    fn is_build_script(&self) -> bool {
        self.kind.iter().any(|kind| kind == "custom-build")
    }
}

/// Whether a package lies on this machine, as those of the workspace do, and comes from no registry.
fn is_local(package_id: &str) -> bool {
    package_id.contains("path+file:")
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

#[derive(Deserialize)]
struct RustcMessage {
    message: String,
    level: String,
    code: Option<Code>,
    #[serde(default)]
    spans: Vec<Span>,
    #[serde(default)]
    children: Vec<Child>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Child {
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: u32,
    column_start: u32,
    is_primary: bool,
    suggestion_applicability: Option<String>,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

impl RustcMessage {
    /// `None` for remarks that only accompany a diagnostic, such as "aborting due to 2 previous errors".
    fn into_diagnostic(self) -> Option<Diagnostic> {
        let error = self.level.starts_with("error");
        let summary = self.spans.is_empty()
            && self.code.is_none()
            && (self.message.starts_with("aborting due to ") || self.message.ends_with(" emitted"));
        if summary || !(error || self.level == "warning") {
            return None;
        }
        let fixable = self
            .spans
            .iter()
            .chain(self.children.iter().flat_map(|child| &child.spans))
            .any(|span| span.suggestion_applicability.as_deref() == Some("MachineApplicable"));
        let place = self
            .spans
            .iter()
            .find(|span| span.is_primary)
            .or_else(|| self.spans.first())
            .map(Span::place);
        Some(Diagnostic {
            error,
            code: self.code.map(|code| code.code),
            message: self.message,
            place,
            fixable,
        })
    }
}

impl Span {
    /// The place that a person can edit: code that a macro of another crate made is shown where the macro is
    /// called, since its own file stands in the registry or in the compiler's source and not in the project.
    fn place(&self) -> Place {
        let mut span = self;
        while let Some(expansion) = &span.expansion
            && is_foreign(&span.file_name)
        {
            span = &expansion.span;
        }
        Place {
            file: span.file_name.clone(),
            line: span.line_start,
            column: span.column_start,
        }
    }
}

fn is_foreign(file: &str) -> bool {
    file.starts_with('<')
        || file.starts_with("/rustc/")
        || file.contains("/registry/src/")
        || file.contains("/rustlib/src/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stdout: &str, expect: &str) {
        let shown = match parse(stdout.as_bytes()) {
            Err(error) => error.to_string(),
            Ok(build) => {
                let diagnostics: Vec<String> = build
                    .diagnostics
                    .iter()
                    .map(|one| {
                        let place = one.place.as_ref().map_or_else(String::new, |place| {
                            format!("{}:{}:{}", place.file, place.line, place.column)
                        });
                        format!(
                            "{}{} {} {place}",
                            if one.error { "E " } else { "W " },
                            one.code.as_deref().unwrap_or("-"),
                            one.message
                        )
                    })
                    .collect();
                format!(
                    "{} {} {:?} [{}]",
                    build.success,
                    build.test_programs,
                    String::from_utf8_lossy(build.rest),
                    diagnostics.join("; ")
                )
            }
        };
        assert_eq!(shown, expect);
    }

    #[test]
    fn the_stream_ends_with_the_build() {
        check("", "cargo's messages stop before the end of the build");
        check(
            "{\"reason\":\"build-finished\",\"success\":true}\n{\"reason\":",
            r#"true 0 "{\"reason\":" []"#,
        );
        check(
            "{\"reason\":\"build-fini",
            "line 1 of cargo's messages is not readable: EOF while parsing a string at line 1 column 21",
        );
    }

    #[test]
    fn unknown_messages_and_other_lines_are_left_out() {
        check(
            "hello\n{\"reason\":\"timing-info\",\"x\":1}\n{\"reason\":\"build-finished\",\"success\":false}\n",
            r#"false 0 "" []"#,
        );
    }

    #[test]
    fn remarks_are_no_diagnostics() {
        let line = |level: &str, text: &str| {
            format!(
                "{{\"reason\":\"compiler-message\",\"message\":{{\"message\":\"{text}\",\"level\":\"{level}\",\"code\":null,\"spans\":[]}}}}\n"
            )
        };
        let stream = [
            line("error", "aborting due to 1 previous error"),
            line("warning", "2 warnings emitted"),
            line("failure-note", "For more information"),
            line("error", "linking with `cc` failed: exit status: 1"),
            line("error: internal compiler error", "broken"),
            "{\"reason\":\"build-finished\",\"success\":false}\n".to_owned(),
        ];
        check(
            &stream.concat(),
            r#"false 0 "" [E - linking with `cc` failed: exit status: 1 ; E - broken ]"#,
        );
    }

    #[test]
    fn code_of_a_foreign_macro_is_shown_at_its_call() {
        let span = |file: &str, line: u32, expansion: &str| {
            format!(
                "{{\"file_name\":\"{file}\",\"line_start\":{line},\"column_start\":5,\"is_primary\":true,\"suggestion_applicability\":null,\"expansion\":{expansion}}}"
            )
        };
        let stream = |inner: &str| {
            let outer = span(
                inner,
                900,
                &format!("{{\"span\":{}}}", span("src/lib.rs", 7, "null")),
            );
            format!(
                "{{\"reason\":\"compiler-message\",\"message\":{{\"message\":\"m\",\"level\":\"warning\",\"code\":{{\"code\":\"lint\"}},\"spans\":[{outer}]}}}}\n{{\"reason\":\"build-finished\",\"success\":true}}\n"
            )
        };
        check(
            &stream("/rustc/abc/library/core/src/macros.rs"),
            r#"true 0 "" [W lint m src/lib.rs:7:5]"#,
        );
        check(
            &stream("src/macros.rs"),
            r#"true 0 "" [W lint m src/macros.rs:900:5]"#,
        );
    }
}
