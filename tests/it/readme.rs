//! The README says what is true.

use sdd::model::exit::Exit;
use sdd::model::gate_id::GateId;

const README: &str = include_str!("../../README.md");

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

#[test]
fn the_configuration_shown_is_valid() {
    let start = README.find("```json\n").map(|at| at + "```json\n".len());
    let text = start.and_then(|at| README[at..].split("```").next());
    let text = text.expect("the README shows a configuration");
    let loaded = sdd::model::config::load::parse("README.md", text).expect("it is valid");
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let problems: Vec<_> = loaded
        .config
        .rules()
        .flat_map(sdd::model::config::Rule::problems)
        .collect();
    assert!(problems.is_empty(), "{problems:?}");
}
