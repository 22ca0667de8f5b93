//! Where the secrets of a project of Compose's stand: in the env files, which are `.env` beside its file and those that its
//! file names, in the files of its `secrets`, and in the variables that its file gives to services.
//!
//! They are looked for before Compose is called, so that what it says can be shown without the secrets in them. The file is
//! data of the project, so that the search is bounded, and nothing of it is kept. What is there and cannot be read whole is
//! told. Source: <https://docs.docker.com/reference/compose-file/services/#env_file>
//! and <https://docs.docker.com/reference/compose-file/secrets/>.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_yaml::Value;

use crate::model::text;
use crate::process::redact::Files;
use crate::process::redact::env_file::variables;
use crate::store::{self, Kept, Part};

/// The file that Compose reads where it looks for its file.
const BESIDE: &str = ".env";
/// Compose files that are followed.
const MAX_FILES: usize = 32;
/// Env files that are read.
const MAX_ENV_FILES: usize = 64;
/// Files of secrets that are read.
const MAX_SECRETS: usize = 64;
/// Lines of such a file: a key or a certificate has fewer.
const MAX_LINES: usize = 256;
/// Variables that compose files give to services.
const MAX_VARIABLES: usize = 4096;
/// Bytes that are read of a file.
const MAX_BYTES: u64 = store::SMALL;

/// What stands in the files that Compose reads.
#[derive(Debug, Default)]
pub struct Contents {
    /// The text of all env files, one behind the other.
    pub env_files: String,
    /// The secrets by their names in the compose file: each whole, and line by line.
    pub secrets: Vec<(String, String)>,
    /// The variables that compose files give to services, with what they refer to put in; and the names of services, which
    /// are no secrets.
    pub variables: Vec<(String, String)>,
    /// What of all this could not be read, a sentence each.
    pub unread: Vec<String>,
}

impl Contents {
    /// It as what secrets are looked for in.
    pub fn in_them(&self) -> Files<'_> {
        Files {
            env_files: &self.env_files,
            variables: &self.variables,
            secrets: &self.secrets,
        }
    }
}

/// What stands in the files of a project. `files` are its compose files, as absolute paths, and `variable` gives a variable
/// of the environment, for paths that name one.
pub fn contents(files: &[PathBuf], variable: &dyn Fn(&str) -> Option<String>) -> Contents {
    let mut search = Search {
        base: files.first().and_then(|file| file.parent()).map(Path::to_owned),
        files: files.to_vec(),
        env_files: BTreeSet::new(),
        secrets: BTreeSet::new(),
        variable,
        beside: String::new(),
        variables: Vec::new(),
    };
    let mut unread = Vec::new();
    let mut read = |file: &Path| {
        let (text, why) = read_told(file);
        unread.extend(
            why.filter(|why| !unread.contains(why))
                .into_iter()
                .collect::<Vec<_>>(),
        );
        text
    };
    if let Some(base) = &search.base {
        search.beside = read(&base.join(BESIDE));
    }
    let directories = files.iter().take(MAX_FILES).filter_map(|file| file.parent());
    search
        .env_files
        .extend(directories.map(|directory| directory.join(BESIDE)));
    let mut at = 0;
    while let Some(file) = search.files.get(at).filter(|_| at < MAX_FILES).cloned() {
        at += 1;
        if let (Some(directory), Ok(value)) = (file.parent(), serde_yaml::from_str(&read(&file))) {
            search.walk(&value, directory);
            search.note_secrets(&value, directory);
            search.note_services(&value);
        }
    }
    let texts: Vec<String> = search.env_files.iter().map(|file| read(file)).collect();
    let secrets = search.secrets.iter();
    let secrets = secrets
        .flat_map(|(name, file)| lines(name, &read(file)))
        .collect();
    Contents {
        env_files: texts.join("\n"),
        secrets,
        variables: search.variables,
        unread,
    }
}

/// A variable of the file that Compose reads in the directory of its project.
pub fn beside(directory: &Path, name: &str) -> Option<String> {
    let text = read(&directory.join(BESIDE));
    let found = variables(&text).filter(|(known, _)| known == name);
    found.last().map(|(_, value)| value)
}

/// A secret as a whole and its lines, which a log may show one by one.
fn lines(name: &str, text: &str) -> Vec<(String, String)> {
    let whole = text.trim();
    let lines = whole.lines().take(MAX_LINES).map(str::trim);
    std::iter::once(whole)
        .chain(lines.filter(|line| *line != whole))
        .filter(|value| !value.is_empty())
        .map(|value| (name.to_owned(), value.to_owned()))
        .collect()
}

/// A regular file, wherever a link leads.
fn read(file: &Path) -> String {
    read_told(file).0
}

