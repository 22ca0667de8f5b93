//! Where the product goes: stdout, or files that are opened before anything runs.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::context::{Cx, renderer_named};
use super::error::{CommandError, brief};
use crate::model::report::Report;
use crate::model::verdict::RunVerdict;
use crate::project::facts::LOCK_FILES;
use crate::project::markers::is_marker_name;
use crate::report::{Colour, Detail, Renderer, Style};
use crate::store::Target;

/// The file name that means stdout; a file of that name is `./-`.
pub(super) const STDOUT: &str = "-";

/// One `--output`, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted<'a> {
    /// The format that is to be written, where one is named.
    pub(super) format: Option<&'a str>,
    /// The file, as it was named.
    pub(super) file: &'a str,
}

/// Takes `[FORMAT=]FILE` apart. Lower-case letters before a `=` are meant as a format, known or not; a file with
/// such a name is `./word=x`.
pub(super) fn wanted(word: &str) -> Result<Wanted<'_>, CommandError> {
    let is_format = |head: &str| !head.is_empty() && head.chars().all(char::is_lowercase);
    let wanted = match word.split_once('=') {
        Some((head, file)) if is_format(head) => Wanted {
            format: Some(head),
            file,
        },
        _ => Wanted {
            format: None,
            file: word,
        },
    };
    if wanted.file.is_empty() {
        return Err(
            CommandError::usage(format!("--output {word:?} names no file")).hint("--output report.txt")
        );
    }
    Ok(wanted)
}

/// Where a link may lead over how many others.
const MAX_LINKS: usize = 40;
/// Directories whose files belong to sdd and to git.
const STATE: [&str; 2] = [".session", ".git"];

/// Refuses files that a report must never replace: what sdd and git keep, under any name that leads there, and
/// files that say what a project is made of.
fn refuse_precious(path: &Path) -> Result<(), CommandError> {
    let real = real_path(path);
    let is_state = |part: std::path::Component<'_>| {
        STATE
            .iter()
            .any(|state| part.as_os_str().eq_ignore_ascii_case(state))
    };
    let kept = [path, real.as_path()]
        .iter()
        .any(|path| path.components().any(is_state));
    let name = real.file_name().unwrap_or_default().to_string_lossy();
    let described = (is_marker_name(&name) || LOCK_FILES.contains(&name.as_ref())) && real.is_file();
    let why = if kept {
        "is among the files that sdd or git keeps"
    } else if described {
        "says what the project is made of"
    } else {
        return Ok(());
    };
    Err(CommandError::usage(format!(
        "--output would overwrite {}, which {why}",
        path.display()
    ))
    .hint("name a file of its own, outside of .session/ and .git/"))
}

/// A path without links and `..`, of a file that may not exist yet.
fn real_path(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        if let Ok(real) = path.canonicalize() {
            return real;
        }
        let parent = path.parent().unwrap_or(Path::new("/"));
        let parent = parent.canonicalize().unwrap_or_else(|_| parent.to_owned());
        let Some(name) = path.file_name() else {
            return path;
        };
        path = match std::fs::read_link(&path) {
            // A link to what does not exist: writing to it makes that.
            Ok(to) => parent.join(to),
            Err(_) => return parent.join(name),
        };
    }
    path
}

/// Opens a file that is to be written, and keeps what is in it for now.
pub(super) fn open(cx: &Cx, file: &str) -> Result<(PathBuf, Target), CommandError> {
    let path = cx.start.join(file);
    refuse_precious(&path)?;
    match Target::open(&path) {
        Ok(target) => Ok((path, target)),
        Err(error) => {
            let why =
                std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
            Err(CommandError::usage(format!("{error}{why}"))
                .hint("name a file in a directory that exists and can be written to"))
        }
    }
}

/// A file of a report, with its form.
struct Opened {
    path: PathBuf,
    target: Target,
    renderer: &'static dyn Renderer,
}

/// The targets of a report.
#[derive(Default)]
pub struct Outputs {
    to_stdout: Option<&'static dyn Renderer>,
    files: Vec<Opened>,
}

impl Outputs {
    /// Reads `--format` and `--output`, and opens every file: better now than after an hour of tests.
    pub fn open(cx: &Cx) -> anyhow::Result<Self> {
        Self::open_beside(cx, &[])
    }

    /// [`Outputs::open`] for a command that reads these files, none of which may be written to.
    pub fn open_beside(cx: &Cx, sources: &[PathBuf]) -> anyhow::Result<Self> {
        let main = cx.renderer()?;
        let mut to_stdout = Some(main);
        let mut to_dash = None;
        let mut files: Vec<Opened> = Vec::new();
        for word in &cx.global.output {
            let wanted = wanted(word)?;
            let renderer = if let Some(format) = wanted.format {
                renderer_named(format)
                    .map_err(|error| error.also(&format!("a file of that name is ./{}", brief(word))))?
            } else {
                to_stdout = None;
                main
            };
            if wanted.file == STDOUT {
                if to_dash.replace(renderer).is_some() {
                    let what = "--output names stdout twice";
                    return Err(CommandError::usage(what)
                        .hint("give each format a file of its own; a file of that name is ./-")
                        .into());
                }
                continue;
            }
            let (path, target) = open(cx, wanted.file)?;
            if files.iter().any(|other| other.target.is_same(&target)) {
                let what = format!("--output names one file twice: {}", path.display());
                return Err(CommandError::usage(what)
                    .hint("give each format a file of its own")
                    .into());
            }
            files.push(Opened {
                path,
                target,
                renderer,
            });
        }
        // What was asked for must not vanish without a word.
        if let (Some(dash), Some(main), true) = (to_dash, to_stdout, cx.global.format.is_some())
            && dash.name() != main.name()
        {
            let what = format!(
                "stdout takes one document, and --format {} and --output {}=- are two",
                main.name(),
                dash.name()
            );
            let hint = format!("give one of them a file: --output {}=FILE", dash.name());
            return Err(CommandError::usage(what).hint(hint).into());
        }
        for file in &files {
            if sources.iter().any(|source| is_one(source, &file.path)) {
                let what = format!("--output names a file that is read: {}", file.path.display());
                return Err(CommandError::usage(what).hint("name another file").into());
            }
        }
        // An older report must not be taken for that of a run which ended before it wrote one.
        for file in &files {
            file.target
                .clear()
                .with_context(|| format!("cannot write {}", file.path.display()))?;
        }
        Ok(Self {
            to_stdout: to_dash.or(to_stdout),
            files,
        })
    }

