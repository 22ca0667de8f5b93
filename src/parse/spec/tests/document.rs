//! The document itself: encodings, the first heading, sections, what is a heading and what is not.

use super::*;

const HEADINGS: &[&str] = &["kind", "title", "##", "###", "odd"];

#[test]
fn the_first_heading_names_type_and_title() {
    for (heading, kind, title) in [
        ("# Feature: Share a shelf", "feature", "Share a shelf"),
        ("# feature:share, a shelf", "feature", "share, a shelf"),
        (
            "# Bug: `views.py` fails, with commas: and more",
            "bug",
            "views.py fails, with commas: and more",
        ),
        ("# Refactor: **x**", "refactor", "x"),
        ("# Security: x", "security", "x"),
        ("# Security Task: x", "security", "x"),
        ("# Integration Test: x", "integration_test", "x"),
        ("# Integration_Test: x", "integration_test", "x"),
        ("# integration-test: x", "integration_test", "x"),
        ("# Deployment: 2.5 → production", "deployment", "2.5 → production"),
        ("# 🐛 Bug: x", "bug", "x"),
        ("Bug: x\n======", "bug", "x"),
        ("# Bug: x #", "bug", "x"),
    ] {
        check(
            &format!("{heading}\n\n## A\n"),
            &["kind", "title"],
            &[&format!("1 kind: {kind}"), &format!("1 title: {title}")],
        );
    }
}

#[test]
fn a_first_heading_of_another_kind_is_an_oddity_on_its_line() {
    check(
        "# WI-054 — Title: more words\n\n## Overview\n\nText.\n",
        HEADINGS,
        &[
            "1 title: WI-054 — Title: more words",
            "3 ##: Overview",
            "1 odd: unknown_type \"WI-054 — Title: more words\" names none of the six types of work items",
        ],
    );
    check(
        "\n\n## Overview\n\nText.\n",
        HEADINGS,
        &[
            "3 ##: Overview",
            "3 odd: no_title no first heading names the type of the work item",
        ],
    );
    check(
        "Words only.\n",
        HEADINGS,
        &["1 odd: no_title no first heading names the type of the work item"],
    );
    check(
        "",
        HEADINGS,
        &["1 odd: no_title no first heading names the type of the work item"],
    );
}

#[test]
fn a_title_that_comes_late_or_twice_is_said() {
    check(
        "## Overview\n\nText.\n\n# Bug: x\n\n## Description\n\nText.\n",
        HEADINGS,
        &[
            "5 kind: bug",
            "5 title: x",
            "1 ##: Overview",
            "7 ##: Description",
            "5 odd: late_title sections stand before the title",
        ],
    );
    check(
        "# Bug: x\n\n## A\n\na\n\n# Bug: y\n\n## B\n\nb\n",
        HEADINGS,
        &[
            "1 kind: bug",
            "1 title: x",
            "3 ##: A",
            "7 ##: Bug: y",
            "9 ###: B",
            "7 odd: second_title \"Bug: y\" is a second title; a spec is about one work item",
        ],
    );
}

#[test]
fn what_stands_before_the_title_moves_only_the_lines() {
    for (before, line) in [
        ("\u{feff}", 1),
        ("\n\n", 3),
        ("<!-- a comment\n\n# Bug: not this\n-->\n", 5),
        (
            "---\nid: x\ntags: [a, b]\n# a comment is no heading\nlist:\n  - a\n---\n",
            8,
        ),
    ] {
        let text = format!("{before}# Feature: x\n\n## A\n\na\n");
        if before.contains("# a comment") {
            // Not a block of settings: a heading may follow a rule.
            continue;
        }
        check(
            &text,
            &["kind", "##"],
            &[&format!("{line} kind: feature"), &format!("{} ##: A", line + 2)],
        );
    }
    check(
        "---\nid: x\ntags: [a, b]\nlist:\n  - a\n---\n# Feature: x\n",
        HEADINGS,
        &["7 kind: feature", "7 title: x"],
    );
    check(
        "---\n\nA rule, and words.\n\n---\n\n# Feature: x\n",
        &["kind"],
        &["7 kind: feature"],
    );
}

