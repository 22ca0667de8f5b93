//! Writing the evidence of integration tests: `.session/evidence/ID/`.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::tools::Tools;
use crate::compose::depends::{self, Depends};
use crate::compose::project;
use crate::model::gate_id::GateId;
use crate::model::report::Report;
use crate::model::session::ActiveWork;
use crate::model::text;
use crate::process::find::{Finder, Found};
use crate::process::guard;
use crate::process::redact::Redactor;
use crate::project::git;
use crate::report::evidence::{self, Gap, MANIFEST, MEASUREMENT, Member, Origin, Subject};
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
    /// The compose files that it names, as far as they are in the repository.
    pub(super) compose_files: &'a [PathBuf],
    pub(super) tools: &'a Tools,
    /// Starts programs also when sdd was told to stop: the evidence of such a run is to be whole as well.
    pub(super) unstopped: &'a dyn Fn() -> Tools,
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
    let project = project::name(store.root(), &report.run_id);
    files.logs(of.run, &project, &of.tools.redactor);
    files.reports(of.run, report, &of.tools.redactor);
    files.measurement(of.run, report, &of.tools.redactor);
    let origin = of.origin(report, &mut files.gaps);
    let gate = (report.gates.iter_mut()).find(|gate| gate.gate == GateId::Integration);
    let warnings = gate.map_or(&mut report.warnings, |gate| &mut gate.warnings);
    let missing = files.gaps.iter();
    warnings.extend(missing.map(|gap| format!("the evidence is without {}: {}", gap.path, gap.why)));
    let subject = Subject {
        spec: work.spec.as_ref().map(|spec| &spec.integration),
        work_items: &work.item.dependencies,
        depends: of.depends(),
    };
    let mut members = evidence::documents(report, &subject);
    members.extend(files.members);
    let directory = format!("{}/{}", layout::EVIDENCE, work.item.id);
    let held = store.lock(&format!("sdd {}", report.command))?;
    replace(store, &directory, &members, |prev| {
        let origin = Origin { prev, ..origin };
        evidence::manifest(report, &members, &files.gaps, &origin)
    })?;
    drop(held);
    Ok(Some(directory))
}

/// Takes the manifest back, since the report that it tells of is not there.
pub(super) fn withdraw(store: &Store, directory: &str) -> Result<(), store::Error> {
    store.remove(&format!("{directory}/{MANIFEST}"))?;
    Ok(())
}

impl Keeping<'_> {
    /// Which services of the compose files depend on which. One that cannot be read brought nothing up, which its gate says.
    fn depends(&self) -> Depends {
        let mut depends = Depends::new();
        for file in self.compose_files {
            if let Ok(Some(bytes)) = store::read_regular(file, store::SMALL) {
                depends::add(&mut depends, &String::from_utf8_lossy(&bytes));
            }
        }
        depends
    }

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
            git::tree_of(&(self.unstopped)().runner, &git, self.store.root(), head)
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

/// Puts evidence in place of that of an earlier run. Only what that listed is removed: other files are somebody's own. Where
/// it cannot be done, nothing of either is left, and no manifest.
fn replace(
    store: &Store,
    directory: &str,
    members: &[Member],
    manifest: impl FnOnce(Option<String>) -> Vec<u8>,
) -> anyhow::Result<()> {
    let listing = format!("{directory}/{MANIFEST}");
    // A manifest that cannot be read lists nothing.
    let before = store::read_inside(store.root(), &listing, store::LARGE);
    let old = evidence::listed(&before.ok().flatten().unwrap_or_default());
    // A manifest that does not fit what lies beside it is worse than none.
    store.remove(&listing)?;
    let mut written = Vec::new();
    let put = || -> anyhow::Result<()> {
        let prev = store::read_regular(&store.path(&newest()), store::SMALL)?;
        let manifest = manifest(prev.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()));
        let is_left = |path: &&String| !members.iter().any(|member| member.path == **path);
        for path in old.iter().filter(is_left) {
            store.remove(&format!("{directory}/{path}"))?;
        }
        let documents = members.iter().map(|one| (one.path.as_str(), &one.bytes));
        for (path, bytes) in documents.chain(std::iter::once((MANIFEST, &manifest))) {
            store.write(&format!("{directory}/{path}"), bytes, Overwrite::Replace)?;
            written.push(path);
        }
        let hash = evidence::sha256(&manifest) + "\n";
        store.write(&newest(), hash.as_bytes(), Overwrite::Replace)?;
        Ok(())
    };
    let put = put();
    if put.is_err() {
        for path in old.iter().map(String::as_str).chain(written) {
            // What cannot be removed is in no manifest.
            let _left = store.remove(&format!("{directory}/{path}"));
        }
    }
    put
}

