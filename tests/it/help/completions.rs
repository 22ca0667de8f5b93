//! `sdd completions`: the script for bash, in a real bash.

use crate::support::Sandbox;

/// What bash offers for a command line that ends here.
#[track_caller]
fn offered(sandbox: &Sandbox, line: &str) -> Vec<String> {
    sandbox
        .sdd(["completions", "bash", "--output", "sdd.bash"])
        .expect_code(0);
    let words: Vec<String> = line.split(' ').map(|word| format!("'{word}'")).collect();
    let script = format!(
        "source ./sdd.bash\nCOMP_WORDS=({words})\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
         COMP_LINE='{line}'\nCOMP_POINT=${{#COMP_LINE}}\n\
         _sdd sdd \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        words = words.join(" ")
    );
    sandbox.rewrite("try.bash", script);
    let mut command = sandbox.command(&sandbox.beside("bin").join("bash"));
    command.args(["--norc", "try.bash"]);
    let answer = sandbox.start_command(command).wait();
    answer.expect_code(0);
    assert_eq!(answer.stderr, "", "{line}");
    answer.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_gates_formats_and_shells() {
    let sandbox = Sandbox::new();
    assert_eq!(offered(&sandbox, "sdd ga"), ["gate"]);
    assert_eq!(offered(&sandbox, "sdd gate form"), ["formatting"]);
    assert_eq!(offered(&sandbox, "sdd gate lis"), ["list"]);
    assert_eq!(
        offered(&sandbox, "sdd complete --format "),
        sdd::report::FORMATS.iter().map(|f| f.name()).collect::<Vec<_>>()
    );
    assert_eq!(offered(&sandbox, "sdd gate --strict --pl"), ["--plan"]);
    assert_eq!(offered(&sandbox, "sdd config ch"), ["check"]);
    assert_eq!(offered(&sandbox, "sdd completions z"), ["zsh"]);
    assert_eq!(offered(&sandbox, "sdd work-item sh"), ["show"]);
    assert_eq!(
        offered(&sandbox, "sdd work-item new --type int"),
        ["integration_test"]
    );
    assert_eq!(
        offered(&sandbox, "sdd work-item list --status comp"),
        ["completed"]
    );
    assert!(
        !offered(&sandbox, "sdd ")
            .iter()
            .any(|word| word.starts_with("internal"))
    );
}

#[test]
fn every_shell_has_its_script_on_stdout() {
    let sandbox = Sandbox::new();
    for shell in sdd::commands::completions::shells() {
        let answer = sandbox.sdd(["completions", &shell.to_string()]);
        answer.expect_code(0);
        assert!(answer.stdout.len() > 1000, "{shell}: {}", answer.stdout);
        assert_eq!(answer.stderr, "");
    }
    sandbox.sdd(["completions", "tcsh"]).expect_code(2);
}