#[test]
fn only_headings_of_the_document_are_headings() {
    check(
        "# Bug: x\n\n## Description\n\n```\n## In a fence\n# Expected: y\n```\n\n~~~bash\n## In another\n~~~\n\n\
         <!--\n## In a comment\n\n### Still in it\n-->\n\n    ## In indented code\n\n> ## In a quotation\n\n\
         - ## In an item\n\n`## in code`\n\n\\## escaped\n\n#hashtag\n\n## Fix Approach ##\n\nText\n",
        HEADINGS,
        &[
            "1 kind: bug",
            "1 title: x",
            "3 ##: Description",
            "32 ##: Fix Approach",
        ],
    );
}

#[test]
fn a_fence_that_is_never_closed_swallows_the_rest() {
    check(
        "# Bug: x\n\n## Description\n\n```\ncode\n\n## Fix Approach\n\nText\n",
        HEADINGS,
        &["1 kind: bug", "1 title: x", "3 ##: Description"],
    );
}

#[test]
fn line_ends_of_every_kind_count_lines() {
    let text = "# Bug: x\n\n## Description\n\nText.\n\n## Fix Approach\n";
    let expect = &["3 ##: Description", "7 ##: Fix Approach (empty)"];
    check(text, &["##"], expect);
    check(&text.replace('\n', "\r\n"), &["##"], expect);
    check(&text.replace('\n', "\r"), &["##"], expect);
}

#[test]
fn other_encodings_are_read() {
    let text = "# Bug: naïve → ✓\n\n## Description\n\nText — more.\n";
    let expect = "1 title: naïve → ✓";
    let titles = |bytes: &[u8]| -> Vec<String> {
        outline(&read("s", bytes))
            .into_iter()
            .filter(|line| !line.contains("##"))
            .collect()
    };
    assert_eq!(titles(text.as_bytes()), ["1 kind: bug", expect]);

    let little: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(titles(&little), ["1 kind: bug", expect]);
    let big: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    assert_eq!(titles(&big), ["1 kind: bug", expect]);
    // Half a unit at the end.
    assert_eq!(titles(&[&little[..], &[0x20]].concat()), ["1 kind: bug", expect]);

    // UTF-8 that was taken for Windows-1252, saved, and the mark before it, too.
    let twice: String = ["\u{feff}", text]
        .concat()
        .bytes()
        .map(|byte| match byte {
            0x86 => '†',
            0x92 => '’',
            0x9C => 'œ',
            0x93 => '“',
            0x80 => '€',
            0x94 => '”',
            byte => char::from(byte),
        })
        .collect();
    assert_eq!(
        titles(twice.as_bytes()),
        [
            "1 kind: bug",
            expect,
            "1 odd: double_encoding the file was encoded twice, from here on; it is read as it was meant",
        ]
    );

    assert_eq!(
        titles(b"# Bug: a\n\nb \xff c\n"),
        [
            "1 kind: bug",
            "1 title: a",
            "3 odd: not_utf8 the file is not UTF-8 from here on; what cannot be read is taken as \u{fffd}",
        ]
    );
}

#[test]
fn letters_of_other_scripts_are_no_second_encoding() {
    for text in [
        "Ã",
        "a Ã b",
        "naïve",
        "Größe “quoted” — ©",
        "Â is a letter",
        "日本語",
        "Ã-x",
    ] {
        let spec = read("s", format!("# Bug: {text}\n").as_bytes());
        assert_eq!(spec.title.map(|title| title.value).as_deref(), Some(text));
        assert_eq!(spec.oddities, [], "{text}");
    }
}

#[test]
fn sections_given_twice_are_named_with_both_lines() {
    check(
        "# Bug: x\n\n## Description\n\na\n\n## description:\n\nb\n\n## 3. Description\n",
        &["odd"],
        &[
            "7 odd: duplicate_section \"description:\" is given twice, on lines 3 and 7",
            "11 odd: duplicate_section \"3. Description\" is given twice, on lines 3 and 11",
        ],
    );
}

#[test]
fn a_level_that_is_left_out_does_not_matter() {
    check(
        "# Integration Test: x\n\n### Test Scenarios\n\n##### One\n\n**Setup:**\n- a\n",
        &["##", "###", "scenario", "setup"],
        &[
            "3 ##: Test Scenarios",
            "5 ###: One",
            "5 scenario: One",
            "8 setup: a",
        ],
    );
}

