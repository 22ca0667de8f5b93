//! Source files, and their text without what no rule is about: comments, literals, tests.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// A file: its path from the root of the repository with `/` between parts, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    /// The module that the file is, as names from the crate's root; empty for the root itself.
    pub fn module(&self) -> Vec<&str> {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let name = inside.strip_suffix(".rs").unwrap_or(inside);
        match name {
            "lib" | "main" => Vec::new(),
            _ => name.strip_suffix("/mod").unwrap_or(name).split('/').collect(),
        }
    }
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the repository that git would not ignore, as paths from the root, sorted.
pub fn tree() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = ignore::WalkBuilder::new(root())
        .hidden(false)
        .require_git(false)
        .git_global(false)
        .parents(false)
        .filter_entry(|entry| entry.file_name() != ".git" && entry.file_name() != "target")
        .build()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .filter_map(|entry| entry.path().strip_prefix(root()).ok().map(Path::to_path_buf))
        .collect();
    files.sort();
    files
}

/// The crate's own source files.
pub fn crate_sources() -> Vec<Source> {
    let sources: Vec<Source> = tree()
        .into_iter()
        .filter(|path| path.starts_with("src") && path.extension().is_some_and(|ext| ext == "rs"))
        .map(|path| {
            let text = std::fs::read_to_string(root().join(&path)).expect("a source file is UTF-8");
            Source::new(path.to_string_lossy().replace('\\', "/"), text)
        })
        .collect();
    assert!(!sources.is_empty(), "no source file was found");
    sources
}

/// What is shipped: the code of every file, without comments, literals and tests. Lines keep their numbers.
pub fn shipped(sources: &[Source]) -> Vec<Source> {
    let code: Vec<Source> = sources
        .iter()
        .map(|source| Source::new(&*source.path, code_only(&source.text)))
        .collect();
    let tests: Vec<String> = code.iter().flat_map(test_modules).collect();
    code.iter()
        .filter(|source| !is_test(&source.path, &tests))
        .map(|source| Source::new(&*source.path, without_tests(&source.text)))
        .collect()
}

/// How many lines each shipped file has without its tests, comments included.
pub fn lengths(sources: &[Source]) -> Vec<(String, usize)> {
    let code: Vec<Source> = sources
        .iter()
        .map(|source| Source::new(&*source.path, code_only(&source.text)))
        .collect();
    let tests: Vec<String> = code.iter().flat_map(test_modules).collect();
    code.iter()
        .filter(|source| !is_test(&source.path, &tests))
        .map(|source| {
            let in_tests: usize = test_regions(&source.text)
                .iter()
                .map(|region| source.text[region.clone()].matches('\n').count() + 1)
                .sum();
            (source.path.clone(), source.text.lines().count() - in_tests)
        })
        .collect()
}

/// The number of the line, from 1, that a byte is on.
pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The paths, without `.rs`, of the modules that a file declares for tests only.
fn test_modules(source: &Source) -> Vec<String> {
    static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;")
            .expect("the pattern is valid")
    });
    let stem = source.path.strip_suffix(".rs").unwrap_or(&source.path);
    let dir = match stem.rsplit_once('/') {
        Some((dir, "mod" | "lib" | "main")) => dir,
        _ => stem,
    };
    DECLARED
        .captures_iter(&source.text)
        .map(|found| format!("{dir}/{}", &found[1]))
        .collect()
}

fn is_test(path: &str, tests: &[String]) -> bool {
    tests.iter().any(|module| {
        path.strip_prefix(module.as_str())
            .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    })
}

/// Blanks what `#[cfg(test)]` stands before.
fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut at = 0;
    for region in test_regions(code) {
        out.push_str(&code[at..region.start]);
        out.extend(code[region.clone()].chars().map(blank));
        at = region.end;
    }
    out.push_str(&code[at..]);
    out
}

/// Where the items are that `#[cfg(test)]` stands before, the attribute included.
fn test_regions(code: &str) -> Vec<std::ops::Range<usize>> {
    static ATTRIBUTE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"#\[cfg\((?:all\()?test\b[^\]]*\]").expect("the pattern is valid"));
    let mut regions: Vec<std::ops::Range<usize>> = Vec::new();
    for found in ATTRIBUTE.find_iter(code) {
        if regions.last().is_none_or(|last| last.end <= found.start()) {
            regions.push(found.start()..item_end(code, found.end()));
        }
    }
    regions
}

