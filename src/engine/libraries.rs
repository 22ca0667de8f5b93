//! Asking about libraries: which ones, what is remembered of them, and what a server says of the rest.

use std::path::Path;

use super::work::{chain, log_name};
use super::{Job, step_dir};
use crate::context7::{self, Answer, Asked, Cache, Fault, Library, Source, libraries};
use crate::gates::{LibrariesAnswer, LibrariesWork, PartResult, Step};
use crate::process::clock::Clock;
use crate::store::{self, Overwrite, Store, layout};

/// What was asked less than a day ago, in a directory that git ignores.
const REMEMBERED: &str = ".session/runs/context7.json";

/// Asks.
pub(super) fn look_up(step: &Step, work: &LibrariesWork, job: &Job<'_>) -> PartResult {
    let root = job.cx.project.root.as_path();
    let (from, all) = match used(root, job) {
        Ok(used) => used,
        Err(why) => return PartResult::Libraries(Err(why)),
    };
    let (wanted, unused) = libraries::important(all, &work.important);
    let now = Clock::System.now();
    let server = work.server.identity();
    let mut cache = remembered(root);
    let known: Vec<Option<context7::Verified>> = wanted
        .iter()
        .map(|library| cache.get(&server, library, now))
        .collect();
    let open: Vec<Library> = wanted
        .iter()
        .zip(&known)
        .filter(|(_, known)| known.is_none())
        .map(|(library, _)| library.clone())
        .collect();
    let asked = match ask(step, work, job, &open) {
        Ok(states) => states,
        Err(Fault::Stopped) => return PartResult::NotStarted("stopped while it ran".to_owned()),
        Err(fault) => return PartResult::Libraries(Err(chain(&fault))),
    };
    for (library, state) in open.iter().zip(&asked) {
        cache.put(&server, library, state, now);
    }
    cache.tidy(now);
    remember(root, &cache);
    let mut asked = asked.into_iter();
    let libraries = wanted
        .into_iter()
        .zip(known)
        .map(|(library, known)| match known {
            Some(verified) => Answer {
                library,
                state: context7::State::Verified(verified),
                source: Source::Remembered,
            },
            None => Answer {
                library,
                state: asked
                    .next()
                    .unwrap_or_else(|| context7::State::Unanswered("it was not asked".to_owned())),
                source: Source::Asked,
            },
        })
        .collect();
    PartResult::Libraries(Ok(LibrariesAnswer {
        from,
        libraries,
        unused,
    }))
}

/// The libraries in use, and what names them.
fn used(root: &Path, job: &Job<'_>) -> Result<(String, Vec<Library>), String> {
    let stack = store::read_inside(root, layout::STACK, store::SMALL).map_err(|error| chain(&error))?;
    let named = stack.map(|bytes| libraries::of_stack(&String::from_utf8_lossy(&bytes), layout::STACK));
    match named {
        Some(named) if !named.is_empty() => Ok(("stack.txt".to_owned(), named)),
        _ => {
            let read = |path: &Path| {
                let inside = path.strip_prefix(root).ok()?.to_str()?;
                let bytes = store::read_inside(root, inside, store::SMALL).ok()??;
                Some(String::from_utf8_lossy(&bytes).into_owned())
            };
            let found = libraries::of_units(&job.cx.project.units, &read).map_err(|error| chain(&error))?;
            Ok(("the manifests".to_owned(), found))
        }
    }
}

fn ask(
    step: &Step,
    work: &LibrariesWork,
    job: &Job<'_>,
    open: &[Library],
) -> Result<Vec<context7::State>, Fault> {
    if open.is_empty() {
        return Ok(Vec::new());
    }
    context7::ask(&Asked {
        server: &work.server,
        libraries: open,
        timeout: work.timeout,
        cwd: job.cx.project.root.clone(),
        log: step_dir(job.cx.out, &log_name(step)),
        runner: job.runner,
        stopped: &|| job.cancel.is_requested(),
    })
}

/// What is remembered; nothing when it cannot be read.
fn remembered(root: &Path) -> Cache {
    store::read_regular(&root.join(REMEMBERED), store::LARGE)
        .ok()
        .flatten()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

/// Only a cache: without it the server is asked again.
fn remember(root: &Path, cache: &Cache) {
    if let (Ok(store), Ok(mut text)) = (Store::open(root), serde_json::to_vec_pretty(cache)) {
        text.push(b'\n');
        let _ = store.write(REMEMBERED, &text, Overwrite::Replace);
    }
}