/// As much of a regular file as is read, and what is to be told of the rest.
pub fn read_told(file: &Path) -> (String, Option<String>) {
    let named = || text::one_line(&file.display().to_string());
    match store::read_part(file, MAX_BYTES, Kept::Beginning) {
        Ok(Some(Part { bytes, left_out })) => {
            let said = format!(
                "{} is too large to be looked through for secrets: those behind its first {} KiB may be shown",
                named(),
                MAX_BYTES / 1024
            );
            let text = String::from_utf8_lossy(&bytes).into_owned();
            (text, (left_out > 0).then_some(said))
        }
        Ok(None) => (String::new(), None),
        // Nobody reads variables out of a directory.
        Err(store::Error::NotA { .. }) if file.is_dir() => (String::new(), None),
        Err(error) => {
            let said = format!(
                "the secrets in {} are not known, so they may be shown: {error}",
                named()
            );
            (String::new(), Some(said))
        }
    }
}

struct Search<'a> {
    /// The directory of the project of Compose's.
    base: Option<PathBuf>,
    /// Compose files, of which some are read already.
    files: Vec<PathBuf>,
    env_files: BTreeSet<PathBuf>,
    /// Names of secrets with their files.
    secrets: BTreeSet<(String, PathBuf)>,
    variable: &'a dyn Fn(&str) -> Option<String>,
    /// The text of the file beside the first.
    beside: String,
    variables: Vec<(String, String)>,
}

impl Search<'_> {
    /// Takes whatever is called `env_file`, and files that are included or extended, wherever they stand: one name too many
    /// does no harm.
    fn walk(&mut self, value: &Value, directory: &Path) {
        match value {
            Value::Mapping(map) => {
                for (key, value) in map {
                    match key.as_str() {
                        Some("env_file") => {
                            for path in self.paths(value, "path", directory) {
                                if self.env_files.len() < MAX_ENV_FILES {
                                    self.env_files.insert(path);
                                }
                            }
                        }
                        Some("environment" | "args") => self.note_variables(value),
                        Some("include") => self.follow(value, "path", directory),
                        Some("extends") => self.follow(value, "file", directory),
                        _ => {}
                    }
                    self.walk(value, directory);
                }
            }
            Value::Sequence(list) => list.iter().for_each(|value| self.walk(value, directory)),
            Value::Tagged(tagged) => self.walk(&tagged.value, directory),
            _ => {}
        }
    }

    /// Takes variables with their values: a table, or a list of `NAME=VALUE`. Those without a value are of the environment.
    fn note_variables(&mut self, value: &Value) {
        let mut found = Vec::new();
        for (name, value) in value.as_mapping().into_iter().flatten() {
            // What is merged into it stands below.
            if name.as_str() == Some("<<") {
                self.note_variables(value);
                value
                    .as_sequence()
                    .into_iter()
                    .flatten()
                    .for_each(|one| self.note_variables(one));
            }
            let value = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => continue,
            };
            found.extend(name.as_str().map(|name| (name.to_owned(), value)));
        }
        let list = value.as_sequence().into_iter().flatten();
        let pairs = list.filter_map(|one| one.as_str()?.split_once('='));
        found.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        for (name, value) in found {
            if self.variables.len() < MAX_VARIABLES {
                // A variable of this process may be withheld from Compose, and then that of the file counts.
                let beside = Self::interpolated(&value, &|name| self.of_file(name));
                let value = Self::interpolated(&value, &|name| self.value(name));
                if beside != value {
                    self.variables.push((name.clone(), beside));
                }
                self.variables.push((name, value));
            }
        }
    }

    fn note_services(&mut self, compose: &Value) {
        let services = compose.get("services").and_then(Value::as_mapping);
        let names = services
            .into_iter()
            .flatten()
            .filter_map(|(name, _)| name.as_str());
        let room = MAX_VARIABLES.saturating_sub(self.variables.len());
        self.variables.extend(
            names
                .take(room)
                .map(|name| ("service".to_owned(), name.to_owned())),
        );
    }

    /// Takes the files of what stands below `secrets` in a compose file.
    fn note_secrets(&mut self, compose: &Value, directory: &Path) {
        let secrets = compose.get("secrets").and_then(Value::as_mapping);
        for (name, secret) in secrets.into_iter().flatten() {
            let file = secret.get("file").unwrap_or(&Value::Null);
            for path in self.paths(file, "file", directory) {
                if self.secrets.len() < MAX_SECRETS {
                    self.secrets
                        .insert((name.as_str().unwrap_or("secret").to_owned(), path));
                }
            }
        }
    }

    fn follow(&mut self, value: &Value, key: &str, directory: &Path) {
        for path in self.paths(value, key, directory) {
            if self.files.len() < MAX_FILES && !self.files.contains(&path) {
                if let Some(directory) = path.parent() {
                    self.env_files.insert(directory.join(BESIDE));
                }
                self.files.push(path);
            }
        }
    }

    /// The paths of a value that is one, a list of them, or a table with a path by the name `key`: each as seen from the
    /// file that it stands in, and from the project.
    fn paths(&self, value: &Value, key: &str, directory: &Path) -> Vec<PathBuf> {
        match value {
            Value::String(text) => {
                let text = Self::interpolated(text, &|name| self.value(name));
                let bases = std::iter::once(directory).chain(self.base.as_deref());
                match text.strip_prefix("~/").zip((self.variable)("HOME")) {
                    Some((rest, home)) => vec![Path::new(&home).join(rest)],
                    None => bases.map(|base| base.join(&text)).collect(),
                }
            }
            Value::Sequence(list) => list
                .iter()
                .flat_map(|value| self.paths(value, key, directory))
                .collect(),
            Value::Mapping(map) => map
                .get(key)
                .into_iter()
                .flat_map(|value| self.paths(value, key, directory))
                .collect(),
            Value::Tagged(tagged) => self.paths(&tagged.value, key, directory),
            _ => Vec::new(),
        }
    }

    /// A text with variables put in: `$NAME`, `${NAME}`, `${NAME:-otherwise}`, and `$$` for a dollar.
    fn interpolated(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('$') {
            out.push_str(before);
            if let Some(behind) = behind.strip_prefix('$') {
                out.push('$');
                rest = behind;
            } else if let Some((inner, behind)) =
                behind.strip_prefix('{').and_then(|inner| inner.split_once('}'))
            {
                let (name, operator) = inner.split_at(name_end(inner));
                let otherwise = operator
                    .trim_start_matches(':')
                    .strip_prefix('-')
                    .unwrap_or_default();
                out.push_str(&value(name).unwrap_or_else(|| otherwise.to_owned()));
                rest = behind;
            } else {
                let (name, behind) = behind.split_at(name_end(behind));
                out.push_str(&value(name).unwrap_or_default());
                rest = behind;
            }
        }
        out + rest
    }

    fn value(&self, name: &str) -> Option<String> {
        (self.variable)(name).or_else(|| self.of_file(name))
    }

    fn of_file(&self, name: &str) -> Option<String> {
        let found = variables(&self.beside).find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }
}

