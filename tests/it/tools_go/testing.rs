//! go test.

use serde_json::json;

use super::{TESTS, TWO, gate, hints, module, places};
use crate::support::Sandbox;

#[test]
fn a_module_in_order_passes_with_its_coverage() {
    let passed = gate(&module(), "tests", 0, "passed", "1 test passed, coverage 100.0 %");
    assert_eq!(passed["metrics"]["tests_passed"], 1);
    assert_eq!(passed["metrics"]["coverage_percent"], 100.0);
}

#[test]
fn what_is_not_covered_is_named() {
    let sandbox = module().file(
        "sub/sub.go",
        "package sub\n\n// F is long.\nfunc F(n int) int {\n\tif n > 1 {\n\t\treturn 1\n\t}\n\treturn n\n}\n",
    );
    let failed = gate(&sandbox, "tests", 1, "failed", "coverage 25.0 % is below 80 %");
    assert_eq!(places(&failed), ["coverage sub/sub.go:5"]);
}

#[test]
fn failed_tests_are_found_at_their_lines() {
    let sandbox = module().file(
        "deep/er/er_test.go",
        "package er\n\nimport \"testing\"\n\nfunc TestTable(t *testing.T) {\n\tt.Run(\"good\", func(t *testing.T) {})\n\t\
         t.Run(\"bad case\", func(t *testing.T) {\n\t\tt.Parallel()\n\t\tt.Fatalf(\"want %d\", 3)\n\t})\n}\n\n\
         func TestPanic(t *testing.T) {\n\tvar m map[int]int\n\tm[1] = 1\n}\n",
    );
    let failed = gate(&sandbox, "tests", 1, "failed", "");
    assert_eq!(
        places(&failed),
        [
            "example.com/sample/deep/er TestTable/bad_case deep/er/er_test.go:9",
            "example.com/sample/deep/er TestPanic deep/er/er_test.go:15",
        ]
    );
    assert_eq!(failed["metrics"]["tests_failed"], 2);
}

#[test]
fn code_that_does_not_compile_is_found_at_its_line() {
    let sandbox = module().file("bad/bad_test.go", "package bad\n\nvar x int = missing\n");
    let failed = gate(&sandbox, "tests", 1, "failed", "");
    assert_eq!(places(&failed), ["compile bad/bad_test.go:3"]);
    assert_eq!(failed["metrics"]["tests_passed"], 1);
    assert_eq!(failed["metrics"]["tests_errors"], 1);
}

#[test]
fn a_program_that_leaves_behind_the_back_of_its_tests_is_no_pass() {
    let leaving = "package sample\n\nimport (\n\t\"syscall\"\n\t\"testing\"\n)\n\nfunc TestLeave(t *testing.T) {\n\tsyscall.Exit(0)\n}\n";
    let sandbox = module().file("leave_test.go", leaving);
    gate(
        &sandbox,
        "tests",
        3,
        "error",
        "nothing says how the tests of example.com/sample ended",
    );
    sandbox.rewrite("leave_test.go", leaving.replace("Exit(0)", "Exit(3)"));
    let failed = gate(&sandbox, "tests", 1, "failed", "");
    assert_eq!(places(&failed), ["example.com/sample TestLeave -:null"]);
}

#[test]
fn a_package_whose_tests_never_ran_is_no_pass() {
    let sandbox = module()
        .file(
            "store/store.go",
            "package store\n\n// F is long.\nfunc F(n int) int {\n\tif n > 1 {\n\t\treturn 1\n\t}\n\treturn n\n}\n",
        )
        .file(
            "store/store_test.go",
            "package store\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestMain(m *testing.M) {\n\t\
             if os.Getenv(\"NO_SUCH_DB\") == \"\" {\n\t\tos.Exit(0)\n\t}\n\tos.Exit(m.Run())\n}\n\n\
             func TestF(t *testing.T) {\n\tt.Fatal(\"broken\")\n}\n",
        );
    let error = gate(
        &sandbox,
        "tests",
        3,
        "error",
        "ended without running a test: example.com/sample/store",
    );
    hints(&error, "m.Run");

    // Without test functions there is nothing that could have run, and the code counts as not covered.
    sandbox.rewrite("store/store_test.go", "package store\n");
    gate(&sandbox, "tests", 1, "failed", "coverage 25.0 % is below 80 %");

    // A failure elsewhere stays one, and the package is named beside it.
    sandbox.rewrite(
        "store/store_test.go",
        "package store\n\nimport \"testing\"\n\nfunc TestMain(m *testing.M) {}\n\nfunc TestF(t *testing.T) {}\n",
    );
    sandbox.rewrite("two.go", TWO.replace("return 2", "return 3"));
    let failed = gate(&sandbox, "tests", 1, "failed", "1 test failed");
    let told = failed.to_string();
    assert!(
        told.contains("without running a test (does TestMain call m.Run?): example.com/sample/store"),
        "{told}"
    );
}

