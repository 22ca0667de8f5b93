//! Something is wrong in every language, and no scanner of dependencies reaches its database.

use serde_json::{Value, json};

use super::{Databases, LIMIT, complete, gate, places, report, repository, steps};
use crate::report::formats::{complaints, xmllint};
use crate::support::Sandbox;
use crate::tools_audit::registry::Registry;
use crate::tools_python::audit::{Service, serve};

/// The gates that fail, why, and what is found.
const FOUND: [(&str, &str, &[&str]); 4] = [
    (
        "tests",
        "6 tests failed",
        &[
            "example.com/stock TestWrong tools/stock/stock_test.go:19",
            "is wrong shop/packages/labels/label.test.js:10",
            "is wrong shop/packages/orders/order.test.js:9",
            "is wrong web/src/cart.test.ts:19",
            "test_prices.py::test_wrong services/api/test_prices.py:23",
            "wrong engine/core/src/lib.rs:24",
        ],
    ),
    (
        "linting",
        "5 findings",
        &[
            "@typescript-eslint/no-explicit-any web/src/cart.ts:14",
            "F401 services/api/prices.py:17",
            "assign tools/stock/stock.go:13",
            "clippy::needless_return engine/core/src/lib.rs:19",
            "lint/suspicious/noSelfCompare shop/packages/orders/order.js:5",
        ],
    ),
    (
        "formatting",
        "5 files are not formatted",
        &[
            "format engine/core/src/lib.rs:null",
            "format tools/stock/stock.go:null",
            "unformatted services/api/prices.py:16",
            "unformatted shop/packages/orders/order.js:null",
            "unformatted web/src/cart.ts:null",
        ],
    ),
    (
        "type_checking",
        "2 type errors",
        &[
            "TS2322 web/src/cart.ts:14",
            "return-value services/api/prices.py:18",
        ],
    ),
];

/// Appends to a file of the repository.
fn append(sandbox: &Sandbox, file: &str, text: &str) {
    sandbox.rewrite(file, sandbox.read(file) + text);
}

/// A test, a lint and a layout that are wrong in each language, and a type in two.
fn break_everything(sandbox: &Sandbox) {
    append(
        sandbox,
        "services/api/test_prices.py",
        "\n\ndef test_wrong() -> None:\n    assert shown(1) == \"1\"\n",
    );
    append(
        sandbox,
        "services/api/prices.py",
        "\n\ndef  wrong() -> int:\n    import os\n    return \"one\"\n",
    );
    append(
        sandbox,
        "web/src/cart.test.ts",
        "\ntest(\"is wrong\", () => {\n  expect(total([])).toBe(1);\n});\n",
    );
    append(
        sandbox,
        "web/src/cart.ts",
        "\nexport const wrong: number = 'one' as any as string;\n",
    );
    append(
        sandbox,
        "tools/stock/stock_test.go",
        "\nfunc TestWrong(t *testing.T) {\n\tif Left(1, 1) != 1 {\n\t\tt.Error(\"one is left\")\n\t}\n}\n",
    );
    append(
        sandbox,
        "tools/stock/stock.go",
        "\nfunc  same(n int) int {\n\tn = n\n\treturn n\n}\n",
    );
    // In Go and Rust a type that is wrong takes all tests of a program with it, and has a test of its own below.
    append(
        sandbox,
        "engine/core/src/lib.rs",
        "\n/// One.\npub fn  one() -> u32 {\n    return 1;\n}\n\n#[test]\nfn wrong() {\n    assert_eq!(one(), 2);\n}\n",
    );
    append(
        sandbox,
        "shop/packages/labels/label.test.js",
        "\ntest(\"is wrong\", () => {\n  expect(label(\"\")).toBe(\"\");\n});\n",
    );
    append(
        sandbox,
        "shop/packages/orders/order.test.js",
        "\ntest(\"is wrong\", () => {\n  expect(order(\"tea\").count).toBe(2);\n});\n",
    );
    append(
        sandbox,
        "shop/packages/orders/order.js",
        "\nexport const  wrong = (n) => n == null || n === n;\n",
    );
}

