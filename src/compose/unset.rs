//! Variables that a compose file names and nobody sets, found in its text: podman-compose puts nothing in their place and
//! says nothing of it (seen with its versions 1.0.6, 1.2.0 and 1.5.0).
//!
//! Source for the forms: <https://docs.docker.com/reference/compose-file/interpolation/>.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_yaml::Value;

use super::env_files;

/// What podman-compose and Compose set themselves.
const OWN: &str = "COMPOSE_";

/// The variables of files that are not set. `value` gives those that are.
pub fn unset(files: &[PathBuf], value: &dyn Fn(&str) -> Option<String>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in files {
        // A file that cannot be read is Compose's to tell of.
        let (text, _) = env_files::read_told(file);
        if let Ok(yaml) = serde_yaml::from_str(&text) {
            walk(&yaml, &mut names);
        }
    }
    names.retain(|name| !name.starts_with(OWN) && value(name).is_none());
    names
}

fn walk(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => names.extend(bare(text)),
        Value::Sequence(list) => list.iter().for_each(|value| walk(value, names)),
        Value::Mapping(map) => map.values().for_each(|value| walk(value, names)),
        Value::Tagged(tagged) => walk(&tagged.value, names),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The variables in a text for which it gives nothing else: `$NAME` and `${NAME}`, but not `${NAME:-otherwise}` or `$$NAME`.
fn bare(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('$') {
        if let Some(behind) = behind.strip_prefix('$') {
            rest = behind;
            continue;
        }
        let in_braces = behind.strip_prefix('{');
        let inner = in_braces.unwrap_or(behind);
        let end = inner
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(inner.len());
        let (name, after) = inner.split_at(end);
        let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if starts_well && (in_braces.is_none() || after.starts_with('}')) {
            found.push(name.to_owned());
        }
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store;

    #[test]
    fn only_variables_without_another_value_count() {
        let check = |text: &str, expect: &[&str]| assert_eq!(bare(text), expect, "{text}");
        check("$A ${B} x$C-$D", &["A", "B", "C", "D"]);
        check("${A:-x} ${B-} ${C:?no} ${D:+x} $$E $${F} $1 $ ${", &[]);
        check("$$$A", &["A"]);
        check("", &[]);
    }

    #[test]
    fn what_is_set_nowhere_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("c.yml");
        let text = "services:\n  s:\n    image: 'a:${TAG}'\n    # ${COMMENT}\n    environment: {A: $HERE, B: [\"$GONE\"], \
                    C: '$COMPOSE_PROJECT_NAME'}\n";
        store::atomic::write(&file, text.as_bytes()).unwrap();
        let value = |name: &str| (name == "HERE").then(|| "x".to_owned());
        let names = unset(&[file, temp.path().join("missing.yml")], &value);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["GONE", "TAG"]);
    }
}
