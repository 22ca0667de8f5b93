use super::super::go_recordings::{all, facts, load, show_all};
use super::super::rust_recordings::{Recording, Silence, check_never_clean, is_clean, prepare};
use super::*;

#[test]
fn what_gofmt_says_is_read() {
    insta::assert_snapshot!(show_all(&Gofmt));
}

#[test]
fn spoiled_output_is_never_clean() {
    for version in Recording::versions("gofmt") {
        check_never_clean(&Gofmt, &load("gofmt", &version, "clean"), Silence::Clean);
    }
}

#[test]
fn a_list_that_was_cut_is_never_clean_unless_nothing_of_it_is_left() {
    for recording in all("gofmt")
        .into_values()
        .flat_map(std::collections::BTreeMap::into_values)
    {
        for at in 1..recording.stdout.len() {
            let mut cut = recording.clone();
            cut.mode = Mode::Check;
            cut.stdout.truncate(at);
            assert!(!is_clean(&cut.read(&Gofmt)), "cut at {at}");
        }
    }
}

#[track_caller]
fn check_args(args: &str, mode: Mode, expect: Option<&str>) {
    let mut facts = facts();
    facts.go.sources.push("-odd.go".to_owned());
    let prepared = prepare(&Gofmt, &facts, args, !args.is_empty(), mode);
    assert_eq!(
        prepared.map(|prepared| prepared.args.join(" ")).as_deref(),
        expect
    );
}

#[test]
fn the_modules_files_are_named_unless_the_project_names_some() {
    check_args("", Mode::Check, Some("-l sub/x.go two.go ./-odd.go"));
    check_args("", Mode::Fix, Some("-l -w sub/x.go two.go ./-odd.go"));
    check_args("-l -s .", Mode::Check, Some("-l -s ."));
    check_args("-s -l", Mode::Check, Some("-l -s sub/x.go two.go ./-odd.go"));
    check_args(
        "-r a->b -d",
        Mode::Check,
        Some("-l -r a->b sub/x.go two.go ./-odd.go"),
    );
    check_args("-w cmd", Mode::Check, Some("-l cmd"));
}

#[test]
fn a_command_that_only_looks_is_not_turned_into_a_fix() {
    check_args("-l .", Mode::Fix, None);
    check_args("-d .", Mode::Fix, None);
    check_args("-l -w .", Mode::Fix, Some("-l -w ."));
    check_args("-s .", Mode::Fix, Some("-l -w -s ."));
}

#[test]
fn a_module_without_go_files_has_nothing_to_lay_out() {
    let mut facts = facts();
    assert!(matches!(Gofmt.applies(&facts), Applies::Yes(_)));
    facts.go.sources.clear();
    assert_eq!(
        Gofmt.applies(&facts),
        Applies::NothingToDo("the module has no Go files".to_owned())
    );
}
