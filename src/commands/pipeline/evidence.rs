//! Writing the evidence of integration tests: `.session/evidence/ID/`.

use std::path::Path;

use crate::model::report::Report;
use crate::model::session::ActiveWork;
use crate::process::redact::Redactor;
use crate::report::evidence::{self, MANIFEST, Member};
use crate::store::{self, Overwrite, Store, layout};

/// The most of a log that is kept: its end.
const LOG_BYTES: usize = 256 * 1024;
/// The most logs and reports that are kept.
const MOST_FILES: usize = 200;
/// What test runners leave in the directory of their step.
const REPORTS: [(&str, &str); 3] = [
    ("junit.xml", "application/xml"),
    ("jest.json", "application/json"),
    ("vitest.json", "application/json"),
];

/// Keeps the evidence of a run, where it leaves some; gives the directory.
pub(super) fn keep(
    store: &Store,
    run: &Path,
    report: &Report,
    work: Option<&ActiveWork>,
    redactor: &Redactor,
) -> anyhow::Result<Option<String>> {
    let Some(work) = work.filter(|_| evidence::is_due(report)) else {
        return Ok(None);
    };
    let spec = work.spec.as_ref().map(|spec| &spec.integration);
    let mut members = evidence::documents(report, spec);
    members.extend(logs(run, redactor)?);
    members.extend(reports(run, report, redactor)?);
    let directory = format!("{}/{}", layout::EVIDENCE, work.item.id);
    let held = store.lock(&format!("sdd {}", report.command))?;
    let newest = format!("{}/HEAD", layout::EVIDENCE);
    let prev = store::read_regular(&store.path(&newest), store::SMALL)?;
    let prev = prev.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
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
    let manifest = evidence::manifest(report, &members, prev.as_deref());
    store.write(&format!("{directory}/{MANIFEST}"), &manifest, Overwrite::Replace)?;
    let hash = evidence::sha256(&manifest) + "\n";
    store.write(&newest, hash.as_bytes(), Overwrite::Replace)?;
    drop(held);
    Ok(Some(directory))
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

/// The plain files of a directory, sorted; none where it is not there.
fn names(directory: &Path) -> anyhow::Result<Vec<String>> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_file()
            && let Ok(name) = entry.file_name().into_string()
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    names.truncate(MOST_FILES);
    Ok(names)
}

/// The ends of the logs of services.
fn logs(run: &Path, redactor: &Redactor) -> anyhow::Result<Vec<Member>> {
    let directory = run.join("services");
    let mut logs = Vec::new();
    for name in names(&directory)? {
        let Some(bytes) = store::read_regular(&directory.join(&name), store::LARGE)? else {
            continue;
        };
        let start = bytes.len().saturating_sub(LOG_BYTES);
        let end = String::from_utf8_lossy(bytes.get(start..).unwrap_or_default()).into_owned();
        logs.push(Member {
            path: format!("logs/{name}"),
            bytes: redactor.text(&end).into_bytes(),
            media_type: "text/plain",
            producer: vec!["docker".to_owned(), "logs".to_owned()],
            exit_code: None,
        });
    }
    Ok(logs)
}

/// The reports of test runners, as they wrote them.
fn reports(run: &Path, report: &Report, redactor: &Redactor) -> anyhow::Result<Vec<Member>> {
    let mut found = Vec::new();
    let mut steps: Vec<String> = std::fs::read_dir(run)?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with("integration-"))
        .collect();
    steps.sort_unstable();
    for step in steps {
        for (file, media_type) in REPORTS {
            let Some(bytes) = store::read_regular(&run.join(&step).join(file), store::LARGE)? else {
                continue;
            };
            let of_step = report.gates.iter().flat_map(|gate| &gate.steps).find(|of| {
                of.log
                    .as_deref()
                    .is_some_and(|log| log.ends_with(&format!("/{step}.log")))
            });
            found.push(Member {
                path: format!("reports/{step}-{file}"),
                bytes: redactor.text(&String::from_utf8_lossy(&bytes)).into_bytes(),
                media_type,
                producer: of_step.map(|of| of.command.clone()).unwrap_or_default(),
                exit_code: of_step.and_then(|of| of.exit_code),
            });
        }
    }
    Ok(found)
}
