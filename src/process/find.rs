//! Finding programs: the project's own places first, then a cleaned PATH.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Finds programs by name.
#[derive(Clone, Debug)]
pub struct Finder {
    path: Vec<PathBuf>,
    /// Directories of PATH that are not searched, each with the reason.
    untrusted: Vec<(PathBuf, Distrust)>,
}

/// Why a directory of PATH is not searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// Everybody may put programs into it.
    OpenToAll,
    /// It lies in the project and belongs to no active virtual environment.
    InProject,
}

/// What became of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Here it is, as an absolute path.
    At(PathBuf),
    /// A file of that name is there and may not be executed.
    NotExecutable(PathBuf),
    /// It is only in a directory of PATH that is not searched.
    Untrusted(PathBuf, Distrust),
    /// Nowhere.
    Missing,
}

impl Found {
    /// Why a program that cannot be started is none, as the end of a sentence that begins with its name, and what to do;
    /// `None` of one that is there, may not be executed, or is nowhere.
    pub fn distrust(&self) -> Option<(String, String)> {
        let Self::Untrusted(path, why) = self else {
            return None;
        };
        let dir = path.parent().unwrap_or(path).display();
        Some(match why {
            Distrust::OpenToAll => (
                format!("is only in {dir}, a directory of PATH that everybody may write to, so it is not started"),
                format!("take that right away: chmod o-w {dir}"),
            ),
            Distrust::InProject => (
                format!(
                    "is only in {dir}, a directory of PATH inside of the project and of no active virtual \
                     environment, so it is not started"
                ),
                "activate the environment that it belongs to, call it .venv, or name the program by its path in a \
                 configured command"
                    .to_owned(),
            ),
        })
    }
}

impl Finder {
    /// Searches the directories of a PATH value, without those that are empty, relative or writable by
    /// everybody, and without any inside `project`: there only named places count, and the programs of `active`, the
    /// virtual environment that the user has activated. An environment is no PATH of the project's: it is named by an
    /// absolute path that the project cannot set.
    ///
    /// A sticky directory such as `/tmp` is left out too: the bit keeps others from replacing a file, and not from
    /// putting one there first.
    pub fn new(path: Option<&OsStr>, project: &Path, active: Option<&Path>) -> Self {
        let project = project.canonicalize().unwrap_or_else(|_| project.to_owned());
        let active = active.and_then(programs_of);
        let mut finder = Self {
            path: Vec::new(),
            untrusted: Vec::new(),
        };
        for dir in path.iter().flat_map(|path| std::env::split_paths(path)) {
            if !dir.is_absolute() || finder.path.contains(&dir) {
                continue;
            }
            let Some((real, entry)) = real_directory(&dir) else {
                continue;
            };
            if is_open_to_all(&entry) {
                finder.untrusted.push((dir, Distrust::OpenToAll));
            } else if real.starts_with(&project) && active.as_ref() != Some(&real) {
                finder.untrusted.push((dir, Distrust::InProject));
            } else {
                finder.path.push(dir);
            }
        }
        finder
    }

    /// Finds a program by its name in `places` (absolute directories of the project) and then on PATH. A name
    /// with a `/` in it is taken relative to `base`.
    pub fn find(&self, program: &str, places: &[PathBuf], base: &Path) -> Found {
        if program.is_empty() {
            return Found::Missing;
        }
        if program.contains(std::path::is_separator) {
            let path = base.join(program);
            let path = std::path::absolute(&path).unwrap_or(path);
            return match which::which_global(&path) {
                Ok(found) => Found::At(found),
                Err(_) if path.is_file() => Found::NotExecutable(path),
                Err(_) => Found::Missing,
            };
        }
        let mut not_executable = None;
        for dir in places.iter().chain(&self.path) {
            let path = dir.join(program);
            match which::which_in_global(program, Some(dir)).map(|mut found| found.next()) {
                Ok(Some(found)) => return Found::At(found),
                _ if path.is_file() => not_executable = not_executable.or(Some(path)),
                _ => {}
            }
        }
        if let Some(path) = not_executable {
            return Found::NotExecutable(path);
        }
        let is_there = |(dir, _): &&(PathBuf, Distrust)| dir.join(program).is_file();
        match self.untrusted.iter().find(is_there) {
            Some((dir, why)) => Found::Untrusted(dir.join(program), *why),
            None => Found::Missing,
        }
    }
}

