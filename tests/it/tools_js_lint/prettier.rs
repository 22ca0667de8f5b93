//! Prettier, from `prettier .` as sdd asks it to the verdict.

use super::{gate, places, project, says, with_command};

const CONFIG: (&str, &str) = (".prettierrc", "semi: true\n");
const TIDY: (&str, &str) = ("src/a.js", "export const a = 1;\n");
const UGLY: &str = "export const  b=1\n";

#[test]
fn a_project_that_is_laid_out_well_passes() {
    let found = gate(&project(&[CONFIG, TIDY]), "formatting", ["--no-fix"], "passed");
    assert_eq!(found["steps"][0]["tool"], "prettier");
}

#[test]
fn files_are_listed_and_changed_only_by_a_fix() {
    for command in [None, Some("prettier --write ."), Some("prettier --check .")] {
        let sandbox = project(&[CONFIG, TIDY, ("src/b c.ts", UGLY)]);
        let sandbox = match command {
            None => sandbox,
            Some(command) => with_command(sandbox, "formatting", command),
        };
        let found = gate(&sandbox, "formatting", ["--no-fix"], "failed");
        assert_eq!(places(&found), ["unformatted src/b c.ts:null"]);
        assert_eq!(found["findings"][0]["fixable"], true);
        assert_eq!(sandbox.read("src/b c.ts"), UGLY, "{command:?}");
        gate(&sandbox, "formatting", ["--fix"], "passed");
        assert_eq!(sandbox.read("src/b c.ts"), "export const b = 1;\n");
    }
}

#[test]
fn a_file_that_cannot_be_parsed_is_a_finding_that_no_fix_mends() {
    let sandbox = project(&[CONFIG, TIDY, ("bad.js", "const = 1;\n")]);
    for fix in ["--no-fix", "--fix"] {
        let found = gate(&sandbox, "formatting", [fix], "failed");
        assert_eq!(places(&found), ["syntax bad.js:1"]);
        says(&found, &["it has to be mended by hand"]);
    }
}

#[test]
fn what_cannot_be_checked_is_no_pass() {
    for (config, words) in [
        ("{ tabWidth: \n", "Invalid configuration"),
        ("tabWidth: wide\n", "Invalid tabWidth value"),
        (
            "plugins: [prettier-plugin-nowhere]\n",
            "npm install --save-dev prettier-plugin-nowhere",
        ),
    ] {
        let found = gate(
            &project(&[TIDY, (".prettierrc", config)]),
            "formatting",
            ["--no-fix"],
            "error",
        );
        says(&found, &[words]);
    }
    let sandbox = with_command(project(&[CONFIG, TIDY]), "formatting", "prettier --check nowhere");
    says(
        &gate(&sandbox, "formatting", ["--no-fix"], "error"),
        &["No files matching the pattern"],
    );
}

#[test]
fn a_tree_of_ignored_files_is_not_laid_out_well() {
    let sandbox = project(&[CONFIG, ("src/b.js", UGLY), (".prettierignore", "*\n")]);
    let found = gate(&sandbox, "formatting", ["--no-fix"], "skipped");
    says(&found, &["prettier found no file to look at"]);

    let found = gate(&project(&[TIDY]), "formatting", ["--no-fix"], "skipped");
    says(&found, &["no formatter is configured"]);
}
