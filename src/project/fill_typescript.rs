//! Which files of a TypeScript unit take themselves out of the check of their types: `// @ts-nocheck` at the beginning.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use super::paths::display;
use super::walk::{self, Entry, Hidden};

/// The endings of files that the compiler may look at.
const ENDINGS: [&str; 8] = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];

/// More of a file is not read: a licence fits in before.
const MAX_HEAD: u64 = 16 * 1024;

/// The files below `dir` that begin so, relative to it. What is installed or ignored by git is left out.
pub(super) fn unchecked(dir: &Path) -> BTreeSet<String> {
    let keep = |found: &Entry<'_>| !(found.is_dir() && found.name() == "node_modules");
    let visit = |files: &mut Vec<String>, found: &Entry<'_>| {
        let ending = found.relative.extension().and_then(|ending| ending.to_str());
        let may = ending.is_some_and(|ending| ENDINGS.contains(&ending));
        if may && found.is_file() && head(found.path).is_some_and(|head| declines(&head)) {
            files.push(display(found.relative));
        }
    };
    // What cannot be read is said by the walk that found the unit.
    let (parts, _said) = walk::collect(dir, Hidden::Skip, keep, visit);
    parts.into_iter().flatten().collect()
}

fn head(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(MAX_HEAD).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether the comments before the first code say `// @ts-nocheck`; `// @ts-check` behind it takes it back.
/// Source: the pragmas of the compiler, which reads both in comments of one line alone.
fn declines(head: &str) -> bool {
    let mut rest = head.trim_start_matches('\u{feff}');
    if rest.starts_with("#!") {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    let mut declined = false;
    loop {
        rest = rest.trim_start();
        if let Some(comment) = rest.strip_prefix("//") {
            let (line, behind) = comment.split_once('\n').unwrap_or((comment, ""));
            let said = line.strip_prefix('/').unwrap_or(line).trim_start();
            match said.split([' ', '\t', '\r', ':']).next() {
                Some("@ts-nocheck") => declined = true,
                Some("@ts-check") => declined = false,
                _ => {}
            }
            rest = behind;
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, behind)| behind);
        } else {
            return declined;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_comments_before_the_first_code_count() {
        for head in [
            "// @ts-nocheck",
            "//@ts-nocheck\nexport {};\n",
            "/// @ts-nocheck: generated\r\nlet a;",
            "\u{feff}#!/usr/bin/env node\n/* MIT\n * licence */\n\n// eslint-disable\n// @ts-nocheck\n",
            "// @ts-check\n// @ts-nocheck\n",
        ] {
            assert!(declines(head), "{head:?}");
        }
        for head in [
            "",
            "let a;\n// @ts-nocheck\n",
            "/* @ts-nocheck */\nlet a;\n",
            "// see @ts-nocheck\n",
            "// @ts-nochecked\n",
            "// @ts-nocheck\n// @ts-check\n",
            "/* // @ts-nocheck",
        ] {
            assert!(!declines(head), "{head:?}");
        }
    }
}