/// A directory without links, and what the system says of it.
fn real_directory(dir: &Path) -> Option<(PathBuf, std::fs::Metadata)> {
    let real = dir.canonicalize().ok()?;
    let entry = real.metadata().ok().filter(std::fs::Metadata::is_dir)?;
    Some((real, entry))
}

/// Where a virtual environment has its programs, without links; `None` of what is none.
fn programs_of(environment: &Path) -> Option<PathBuf> {
    if !environment.is_absolute() || !environment.join("pyvenv.cfg").is_file() {
        return None;
    }
    let name = if cfg!(windows) { "Scripts" } else { "bin" };
    environment.join(name).canonicalize().ok()
}

#[cfg(unix)]
fn is_open_to_all(entry: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    const WRITABLE_BY_OTHERS: u32 = 0o002;
    entry.mode() & WRITABLE_BY_OTHERS != 0
}

#[cfg(not(unix))]
fn is_open_to_all(_entry: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    struct Tree {
        root: tempfile::TempDir,
        active: Option<PathBuf>,
    }

    impl Tree {
        fn new() -> Self {
            let tree = Self {
                root: tempfile::tempdir().unwrap(),
                active: None,
            };
            for dir in [
                "bin",
                "other",
                "open",
                "sticky",
                "project/bin",
                "project/.venv/bin",
                "project/env/bin",
            ] {
                fs::create_dir_all(tree.at(dir)).unwrap();
                tree.mode(dir, 0o755);
            }
            tree.mode("open", 0o777);
            tree.mode("sticky", 0o1777);
            tree
        }

        fn at(&self, path: &str) -> PathBuf {
            self.root.path().canonicalize().unwrap().join(path)
        }

        fn mode(&self, path: &str, mode: u32) {
            fs::set_permissions(self.at(path), fs::Permissions::from_mode(mode)).unwrap();
        }

        fn file(&self, path: &str, mode: u32) {
            fs::File::create(self.at(path)).unwrap();
            self.mode(path, mode);
        }

        fn finder(&self, dirs: &[&str]) -> Finder {
            let path = std::env::join_paths(dirs.iter().map(|dir| self.at(dir))).unwrap();
            Finder::new(Some(&path), &self.at("project"), self.active.as_deref())
        }

        #[track_caller]
        fn check_none(&self, dirs: &[&str]) {
            let found = self.finder(dirs).find("tool", &[], &self.at("project"));
            assert!(matches!(found, Found::Untrusted(..)), "{found:?}");
        }

        #[track_caller]
        fn check(&self, dirs: &[&str], expect: Option<&str>) {
            let found = self.finder(dirs).find("tool", &[], &self.at("project"));
            assert_eq!(
                found,
                expect.map_or(Found::Missing, |path| Found::At(self.at(path)))
            );
        }
    }

    #[test]
    fn an_active_environment_in_the_project_counts() {
        let mut tree = Tree::new();
        tree.file("project/env/bin/tool", 0o755);
        let dirs = ["project/env/bin"];
        tree.check_none(&dirs);
        tree.active = Some(tree.at("project/env"));
        tree.check_none(&dirs);
        tree.file("project/env/pyvenv.cfg", 0o644);
        tree.check(&dirs, Some("project/env/bin/tool"));
        tree.file("project/bin/other", 0o755);
        let other = tree
            .finder(&["project/bin"])
            .find("other", &[], &tree.at("project"));
        assert!(
            matches!(other, Found::Untrusted(_, Distrust::InProject)),
            "{other:?}"
        );
        tree.mode("project/env/bin", 0o777);
        tree.check_none(&dirs);
        tree.mode("project/env/bin", 0o755);
        tree.active = Some(PathBuf::from("env"));
        tree.check_none(&dirs);
    }

    #[test]
    fn the_first_directory_wins() {
        let tree = Tree::new();
        tree.file("bin/tool", 0o755);
        tree.file("other/tool", 0o755);
        tree.check(&["bin", "other"], Some("bin/tool"));
        tree.check(&["other", "bin"], Some("other/tool"));
        tree.check(&["absent", "bin"], Some("bin/tool"));
        tree.check(&[], None);
    }

    #[test]
    fn directories_that_others_may_fill_do_not_count() {
        let tree = Tree::new();
        for file in [
            "open/tool",
            "sticky/tool",
            "project/bin/tool",
            "project/.venv/bin/tool",
        ] {
            tree.file(file, 0o755);
        }
        symlink(tree.at("project/bin"), tree.at("link")).unwrap();
        let dirs = ["open", "sticky", "project/bin", "project/.venv/bin", "link"];
        for (dir, why) in dirs.into_iter().zip([
            Distrust::OpenToAll,
            Distrust::OpenToAll,
            Distrust::InProject,
            Distrust::InProject,
            Distrust::InProject,
        ]) {
            let found = tree.finder(&[dir]).find("tool", &[], &tree.at("project"));
            assert_eq!(found, Found::Untrusted(tree.at(dir).join("tool"), why));
            assert!(
                found
                    .distrust()
                    .unwrap()
                    .0
                    .contains(&*tree.at(dir).to_string_lossy())
            );
        }
        tree.check_none(&dirs);
        tree.file("bin/tool", 0o755);
        tree.check(&["open", "link", "bin"], Some("bin/tool"));
    }

    #[test]
    fn empty_and_relative_entries_do_not_count() {
        let finder = Finder::new(Some(OsStr::new(":.:bin:./bin:")), Path::new("/nowhere"), None);
        assert!(finder.path.is_empty(), "{finder:?}");
        assert!(Finder::new(None, Path::new("/nowhere"), None).path.is_empty());
    }

    #[test]
    fn places_come_before_path() {
        let tree = Tree::new();
        tree.file("bin/tool", 0o755);
        tree.file("project/.venv/bin/tool", 0o755);
        let found = tree
            .finder(&["bin"])
            .find("tool", &[tree.at("project/.venv/bin")], Path::new("/"));
        assert_eq!(found, Found::At(tree.at("project/.venv/bin/tool")));
    }

    #[test]
    fn a_file_that_may_not_be_executed_is_told_apart() {
        let tree = Tree::new();
        tree.file("bin/tool", 0o644);
        let found = tree.finder(&["bin", "other"]).find("tool", &[], Path::new("/"));
        assert_eq!(found, Found::NotExecutable(tree.at("bin/tool")));
        tree.file("other/tool", 0o755);
        tree.check(&["bin", "other"], Some("other/tool"));
        fs::create_dir(tree.at("bin/folder")).unwrap();
        assert_eq!(
            tree.finder(&["bin"]).find("folder", &[], Path::new("/")),
            Found::Missing
        );
    }

    #[test]
    fn a_name_with_a_slash_is_a_path() {
        let tree = Tree::new();
        tree.file("project/bin/tool", 0o755);
        tree.file("project/bin/text", 0o644);
        let base = tree.at("project");
        let find = |name: &str| tree.finder(&["bin"]).find(name, &[], &base);
        assert_eq!(find("bin/tool"), Found::At(tree.at("project/bin/tool")));
        assert_eq!(find("./bin/tool"), Found::At(tree.at("project/bin/tool")));
        assert_eq!(
            find(tree.at("project/bin/tool").to_str().unwrap()),
            Found::At(tree.at("project/bin/tool"))
        );
        assert_eq!(
            find("./bin/text"),
            Found::NotExecutable(tree.at("project/bin/text"))
        );
        assert_eq!(find("./bin/none"), Found::Missing);
        assert_eq!(find(""), Found::Missing);
    }
}