/// The file with the hash of the newest manifest.
fn newest() -> String {
    format!("{}/HEAD", layout::EVIDENCE)
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
    fn logs(&mut self, run: &Path, project: &str, redactor: &Redactor) {
        let directory = run.join("services");
        let all = match entries(&directory) {
            Ok(all) => all,
            Err(error) => return self.gap("logs", error),
        };
        for (index, (name, is_file)) in all.iter().enumerate() {
            if index == MOST_FILES {
                return self.gap("logs", format!("{} of them are too many", all.len()));
            }
            // Evidence that is committed has one name for what is the same in every run.
            let own = name
                .strip_prefix(project)
                .map(|rest| rest.trim_start_matches(['-', '_']));
            let path = format!("logs/{}", own.unwrap_or(name));
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

    /// The measurement that the report of the gate `benchmark` is of.
    fn measurement(&mut self, run: &Path, report: &Report, redactor: &Redactor) {
        match store::read_regular(&run.join(MEASUREMENT), store::LARGE) {
            Ok(Some(bytes)) => {
                let gates = report.gates.iter();
                let step =
                    (gates.filter(|gate| gate.gate == GateId::Benchmark)).find_map(|gate| gate.steps.first());
                self.members.push(Member {
                    path: MEASUREMENT.to_owned(),
                    bytes: redactor.text(&String::from_utf8_lossy(&bytes)).into_bytes(),
                    media_type: "application/json",
                    producer: (step.map(|step| step.command.clone()))
                        .filter(|words| !words.is_empty())
                        .unwrap_or_else(|| vec!["sdd".to_owned()]),
                    exit_code: step.and_then(|step| step.exit_code),
                });
            }
            Ok(None) => {}
            Err(error) => self.gap(MEASUREMENT, error),
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
        for name in ["sdd-0-r-web-1.log", "sdd-0-r_mail_1.log"] {
            scratch::write_new(&run.join("services").join(name), b"x\n").unwrap();
        }
        let step = "integration-root-python-pytest";
        scratch::make_dir(&run.join(step)).unwrap();
        scratch::make_dir(&run.join(step).join("junit.xml")).unwrap();
        let redactor = Redactor::default();
        let mut files = Files::default();
        files.logs(run, "sdd-0-r", &redactor);
        let report = crate::report::tests::fixture_report();
        files.reports(run, &report, &redactor);
        let members: Vec<&str> = files.members.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(members, ["logs/api.log", "logs/web-1.log", "logs/mail_1.log"]);
        let gaps: Vec<&str> = files.gaps.iter().map(|gap| gap.path.as_str()).collect();
        assert_eq!(
            gaps,
            ["logs/db.log", "reports/integration-root-python-pytest-junit.xml"]
        );
        assert!(files.gaps.iter().all(|gap| !gap.why.is_empty()));
    }

    /// Members of these paths, each with its path in it.
    fn members(paths: &[&str]) -> Vec<Member> {
        let member = |path: &&str| Member {
            path: (*path).to_owned(),
            bytes: path.as_bytes().to_vec(),
            media_type: "text/plain",
            producer: Vec::new(),
            exit_code: None,
        };
        paths.iter().map(member).collect()
    }

    /// A manifest of a run that left these members.
    fn manifest(members: &[Member]) -> Vec<u8> {
        let report = crate::report::tests::fixture_report();
        evidence::manifest(&report, members, &[], &Origin::default())
    }

    const DIRECTORY: &str = ".session/evidence/integration_test_a";

    /// A project with files in the directory of the evidence.
    fn project(files: &[&str]) -> (tempfile::TempDir, Store) {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        for path in files {
            let place = format!("{DIRECTORY}/{path}");
            store.write(&place, b"theirs", Overwrite::Replace).unwrap();
        }
        (temp, store)
    }

    /// Every file in the directory of the evidence, sorted.
    fn kept_files(store: &Store) -> Vec<String> {
        let mut all = Vec::new();
        for (below, start) in [("", ""), ("/logs", "logs/"), ("/reports", "reports/")] {
            let found = entries(&store.path(&format!("{DIRECTORY}{below}"))).unwrap();
            let files = found.into_iter().filter(|(_, is_file)| *is_file);
            all.extend(files.map(|(name, _)| format!("{start}{name}")));
        }
        all.sort_unstable();
        all
    }

    const SCOPE: &str = "integration-scope-matrix.json";
    const TESTS: &str = "test-execution-report.json";

    #[test]
    fn only_what_an_earlier_run_left_is_removed() {
        let theirs = [
            "defect-log.csv",
            "integration-signoff.json",
            "logs/mine.log",
            "notes.md",
            "reports/mine.xml",
        ];
        let (_temp, store) = project(&theirs);
        let first = members(&[SCOPE, TESTS, "logs/api.log", "logs/db.log"]);
        replace(&store, DIRECTORY, &first, |_| manifest(&first)).unwrap();
        let second = members(&[SCOPE, "logs/api.log"]);
        let text = manifest(&second);
        replace(&store, DIRECTORY, &second, |_| text.clone()).unwrap();
        let mut expect = [&theirs[..], &[SCOPE, "logs/api.log", MANIFEST]].concat();
        expect.sort_unstable();
        assert_eq!(kept_files(&store), expect);
        let head = store::read_regular(&store.path(&newest()), store::SMALL).unwrap();
        assert_eq!(head, Some((evidence::sha256(&text) + "\n").into_bytes()));
    }

    #[test]
    fn where_no_manifest_can_be_read_nothing_is_removed() {
        let (_temp, store) = project(&[MANIFEST, SCOPE, TESTS, "notes.md"]);
        let new = members(&[SCOPE]);
        replace(&store, DIRECTORY, &new, |_| manifest(&new)).unwrap();
        assert_eq!(kept_files(&store), [MANIFEST, SCOPE, "notes.md", TESTS]);
        let scope = store::read_regular(&store.path(&format!("{DIRECTORY}/{SCOPE}")), store::SMALL).unwrap();
        assert_eq!(scope.as_deref(), Some(SCOPE.as_bytes()));
    }

    #[cfg(unix)]
    #[test]
    fn evidence_that_cannot_be_written_is_not_there_by_half() {
        for blocked in ["logs", "reports"] {
            let (_temp, store) = project(&["notes.md"]);
            let old = members(&[SCOPE, TESTS]);
            replace(&store, DIRECTORY, &old, |_| manifest(&old)).unwrap();
            let outside = tempfile::tempdir().unwrap();
            let link = store.path(&format!("{DIRECTORY}/{blocked}"));
            std::os::unix::fs::symlink(outside.path(), link).unwrap();
            let new = members(&[SCOPE, "logs/api.log", "reports/integration-a-junit.xml"]);
            let error = replace(&store, DIRECTORY, &new, |_| manifest(&new)).unwrap_err();
            assert!(error.to_string().contains(blocked), "{error:#}");
            assert_eq!(kept_files(&store), ["notes.md"], "{blocked}");
            assert!(entries(outside.path()).unwrap().is_empty());
        }
    }

    #[test]
    fn evidence_whose_hash_cannot_be_written_is_not_there() {
        let (_temp, store) = project(&["notes.md"]);
        scratch::make_dir(&store.path(&newest())).unwrap();
        let new = members(&[SCOPE, "logs/api.log"]);
        replace(&store, DIRECTORY, &new, |_| manifest(&new)).unwrap_err();
        assert_eq!(kept_files(&store), ["notes.md"]);
    }

    #[test]
    fn without_a_report_there_is_no_manifest() {
        let (_temp, store) = project(&["notes.md"]);
        let new = members(&[SCOPE]);
        replace(&store, DIRECTORY, &new, |_| manifest(&new)).unwrap();
        withdraw(&store, DIRECTORY).unwrap();
        assert_eq!(kept_files(&store), [SCOPE, "notes.md"]);
        // There may be none.
        withdraw(&store, DIRECTORY).unwrap();
    }

    #[test]
    fn the_measurement_of_the_load_is_kept_as_it_is() {
        let temp = tempfile::tempdir().unwrap();
        let report = crate::report::tests::fixture_report();
        let redactor = Redactor::default();
        let mut files = Files::default();
        files.measurement(temp.path(), &report, &redactor);
        assert_eq!((files.members.len(), files.gaps.len()), (0, 0));
        scratch::write_new(&temp.path().join(MEASUREMENT), b"{\"kind\": \"bench\"}\n").unwrap();
        files.measurement(temp.path(), &report, &redactor);
        let kept = &files.members[0];
        assert_eq!(
            (kept.path.as_str(), kept.media_type),
            (MEASUREMENT, "application/json")
        );
        assert_eq!(kept.bytes, b"{\"kind\": \"bench\"}\n");
        assert_eq!(kept.producer, ["sdd"]);

        let large = vec![b' '; usize::try_from(store::LARGE).unwrap() + 1];
        scratch::overwrite(&temp.path().join(MEASUREMENT), &large).unwrap();
        let mut files = Files::default();
        files.measurement(temp.path(), &report, &redactor);
        assert!(files.members.is_empty());
        assert_eq!(files.gaps[0].path, MEASUREMENT);
    }

    /// The one log of a run as the evidence has it.
    #[track_caller]
    fn kept(log: &[u8]) -> String {
        let temp = tempfile::tempdir().unwrap();
        scratch::make_dir(&temp.path().join("services")).unwrap();
        scratch::write_new(&temp.path().join("services/api.log"), log).unwrap();
        let mut files = Files::default();
        files.logs(temp.path(), "sdd-0-r", &Redactor::default());
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
        files.logs(temp.path(), "sdd-0-r", &Redactor::default());
        assert_eq!((files.members.len(), files.gaps.len()), (0, 0));
    }
}