#[test]
fn everything_that_is_wrong_is_found_where_it_is() {
    let registry = Registry::start();
    let sandbox = repository(
        &registry,
        "error500",
        &Databases {
            python: serve(Service::Fails),
            rust: "--db db --no-yanked --url https://127.0.0.1:1/db.git".to_owned(),
            go: "https://127.0.0.1:1".to_owned(),
        },
    );
    break_everything(&sandbox);
    let answer = complete(&sandbox);
    answer.expect_code(1);
    let report = report(&sandbox);
    assert_eq!(report["verdict"], "failed");
    for (name, reason, found) in FOUND {
        let gate = gate(&report, name);
        assert_eq!(gate["verdict"], "failed", "{gate:#}");
        assert_eq!(gate["reason"], reason);
        assert_eq!(places(&sandbox, gate), found, "{gate:#}");
        assert_eq!(gate["changed_files"], json!([]));
    }
    let metrics = &gate(&report, "tests")["metrics"];
    for (name, value) in [
        ("tests_passed", 11),
        ("tests_failed", 6),
        ("tests_errors", 0),
        ("tests_skipped", 3),
    ] {
        assert_eq!(metrics[name], value, "{name}: {metrics:#}");
    }
    for (name, value) in [
        ("shop/packages/labels", 100.0),
        ("tools/stock", 60.0),
        ("web", 100.0),
    ] {
        assert_eq!(
            metrics[format!("coverage_percent[{name}]")],
            value,
            "{name}: {metrics:#}"
        );
    }

    let security = gate(&report, "security");
    assert_eq!(security["verdict"], "error", "{security:#}");
    assert_eq!(
        steps(security),
        [
            "engine cargo-audit: error",
            "services/api bandit: passed",
            "services/api pip-audit: error",
            "shop npm-audit: error",
            "shop/packages/labels npm-audit: skipped",
            "shop/packages/orders npm-audit: skipped",
            "tools/stock govulncheck: error",
            "web npm-audit: error",
        ]
    );
    written(&sandbox);
    sandbox.assert_no_process_left();
}

/// The reports hold to their schemas, and name every failing test and every finding with its place.
#[track_caller]
fn written(sandbox: &Sandbox) {
    let junit = sandbox.read("out.xml");
    xmllint(sandbox, &junit).expect_code(0);
    let sarif: Value = serde_json::from_str(&sandbox.read("out.sarif")).unwrap();
    assert_eq!(complaints(&sarif), [""; 0]);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let in_sarif: Vec<String> = results
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            let path = place["artifactLocation"]["uri"].as_str().unwrap();
            format!("{path}:{}", place["region"]["startLine"])
        })
        .collect();
    for (_, _, found) in FOUND {
        for line in found {
            let place = line.rsplit(' ').next().unwrap();
            assert!(
                in_sarif.iter().any(|one| one == place),
                "{place} is not in {in_sarif:#?}"
            );
            let (path, _) = place.rsplit_once(':').unwrap();
            assert!(junit.contains(path), "{path} is not in\n{junit}");
        }
    }
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn a_type_that_is_wrong_is_found_in_every_language() {
    let registry = Registry::start();
    let nowhere = Databases {
        python: String::new(),
        rust: String::new(),
        go: String::new(),
    };
    let sandbox = repository(&registry, "clean", &nowhere);
    append(&sandbox, "services/api/prices.py", "\n\nCOUNT: int = \"one\"\n");
    append(
        &sandbox,
        "web/src/cart.ts",
        "\nexport const count: number = \"one\";\n",
    );
    append(&sandbox, "tools/stock/stock.go", "\nvar count int = \"one\"\n");
    append(
        &sandbox,
        "engine/cli/src/main.rs",
        "\nconst COUNT: u32 = \"one\";\n",
    );
    let answer = sandbox
        .start(["gate", "type_checking", "--format", "json"])
        .limit(LIMIT)
        .wait();
    answer.expect_code(1);
    let report = answer.json();
    assert_eq!(
        places(&sandbox, gate(&report, "type_checking")),
        [
            "E0308 engine/cli/src/main.rs:25",
            "TS2322 web/src/cart.ts:14",
            "assignment services/api/prices.py:16",
            "compile tools/stock/stock.go:12",
        ]
    );
}
