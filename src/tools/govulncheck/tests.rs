use super::super::go_recordings::{all, facts, load, show_all};
use super::super::rust_recordings::{Recording, Silence, check_never_clean, is_clean, prepare, show};
use super::*;

#[test]
fn what_govulncheck_says_is_read() {
    insta::assert_snapshot!(show_all(&Govulncheck));
}

#[test]
fn spoiled_output_is_never_clean() {
    for version in Recording::versions("govulncheck") {
        check_never_clean(
            &Govulncheck,
            &load("govulncheck", &version, "clean"),
            Silence::NoAnswer,
        );
    }
}

#[test]
fn a_report_that_was_cut_is_never_clean_before_the_code_was_looked_at() {
    for (case, versions) in all("govulncheck") {
        for (version, whole) in versions {
            let text = String::from_utf8(whole.stdout.clone()).unwrap();
            let begun = ["Scanning your code", "Checking the code"]
                .iter()
                .find_map(|words| text.find(words))
                .unwrap_or(text.len());
            for at in 0..text.len() {
                let mut cut = whole.clone();
                cut.exit = 0;
                cut.stdout.truncate(at);
                let reading = cut.read(&Govulncheck);
                // Behind it, what is left may be whole messages.
                let whole_messages = at > begun && text[..at].ends_with("\n}\n");
                assert!(
                    !is_clean(&reading) || whole_messages,
                    "{case} {version}, cut at {at}: {}",
                    show(&reading)
                );
            }
        }
    }
}

#[test]
fn a_finding_that_nothing_describes_is_no_answer() {
    let mut run = load("govulncheck", "1.9.0", "clean");
    run.stdout
        .extend(b"{\"finding\":{\"osv\":\"GO-1\",\"trace\":[{\"module\":\"m\"}]}}\n");
    assert_eq!(
        show(&run.read(&Govulncheck)),
        "broken: govulncheck gave no whole report: GO-1 is found and not described\n"
    );
    let mut run = load("govulncheck", "1.9.0", "clean");
    run.stdout
        .extend(b"{\"osv\":{\"id\":\"GO-1\"}}\n{\"finding\":{\"osv\":\"GO-1\",\"trace\":[]}}\n");
    assert_eq!(
        show(&run.read(&Govulncheck)),
        "broken: govulncheck gave no whole report: a finding of GO-1 names no module\n"
    );
}

#[test]
fn what_is_only_required_is_worth_knowing_and_no_more() {
    for version in Recording::versions("govulncheck") {
        let mut run = load("govulncheck", &version, "vulnerable_called");
        let text = String::from_utf8(run.stdout).unwrap();
        // Up to the end of its first finding, which is that of the module.
        let first = text
            .find("\"finding\": {\n    \"osv\": \"GO-2024-0001\"")
            .unwrap();
        let end = first + text[first..].find("\n}\n").unwrap() + 3;
        run.stdout = text.as_bytes()[..end].to_vec();
        let shown = show(&run.read(&Govulncheck));
        let finding = "info GO-2024-0001 go.mod \"example.com/badbytes v1.1.0: Bytes go bad (fixed in v1.2.0); \
                       it is required, and what is vulnerable is not imported\"\n";
        assert!(shown.contains(finding), "{shown}");
    }
}

#[track_caller]
fn check_args(args: &str, expect: &str) {
    let prepared = prepare(&Govulncheck, &facts(), args, true, Mode::Check).unwrap();
    assert_eq!(prepared.args.join(" "), expect);
    assert!(prepared.reads_stdout);
}

#[test]
fn the_projects_own_arguments_are_kept() {
    check_args("./...", "-json ./...");
    check_args(
        "-format text -show=verbose -db file:///d -test ./cmd",
        "-json -db file:///d -test ./cmd",
    );
    assert!(prepare(&Govulncheck, &facts(), "./...", false, Mode::Fix).is_none());
}

proptest::proptest! {
    #[test]
    fn no_output_is_too_much(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), exit in 0..4) {
        let mut run = load("govulncheck", "1.9.0", "clean");
        run.stdout = bytes;
        run.exit = exit;
        proptest::prop_assert!(!is_clean(&run.read(&Govulncheck)));
    }
}
