//! The compose file is there, and Compose takes it.

use super::{Check, Found, Scene, Standing};
use crate::compose::env_files;
use crate::compose::up::{Ending, Why};
use crate::model::text::{counted, one_line};
use crate::project::files;

/// The variables by which Compose is told its files, and what stands between their names.
const FILES: &str = "COMPOSE_FILE";
const SEPARATOR: &str = "COMPOSE_PATH_SEPARATOR";

/// The compose file is there and valid.
pub(super) struct ComposeFile;

impl Check for ComposeFile {
    fn id(&self) -> &'static str {
        "compose-file"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let named_by = scene.needs.named_by;
        let failed = |why: String| Found::new(self.id(), Standing::Failed, why).remedy(named_by.remedy());
        let absent = |file: &String| match files::exists(scene.root, file) {
            Err(error) => Some(failed(error.to_string())),
            Ok(false) => Some(failed(format!("{} is missing", one_line(file)))),
            Ok(true) => None,
        };
        let absent: Vec<Found> = scene.needs.compose_files.iter().filter_map(absent).collect();
        if !absent.is_empty() {
            return absent;
        }
        let file = scene.needs.compose();
        let found = match &scene.rendered {
            Some(Err(why)) => {
                Found::new(self.id(), standing(why), format!("{file}: {why}")).remedy(remedy(scene, why))
            }
            Some(Ok(rendered)) => {
                let services = counted(rendered.active().count(), "service");
                Found::new(self.id(), Standing::Fine, format!("{file}, {services}"))
            }
            // The engine's check says why nobody can tell more.
            None => Found::new(self.id(), Standing::Fine, format!("{file} is there")),
        };
        std::iter::once(found).chain(self.others(scene)).collect()
    }
}

impl ComposeFile {
    /// What tells Compose of other files, where somebody calls it without naming any: a spec goes before it.
    fn others(&self, scene: &Scene<'_>) -> Option<Found> {
        let asked = scene.runner.variable(FILES);
        let asked = asked.or_else(|| env_files::beside(scene.root, FILES))?;
        let separator = scene.runner.variable(SEPARATOR);
        let separator = separator.or_else(|| env_files::beside(scene.root, SEPARATOR));
        let separator = separator
            .filter(|one| !one.is_empty())
            .unwrap_or_else(|| ":".to_owned());
        let asked: Vec<&str> = asked
            .split(separator.as_str())
            .map(|file| file.trim_start_matches("./"))
            .filter(|file| !file.is_empty())
            .collect();
        if asked.is_empty() || asked == scene.needs.compose_files {
            return None;
        }
        let said = format!(
            "{FILES} names {}, and what the spec or the settings name is used: {}",
            one_line(&asked.join(" with ")),
            scene.needs.compose()
        );
        let remedy =
            "name the files that are meant in the spec, in their order: `- Compose file: PATH, PATH`";
        Some(Found::new(self.id(), Standing::Warning, said).remedy(remedy))
    }
}

/// What to do about a file that does not come to anything.
fn remedy(scene: &Scene<'_>, why: &Why) -> String {
    let correct = format!("correct {}", scene.needs.compose());
    let again = scene.calls().map(|calls| calls.config().shown());
    match (why, again) {
        (Why::File { .. }, Some(again)) => format!("{correct}; this says what is wrong with it: {again}"),
        (Why::Call { .. }, Some(again)) => format!("see whether this works by itself: {again}"),
        _ => why.hint().unwrap_or(correct),
    }
}

fn standing(why: &Why) -> Standing {
    match why.ending() {
        Ending::Failed => Standing::Failed,
        Ending::Error | Ending::Cancelled => Standing::Unknown,
    }
}
