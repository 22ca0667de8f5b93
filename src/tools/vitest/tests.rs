use super::*;
use crate::tools::js_recordings as recordings;
use crate::tools::python_recordings::check_never_clean;

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(recordings::show_all(&Vitest));
}

#[test]
fn nothing_spoiled_reads_as_clean() {
    for version in recordings::versions(&Vitest) {
        check_never_clean(&Vitest, &recordings::load(&Vitest, &version, "clean"));
    }
}
