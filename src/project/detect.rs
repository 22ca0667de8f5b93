//! Finding a project's root, and the units below it.

use std::path::{Path, PathBuf};

use crate::model::config::Config;
use crate::model::language::Language;
use crate::model::report::GitInfo;

use super::fill::{Filler, nest};
use super::markers::Described;
use super::paths::one_line;
use super::scan::scan;
use super::units::{Manifests, choose, declare};
use super::walk::{canonical_root, globs};
use super::{Error, Project};

/// The directory that makes its parent a project's root.
const STATE_DIR: &str = ".session";

/// The nearest directory, from `start` upwards, with a `.session` directory in it, without links.
pub fn find_root(start: &Path) -> Option<PathBuf> {
    nearest(start, |dir| dir.join(STATE_DIR).is_dir())
}

/// Where a project's root is: [`find_root`]; else the nearest directory, from `start` upwards, with a `.git`;
/// else `start` itself. Without links, as far as `start` exists.
pub fn default_root(start: &Path) -> PathBuf {
    find_root(start)
        .or_else(|| nearest_git(start))
        .unwrap_or_else(|| {
            start
                .canonicalize()
                .or_else(|_| std::path::absolute(start))
                .unwrap_or_else(|_| start.to_owned())
        })
}

/// The nearest directory, from `start` upwards, with a `.git` directory or file in it, without links.
pub fn nearest_git(start: &Path) -> Option<PathBuf> {
    nearest(start, |dir| dir.join(".git").exists())
}

fn nearest(start: &Path, is_it: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let start = start.canonicalize().ok()?;
    start.ancestors().find(|dir| is_it(dir)).map(Path::to_owned)
}

/// What a configuration says about where units are.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Globs of directories, relative to the root, in which no units are looked for.
    pub exclude: Vec<String>,
    /// Languages beside those of the table, each with the names of its markers: `mix.exs`, `*.csproj`.
    pub languages: Vec<(Language, Vec<String>)>,
    /// Directories that have settings of their own, relative to the root with `/` between parts, each with the language
    /// that it is said to be a unit of, where one is.
    pub units: Vec<(String, Option<Language>)>,
}

impl Look {
    /// What this configuration says.
    pub fn of(config: &Config) -> Self {
        Self {
            exclude: config.exclude.clone(),
            languages: (config.languages.iter())
                .map(|(name, language)| (Language::named(name), language.markers.clone()))
                .collect(),
            units: (config.units.iter())
                .map(|unit| (unit.normal_path(), unit.language))
                .collect(),
        }
    }
}

/// Finds the units below `root`. Git-ignored, hidden, vendored and built directories are left out, links are not
/// followed, and `exclude` holds globs of directories, relative to `root`, that are left out besides.
///
/// A directory that cannot be read is a warning; a root that cannot be read is an error.
pub fn project(root: &Path, exclude: &[String], git: Option<GitInfo>) -> Result<Project, Error> {
    let look = Look {
        exclude: exclude.to_vec(),
        ..Look::default()
    };
    configured(root, &look, git)
}

/// [`project`], with all that a configuration says about units. Settings for a directory that is no unit are an error:
/// nothing would look at what they are about.
pub fn configured(root: &Path, look: &Look, git: Option<GitInfo>) -> Result<Project, Error> {
    let root = canonical_root(root)?;
    let described: Vec<Described> = (look.languages.iter())
        .map(|(language, markers)| Described::new(*language, markers))
        .collect();
    let scan = scan(&root, globs(look.exclude.iter().map(String::as_str))?, &described);
    let mut manifests = Manifests::new(&root);
    let mut warnings = scan.problems.clone();
    let mut chosen = choose(&scan, &mut manifests, &mut warnings);
    declare(&root, &look.units, &mut chosen)?;
    for (language, markers) in &look.languages {
        if !chosen.iter().any(|unit| unit.unit.language == *language) {
            warnings.push(format!(
                "languages.{language}: no file fits its markers ({}), and nothing looks at it",
                markers.join(", ")
            ));
        }
    }
    let mut filler = Filler::new(&root, &scan);
    let mut units: Vec<_> = chosen
        .into_iter()
        .map(|chosen| filler.fill(chosen, &mut manifests))
        .collect();
    nest(&mut units);
    warnings.extend(filler.into_warnings());
    warnings.extend(manifests.into_warnings());
    for (language, (count, first)) in &scan.others {
        let more = match count {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        warnings.push(format!(
            "{language} ({first}{more}) is not a language that sdd has gates for; nothing looks at it"
        ));
    }
    Ok(Project {
        root,
        units,
        git,
        warnings: warnings.iter().map(|line| one_line(line)).collect(),
        left_out: scan.left_out.iter().map(|line| one_line(line)).collect(),
    })
}
