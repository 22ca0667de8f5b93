//! `sdd config show`: the settings that take effect, and where each comes from.

use serde_json::Value;

use super::{Format, json_document};
use crate::model::config::{JsonPath, Loaded};
use crate::model::text;

/// The longest value in the table, in characters.
const MAX_VALUE_CHARS: usize = 60;

/// The settings that take effect. JSON is again a configuration, with every default filled in; the table for
/// people says of each value where it comes from. `path` is the file, as it is shown.
pub fn show(path: &str, loaded: &Loaded, format: Format) -> String {
    let effective = loaded.config.effective();
    match format {
        Format::Json => json_document(&effective),
        Format::Human => table(path, loaded, &effective),
    }
}

struct Row {
    setting: JsonPath,
    value: String,
    origin: String,
}

fn table(path: &str, loaded: &Loaded, effective: &Value) -> String {
    let mut rows = Vec::new();
    collect(path, loaded, &JsonPath::default(), effective, &mut rows);
    let names: Vec<String> = rows.iter().map(|row| row.setting.to_string()).collect();
    let names_width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let values_width = rows
        .iter()
        .map(|row| row.value.chars().count())
        .max()
        .unwrap_or(0);
    let lines: Vec<String> = names
        .iter()
        .zip(&rows)
        .map(|(name, row)| format!("{name:names_width$}  {:values_width$}  {}", row.value, row.origin))
        .collect();
    lines.join("\n") + "\n"
}

/// A row for each value that is no object; languages under `commands` are rows of their own.
fn collect(path: &str, loaded: &Loaded, at: &JsonPath, value: &Value, rows: &mut Vec<Row>) {
    match value {
        Value::Object(map) if !map.is_empty() && !is_command(map) => {
            for (key, below) in map {
                collect(path, loaded, &at.key(key), below, rows);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (index, item) in items.iter().enumerate() {
                rows.push(row(path, loaded, at.index(index), item));
            }
        }
        value => rows.push(row(path, loaded, at.clone(), value)),
    }
}

fn is_command(map: &serde_json::Map<String, Value>) -> bool {
    map.len() == 1 && (map.contains_key("shell") || map.contains_key("each"))
}

fn row(path: &str, loaded: &Loaded, setting: JsonPath, value: &Value) -> Row {
    let written = match value {
        Value::String(word) => word.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    };
    let written = text::sanitise(&written).replace('\n', " ");
    let origin = match origin(loaded, &setting) {
        Some(line) => format!("{path}:{line}"),
        None => "default".to_owned(),
    };
    Row {
        setting,
        value: text::shorten(&written, MAX_VALUE_CHARS),
        origin,
    }
}

/// The line that a setting comes from. One number for all languages is each language's own in the table, and
/// so stands at the setting above it.
fn origin(loaded: &Loaded, setting: &JsonPath) -> Option<usize> {
    let threshold = JsonPath::of("quality_gates.test_execution.coverage_threshold");
    let everywhere = !matches!(
        loaded.config.quality_gates.test_execution.coverage_threshold,
        Some(crate::model::config::CoverageThreshold::ByLanguage(_))
    );
    let at = match setting.parent() {
        Some(parent) if parent == threshold && everywhere => parent,
        _ => setting.clone(),
    };
    loaded.given(&at).map(|position| position.line)
}
