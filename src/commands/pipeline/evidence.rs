//! Writing the evidence of integration tests: `.session/evidence/ID/`.

use std::fs::File;
use std::path::Path;

use super::tools::Tools;
use crate::model::gate_id::GateId;
use crate::model::report::Report;
use crate::model::session::ActiveWork;
use crate::model::text;
use crate::process::find::{Finder, Found};
use crate::process::guard;
use crate::process::redact::Redactor;
use crate::project::git;
use crate::report::evidence::{self, Gap, MANIFEST, Member, Origin};
use crate::store::{self, Kept, Overwrite, Part, Store, layout};

/// The most of a log that is kept: its end.
const LOG_BYTES: u64 = 256 * 1024;
/// The most logs and reports that are kept.
const MOST_FILES: usize = 200;
/// What test runners leave in the directory of their step.
const REPORTS: [(&str, &str); 3] = [
    ("junit.xml", "application/xml"),
    ("jest.json", "application/json"),
    ("vitest.json", "application/json"),
];

/// What evidence is kept of, and where.
pub(super) struct Keeping<'a> {
    pub(super) store: &'a Store,
    /// The directory of the run.
    pub(super) run: &'a Path,
    /// The work that was tested.
    pub(super) work: Option<&'a ActiveWork>,
    pub(super) tools: &'a Tools,
    pub(super) finder: &'a Finder,
    /// The digest of the work tree as it was when the run began.
    pub(super) digest: Option<&'a str>,
}

/// Keeps the evidence of a run, where it leaves some; gives the directory. What cannot be read is named in the manifest
/// and in the warnings of the gate.
pub(super) fn keep(of: &Keeping<'_>, report: &mut Report) -> anyhow::Result<Option<String>> {
    let Some(work) = of.work.filter(|_| evidence::is_due(report)) else {
        return Ok(None);
    };
    let store = of.store;
    let mut files = Files::default();
    files.logs(of.run, &of.tools.redactor);
    files.reports(of.run, report, &of.tools.redactor);
    let origin = of.origin(report, &mut files.gaps);
    if let Some(gate) = (report.gates.iter_mut()).find(|gate| gate.gate == GateId::Integration) {
        let missing = files.gaps.iter();
        gate.warnings
            .extend(missing.map(|gap| format!("the evidence is without {}: {}", gap.path, gap.why)));
    }
    let spec = work.spec.as_ref().map(|spec| &spec.integration);
    let mut members = evidence::documents(report, spec);
    members.extend(files.members);
    let directory = format!("{}/{}", layout::EVIDENCE, work.item.id);
    let held = store.lock(&format!("sdd {}", report.command))?;
    let newest = format!("{}/HEAD", layout::EVIDENCE);
    let prev = store::read_regular(&store.path(&newest), store::SMALL)?;
    let origin = Origin {
        prev: prev.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()),
        ..origin
    };
    // A manifest that does not fit what lies beside it is worse than none.
    store.remove(&format!("{directory}/{MANIFEST}"))?;
    remove_others(store, &directory, &members)?;
    for member in &members {
        store.write(
            &format!("{directory}/{}", member.path),
            &member.bytes,
            Overwrite::Replace,
        )?;
    }
    let manifest = evidence::manifest(report, &members, &files.gaps, &origin);
    store.write(&format!("{directory}/{MANIFEST}"), &manifest, Overwrite::Replace)?;
    let hash = evidence::sha256(&manifest) + "\n";
    store.write(&newest, hash.as_bytes(), Overwrite::Replace)?;
    drop(held);
    Ok(Some(directory))
}

impl Keeping<'_> {
    /// What was tested, and by which sdd.
    fn origin(&self, report: &Report, gaps: &mut Vec<Gap>) -> Origin {
        let mut gap = |path: &str, why: String| {
            gaps.push(Gap {
                path: path.to_owned(),
                why: text::one_line(&why),
            });
        };
        let binary = guard::own_program()
            .and_then(File::open)
            .and_then(|mut file| evidence::sha256_of(&mut file))
            .map_err(|error| gap("binary_sha256", error.to_string()))
            .ok();
        let head = report.git.as_ref().and_then(|git| git.head.as_deref());
        let tree = head.and_then(|head| {
            let Found::At(git) = self.finder.find("git", &[], self.store.root()) else {
                gap("tree", "git is not there".to_owned());
                return None;
            };
            git::tree_of(&self.tools.runner, &git, self.store.root(), head)
                .map_err(|error| gap("tree", error.to_string()))
                .ok()
        });
        let is_dirty = report.git.as_ref().is_some_and(|git| git.dirty);
        if is_dirty && self.digest.is_none() {
            gap(
                "diff_sha256",
                "what differs from the commit is too much to read".to_owned(),
            );
        }
        Origin {
            prev: None,
            binary,
            tree,
            difference: self.digest.filter(|_| is_dirty).map(str::to_owned),
        }
    }
}

