//! Workflow commands of GitHub Actions: the escapes of their two parts.
//!
//! Source: GitHub's documentation of workflow commands and the runner's own parser.

use super::inert;

/// The message of a command.
pub fn data(text: &str) -> String {
    inert::spaced(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property of one.
pub fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_as_the_runner_reads_them() {
        assert_eq!(data("50% :: a,b\r\n##[x]"), "50%25 :: a,b%0D%0A## [x]");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
