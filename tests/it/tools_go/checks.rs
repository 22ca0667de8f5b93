//! gofmt, go vet and go build.

use serde_json::json;

use super::{TWO, gate, hints, module, places};

#[test]
fn a_module_in_order_passes_every_check() {
    let sandbox = module()
        .file("testdata/broken.go", "package {\n")
        .file("pkg/testdata/ugly.go", "package   ugly\n")
        .file("nested/go.mod", "module example.com/nested\n\ngo 1.22\n");
    gate(&sandbox, "formatting", 0, "passed", "every file is formatted");
    gate(&sandbox, "linting", 0, "passed", "no findings");
    gate(&sandbox, "type_checking", 0, "passed", "no type errors");
}

#[test]
fn files_of_others_are_not_laid_out() {
    let ugly = "package x\n\nvar   X = 1\n";
    let sandbox = module()
        .file("vendor/example.com/x/x.go", ugly)
        .file("sub/testdata/x.go", ugly)
        .file("_old/x.go", ugly)
        .file("sub/x.go", ugly);
    let failed = gate(&sandbox, "formatting", 1, "failed", "");
    assert_eq!(places(&failed), ["format sub/x.go:null"]);

    let answer = sandbox.sdd(["gate", "formatting", "--fix", "--format", "json"]);
    answer.expect_code(0);
    assert_eq!(sandbox.read("sub/x.go"), "package x\n\nvar X = 1\n");
    for kept in ["vendor/example.com/x/x.go", "sub/testdata/x.go", "_old/x.go"] {
        assert_eq!(sandbox.read(kept), ugly, "{kept}");
    }
}

#[test]
fn code_that_gofmt_cannot_parse_is_found() {
    let sandbox = module().file("broken.go", "package sample\n\nfunc F( {\n");
    let failed = gate(&sandbox, "formatting", 1, "failed", "");
    assert_eq!(places(&failed), ["syntax broken.go:3"]);
}

#[test]
fn go_vet_finds_what_is_wrong_in_code_and_tests() {
    let sandbox = module().file("smell.go", "package sample\n\nimport \"fmt\"\n\nfunc smell() {\n\tfmt.Printf(\"%d\\n\", \"a\")\n}\n")
        .file("smell_test.go", "package sample\n\nimport \"testing\"\n\nfunc TestSmell(t *testing.T) {\n\tt.Errorf(\"%d\", \"a\")\n}\n");
    let failed = gate(&sandbox, "linting", 1, "failed", "");
    assert_eq!(places(&failed), ["printf smell.go:6", "printf smell_test.go:6"]);
}

#[test]
fn type_errors_are_found_and_no_program_is_left() {
    let sandbox = module()
        .file("two.go", "package main\n\nfunc main() {}\n")
        .file("two_test.go", "package main\n");
    gate(&sandbox, "type_checking", 0, "passed", "no type errors");
    sandbox.rewrite(
        "two.go",
        "package main\n\nfunc main() {\n\tx := 1\n\tmissing()\n}\n",
    );
    let failed = gate(&sandbox, "type_checking", 1, "failed", "");
    assert_eq!(places(&failed), ["compile two.go:4", "compile two.go:5"]);
}

#[test]
fn a_broken_manifest_gives_no_answer() {
    let sandbox = module().file("go.mod", "modul example.com/sample\n");
    for name in ["tests", "linting", "type_checking"] {
        let error = gate(&sandbox, name, 3, "error", "errors parsing go.mod");
        hints(&error, "correct go.mod");
    }
}

#[test]
fn a_missing_go_is_an_error_with_the_way_to_install_it() {
    let sandbox = module().without("go").without("gofmt");
    for name in ["tests", "linting", "type_checking", "formatting"] {
        let error = gate(&sandbox, name, 3, "error", "is not installed");
        hints(&error, "https://go.dev/dl");
    }
}

#[test]
fn a_configured_command_keeps_its_flags() {
    let sandbox = module()
        .file("two.go", TWO.replace("return 2", "return (2)"))
        .config(&json!({"quality_gates": {"linting": {"commands": {"go": ["go", "vet", "-printf=false", "./..."]}},
            "formatting": {"commands": {"go": ["gofmt", "-s", "-l", "-r", "(a) -> a", "."]}}}}));
    gate(&sandbox, "linting", 0, "passed", "no findings");
    let failed = gate(&sandbox, "formatting", 1, "failed", "");
    assert_eq!(places(&failed), ["format two.go:null"]);
}
