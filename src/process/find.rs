//! Finding programs: the project's own places first, then a cleaned PATH.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Finds programs by name.
#[derive(Clone, Debug)]
pub struct Finder {
    path: Vec<PathBuf>,
}

/// What became of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Here it is, as an absolute path.
    At(PathBuf),
    /// A file of that name is there and may not be executed.
    NotExecutable(PathBuf),
    /// Nowhere.
    Missing,
}

impl Finder {
    /// Searches the directories of a PATH value, without those that are empty, relative or writable by
    /// everybody, and without any inside `project`: there only named places count.
    ///
    /// A sticky directory such as `/tmp` is left out too: the bit keeps others from replacing a file, and not from
    /// putting one there first.
    pub fn new(path: Option<&OsStr>, project: &Path) -> Self {
        let project = project.canonicalize().unwrap_or_else(|_| project.to_owned());
        let mut dirs: Vec<PathBuf> = Vec::new();
        for dir in path.iter().flat_map(|path| std::env::split_paths(path)) {
            if dir.is_absolute() && !dirs.contains(&dir) && is_trusted(&dir, &project) {
                dirs.push(dir);
            }
        }
        Self { path: dirs }
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
        not_executable.map_or(Found::Missing, Found::NotExecutable)
    }
}

/// Whether a directory of PATH is one that only its owner and group can put programs into, and not the project's.
fn is_trusted(dir: &Path, project: &Path) -> bool {
    let Ok(real) = dir.canonicalize() else {
        return false;
    };
    !real.starts_with(project)
        && real
            .metadata()
            .is_ok_and(|entry| entry.is_dir() && !is_open_to_all(&entry))
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

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    struct Tree {
        root: tempfile::TempDir,
    }

    impl Tree {
        fn new() -> Self {
            let tree = Self {
                root: tempfile::tempdir().unwrap(),
            };
            for dir in [
                "bin",
                "other",
                "open",
                "sticky",
                "project/bin",
                "project/.venv/bin",
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
            Finder::new(Some(&path), &self.at("project"))
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
        tree.check(
            &["open", "sticky", "project/bin", "project/.venv/bin", "link"],
            None,
        );
        tree.file("bin/tool", 0o755);
        tree.check(&["open", "link", "bin"], Some("bin/tool"));
    }

    #[test]
    fn empty_and_relative_entries_do_not_count() {
        let finder = Finder::new(Some(OsStr::new(":.:bin:./bin:")), Path::new("/nowhere"));
        assert!(finder.path.is_empty(), "{finder:?}");
        assert!(Finder::new(None, Path::new("/nowhere")).path.is_empty());
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
