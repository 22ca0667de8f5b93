use super::*;
use crate::tools::js_recordings as recordings;
use crate::tools::python_recordings::check_never_clean;

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(recordings::show_all(&Jest));
}

#[test]
fn nothing_spoiled_reads_as_clean() {
    for version in recordings::versions(&Jest) {
        check_never_clean(&Jest, &recordings::load(&Jest, &version, "clean"));
    }
}