/// Where the name of a variable ends that a text begins with.
fn name_end(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the lines of the env files of `deploy/compose.yml` among files are these.
    #[track_caller]
    fn check(compose: &str, files: &[(&str, &str)], expect: &[&str]) {
        let temp = tempfile::tempdir().unwrap();
        for (path, text) in files.iter().chain(&[("deploy/compose.yml", compose)]) {
            let path = temp.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            store::atomic::write(&path, text.as_bytes()).unwrap();
        }
        let home = temp.path().join("home").display().to_string();
        let variable = |name: &str| match name {
            "HOME" => Some(home.clone()),
            "STAGE" => Some("test".to_owned()),
            _ => None,
        };
        let found = contents(&[temp.path().join("deploy/compose.yml")], &variable);
        let secrets: Vec<String> = found
            .secrets
            .iter()
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        let text = found.env_files.lines().filter(|line| !line.is_empty());
        let mut lines: Vec<&str> = text.chain(secrets.iter().map(String::as_str)).collect();
        lines.sort_unstable();
        assert_eq!(lines, expect, "{compose}");
    }

    #[test]
    fn each_form_of_a_name_is_read() {
        let files = [
            ("deploy/.env", "A=1\nWHERE=here\n"),
            ("deploy/b.env", "B=1\n"),
            ("c.env", "C=1\n"),
            ("deploy/test/d.env", "D=1\n"),
            ("home/e.env", "E=1\n"),
            ("deploy/here/f.env", "F=1\n"),
            ("deploy/other/g.env", "G=1\n"),
            (".env", "ROOT=1\n"),
        ];
        let first = ["A=1", "WHERE=here"];
        let check = |names: &str, more: &[&str]| {
            let compose = format!("services:\n  a:\n    image: x\n    env_file: {names}\n");
            let mut expect = [&first[..], more].concat();
            expect.sort_unstable();
            check(&compose, &files, &expect);
        };
        check("b.env", &["B=1"]);
        check("[./b.env, ../c.env, nowhere.env, 3]", &["B=1", "C=1"]);
        check("[{path: b.env, required: false}]", &["B=1"]);
        check("!override [b.env]", &["B=1"]);
        check("${STAGE}/d.env", &["D=1"]);
        check("$STAGE/d.env", &["D=1"]);
        check("~/e.env", &["E=1"]);
        check("${WHERE}/f.env", &["F=1"]);
        check("${NOBODY:-other}/g.env", &["G=1"]);
        check("${NOBODY?must be set}b.env", &["B=1"]);
        check("$$b.env", &[]);
    }

    #[test]
    fn files_that_are_included_and_extended_are_followed() {
        let files = [
            ("base/one.yml", "services: {a: {env_file: one.env}}\n"),
            ("base/one.env", "ONE=1\n"),
            ("base/.env", "BASE=1\n"),
            (
                "deploy/two.yml",
                "services: {b: {extends: {file: compose.yml, service: a}, env_file: two.env}}\n",
            ),
            ("deploy/two.env", "TWO=1\n"),
        ];
        let compose = "include: [../base/one.yml]\nx-y: &y {env_file: two.env}\n\
                       services: {a: {<<: *y, extends: {file: two.yml, service: b}}}\n";
        check(compose, &files, &["BASE=1", "ONE=1", "TWO=1"]);
    }

    #[test]
    fn files_of_secrets_are_read_whole_and_by_line() {
        let files = [
            ("deploy/db.txt", "hunter-22\n"),
            ("base/key.pem", "first line\n  second line\n"),
            ("base/one.yml", "secrets: {key: {file: key.pem}}\n"),
        ];
        let compose = "include: [../base/one.yml]\n\
                       secrets: {db: {file: ./db.txt}, none: {file: nowhere}, of: {environment: A}, 3: x}\n";
        let expect = [
            "db: \"hunter-22\"",
            "key: \"first line\"",
            "key: \"first line\\n  second line\"",
            "key: \"second line\"",
        ];
        check(compose, &files, &expect);
    }

    /// What is found for one compose file with files beside it.
    fn found(compose: &str, files: &[(&str, &str)]) -> (tempfile::TempDir, Contents) {
        let temp = tempfile::tempdir().unwrap();
        for (path, text) in files.iter().chain(&[("c.yml", compose)]) {
            store::atomic::write(&temp.path().join(path), text.as_bytes()).unwrap();
        }
        let contents = contents(&[temp.path().join("c.yml")], &|_| None);
        (temp, contents)
    }

    #[test]
    fn variables_of_services_are_found_in_each_form() {
        let compose = "x-all: &all {DB_PASSWORD: '${PW:-other}'}\nservices:\n  a: {environment: {<<: *all, A: 1, B: , C: \"${D}\"}}\n  \
                       b: {environment: ['E=f=g', 'H'], build: {args: {I: j}}}\nsecrets: {s: {environment: NAME}}\n";
        let (_temp, contents) = found(compose, &[(".env", "D=beside\n")]);
        let mut said: Vec<String> = contents
            .variables
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        said.sort_unstable();
        said.dedup();
        assert_eq!(
            said,
            [
                "A=1",
                "C=beside",
                "DB_PASSWORD=other",
                "E=f=g",
                "I=j",
                "service=a",
                "service=b"
            ]
        );
        assert!(
            contents
                .variables
                .iter()
                .any(|(name, value)| name == "DB_PASSWORD" && value == "other")
        );
    }

    #[test]
    fn what_cannot_be_read_whole_is_told() {
        let long = format!("A=1\n{}", "B=22\n".repeat(300_000));
        let (temp, contents) = found(
            "services: {a: {env_file: [a.env, nowhere.env, .]}}",
            &[("a.env", &long)],
        );
        assert!(contents.env_files.contains("A=1\nB=22\n"));
        let file = temp.path().join("a.env");
        let expect = format!(
            "{} is too large to be looked through for secrets: those behind its first 1024 KiB may be shown",
            file.display()
        );
        assert_eq!(contents.unread, [expect]);
        let (_temp, contents) = found("services: {a: {env_file: /dev/zero}}", &[]);
        assert_eq!(contents.unread.len(), 1, "{:?}", contents.unread);
        assert!(
            contents.unread[0].starts_with("the secrets in /dev/zero are not known"),
            "{:?}",
            contents.unread
        );
    }

    #[test]
    fn what_is_no_file_of_that_kind_is_left_alone() {
        check("services: {a: {env_file: [/dev/zero, ., '']}}", &[], &[]);
        check("services: [", &[], &[]);
        check("--- 1\n--- 2\n", &[], &[]);
        // So many names that only some are looked at.
        let names: Vec<String> = (0..500).map(|n| format!("{n:03}.env")).collect();
        let compose = format!("services: {{a: {{env_file: [{}]}}}}", names.join(", "));
        check(
            &compose,
            &[("deploy/000.env", "Z=1"), ("deploy/499.env", "A=1")],
            &["Z=1"],
        );
        // Lists of lists of lists: the reader gives up.
        let bomb = (0..20).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
            let alias = format!("*a{n}, ").repeat(9);
            format!(
                "{text}a{}: &a{} [{}]\n",
                n + 1,
                n + 1,
                alias.trim_end_matches(", ")
            )
        });
        check(&bomb, &[], &[]);
    }
}
