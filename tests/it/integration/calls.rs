//! What a run asks of Compose and of the engine: each call takes a moment, so nothing is asked twice for nothing.

use super::{ID, example};

#[test]
fn nothing_is_asked_twice_for_nothing() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    let log = sandbox.beside("calls");
    let real = engine.bin().join("docker");
    let sandbox = sandbox.fake(
        "docker",
        &format!(
            "echo \"$*\" >> '{}'\nexec '{}' \"$@\"",
            log.display(),
            real.display()
        ),
    );
    sandbox.sdd(["integration", "run", ID]).expect_code(0);
    let calls = std::fs::read_to_string(log).unwrap();
    let calls: Vec<&str> = calls.lines().collect();
    let count = |is: &dyn Fn(&str) -> bool| calls.iter().filter(|call| is(call)).count();
    let about = format!("{calls:#?}");
    assert_eq!(count(&|call| call == "compose version --short"), 1, "{about}");
    assert_eq!(count(&|call| call.starts_with("version ")), 1, "{about}");
    // Once to look at the environment, and once before `up`, since other gates run in between.
    assert_eq!(count(&|call| call.ends_with(" config")), 2, "{about}");
    let place = |is: &dyn Fn(&str) -> bool| calls.iter().position(|call| is(call)).unwrap();
    let exec = place(&|call| call.starts_with("exec "));
    let down = place(&|call| call.contains(" down "));
    assert!(calls[exec - 1].starts_with("inspect "), "{about}");
    let after: Vec<&str> = calls[exec + 1..down]
        .iter()
        .map(|call| call.split(' ').next().unwrap())
        .collect();
    // Looked at after the tests, and again after the load; the teardown takes over what the last look saw.
    let expect = ["ps", "inspect", "ps", "inspect", "logs", "logs", "logs"];
    assert_eq!(after, expect, "{about}");
}
