//! The table of markers: which files make a directory a unit of which language.

use std::sync::LazyLock;

use crate::model::language::Language;

/// A language and the files that announce it.
#[derive(Clone, Copy, Debug)]
pub struct LanguageSpec {
    /// The language.
    pub id: Language,
    /// Its markers; the first that fits a file counts.
    pub markers: &'static [Marker],
}

/// A file that announces a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Which file.
    pub file: FileRule,
    /// What follows from it.
    pub weight: Weight,
}

/// Which file a marker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRule {
    /// The file of this name.
    Name(&'static str),
    /// Every file whose name begins and ends like this.
    Glob(&'static str, &'static str),
    /// The file of this name when one of its lines begins like one of these. A file that cannot be read counts
    /// as one that does: its tools will say what is wrong with it.
    Containing(&'static str, &'static [&'static str]),
}

/// What follows from a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The directory is a unit.
    Declares,
    /// The directory is a unit when source files of the language lie below it that belong to no other unit: such
    /// a file may as well hold the settings of one tool, or the needs of one script.
    WithSources,
    /// The directory's unit of [`REFINED`] is one of this language instead.
    Refines,
}

/// The language that [`Weight::Refines`] refines.
pub const REFINED: Language = Language::Javascript;

/// The languages, in the order of [`Language::ALL`].
pub const LANGUAGES: [LanguageSpec; 5] = [
    LanguageSpec {
        id: Language::Python,
        markers: &[
            // Any other table of pyproject.toml is the settings of some tool.
            declares(FileRule::Containing(
                "pyproject.toml",
                &[
                    "[project]",
                    "[project.",
                    "[build-system]",
                    "[tool.poetry",
                    "[tool.pdm",
                    "[tool.flit",
                    "[tool.uv.workspace]",
                    "[tool.uv.sources]",
                ],
            )),
            declares(FileRule::Name("setup.py")),
            declares(FileRule::Containing("setup.cfg", &["[metadata]", "[options]"])),
            declares(FileRule::Name("Pipfile")),
            with_sources(FileRule::Name("pyproject.toml")),
            with_sources(FileRule::Glob("requirements", ".txt")),
            with_sources(FileRule::Name("uv.lock")),
            with_sources(FileRule::Name("poetry.lock")),
            with_sources(FileRule::Name("setup.cfg")),
            with_sources(FileRule::Name("tox.ini")),
            with_sources(FileRule::Name("pytest.ini")),
        ],
    },
    LanguageSpec {
        id: Language::Javascript,
        markers: &[declares(FileRule::Name("package.json"))],
    },
    LanguageSpec {
        id: Language::Typescript,
        markers: &[Marker {
            file: FileRule::Glob("tsconfig", ".json"),
            weight: Weight::Refines,
        }],
    },
    LanguageSpec {
        id: Language::Rust,
        markers: &[declares(FileRule::Name("Cargo.toml"))],
    },
    LanguageSpec {
        id: Language::Go,
        markers: &[
            declares(FileRule::Name("go.mod")),
            // Joins modules, and is no module itself.
            declares(FileRule::Name("go.work")),
        ],
    },
];

/// Files of languages that sdd has no gates for: said in a warning, never taken for something else.
pub const OTHER_LANGUAGES: &[(&str, FileRule)] = &[
    ("Java", FileRule::Name("pom.xml")),
    ("Java or Kotlin", FileRule::Name("build.gradle")),
    ("Java or Kotlin", FileRule::Name("build.gradle.kts")),
    ("Ruby", FileRule::Name("Gemfile")),
    ("PHP", FileRule::Name("composer.json")),
    ("Elixir", FileRule::Name("mix.exs")),
    ("Swift", FileRule::Name("Package.swift")),
    ("Dart", FileRule::Name("pubspec.yaml")),
    (".NET", FileRule::Glob("", ".csproj")),
    (".NET", FileRule::Glob("", ".fsproj")),
    ("C or C++", FileRule::Name("CMakeLists.txt")),
];

/// Directories that hold what others wrote, by name, wherever they are.
pub const VENDORED: &[&str] = &[
    "node_modules",
    "bower_components",
    "third_party",
    "site-packages",
    "__pycache__",
    // Go's own tools leave this name out everywhere, and the projects in it are inputs of tests.
    "testdata",
];

/// Directories that mostly hold what a build made or what others wrote, by name. One with a manifest that git tracks
/// is a directory like others: nobody commits what a build makes anew.
pub const MOSTLY_BUILT: &[&str] = &["vendor", "venv", "target", "dist", "build"];

/// What package managers leave directly in a directory that they copied others' code into: Go, Composer, Bundler.
pub const VENDORED_BY: &[&str] = &["modules.txt", "autoload.php", "bundle"];

/// What cargo leaves in each package that it copied.
pub const VENDORED_BY_CARGO: &str = ".cargo-checksum.json";

/// Directories that only package managers and interpreters make, by name: nobody calls a directory of their own so.
pub const NEVER_OWN: &[&str] = &["node_modules", "bower_components", "site-packages", "__pycache__"];

/// Directories of inputs for tests, by name, when they lie below one of [`TEST_DIRECTORIES`]: the projects in
/// them are there to be wrong.
pub const TEST_INPUTS: &[&str] = &["fixtures", "__fixtures__", "tool-output"];

/// Directories of tests, by name.
pub const TEST_DIRECTORIES: &[&str] = &["tests", "test", "__tests__", "spec"];

/// Directories that only tools write to, by name: nothing in them is ever a change of the project.
pub const GENERATED: &[&str] = &[
    ".git",
    ".session",
    "node_modules",
    "__pycache__",
    "site-packages",
    ".venv",
    "venv",
    ".tox",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".mypy_cache",
];

const fn declares(file: FileRule) -> Marker {
    Marker {
        file,
        weight: Weight::Declares,
    }
}

const fn with_sources(file: FileRule) -> Marker {
    Marker {
        file,
        weight: Weight::WithSources,
    }
}

impl FileRule {
    /// Whether a file of this name may fit; [`FileRule::Containing`] asks for its content besides.
    pub fn fits_name(&self, name: &str) -> bool {
        match self {
            Self::Name(wanted) | Self::Containing(wanted, _) => name == *wanted,
            Self::Glob(start, end) => {
                name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
            }
        }
    }

    /// Whether a file of a fitting name fits by its content.
    pub fn fits_content(&self, content: &str) -> bool {
        match self {
            Self::Name(_) | Self::Glob(..) => true,
            Self::Containing(_, starts) => content.trim_start_matches('\u{feff}').lines().any(|line| {
                // `[ project ]` is the same table.
                let line: String = line.chars().filter(|c| !c.is_whitespace()).take(80).collect();
                starts.iter().any(|start| line.starts_with(start))
            }),
        }
    }
}

/// A described language and its markers.
#[derive(Clone, Debug)]
pub struct Described {
    /// The language.
    pub language: Language,
    /// How the names of its markers begin and end, and whether anything may stand between.
    names: Vec<(String, Option<String>)>,
}

impl Described {
    /// A language with markers as a configuration spells them: a name, with at most one `*` for any part of it.
    pub fn new(language: Language, markers: &[String]) -> Self {
        let split = |marker: &String| match marker.split_once('*') {
            Some((start, end)) => (start.to_owned(), Some(end.to_owned())),
            None => (marker.clone(), None),
        };
        Self {
            language,
            names: markers.iter().map(split).collect(),
        }
    }

    /// The names of its markers, with `*` for any part of them.
    pub fn patterns(&self) -> impl Iterator<Item = String> {
        self.names.iter().map(|(start, end)| match end {
            Some(end) => format!("{start}*{end}"),
            None => start.clone(),
        })
    }

    /// Whether a file of this name announces the language.
    pub fn fits(&self, name: &str) -> bool {
        self.names.iter().any(|(start, end)| match end {
            None => name == start,
            Some(end) => {
                name.len() >= start.len() + end.len()
                    && name.starts_with(start.as_str())
                    && name.ends_with(end.as_str())
            }
        })
    }
}

/// The markers that can make a directory a unit by themselves.
fn manifests() -> impl Iterator<Item = &'static Marker> {
    LANGUAGES
        .iter()
        .flat_map(|spec| spec.markers)
        .filter(|marker| marker.weight != Weight::Refines)
}