/// Removes what an earlier run left and this one has not.
fn remove_others(store: &Store, directory: &str, members: &[Member]) -> anyhow::Result<()> {
    for below in ["", "logs", "reports"] {
        let place = if below.is_empty() {
            directory.to_owned()
        } else {
            format!("{directory}/{below}")
        };
        for name in names(&store.path(&place))? {
            let path = if below.is_empty() {
                name
            } else {
                format!("{below}/{name}")
            };
            if !members.iter().any(|member| member.path == path) {
                store.remove(&format!("{directory}/{path}"))?;
            }
        }
    }
    Ok(())
}

/// What stands in a directory, sorted, with whether it is a plain file; nothing where there is no directory.
fn entries(directory: &Path) -> std::io::Result<Vec<(String, bool)>> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        names.push((name, entry.file_type()?.is_file()));
    }
    names.sort_unstable();
    Ok(names)
}

/// The names of the plain files of a directory, sorted.
fn names(directory: &Path) -> std::io::Result<Vec<String>> {
    let entries = entries(directory)?.into_iter();
    Ok(entries
        .filter(|(_, is_file)| *is_file)
        .map(|(name, _)| name)
        .collect())
}

/// The end of a log as it is kept: without what steers terminals, without secrets, and with a note of what is left out.
fn log(part: &Part, redactor: &Redactor) -> String {
    let end = redactor.text(&text::sanitise(&String::from_utf8_lossy(&part.bytes)));
    if part.left_out == 0 {
        return end;
    }
    // Half a line says little, where there are others.
    let whole = end
        .split_once('\n')
        .map(|(_, rest)| rest)
        .filter(|rest| !rest.trim().is_empty());
    let kept = whole.unwrap_or(&end);
    format!(
        "[sdd: the log begins earlier; the last {} of {} bytes are kept]\n{kept}",
        part.bytes.len(),
        part.left_out + LOG_BYTES
    )
}

/// What a run left beside its report.
#[derive(Default)]
struct Files {
    members: Vec<Member>,
    gaps: Vec<Gap>,
}

impl Files {
    fn gap(&mut self, path: &str, why: impl std::fmt::Display) {
        self.gaps.push(Gap {
            path: path.to_owned(),
            why: text::one_line(&why.to_string()),
        });
    }

    /// The ends of the logs of services.
    fn logs(&mut self, run: &Path, redactor: &Redactor) {
        let directory = run.join("services");
        let all = match entries(&directory) {
            Ok(all) => all,
            Err(error) => return self.gap("logs", error),
        };
        for (index, (name, is_file)) in all.iter().enumerate() {
            if index == MOST_FILES {
                return self.gap("logs", format!("{} of them are too many", all.len()));
            }
            let path = format!("logs/{name}");
            match store::read_part(&directory.join(name), LOG_BYTES, Kept::End) {
                Ok(Some(part)) if *is_file => {
                    self.members.push(Member {
                        path,
                        bytes: log(&part, redactor).into_bytes(),
                        media_type: "text/plain",
                        producer: vec!["docker".to_owned(), "logs".to_owned()],
                        exit_code: None,
                    });
                }
                Ok(_) => self.gap(&path, "it is no plain file"),
                Err(error) => self.gap(&path, error),
            }
        }
    }

