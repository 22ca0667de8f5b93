//! Files that are broken or made to harm, read by each command.

use super::BASE;
use crate::support::Sandbox;

/// Nine lists of nine of the one before.
fn bomb() -> String {
    let mut text = "openapi: 3.0.0\nx-a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let all = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("x-a{level}: &a{level} [{all}]\n"));
    }
    text
}

#[test]
fn what_is_no_description_is_refused_by_every_command_with_its_place() {
    let sandbox = Sandbox::new().file("good.yaml", BASE);
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    for (file, content, said) in [
        (
            "list.yaml",
            b"[openapi, 3.0.0]\n".to_vec(),
            "list.yaml:1:1: an API description is a map",
        ),
        (
            "text.json",
            b"\"openapi\"".to_vec(),
            "text.json:1:1: an API description is a map",
        ),
        (
            "empty.yaml",
            Vec::new(),
            "empty.yaml:1:1: there is no value in it",
        ),
        ("null.yaml", b"null\n".to_vec(), "null.yaml:1:1: "),
        (
            "other.yaml",
            b"services: {}\n".to_vec(),
            "other.yaml:1:1: there is neither `openapi` nor `swagger`",
        ),
        (
            "latin.yaml",
            b"openapi: 3.0.0\ninfo: \xe9".to_vec(),
            "latin.yaml:2:7: it is no UTF-8 text",
        ),
        ("bomb.yaml", bomb().into_bytes(), "aliases"),
        (
            "deep.json",
            deep("[", "]").into_bytes(),
            "deep.json:1:1001: values lie more than 1000 deep",
        ),
        (
            "maps.json",
            deep("{\"a\":", "}").into_bytes(),
            "deep in each other",
        ),
        (
            "deep.yaml",
            deep("[", "]").into_bytes(),
            "more than 255 deep in each other",
        ),
        (
            "lines.yaml",
            format!("{}1\n", "- ".repeat(100_000)).into_bytes(),
            "values lie more than 1000 deep",
        ),
    ] {
        sandbox.rewrite(file, content);
        let answer = sandbox.sdd(["contract", "validate", file]);
        answer.expect_code(2);
        assert!(answer.stdout.contains(said), "{file}: {}", answer.stdout);
        for sides in [["good.yaml", file], [file, "good.yaml"], [file, file]] {
            let answer = sandbox.sdd(["contract", "diff", sides[0], sides[1]]);
            answer.expect_code(2);
            assert_eq!(
                answer.stderr.matches(said).count(),
                1,
                "{file}: {}",
                answer.stderr
            );
        }
    }
}
