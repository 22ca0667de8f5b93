//! Asking a tool about the one file that was just edited. Only feedback comes of it, so that a tool which cannot be
//! asked so is left out.

/// How a tool is asked about one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The file takes the place of the paths that the tool would look at, and these options stand before it: a file
    /// that is named is looked at otherwise although the project leaves it out.
    File(&'static [&'static str]),
    /// It looks at the whole unit and is fast; what it finds in other files is passed over.
    Unit,
}

const JAVASCRIPT: &[&str] = &[
    "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte",
];

const LAID_OUT: &[&str] = &[
    "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "json", "jsonc", "css", "scss",
    "less", "html", "md", "yaml", "yml", "graphql",
];

/// The tools that can be asked, the ends of the files that each looks at, and how.
const TOOLS: [(&str, &[&str], Reach); 8] = [
    ("ruff", &["py", "pyi"], Reach::File(&["--force-exclude"])),
    ("ruff-format", &["py", "pyi"], Reach::File(&["--force-exclude"])),
    ("gofmt", &["go"], Reach::File(&[])),
    ("rustfmt", &["rs"], Reach::Unit),
    ("prettier", LAID_OUT, Reach::File(&[])),
    ("eslint", JAVASCRIPT, Reach::File(&[])),
    ("biome-format", LAID_OUT, Reach::File(&[])),
    ("biome-lint", LAID_OUT, Reach::File(&[])),
];

/// How a tool is asked about a file with this end; `None` when it is not.
pub fn reach(tool: &str, extension: &str) -> Option<Reach> {
    TOOLS
        .iter()
        .find(|(id, extensions, _)| *id == tool && extensions.contains(&extension))
        .map(|(_, _, reach)| *reach)
}

/// What an argument is to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arg {
    /// The file itself, or a directory that it is in.
    Around,
    /// Another path that exists.
    Elsewhere,
    /// No path.
    Other,
}

/// The arguments of a tool with the file in the place of the paths around it; `None` when the tool would not look at the
/// file.
pub fn narrow(args: &[String], what: &dyn Fn(&str) -> Arg, reach: Reach, file: &str) -> Option<Vec<String>> {
    let Reach::File(options) = reach else {
        return Some(args.to_vec());
    };
    let mut narrowed: Vec<String> = Vec::new();
    let mut placed = false;
    // What stands behind an option may be its value.
    let mut behind_path = false;
    for arg in args {
        let kind = if arg.starts_with('-') {
            Arg::Other
        } else {
            what(arg)
        };
        match kind {
            Arg::Around if !placed => {
                narrowed.extend(options.iter().map(|option| (*option).to_owned()));
                narrowed.push(if file.starts_with('-') {
                    format!("./{file}")
                } else {
                    file.to_owned()
                });
                placed = true;
                behind_path = true;
            }
            Arg::Around => {}
            Arg::Elsewhere if behind_path => {}
            Arg::Elsewhere | Arg::Other => {
                narrowed.push(arg.clone());
                behind_path = false;
            }
        }
    }
    placed.then_some(narrowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools;

    #[test]
    fn every_tool_in_the_table_is_one() {
        for (id, extensions, _) in TOOLS {
            assert!(tools::by_id(id).is_some(), "{id}");
            assert!(!extensions.is_empty());
        }
        assert_eq!(reach("ruff", "py"), Some(Reach::File(&["--force-exclude"])));
        assert_eq!(reach("ruff", "toml"), None);
        assert_eq!(reach("clippy", "rs"), None);
    }

    #[track_caller]
    fn check(args: &str, file: &str, expect: Option<&str>) {
        let what = |arg: &str| match arg {
            "." | "src" | "src/a.py" => Arg::Around,
            "tests" | "pyproject.toml" | "b.go" => Arg::Elsewhere,
            _ => Arg::Other,
        };
        let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
        let narrowed = narrow(&args, &what, Reach::File(&["--x"]), file);
        assert_eq!(narrowed.map(|args| args.join(" ")).as_deref(), expect);
    }

    #[test]
    fn the_file_takes_the_place_of_the_paths_around_it() {
        check(
            "--json --no-fix .",
            "src/a.py",
            Some("--json --no-fix --x src/a.py"),
        );
        check(
            "--config pyproject.toml src tests --select E",
            "src/a.py",
            Some("--config pyproject.toml --x src/a.py --select E"),
        );
        check("-l src/a.py b.go b.go", "src/a.py", Some("-l --x src/a.py"));
        check(
            ". src !**/.session/**",
            "-a.py",
            Some("--x ./-a.py !**/.session/**"),
        );
        check("--json tests", "src/a.py", None);
        check("", "src/a.py", None);
    }

    #[test]
    fn a_tool_of_the_whole_unit_stays_as_it_is() {
        let args = ["--all".to_owned()];
        assert_eq!(narrow(&args, &|_| Arg::Other, Reach::Unit, "a.rs").unwrap(), args);
    }
}
