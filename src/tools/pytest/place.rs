//! Which test a case of the report is, and where it went wrong.
//!
//! The default report (`xunit2`) names no file: `tests/test_a.py::TestX::test_b` becomes the class name
//! `tests.test_a.TestX`. Which of its parts are the file is found in the traceback, else by the custom that classes
//! begin with a capital letter.

use std::sync::LazyLock;

use regex::Regex;

use crate::parse::junit::JunitCase;
use crate::project::UnitFacts;

/// A test and its place.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The test as pytest names it: `tests/test_a.py::TestX::test_b`.
    pub(super) id: String,
    /// The file, relative to the project's root.
    pub(super) path: Option<String>,
    /// The line, from 1.
    pub(super) line: Option<u32>,
}

/// `tests/test_a.py:11: AssertionError`, `  File "/x/test_a.py", line 2, in f`, `E     File "…", line 1`.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static FRAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)^(?:E?\s*File "(?P<native>[^"\n]+)", line (?P<at>\d+)|(?P<short>[^\s:"<>][^:"<>\n]*\.[a-z]+):(?P<line>\d+):)"#,
    )
    .expect("a pattern")
});

/// Finds a case's test and place.
pub(super) fn of(case: &JunitCase, facts: &UnitFacts) -> Place {
    let collected = !case.classname.is_empty();
    // What could not be collected has its whole address in the name.
    let dotted = if collected { &case.classname } else { &case.name };
    let frames = frames(&case.text, facts);
    let file = case
        .file
        .clone()
        .or_else(|| {
            let fitting = frames
                .iter()
                .filter(|(file, _)| rest_behind(dotted, file).is_some());
            fitting
                .max_by_key(|(file, _)| file.len())
                .map(|(file, _)| file.clone())
        })
        .or_else(|| by_custom(dotted));
    let Some(file) = file else {
        return Place {
            id: if collected {
                format!("{dotted}::{}", case.name)
            } else {
                case.name.clone()
            },
            ..Place::default()
        };
    };
    let mut id = file.clone();
    for class in rest_behind(dotted, &file).unwrap_or_default().split('.') {
        if !class.is_empty() {
            id = format!("{id}::{class}");
        }
    }
    if collected {
        id = format!("{id}::{}", case.name);
    }
    let in_file = frames.iter().rfind(|(frame, _)| *frame == file);
    Place {
        id,
        line: in_file
            .map(|(_, line)| *line)
            .or_else(|| Some(case.line?.saturating_add(1))),
        path: Some(project_path(&file, facts)),
    }
}

/// The places of a traceback, outermost first, with files relative to the unit where they are inside of it.
fn frames(text: &str, facts: &UnitFacts) -> Vec<(String, u32)> {
    FRAME
        .captures_iter(text)
        .filter_map(|found| {
            let file = found.name("native").or_else(|| found.name("short"))?.as_str();
            let line = found
                .name("at")
                .or_else(|| found.name("line"))?
                .as_str()
                .parse()
                .ok()?;
            let inside = std::path::Path::new(file).strip_prefix(&facts.dir);
            let file = inside.map_or_else(
                |_| file.to_owned(),
                |inside| inside.to_string_lossy().into_owned(),
            );
            Some((file.replace('\\', "/"), line))
        })
        .collect()
}

/// What stands behind a file in a dotted name, when the file is the beginning of it. The name counts from pytest's
/// root directory, which may be above the unit, so parts in front of the file are passed over.
fn rest_behind<'a>(dotted: &'a str, file: &str) -> Option<&'a str> {
    let module = file.strip_suffix(".py").unwrap_or(file).replace('/', ".");
    dotted.match_indices(&module).find_map(|(at, _)| {
        let rest = &dotted[at + module.len()..];
        let starts = at == 0 || dotted[..at].ends_with('.');
        (starts && (rest.is_empty() || rest.starts_with('.'))).then(|| rest.trim_start_matches('.'))
    })
}

/// The file of a dotted name by the custom that classes begin with a capital letter and modules do not.
fn by_custom(dotted: &str) -> Option<String> {
    let modules: Vec<&str> = dotted
        .split('.')
        .take_while(|part| !part.starts_with(char::is_uppercase) && !part.is_empty())
        .collect();
    let is_path = |part: &&str| part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    (!modules.is_empty() && modules.iter().all(is_path)).then(|| format!("{}.py", modules.join("/")))
}

/// A file relative to the project's root; it may already be, when pytest's root directory is above the unit.
fn project_path(file: &str, facts: &UnitFacts) -> String {
    let is_relative_to_root = file
        .strip_prefix(&facts.unit.path)
        .is_some_and(|rest| rest.starts_with('/'));
    if is_relative_to_root {
        file.to_owned()
    } else {
        facts.project_path(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::python_recordings::facts;

    #[track_caller]
    fn check(unit: &str, classname: &str, name: &str, text: &str, expect: (&str, Option<&str>, Option<u32>)) {
        let mut facts = facts("");
        facts.unit.path = unit.to_owned();
        facts.dir = facts.root.join(unit);
        let case = JunitCase {
            classname: classname.to_owned(),
            name: name.to_owned(),
            text: text.to_owned(),
            ..JunitCase::default()
        };
        let found = of(&case, &facts);
        assert_eq!((found.id.as_str(), found.path.as_deref(), found.line), expect);
    }

    #[test]
    fn the_traceback_tells_the_file() {
        let text = "x\n\na/test_Odd.py:3: \n_ _\n\nlib.py:9: in f\na/test_Odd.py:7: AssertionError";
        check(
            ".",
            "a.test_Odd.TestX.TestY",
            "test_b[1-a.b]",
            text,
            (
                "a/test_Odd.py::TestX::TestY::test_b[1-a.b]",
                Some("a/test_Odd.py"),
                Some(7),
            ),
        );
    }

    #[test]
    fn absolute_paths_and_native_tracebacks_are_understood() {
        let text = "Traceback (most recent call last):\n  File \"/project/api/tests/test_a.py\", line 4, in test_b\n    x\n";
        check(
            "api",
            "tests.test_a",
            "test_b",
            text,
            ("tests/test_a.py::test_b", Some("api/tests/test_a.py"), Some(4)),
        );
    }

    #[test]
    fn a_root_above_the_unit_is_understood() {
        check(
            "api",
            "api.tests.test_a",
            "test_b",
            "tests/test_a.py:4: AssertionError",
            ("tests/test_a.py::test_b", Some("api/tests/test_a.py"), Some(4)),
        );
        check(
            "api",
            "api.tests.test_a",
            "test_b",
            "",
            ("api/tests/test_a.py::test_b", Some("api/tests/test_a.py"), None),
        );
    }

    #[test]
    fn without_a_traceback_custom_decides() {
        check(
            ".",
            "tests.test_a.TestX",
            "test_b",
            "",
            ("tests/test_a.py::TestX::test_b", Some("tests/test_a.py"), None),
        );
        check(".", "TestX", "test_b", "", ("TestX::test_b", None, None));
    }

    #[test]
    fn what_cannot_be_collected_is_named_by_its_file() {
        check(
            ".",
            "",
            "tests.test_a",
            "tests/test_a.py:1: in <module>\n    import x\nE   ModuleNotFoundError",
            ("tests/test_a.py", Some("tests/test_a.py"), Some(1)),
        );
        check(
            ".",
            "",
            "test_b",
            "/venv/p.py:3: in f\nE     File \"/project/test_b.py\", line 8\nE       def (:\n",
            ("test_b.py", Some("test_b.py"), Some(8)),
        );
        check(".", "", "", "", ("", None, None));
    }
}
