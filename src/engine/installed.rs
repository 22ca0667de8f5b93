//! The version of an installed tool, as the package says that it came with: to ask the tool itself costs the start of
//! an interpreter each.
//!
//! Python: a directory `NAME-VERSION.dist-info` in the environment's `site-packages` (the packaging specification
//! "Recording installed projects"). Node.js: `version` of the `package.json` nearest above the file that a link in
//! `node_modules/.bin` leads to. Go: the file `VERSION` of the tree of Go, for `gofmt`, which cannot be asked.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A `package.json` with more bytes is not read.
const MAX_BYTES: u64 = 1 << 20;

/// The version that the package of a program has; `None` when nothing says so.
pub(super) fn version(program: &Path) -> Option<String> {
    of_python(program)
        .or_else(|| of_node(program))
        .or_else(|| of_go(program))
}

fn of_python(program: &Path) -> Option<String> {
    let name = normal(program.file_stem()?.to_str()?);
    let environment = program.parent().filter(|dir| dir.ends_with("bin"))?.parent()?;
    let is_python = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("python"))
    };
    let versions = entries(&environment.join("lib")).filter(is_python);
    let mut found = versions
        .flat_map(|version| entries(&version.join("site-packages")))
        .filter_map(|entry| {
            let entry = entry
                .file_name()?
                .to_str()?
                .strip_suffix(".dist-info")?
                .to_owned();
            let (package, version) = entry.rsplit_once('-')?;
            (normal(package) == name).then(|| version.to_owned())
        });
    // Two of them are what a broken update leaves: then only the tool itself knows.
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn of_node(program: &Path) -> Option<String> {
    if !program.parent()?.ends_with("node_modules/.bin") {
        return None;
    }
    let real = program.canonicalize().ok()?;
    let manifest = real
        .ancestors()
        .skip(1)
        .take_while(|dir| !dir.ends_with("node_modules"))
        .map(|dir| dir.join("package.json"))
        .find(|file| file.is_file())?;
    if std::fs::metadata(&manifest).ok()?.len() > MAX_BYTES {
        return None;
    }
    let package: Value = serde_json::from_slice(&std::fs::read(&manifest).ok()?).ok()?;
    let version = package.get("version")?.as_str()?;
    is_plain(version).then(|| version.to_owned())
}

fn of_go(program: &Path) -> Option<String> {
    if program.file_stem()? != "gofmt" {
        return None;
    }
    let real = program.canonicalize().ok()?;
    let tree = real.parent().filter(|dir| dir.ends_with("bin"))?.parent()?;
    let file = tree.join("VERSION");
    if std::fs::metadata(&file).ok()?.len() > MAX_BYTES {
        return None;
    }
    let text = std::fs::read_to_string(&file).ok()?;
    let version = text.lines().next()?.strip_prefix("go")?;
    is_plain(version).then(|| version.to_owned())
}

/// Whether a version is one that can be shown as it is.
fn is_plain(version: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
    version.starts_with(|c: char| c.is_ascii_digit()) && version.len() <= 40 && version.chars().all(plain)
}

/// A project's name as Python's index compares it.
fn normal(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

fn entries(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let file = dir.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            #[expect(clippy::disallowed_methods, reason = "the input of a test")]
            std::fs::write(file, text).unwrap();
        }
        dir
    }

    #[test]
    fn a_python_package_says_its_version() {
        let dir = tree(&[
            ("bin/pip-audit", ""),
            ("bin/other", ""),
            (
                "lib/python3.11/site-packages/pip_audit-2.10.1.dist-info/METADATA",
                "",
            ),
            (
                "lib/python3.11/site-packages/pip_audit_extra-9.dist-info/METADATA",
                "",
            ),
        ]);
        assert_eq!(
            version(&dir.path().join("bin/pip-audit")).as_deref(),
            Some("2.10.1")
        );
        assert_eq!(version(&dir.path().join("bin/other")), None);
    }

    #[test]
    fn of_two_installations_none_is_believed() {
        let dir = tree(&[
            ("bin/ruff", ""),
            ("lib/python3.11/site-packages/ruff-0.1.0.dist-info/METADATA", ""),
            ("lib/python3.11/site-packages/ruff-0.2.0.dist-info/METADATA", ""),
        ]);
        assert_eq!(version(&dir.path().join("bin/ruff")), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_node_package_says_its_version() {
        let dir = tree(&[
            (
                "node_modules/@a/b/package.json",
                r#"{"name": "@a/b", "version": "3.2.1-rc.1"}"#,
            ),
            ("node_modules/@a/b/bin/b.js", ""),
            ("node_modules/c/package.json", r#"{"version": "see $HOME"}"#),
            ("node_modules/c/c.js", ""),
            ("node_modules/.bin/keep", ""),
        ]);
        let bin = dir.path().join("node_modules/.bin");
        std::os::unix::fs::symlink("../@a/b/bin/b.js", bin.join("b")).unwrap();
        std::os::unix::fs::symlink("../c/c.js", bin.join("c")).unwrap();
        assert_eq!(version(&bin.join("b")).as_deref(), Some("3.2.1-rc.1"));
        assert_eq!(version(&bin.join("c")), None);
        assert_eq!(version(&bin.join("keep")), None);
    }

    #[cfg(unix)]
    #[test]
    fn gofmt_has_the_version_of_its_tree() {
        let dir = tree(&[
            ("go/VERSION", "go1.27.3\ntime 2026-01-01T00:00:00Z\n"),
            ("go/bin/gofmt", ""),
            ("go/bin/other", ""),
            ("odd/VERSION", "devel \u{1b}[31m\n"),
            ("odd/bin/gofmt", ""),
            ("usr/bin/keep", ""),
        ]);
        let at = |path: &str| version(&dir.path().join(path));
        std::os::unix::fs::symlink("../../go/bin/gofmt", dir.path().join("usr/bin/gofmt")).unwrap();
        assert_eq!(at("go/bin/gofmt").as_deref(), Some("1.27.3"));
        assert_eq!(at("usr/bin/gofmt").as_deref(), Some("1.27.3"));
        assert_eq!(at("go/bin/other"), None);
        assert_eq!(at("odd/bin/gofmt"), None);
    }
}