/// The names of the files that can make a directory a unit by themselves, with `*` for any part of them.
pub fn manifest_patterns() -> Vec<String> {
    let mut patterns: Vec<String> = manifests()
        .map(|marker| match marker.file {
            FileRule::Name(name) | FileRule::Containing(name, _) => name.to_owned(),
            FileRule::Glob(start, end) => format!("{start}*{end}"),
        })
        .collect();
    patterns.sort();
    patterns.dedup();
    patterns
}

/// Whether a file of this name can make a directory a unit by itself.
pub fn is_manifest_name(name: &str) -> bool {
    manifests().any(|marker| marker.file.fits_name(name))
}

/// By the last byte of a name a bit for each first one, modulo 64: of all files that mean anything by their name.
static KNOWN_ENDS: LazyLock<[u64; 256]> = LazyLock::new(|| {
    let mut ends = [0; 256];
    let markers = LANGUAGES
        .iter()
        .flat_map(|spec| spec.markers)
        .map(|marker| &marker.file);
    for rule in markers.chain(OTHER_LANGUAGES.iter().map(|(_, rule)| rule)) {
        let (start, end) = match rule {
            FileRule::Name(name) | FileRule::Containing(name, _) => (name, name),
            FileRule::Glob(start, end) => (start, end),
        };
        let first = start.bytes().next().map_or(u64::MAX, |first| 1 << (first % 64));
        match end.bytes().next_back() {
            Some(last) => ends[usize::from(last)] |= first,
            None => ends.iter_mut().for_each(|bits| *bits |= first),
        }
    }
    ends
});