    /// The reports of test runners, as they wrote them.
    fn reports(&mut self, run: &Path, report: &Report, redactor: &Redactor) {
        let all = match entries(run) {
            Ok(all) => all,
            Err(error) => return self.gap("reports", error),
        };
        let steps = all.into_iter().map(|(name, _)| name);
        for step in steps.filter(|name| name.starts_with("integration-") && run.join(name).is_dir()) {
            for (file, media_type) in REPORTS {
                let path = format!("reports/{step}-{file}");
                let bytes = match store::read_regular(&run.join(&step).join(file), store::LARGE) {
                    Ok(Some(bytes)) => bytes,
                    Ok(None) => continue,
                    Err(error) => {
                        self.gap(&path, error);
                        continue;
                    }
                };
                let of_step = report.gates.iter().flat_map(|gate| &gate.steps).find(|of| {
                    of.log
                        .as_deref()
                        .is_some_and(|log| log.ends_with(&format!("/{step}.log")))
                });
                self.members.push(Member {
                    path,
                    bytes: redactor.text(&String::from_utf8_lossy(&bytes)).into_bytes(),
                    media_type,
                    producer: of_step.map(|of| of.command.clone()).unwrap_or_default(),
                    exit_code: of_step.and_then(|of| of.exit_code),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::scratch;

    #[test]
    fn what_cannot_be_read_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let run = temp.path();
        scratch::make_dir(&run.join("services")).unwrap();
        scratch::write_new(&run.join("services/api.log"), b"token=abc\n").unwrap();
        scratch::make_dir(&run.join("services/db.log")).unwrap();
        let step = "integration-root-python-pytest";
        scratch::make_dir(&run.join(step)).unwrap();
        scratch::make_dir(&run.join(step).join("junit.xml")).unwrap();
        let redactor = Redactor::default();
        let mut files = Files::default();
        files.logs(run, &redactor);
        let report = crate::report::tests::fixture_report();
        files.reports(run, &report, &redactor);
        let members: Vec<&str> = files.members.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(members, ["logs/api.log"]);
        let gaps: Vec<&str> = files.gaps.iter().map(|gap| gap.path.as_str()).collect();
        assert_eq!(
            gaps,
            ["logs/db.log", "reports/integration-root-python-pytest-junit.xml"]
        );
        assert!(files.gaps.iter().all(|gap| !gap.why.is_empty()));
    }

    /// The one log of a run as the evidence has it.
    #[track_caller]
    fn kept(log: &[u8]) -> String {
        let temp = tempfile::tempdir().unwrap();
        scratch::make_dir(&temp.path().join("services")).unwrap();
        scratch::write_new(&temp.path().join("services/api.log"), log).unwrap();
        let mut files = Files::default();
        files.logs(temp.path(), &Redactor::default());
        assert!(files.gaps.is_empty(), "{:?}", files.gaps);
        String::from_utf8(files.members.remove(0).bytes).unwrap()
    }

    #[test]
    fn what_steers_terminals_is_not_kept() {
        let log =
            b"\x1b[31mred\x1b[0m\x07\x08 one\n\x1b]0;title\x07two\r\n\x1b]0;never ended\nthree\tx\n\x9b2J";
        assert_eq!(kept(log), "red one\ntwo\n\nthree\tx\n\u{fffd}2J");
    }

    #[test]
    fn of_a_log_that_is_too_long_the_end_is_kept_and_the_rest_told() {
        let most = usize::try_from(LOG_BYTES).unwrap();
        // One line, with and without its end: there is no other to begin with.
        for end in ["", "\n"] {
            let one = format!("{}the end{end}", "x".repeat(20_000_000));
            let kept = kept(one.as_bytes());
            let (note, rest) = kept.split_once('\n').unwrap();
            let whole = one.len();
            assert_eq!(
                note,
                format!("[sdd: the log begins earlier; the last {most} of {whole} bytes are kept]")
            );
            assert_eq!(rest, &one[whole - most..]);
        }
        let many = kept("line of a log\n".repeat(50_000).as_bytes());
        let lines: Vec<&str> = many.lines().skip(1).collect();
        assert!(lines.len() > 15_000 && lines.iter().all(|line| *line == "line of a log"));
        assert_eq!(kept(b"short\n"), "short\n");
    }

    #[test]
    fn where_a_run_left_nothing_nothing_is_missing() {
        let temp = tempfile::tempdir().unwrap();
        let mut files = Files::default();
        files.logs(temp.path(), &Redactor::default());
        assert_eq!((files.members.len(), files.gaps.len()), (0, 0));
    }
}
