//! Finding a project's root, and the units below it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::model::config::Config;
use crate::model::language::Language;

use super::fill::{Filler, nest};
use super::git::Index;
use super::left_out::{Manifests as TrackedManifests, note};
use super::markers::Described;
use super::paths::{display, one_line, spelled_inside};
use super::scan::{Rules, Scan, scan};
use super::tracked::Tracked;
use super::units::{Manifests, choose, declare};
pub use super::walk::Hands;
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
    /// The directory of integration tests, which each unit may have in it; empty where nobody asks.
    pub integration: String,
    /// How many threads walk the tree.
    pub hands: Hands,
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
            integration: config.integration().test_directory.clone(),
            hands: Hands::AsNeeded,
        }
    }
}

/// Finds the units below `root`. Directories that git ignores, hidden, vendored and built ones are left out, links are
/// not followed, and `exclude` holds globs of directories, relative to `root`, that are left out besides. What `index`
/// says to be tracked is not ignored, and a directory with a tracked manifest in it was not built.
///
/// A directory that cannot be read is a warning; a root that cannot be read is an error.
pub fn project(root: &Path, exclude: &[String], index: Option<Index<'_>>) -> Result<Project, Error> {
    let look = Look {
        exclude: exclude.to_vec(),
        ..Look::default()
    };
    configured(root, &look, index)
}

/// [`project`], with all that a configuration says about units. Settings for a directory that is no unit are an error:
/// nothing would look at what they are about.
pub fn configured(root: &Path, look: &Look, index: Option<Index<'_>>) -> Result<Project, Error> {
    let root = canonical_root(root)?;
    let described: Vec<Described> = (look.languages.iter())
        .map(|(language, markers)| Described::new(*language, markers))
        .collect();
    let rules = Rules {
        exclude: globs(look.exclude.iter().map(String::as_str))?,
        described: &described,
        own: BTreeSet::new(),
        hands: look.hands,
    };
    let index = index.filter(|_| nearest_git(&root).is_some());
    let (tracked, scan, note) = look_at(&root, rules, index);
    let mut manifests = Manifests::new(&root);
    let mut warnings = scan.problems.clone();
    warnings.extend(tracked.unknown().map(str::to_owned));
    warnings.extend(tracked.submodules(&root).iter().map(|dir| {
        format!("{dir} is a submodule that the repository's rules ignore, and nothing looks at it")
    }));
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
    let mut filler = Filler::new(&root, &tracked, &scan);
    let mut units: Vec<_> = chosen
        .into_iter()
        .map(|chosen| filler.fill(chosen, &mut manifests))
        .collect();
    nest(&mut units);
    for facts in &mut units {
        facts.has_integration = spelled_inside(&look.integration)
            .is_ok_and(|inside| !inside.as_os_str().is_empty() && is_within(&root, &facts.dir.join(inside)));
    }
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
    warnings.extend(note);
    let integration = spelled_inside(&look.integration).unwrap_or_else(|_| (&look.integration).into());
    Ok(Project {
        has_integration: is_within(&root, &root.join(integration)),
        root,
        units,
        warnings: warnings.iter().map(|line| one_line(line)).collect(),
        left_out: (scan.left_out.iter())
            .map(|(dir, reason)| one_line(&format!("{}: {}", display(dir), reason.text())))
            .collect(),
        tracked,
    })
}

/// Walks the tree while git is asked, and once more when a directory that was left out turns out to be the project's
/// own. The last of the answer says which projects were left out.
fn look_at(root: &Path, mut rules: Rules<'_>, index: Option<Index<'_>>) -> (Tracked, Scan, Option<String>) {
    std::thread::scope(|scope| {
        let asked = index.map(|index| scope.spawn(move || Tracked::find(root, index)));
        let mut found = scan(root, &rules);
        let mut manifests = TrackedManifests::find(root, &rules, &found, index);
        let tracked = asked.map_or_else(Tracked::default, |asked| {
            asked
                .join()
                .unwrap_or_else(|_| Tracked::lost("asking git which ignored files it tracks panicked"))
        });
        manifests.add(&tracked, rules.described);
        rules.own = manifests.own(root);
        if found.left_out.keys().any(|dir| rules.own.contains(dir)) {
            found = scan(root, &rules);
        }
        found.add_tracked(root, &tracked, &rules);
        let note = note(root, &found, &manifests);
        (tracked, found, note)
    })
}
/// Whether a directory is there, and no link on the way leads out of the project.
fn is_within(root: &Path, directory: &Path) -> bool {
    let (Ok(root), Ok(real)) = (root.canonicalize(), directory.canonicalize()) else {
        return false;
    };
    real.is_dir() && real.starts_with(root)
}