/// Whether a file of this name may fit a marker or one of [`OTHER_LANGUAGES`]: a quick look that most files do not pass.
pub fn may_be_known(name: &str) -> bool {
    let (Some(first), Some(last)) = (name.bytes().next(), name.bytes().next_back()) else {
        return false;
    };
    KNOWN_ENDS[usize::from(last)] & (1 << (first % 64)) != 0
}

/// Whether any marker may fit a file of this name.
pub fn is_marker_name(name: &str) -> bool {
    LANGUAGES
        .iter()
        .flat_map(|spec| spec.markers)
        .any(|marker| marker.file.fits_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_markers_in_the_order_of_the_languages() {
        let ids: Vec<Language> = LANGUAGES.iter().map(|spec| spec.id).collect();
        assert_eq!(ids, Language::ALL);
        assert!(LANGUAGES.iter().all(|spec| !spec.markers.is_empty()));
    }

    #[test]
    fn the_quick_look_passes_every_known_name() {
        let markers = LANGUAGES
            .iter()
            .flat_map(|spec| spec.markers)
            .map(|marker| &marker.file);
        for rule in markers.chain(OTHER_LANGUAGES.iter().map(|(_, rule)| rule)) {
            let name = match rule {
                FileRule::Name(name) | FileRule::Containing(name, _) => (*name).to_owned(),
                FileRule::Glob(start, end) => format!("{start}-x-{end}"),
            };
            assert!(rule.fits_name(&name) && may_be_known(&name), "{name}");
        }
        assert!(!may_be_known("") && !may_be_known("x~"));
    }

    #[test]
    fn globs_need_both_ends() {
        let rule = FileRule::Glob("requirements", ".txt");
        assert!(rule.fits_name("requirements.txt"));
        assert!(rule.fits_name("requirements-dev.txt"));
        assert!(!rule.fits_name("requirements.in"));
        assert!(!FileRule::Glob("tsconfig", ".json").fits_name("tsconfig.js"));
    }

    #[test]
    fn a_pyproject_of_tool_settings_declares_nothing() {
        let rule = LANGUAGES[0].markers[0].file;
        assert!(!rule.fits_content("[tool.ruff]\nline-length = 100\n"));
        assert!(rule.fits_content("[tool.ruff]\n  [project]\nname = 'a'\n"));
        assert!(rule.fits_content("[tool.poetry.dependencies]\n"));
        assert!(rule.fits_content("\u{feff}[ project ] # ours\r\n"));
        assert!(!rule.fits_content("# [project]\n[projects]\n"));
    }
}