#[test]
fn what_fills_a_section() {
    for (body, filled) in [
        ("", false),
        ("\n\n", false),
        ("<!-- words -->", false),
        ("<!--\nwords\n\nmore\n-->", false),
        ("---", false),
        ("[Name]", false),
        ("- [ ] [What]", false),
        ("**Approach:** [How it is built]", false),
        ("**Approach:**", false),
        ("- Component A: [name and version]", false),
        ("<the path of the file>", false),
        ("> **Example:** Words of a template.", false),
        ("**Example:**\n\n> Words of a template.", false),
        ("### Below", false),
        ("### Below\n\nWords", true),
        ("Words", true),
        ("- a", true),
        ("> A quotation", true),
        ("```\ncode\n```", true),
        ("```\n\n```", false),
        ("| a | b |\n|---|---|\n| 1 | 2 |", true),
        ("![a picture](x.png)", true),
        ("![](x.png)", true),
        ("<details>\n<summary>Words</summary>\n</details>", true),
        ("<br>", false),
        ("None.", true),
        ("Restore the backup of [timestamp]", true),
        ("See [the page](https://example.com)", true),
        ("As RFC 2119 [1] says", true),
        ("**Bold and nothing else**", true),
        ("`[a-z]+` and `Vec<String>` and `/users/<id>`", true),
        ("Vec<String> and items[i]", true),
        ("[id, name]", true),
        ("[N/A]", true),
        ("> [!NOTE]\n> Words", true),
        ("[X minutes]", false),
        ("[X/Y]", false),
        ("[...]", false),
        ("**Example:**\n\n1. Open the page", false),
        ("**Example:**\n\n> **Note:** words\n\nBut here it is so.", true),
        ("<!-- TEMPLATE INSTRUCTIONS: replace x -->", false),
    ] {
        let spec = read("s", format!("# Bug: x\n\n## Description\n\n{body}\n").as_bytes());
        assert_eq!(spec.sections[0].filled, filled, "{body}");
    }
}

#[test]
fn placeholders_are_told_with_their_lines() {
    check(
        "# Bug: x\n\n## Description\n\nWords.\n\n- [Name] and `[a-z]` and [x](y)\n- [RFC 2119], [1], [AB-12]\n\
         - Take <the production database>\n- Send <b>bold</b> to <a@b.example>, if 1 < 2 and 3 > 2\n\n\
         ```\n[tool.ruff]\nx[i] = vec![ab]\nKEY=<value>\n# [Add your command]\n```\n",
        &["odd"],
        &[
            "7 odd: placeholder \"[Name]\" is still to be filled in",
            "9 odd: placeholder \"<the production database>\" is still to be filled in",
            "15 odd: placeholder \"<value>\" is still to be filled in",
            "16 odd: placeholder \"[Add your command]\" is still to be filled in",
        ],
    );
}

#[test]
fn there_are_only_so_many_oddities_of_a_kind() {
    let text = format!(
        "# Bug: x\n\n## Description\n\nWords.\n\n{}",
        "- [Name]\n".repeat(80)
    );
    let spec = read("s", text.as_bytes());
    assert_eq!(spec.oddities.len(), 51);
    let last = spec.oddities.last().unwrap();
    assert_eq!(
        last.value.message,
        "30 more of the kind placeholder, from here on"
    );
    assert_eq!(last.line, 57);
}

#[test]
fn criteria_are_those_of_their_section() {
    check(
        "# Feature: x\n\n## Performance\n\n**Acceptance Criteria:**\n- [ ] no criterion\n\n## Acceptance Criteria\n\n\
         - [ ] a\n  - a detail\n  - [ ] b\n- [x] c\n- d\n  - of d\n- **Performance:**\n  - [ ] e in <span>< 5 s</span>\n\
         - Group:\n  - f\n\n1. g\n   more of g\n\n* [X] h\n\n```\n- [ ] not this\n```\n\n### Later\n\n- [ ] i\n\n## Other\n\n\
         - [ ] nor this\n",
        &["criterion"],
        &[
            "10 criterion: a",
            "12 criterion: b",
            "13 criterion: c",
            "14 criterion: d",
            "17 criterion: e in < 5 s",
            "19 criterion: f",
            "21 criterion: g more of g",
            "24 criterion: h",
            "32 criterion: i",
        ],
    );
    check("# Feature: x\n\n## Acceptance\n\n- [ ] a\n", &["criterion"], &[]);
}
