//! Being written.
use std::path::Path;
/// x
#[derive(Clone, Debug)]
pub struct GrepMatch {
    /// x
    pub path: String,
    /// x
    pub line: u32,
    /// x
    pub column: u32,
    /// x
    pub text: String,
}
/// x
#[derive(Clone, Debug)]
pub struct GrepAnswer {
    /// x
    pub matches: Vec<GrepMatch>,
    /// x
    pub matches_total: u64,
    /// x
    pub files_searched: u64,
    /// x
    pub files_skipped: u64,
}
/// x
pub fn grep(_root: &Path, _files: &str, _regex: &regex::bytes::Regex) -> Result<GrepAnswer, std::io::Error> {
    Err(std::io::Error::other("x"))
}
/// x
pub fn exists(_root: &Path, _path: &str) -> Result<bool, std::io::Error> {
    Ok(false)
}
/// x
pub fn line_text(_root: &Path, _path: &str, _line: u32) -> Option<String> {
    None
}
/// x
pub struct Snapshot;
impl Snapshot {
    /// x
    pub fn take(_root: &Path, _exclude: &[String]) -> Self {
        Self
    }
    /// x
    pub fn changed(&self, _later: &Self) -> Vec<String> {
        vec![]
    }
}
/// x
pub struct LineReader;
impl LineReader {
    /// x
    pub fn new(_root: &Path) -> Self {
        Self
    }
    /// x
    pub fn text(&mut self, _path: &str, _line: u32) -> Option<String> {
        None
    }
}
