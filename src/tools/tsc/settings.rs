//! What a project's settings say about what is checked at all: `tsconfig.json`, which is JSON with comments, and the
//! build information that the compiler writes (`{options, checkPending}`, with the project's settings resolved).

use serde::Deserialize;
use serde_json::Value;

use super::super::ToolRun;
use super::{builds, option};

/// The key of the build information among the outputs.
pub(super) const INFO: &str = "tsbuildinfo";

/// What decides whether a file that is looked at is checked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Checks {
    /// Whether no types are checked at all.
    pub(super) none: bool,
    /// Whether JavaScript is checked.
    pub(super) javascript: bool,
    /// Whether declarations are checked.
    pub(super) declarations: bool,
    /// The projects that this one refers to.
    pub(super) references: References,
}

/// The projects that the one that is checked refers to; only `tsc -b` looks at them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum References {
    /// There are none, or they are built.
    #[default]
    None,
    /// They are left out, and the arguments name the project to check.
    Declined,
    /// They are left out, and nothing says that this is wanted.
    Forgotten,
}

/// The build information, as far as it is read.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Info {
    /// Written since 5.6 when types were not checked.
    check_pending: bool,
    options: Value,
    /// Where versions before 5.6 have the options.
    program: Value,
}

impl Info {
    fn is_on(&self, option: &str) -> bool {
        [&self.options, &self.program["options"]]
            .iter()
            .any(|options| options[option] == true)
    }
}

impl Checks {
    pub(super) fn of(run: &ToolRun<'_>) -> Self {
        let value_of = |wanted: &[&str]| {
            let at = run
                .args
                .iter()
                .position(|word| option(word).is_some_and(|name| wanted.contains(&name.as_str())))?;
            Some(run.args.get(at + 1).map_or("", String::as_str))
        };
        let is_on = |name: &str| value_of(&[name]).is_some_and(|next| next != "false");
        let building = builds(run.args);
        let project = value_of(&["p", "project"]);
        let settings = settings(run, project, building);
        let says = |option: &str| {
            settings
                .iter()
                .any(|settings| settings["compilerOptions"][option] == true)
        };
        let info: Option<Info> = run
            .output(INFO)
            .ok()
            .and_then(|bytes| serde_json::from_slice(bytes).ok());
        let informed = |option: &str| info.as_ref().is_some_and(|info| info.is_on(option));
        Self {
            none: info.as_ref().is_some_and(|info| info.check_pending)
                || (says("noCheck") && value_of(&["nocheck"]) != Some("false")),
            javascript: informed("checkJs") || says("checkJs") || is_on("checkjs"),
            // Building writes its information elsewhere; what is not known to be checked does not count.
            declarations: info.is_some() && !informed("skipLibCheck"),
            references: match project {
                _ if building || !settings.iter().any(refers) => References::None,
                Some(_) => References::Declined,
                None => References::Forgotten,
            },
        }
    }

    /// Whether the compiler checks the types of a file of the project.
    pub(super) fn file(&self, file: &str) -> bool {
        let name = file.rsplit('/').next().unwrap_or(file);
        let end = name.rsplit('.').next().unwrap_or_default();
        match end {
            "js" | "jsx" | "mjs" | "cjs" => self.javascript,
            "json" => false,
            // `a.d.ts`, `a.d.mts`, and `a.d.css.ts` for a file of another kind.
            _ if name.contains(".d.") => self.declarations,
            _ => true,
        }
    }
}

/// Whether settings refer to other projects.
fn refers(settings: &Value) -> bool {
    settings["references"]
        .as_array()
        .is_some_and(|all| !all.is_empty())
}

/// The settings that decide, as far as they are in the unit's directory: all of them where projects are built, and
/// none where files are named.
fn settings(run: &ToolRun<'_>, project: Option<&str>, building: bool) -> Vec<Value> {
    let is_file = |word: &String| {
        [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx"]
            .iter()
            .any(|end| word.ends_with(end))
    };
    if !building && project.is_none() && run.args.iter().any(is_file) {
        return Vec::new();
    }
    let project = project.unwrap_or_default();
    let project = project.strip_prefix("./").unwrap_or(project);
    let name = match project {
        "" | "." => "tsconfig.json",
        name => name,
    };
    run.facts
        .node
        .tsconfigs
        .iter()
        .filter(|file| building || file.name == name)
        .filter_map(|file| parse(file.text.as_deref()?))
        .collect()
}

/// JSON that may have comments and a comma behind the last item; `None` for what is no such thing.
fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(&plain(text)).ok()
}

/// The text without comments and without commas before a closing bracket.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.trim_start_matches('\u{feff}');
    while let Some(letter) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if let Some(inside) = rest.strip_prefix("/*") {
            rest = inside.split_once("*/").map_or("", |(_, behind)| behind);
        } else if letter == '"' {
            let length = string(rest);
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        } else {
            if matches!(letter, ']' | '}') {
                let kept = out.trim_end();
                let kept = kept.strip_suffix(',').unwrap_or(kept).len();
                out.truncate(kept);
            }
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    out
}

/// How many bytes the string has that a text begins with.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn comments_and_last_commas_are_no_json() {
        let text =
            "\u{feff}{ // no \"x\"\n \"a\": \"// \\\" /* ,}\", /* \"b\": 1, */ \"c\": [1, 2, // two\n ], }";
        assert_eq!(
            parse(text),
            Some(serde_json::json!({"a": "// \" /* ,}", "c": [1, 2]}))
        );
        assert_eq!(parse("{ \"a\": /* "), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[{}\\[\\]\",/*\\\\\n a]{0,60}|\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
