//! What only Go units are asked: the module's name, and which files are its own.

use std::path::Path;

use super::facts::GoFacts;
use super::paths::display;
use super::tracked::Tracked;
use super::units::Manifests;
use super::walk::{self, Entry, Hidden};

/// Directories whose Go files are not the module's own. `vendor` and `testdata` are so for every tool of Go.
const FOREIGN: [&str; 3] = ["vendor", "testdata", "node_modules"];

/// What is known of the Go module in `dir`, a directory inside of `root`.
pub(super) fn facts(root: &Path, dir: &Path, manifests: &mut Manifests, tracked: &Tracked) -> GoFacts {
    let manifest = dir
        .strip_prefix(root)
        .ok()
        .and_then(|inside| manifests.text(&inside.join("go.mod")));
    GoFacts {
        module: manifest.and_then(module_name).map(str::to_owned),
        version: manifest.and_then(version),
        sources: sources(root, dir, tracked),
    }
}

/// The module's Go files, relative to `dir`, sorted. As for `./...`, what begins with a dot or an underscore, what
/// lies in `vendor` or `testdata` and what belongs to another module is left out; so is what git ignores and does not
/// track.
fn sources(root: &Path, dir: &Path, tracked: &Tracked) -> Vec<String> {
    let keep = |found: &Entry<'_>| {
        let name = found.name().to_string_lossy();
        let foreign = found.is_dir() && (FOREIGN.contains(&&*name) || found.path.join("go.mod").is_file());
        !foreign && !name.starts_with('_')
    };
    let visit = |files: &mut Vec<String>, found: &Entry<'_>| {
        let is_go = found.relative.extension().is_some_and(|end| end == "go");
        if is_go && found.is_file() {
            files.push(display(found.relative));
        }
    };
    // What cannot be read was said by the walk that found the unit.
    let (parts, _said) = walk::collect(dir, Hidden::Skip, keep, visit);
    let unmet = tracked.unmet(root, dir);
    let more = walk::extra(dir, &unmet, Hidden::Skip, &keep, &visit);
    let mut files: Vec<String> = parts.into_iter().flatten().chain(more).collect();
    files.sort();
    files
}

/// The name that a `go.mod` gives its module.
fn module_name(text: &str) -> Option<&str> {
    let mut lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or("").trim());
    let rest = lines.find_map(|line| {
        let rest = line.strip_prefix("module")?;
        (rest.is_empty() || rest.starts_with([' ', '\t', '"', '`', '('])).then(|| rest.trim())
    })?;
    let name = if rest == "(" {
        lines.find(|line| !line.is_empty())?
    } else {
        rest
    };
    let name = name.trim_matches(['"', '`']);
    (!name.is_empty() && name != ")").then_some(name)
}

/// The version in a `go.mod`'s line `go 1.22.1`.
fn version(text: &str) -> Option<(u32, u32)> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("go "))?;
    let mut parts = line
        .split("//")
        .next()?
        .trim()
        .split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(module_name(text), expect, "{text:?}");
    }

    #[test]
    fn the_module_is_named_by_its_go_mod() {
        check(
            "// a module\nmodule example.com/a // ours\n\ngo 1.22\n",
            Some("example.com/a"),
        );
        check("module \"example.com/a\"\n", Some("example.com/a"));
        check("module (\n\texample.com/a\n)\n", Some("example.com/a"));
        check("modul example.com/a\n", None);
        check("modules example.com/a\n", None);
        check("module (\n)\n", None);
        check("module\n", None);
        check("", None);
    }

    #[test]
    fn the_version_is_that_of_the_language() {
        assert_eq!(version("module a\n\ngo 1.22.1 // or newer\n"), Some((1, 22)));
        assert_eq!(version("go 1.24rc1"), Some((1, 24)));
        assert_eq!(version("module a\n"), None);
        assert_eq!(version("go one"), None);
    }
}