#[test]
fn tests_that_were_all_skipped_have_not_answered() {
    let sandbox = module().file(
        "two_test.go",
        "package sample\n\nimport \"testing\"\n\nfunc TestTwo(t *testing.T) {\n\tt.Skip(\"later\")\n}\n",
    );
    let error = gate(
        &sandbox,
        "tests",
        3,
        "error",
        "the only test was skipped, so that nothing was tested",
    );
    hints(&error, "let one of the tests run here");
}

#[test]
fn a_module_without_tests_is_skipped() {
    let sandbox = Sandbox::new()
        .go()
        .file("go.mod", "module example.com/sample\n\ngo 1.22\n")
        .file("two.go", TWO)
        .config(&json!({}));
    gate(&sandbox, "tests", 3, "skipped", "there are no tests");
    sandbox.rewrite("two.go", "");
    std::fs::remove_file(sandbox.path("two.go")).unwrap();
    gate(&sandbox, "tests", 3, "skipped", "the module has no Go files");
}

#[test]
fn code_without_a_module_is_said_and_is_no_pass() {
    let sandbox = Sandbox::new()
        .go()
        .file("two.go", TWO)
        .file("two_test.go", TESTS)
        .config(&json!({}));
    let answer = sandbox.sdd(["gate", "tests", "--format", "json"]);
    answer.expect_code(3);
    let report = answer.json();
    assert_eq!(report["verdict"], "error");
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("two.go"), "{warnings}");
}

#[test]
fn a_dependency_that_is_nowhere_is_no_failed_test() {
    let sandbox = module()
        .file(
            "go.mod",
            "module example.com/sample\n\ngo 1.22\n\nrequire example.com/gone v1.2.3\n",
        )
        .file("uses.go", "package sample\n\nimport _ \"example.com/gone\"\n");
    let error = gate(&sandbox, "tests", 3, "error", "missing go.sum entry");
    hints(&error, "go mod tidy");
}

#[test]
fn the_members_of_a_workspace_are_units() {
    let member = |name: &str, uses: &str| {
        format!("package {name}\n\nimport (\n\t\"testing\"\n{uses})\n\nfunc TestIt(t *testing.T) {{}}\n")
    };
    let sandbox = Sandbox::new()
        .go()
        .file("go.work", "go 1.22\n\nuse (\n\t./a\n\t./b\n)\n")
        .file("a/go.mod", "module example.com/a\n\ngo 1.22\n")
        .file("a/a.go", TWO.replace("package sample", "package a"))
        .file("a/a_test.go", TESTS.replace("package sample", "package a"))
        .file(
            "b/go.mod",
            "module example.com/b\n\ngo 1.22\n\nrequire example.com/a v0.0.0\n",
        )
        .file("b/b_test.go", member("b", "\t_ \"example.com/a\"\n"))
        .config(&json!({"quality_gates": {"test_execution": {"coverage_threshold": null}}}));
    let passed = gate(&sandbox, "tests", 0, "passed", "2 tests passed");
    assert_eq!(passed["metrics"]["tests_passed"], 2);

    // A member that is not there is said, and nothing passes.
    sandbox.rewrite("go.work", "go 1.22\n\nuse (\n\t./a\n\t./b\n\t./missing\n)\n");
    let answer = sandbox.sdd(["gate", "tests", "--format", "json"]);
    answer.expect_code(3);
    let warnings = answer.json()["warnings"].to_string();
    assert!(
        warnings.contains("go.work uses ./missing, which has no go.mod"),
        "{warnings}"
    );
}

#[test]
fn a_result_is_of_this_run() {
    let sandbox =
        module().config(&json!({"quality_gates": {"test_execution": {"coverage_threshold": null}}}));
    for _ in 0..2 {
        let passed = gate(&sandbox, "tests", 0, "passed", "1 test passed");
        assert!(!passed.to_string().contains("earlier run"), "{passed:#}");
    }
    let sandbox = module().config(&json!({"quality_gates": {"test_execution": {
        "coverage_threshold": null, "commands": {"go": ["go", "test", "-run", "NoSuch", "./..."]}}}}));
    gate(&sandbox, "tests", 3, "skipped", "there are no tests");
}