    /// The files, absolute and without links.
    pub fn files(&self) -> Vec<PathBuf> {
        self.files.iter().map(|file| real_path(&file.path)).collect()
    }

    /// Writes a report of before to every target, stdout last: when a file cannot be written, nothing is shown.
    pub fn show(self, cx: &mut Cx, report: &Report) -> anyhow::Result<()> {
        let mut outcome = Ok(());
        for file in &self.files {
            outcome = outcome.and(file.write(report));
        }
        outcome?;
        self.put(cx, report)
    }

    /// Writes the report of a run to every file, those behind one that cannot be written included. The errors come
    /// back.
    ///
    /// A target that cannot be written is said in the report, and what passed has no verdict then: what stands on
    /// stdout, in the other files and in the exit code is the same.
    pub fn write(&self, report: &mut Report) -> Vec<anyhow::Error> {
        let errors: Vec<anyhow::Error> = self
            .files
            .iter()
            .filter_map(|file| file.write(report).err())
            .collect();
        self.correct(report, &errors);
        errors
    }

    /// Whether a report goes to stdout.
    pub fn shows(&self) -> bool {
        self.to_stdout.is_some()
    }

    /// Prints the report of a run to stdout; [`Outputs::write`] comes first. The error comes back, and the files say
    /// it.
    pub fn print(&self, cx: &mut Cx, report: &mut Report) -> Option<anyhow::Error> {
        let error = self.put(cx, report).err()?;
        self.correct(report, std::slice::from_ref(&error));
        Some(error)
    }

    /// Writes the files anew that can be.
    pub fn write_again(&self, report: &Report) {
        for file in self.files.iter().filter(|file| file.target.keeps()) {
            // What cannot be written was said before.
            let _said = file.write(report);
        }
    }

    fn put(&self, cx: &mut Cx, report: &Report) -> anyhow::Result<()> {
        let Some(renderer) = self.to_stdout else {
            return Ok(());
        };
        let style = Style {
            colour: cx.ui.colour(),
            detail: cx.ui.detail(),
        };
        let mut text = Vec::new();
        renderer.render(report, style, &mut text)?;
        cx.ui.data(&text).context("cannot write to stdout")
    }

    /// Puts into the report what could not be written, and writes the files anew that can be.
    fn correct(&self, report: &mut Report, errors: &[anyhow::Error]) {
        if errors.is_empty() {
            return;
        }
        for error in errors {
            report
                .warnings
                .push(format!("the report was not delivered: {error:#}"));
        }
        if report.verdict == RunVerdict::Passed {
            report.verdict = RunVerdict::Error;
        }
        self.write_again(report);
    }
}

/// Whether two paths lead to one file.
fn is_one(one: &Path, other: &Path) -> bool {
    match (Target::open(one), Target::open(other)) {
        (Ok(one), Ok(other)) => one.is_same(&other),
        // What cannot be opened for writing is not written to.
        _ => false,
    }
}

impl Opened {
    /// Writes the whole file; what cannot be written whole is left empty.
    fn write(&self, report: &Report) -> anyhow::Result<()> {
        let style = Style {
            colour: Colour::No,
            detail: Detail::Normal,
        };
        let mut text = Vec::new();
        self.renderer.render(report, style, &mut text)?;
        self.target
            .clear()
            .and_then(|()| (&self.target).write_all(&text))
            .inspect_err(|_| {
                // A report that is cut off says less than none.
                let _empty_or_not = self.target.clear();
            })
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

impl Cx {
    /// Writes the one document of a command without a report to stdout, or to the file that `--output` names.
    /// [`Cx::choose`] has looked at the options and at the file before the work.
    pub fn emit(&mut self, text: &str) -> anyhow::Result<()> {
        let Some(word) = self.global.output.first() else {
            return self.ui.data(text.as_bytes()).context("cannot write to stdout");
        };
        let file = wanted(word)?.file;
        if file == STDOUT {
            return self.ui.data(text.as_bytes()).context("cannot write to stdout");
        }
        let (path, target) = open(self, file)?;
        target
            .clear()
            .and_then(|()| (&target).write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expect: Option<(Option<&str>, &str)>) {
        let found = wanted(word).ok();
        assert_eq!(found.map(|wanted| (wanted.format, wanted.file)), expect, "{word}");
    }

    #[test]
    fn lower_case_letters_before_an_equals_sign_are_a_format() {
        check("json=x", Some((Some("json"), "x")));
        check("json=a=b", Some((Some("json"), "a=b")));
        check("markdown=x.md", Some((Some("markdown"), "x.md")));
        check("./markdown=x.md", Some((None, "./markdown=x.md")));
        check("A=x", Some((None, "A=x")));
        check("=x", Some((None, "=x")));
        check("plain", Some((None, "plain")));
        check("json=", None);
        check("", None);
    }
}
