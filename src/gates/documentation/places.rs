//! Which files are changelogs and READMEs, by their names and places.

use crate::project::markers;

/// What the names of changelogs begin with.
const CHANGELOGS: [&str; 4] = ["changelog", "changes", "history", "news"];

/// What the names of READMEs begin with.
const READMES: [&str; 1] = ["readme"];

/// Ends of names of texts; files of other ends are code: `history.py`.
const TEXTS: [&str; 10] = [
    "", "md", "markdown", "mdx", "rst", "txt", "adoc", "asciidoc", "org", "rdoc",
];

/// Directories that hold a changelog in pieces, a file a change.
const PIECES: [&str; 6] = [
    "changelog.d",
    "changelogs",
    "changes.d",
    "newsfragments",
    ".changeset",
    ".changes",
];

/// Whether a path lies where only tools write. What is in `.session` is about the work, and no part of what is worked on.
pub(super) fn is_generated(path: &str) -> bool {
    let (directories, _) = path.rsplit_once('/').unwrap_or(("", path));
    directories
        .split('/')
        .any(|part| markers::GENERATED.contains(&part))
}

/// A file's name as one of these, with the end of a text.
fn is_named(name: &str, begins: &[&str]) -> bool {
    let name = name.to_lowercase();
    let (stem, end) = name.rsplit_once('.').unwrap_or((&name, ""));
    TEXTS.contains(&end)
        && begins.iter().any(|begin| {
            let rest = stem.strip_prefix(begin);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        })
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or((".", path))
}

/// The directories, relative to the project, in which a changelog may stand: the project's own, `docs` and those of
/// units.
pub(super) fn of_changelogs<'a>(units: impl Iterator<Item = &'a str>) -> Vec<String> {
    distinct([".", "docs", "doc"].into_iter().chain(units))
}

/// The directories in which a README may stand: the project's own and those of units.
pub(super) fn of_readmes<'a>(units: impl Iterator<Item = &'a str>) -> Vec<String> {
    distinct(std::iter::once(".").chain(units))
}

fn distinct<'a>(places: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for place in places {
        if !out.iter().any(|known| known == place) {
            out.push(place.to_owned());
        }
    }
    out
}

/// Whether a path is a changelog, or a piece of one, in one of the places.
pub(super) fn is_changelog(path: &str, places: &[String]) -> bool {
    let (dir, name) = split(path);
    if places.iter().any(|place| place == dir) {
        return is_named(name, &CHANGELOGS);
    }
    let (above, own) = split(dir);
    let is_piece = PIECES.contains(&own.to_lowercase().as_str());
    is_piece && places.iter().any(|place| place == above) && !name.starts_with('.')
}

/// Whether a path is a README in one of the places.
pub(super) fn is_readme(path: &str, places: &[String]) -> bool {
    let (dir, name) = split(path);
    places.iter().any(|place| place == dir) && is_named(name, &READMES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: fn(&str, &[String]) -> bool, yes: &[&str], no: &[&str]) {
        let places = [".", "docs", "services/api"].map(str::to_owned);
        for path in yes {
            assert!(found(path, &places), "{path}");
        }
        for path in no {
            assert!(!found(path, &places), "{path}");
        }
    }

    #[test]
    fn changelogs_have_several_names() {
        check(
            is_changelog,
            &[
                "CHANGELOG.md",
                "Changelog",
                "CHANGES.rst",
                "changes.txt",
                "HISTORY.md",
                "NEWS",
                "docs/changelog.md",
                "services/api/CHANGELOG.md",
                "CHANGELOG-2.x.md",
                "changelog.d/12.feature.md",
                "newsfragments/3.bugfix",
                "docs/changelogs/v2.md",
                ".changeset/brave-cats.md",
            ],
            &[
                "history.py",
                "news/models.py",
                "changes.ts",
                "newsletter.md",
                "src/CHANGELOG.md",
                "historical.md",
                "changelog.d/.gitkeep",
                "src/changelog.d/1.md",
                "README.md",
            ],
        );
    }

    #[test]
    fn readmes_stand_at_the_top_of_the_project_or_of_a_unit() {
        check(
            is_readme,
            &[
                "README.md",
                "readme",
                "Readme.rst",
                "services/api/README.md",
                "README.de.md",
            ],
            &["README.py", "src/README.md", "readmefirst.md", "CHANGELOG.md"],
        );
    }

    #[test]
    fn what_tools_write_is_no_change() {
        for path in [
            ".session/specs/a.md",
            "a/__pycache__/b.pyc",
            "node_modules/x/CHANGELOG.md",
        ] {
            assert!(is_generated(path), "{path}");
        }
        for path in ["venv", "src/session/a.py", "a.py"] {
            assert!(!is_generated(path), "{path}");
        }
    }

    #[test]
    fn every_place_is_looked_at_once() {
        assert_eq!(
            of_changelogs([".", "docs", "a"].into_iter()),
            [".", "docs", "doc", "a"]
        );
        assert_eq!(of_readmes([".", "a", "a"].into_iter()), [".", "a"]);
    }
}
