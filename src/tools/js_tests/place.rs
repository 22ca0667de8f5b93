//! Where an error came from, by the stack that came with it.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::project::UnitFacts;

/// `    at Object.f (/x/a.js:3:7)`, `    at /x/a.js:3:7`, `    at async file:///x/a.js:3:7`.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static FRAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^\s+at (?:.*?\()?(?:async )?(?:file://)?(?P<file>[^()\n]+?):(?P<line>\d+):\d+\)?\s*$")
        .expect("a pattern")
});

/// Whether a line is one of a stack, indented as node does it, or less as jest does.
pub(super) fn is_frame(line: &str) -> bool {
    line.starts_with("  ")
        && line.trim_start().starts_with("at ")
        && (line.ends_with(')') || FRAME.is_match(line))
}

/// The line of the innermost frame of a stack that is in a file; the file as the runner prints it.
pub(in crate::tools) fn line_in(stack: &str, file: &str, facts: &UnitFacts) -> Option<u32> {
    let absolute = |name: &str| facts.dir.join(Path::new(name));
    let wanted = absolute(file);
    FRAME.captures_iter(stack).find_map(|found| {
        let same = absolute(found.name("file")?.as_str()) == wanted;
        let line = found.name("line")?.as_str().parse().ok()?;
        same.then_some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::js_recordings::facts;

    #[track_caller]
    fn check(stack: &str, file: &str, expect: Option<u32>) {
        assert_eq!(line_in(stack, file, &facts()), expect, "{stack}");
    }

    #[test]
    fn the_innermost_frame_in_the_file_is_taken() {
        let stack = "Error: no\n    at helper (/project/lib.js:9:1)\n    at /project/a b.test.js:5:17\n    at \
                     Object.<anonymous> (/project/a b.test.js:18:5)\n    at new Promise (<anonymous>)";
        check(stack, "/project/a b.test.js", Some(5));
        check(stack, "a b.test.js", Some(5));
        check(stack, "/project/lib.js", Some(9));
        check(stack, "/project/other.js", None);
    }

    #[test]
    fn every_kind_of_frame_is_read() {
        check("    at async Promise.all (index 0)", "a.js", None);
        check("    at async file:///project/a.mjs:3:4", "a.mjs", Some(3));
        check("    at async f (file:///project/a.mjs:3:4)", "a.mjs", Some(3));
        check(
            "    at Context.<anonymous> (test/a.js:10:12)",
            "/project/test/a.js",
            Some(10),
        );
        check("    at f [as g] (/project/a.js:4294967296:1)", "a.js", None);
        check("", "a.js", None);
    }

    #[test]
    fn a_sentence_is_no_frame() {
        assert!(is_frame("    at f (a.js:1:2)"));
        assert!(is_frame("    at new Promise (<anonymous>)"));
        assert!(!is_frame("    at the end"));
        assert!(!is_frame("at f (a.js:1:2)"));
    }
}