/// Where the item that begins at a byte ends: behind its `;`, or behind the brace that closes it.
fn item_end(code: &str, from: usize) -> usize {
    let (mut braces, mut others) = (0_usize, 0_usize);
    for (at, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => others += 1,
            b')' | b']' => others = others.saturating_sub(1),
            b'{' => braces += 1,
            b'}' => {
                braces = braces.saturating_sub(1);
                if braces == 0 && others == 0 {
                    return at + 1;
                }
            }
            b';' if braces == 0 && others == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

fn blank(symbol: char) -> char {
    if symbol == '\n' { '\n' } else { ' ' }
}

/// Blanks comments and the literals of strings and characters.
pub fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skipped(&chars, at);
        if end > at {
            out.extend(chars[at..end].iter().copied().map(blank));
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// Where the comment or literal that begins here ends; the same place when none begins here.
fn skipped(chars: &[char], at: usize) -> usize {
    let next = chars.get(at + 1).copied();
    match chars[at] {
        '/' if next == Some('/') => (at..chars.len())
            .find(|&i| chars[i] == '\n')
            .unwrap_or(chars.len()),
        '/' if next == Some('*') => block_comment(chars, at),
        '"' => string(chars, at + 1),
        'r' if at == 0 || !is_word(chars[at - 1]) || matches!(chars[at - 1], 'b' | 'c') => {
            raw_string(chars, at)
        }
        '\'' => character(chars, at),
        _ => at,
    }
}

fn is_word(symbol: char) -> bool {
    symbol.is_alphanumeric() || symbol == '_'
}

fn block_comment(chars: &[char], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut i = at;
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => {
                depth += 1;
                i += 2;
            }
            ('*', '/') => {
                depth -= 1;
                i += 2;
                if depth == 0 {
                    return i;
                }
            }
            _ => i += 1,
        }
    }
    chars.len()
}

/// The end of a string whose first character stands at `from`.
fn string(chars: &[char], from: usize) -> usize {
    let mut i = from;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

fn raw_string(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..]
        .iter()
        .take_while(|&&symbol| symbol == '#')
        .count();
    let open = at + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return at;
    }
    (open + 1..chars.len())
        .find(|&i| {
            chars[i] == '"' && chars[i + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes
        })
        .map_or(chars.len(), |i| i + 1 + hashes)
}

/// The end of a character literal; the same place for a lifetime.
fn character(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => (at + 3..chars.len())
            .find(|&i| chars[i] == '\'')
            .map_or(chars.len(), |i| i + 1),
        (Some(_), Some('\'')) => at + 3,
        _ => at,
    }
}

#[track_caller]
fn check_code(text: &str, expect: &str) {
    assert_eq!(code_only(text), expect);
}

#[test]
fn comments_and_literals_are_no_code() {
    check_code("a // b\nc", "a     \nc");
    check_code("a /* b /* c */ d */ e", "a                   e");
    check_code(
        r#"f("crate::x", 'y', '\'', "\"z");"#,
        "f(          ,    ,     ,      );",
    );
    check_code("r#\"a \" b\"# + r#type + br\"c\"", "           + r#type + b    ");
    check_code(
        "fn f<'a>(x: &'a str) -> char { 'a' }",
        "fn f<'a>(x: &'a str) -> char {     }",
    );
    check_code("\"a\nb\" c", "  \n   c");
}

#[test]
fn tests_are_not_shipped() {
    let sample = [
        Source::new(
            "src/a/mod.rs",
            "mod b;\n#[cfg(test)]\nmod tests;\nfn shipped() {}\n",
        ),
        Source::new("src/a/tests.rs", "fn test() {}"),
        Source::new("src/a/tests/more.rs", "fn test() {}"),
        Source::new(
            "src/a/b.rs",
            "fn one() {}\n#[cfg(test)]\nfn helper(x: [u8; 2]) { \"ü}\"; }\nfn two() {}\n#[cfg(test)]\nmod t { fn three() {} }\n",
        ),
        Source::new("src/gates/tests.rs", "fn a_gate_of_that_name() {}"),
    ];
    let shipped = shipped(&sample);
    let text = |path: &str| {
        shipped
            .iter()
            .find(|source| source.path == path)
            .map(|source| source.text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    assert_eq!(text("src/a/mod.rs").as_deref(), Some("mod b; fn shipped() {}"));
    assert_eq!(text("src/a/tests.rs"), None);
    assert_eq!(text("src/a/tests/more.rs"), None);
    assert_eq!(text("src/a/b.rs").as_deref(), Some("fn one() {} fn two() {}"));
    assert_eq!(
        text("src/gates/tests.rs").as_deref(),
        Some("fn a_gate_of_that_name() {}")
    );
}

#[test]
fn lines_of_tests_are_not_counted() {
    let sample = [Source::new(
        "src/a.rs",
        "//! Doc.\nfn one() {}\n#[cfg(test)]\nmod t {\n}\n",
    )];
    assert_eq!(lengths(&sample), [("src/a.rs".to_owned(), 2)]);
}
