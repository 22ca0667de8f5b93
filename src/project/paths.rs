//! Paths inside of a project: how they are written, and which ones are refused.

use std::path::{Component, Path, PathBuf};

use crate::model::text;

use super::Error;

/// A path relative to the project's root, as text with `/` between parts; `.` for the root itself. Bytes that
/// are not Unicode are written as `\xff`, so that two files never get the same text.
pub fn display(relative: &Path) -> String {
    if relative.as_os_str().is_empty() {
        return ".".to_owned();
    }
    let mut out = String::with_capacity(relative.as_os_str().len());
    for part in relative.components() {
        if !out.is_empty() {
            out.push('/');
        }
        match part.as_os_str().to_str() {
            Some(text) => out.push_str(text),
            None => push_escaped(&mut out, part.as_os_str().as_encoded_bytes()),
        }
    }
    out
}

fn push_escaped(out: &mut String, bytes: &[u8]) {
    use std::fmt::Write as _;
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
}

/// A message with paths in it as one line that is safe to show, whatever the paths are.
pub(super) fn one_line(message: &str) -> String {
    text::sanitise(message).replace('\n', "\\n")
}

/// Checks a configured path by its spelling alone: relative, not empty, without `..` and NUL. The answer has no
/// `.` parts; the root itself is the empty path.
pub fn spelled_inside(path: &str) -> Result<PathBuf, Error> {
    let refuse = |why| {
        Err(Error::Path {
            path: path.to_owned(),
            why,
        })
    };
    if path.trim().is_empty() {
        return refuse("is empty");
    }
    if path.contains('\0') {
        return refuse("has a NUL in it");
    }
    let mut out = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => out.push(name),
            Component::CurDir => {}
            Component::ParentDir => return refuse("has `..` in it; name a place inside the project"),
            Component::RootDir | Component::Prefix(_) => {
                return refuse("is absolute; name it relative to the project");
            }
        }
    }
    Ok(out)
}

/// What a configured path is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// It exists; this is where it really is, inside of the project and without links.
    At(PathBuf),
    /// Nothing is there.
    Missing,
}

/// Resolves a configured path inside of a project. Links are followed as long as they stay inside; `root` must
/// be absolute and without links.
pub fn resolve(root: &Path, path: &str) -> Result<Place, Error> {
    let relative = spelled_inside(path)?;
    let wanted = root.join(&relative);
    let unreadable = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    match wanted.canonicalize() {
        Ok(real) => inside(root, path, real).map(Place::At),
        Err(error) if is_missing(&error) => {
            // What is missing behind a link that leads out was still looked for outside.
            for ancestor in wanted.ancestors().skip(1).take_while(|dir| dir.starts_with(root)) {
                match ancestor.canonicalize() {
                    Ok(real) => {
                        inside(root, path, real)?;
                        break;
                    }
                    Err(error) if is_missing(&error) => {}
                    Err(error) => return Err(unreadable(error)),
                }
            }
            Ok(Place::Missing)
        }
        Err(error) => Err(unreadable(error)),
    }
}

fn inside(root: &Path, path: &str, real: PathBuf) -> Result<PathBuf, Error> {
    if real.starts_with(root) {
        Ok(real)
    } else {
        Err(Error::Outside {
            path: path.to_owned(),
            target: real,
        })
    }
}

fn is_missing(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
    )
}

/// Removes `.` and `..` from a path by its spelling; `None` when it climbs above its start.
pub(super) fn normalise(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => out.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_with_slashes() {
        assert_eq!(display(Path::new("")), ".");
        assert_eq!(display(Path::new("a/b c/ü")), "a/b c/ü");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_not_unicode_stay_distinct() {
        use std::os::unix::ffi::OsStrExt;
        let name = |bytes| display(Path::new(std::ffi::OsStr::from_bytes(bytes)));
        assert_eq!(name(b"a\xff"), "a\\xff");
        assert_ne!(name(b"a\xff"), name(b"a\xfe"));
    }

    #[test]
    fn what_leaves_the_project_by_spelling_is_refused() {
        for bad in ["", "  ", "/etc", "..", "../a", "a/../../b", "a/..", "a\0b"] {
            assert!(
                matches!(spelled_inside(bad), Err(Error::Path { .. })),
                "{bad:?} was let through"
            );
        }
        assert_eq!(spelled_inside("./a//b/").unwrap(), Path::new("a/b"));
        assert_eq!(spelled_inside(".").unwrap(), Path::new(""));
    }

    #[test]
    fn dots_are_removed_by_spelling() {
        assert_eq!(normalise(Path::new("a/./b/../c")).unwrap(), Path::new("a/c"));
        assert_eq!(normalise(Path::new("a/../../c")), None);
    }
}
