//! The README says what is true.

use sdd::model::exit::Exit;
use sdd::model::gate_id::GateId;

const README: &str = include_str!("../../README.md");

const CONFIGURATION: &str = include_str!("../../docs/configuration.md");

#[test]
fn every_exit_code_is_in_the_table() {
    let rows: Vec<&str> = README
        .lines()
        .skip_while(|line| *line != "| code | meaning |")
        .collect();
    for exit in Exit::ALL {
        let code = exit.code().to_string();
        let listed = rows
            .iter()
            .filter_map(|row| row.strip_prefix("| "))
            .filter_map(|row| row.split(" |").next())
            .any(|codes| codes.split(", ").any(|listed| listed == code));
        assert!(listed, "exit code {code} is not in the README's table");
    }
}

#[test]
fn every_gate_is_in_the_table() {
    for gate in GateId::ALL {
        assert!(
            README.contains(&format!("| `{gate}` |")),
            "{gate} is not in the README's table"
        );
    }
}

/// The JSON documents that a page shows.
fn documents(page: &str) -> impl Iterator<Item = &str> {
    page.split("```json\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
}

#[test]
fn the_configurations_shown_are_valid() {
    for (name, page, count) in [
        ("README.md", README, 1),
        ("docs/configuration.md", CONFIGURATION, 4),
    ] {
        assert_eq!(documents(page).count(), count, "{name}");
        for text in documents(page) {
            let loaded = sdd::model::config::load::parse(name, text).expect(text);
            assert!(loaded.warnings.is_empty(), "{name}: {:?}", loaded.warnings);
            let problems: Vec<_> = loaded
                .config
                .rules()
                .flat_map(sdd::model::config::Rule::problems)
                .collect();
            assert!(problems.is_empty(), "{name}: {problems:?}");
        }
    }
}

#[test]
fn every_tool_is_named() {
    for tool in sdd::tools::TOOLS {
        let id = tool.id();
        let mut names = vec![id.to_owned(), id.replace('-', " "), tool.words().join(" ")];
        // Of `npm audit` and `biome lint` the first word stands in a list; of these it would say nothing.
        if let Some(first) = tool.words().first()
            && !["cargo", "go", "node", "ruff"].contains(first)
        {
            names.push((*first).to_owned());
        }
        let is_there = |name: &String| README.contains(name.as_str());
        assert!(names.iter().any(is_there), "{id} is not in the README");
    }
}

#[test]
fn every_format_is_in_the_table() {
    for format in sdd::report::FORMATS {
        let name = format.name();
        assert!(
            README.contains(&format!("| `{name}` |")),
            "{name} is not in the README's table"
        );
    }
}
