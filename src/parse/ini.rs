//! Files of settings in sections, as Python's configparser reads them: `setup.cfg` and others of its kind.

/// A line of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'t> {
    /// The section, without its brackets.
    pub section: &'t str,
    /// The key.
    pub key: &'t str,
    /// What the line says; never empty.
    pub text: &'t str,
    /// Whether the line goes on with what an earlier one began.
    pub goes_on: bool,
}

/// The lines of all values, in their order. Remarks and what belongs to no key are left out.
pub fn values(text: &str) -> impl Iterator<Item = Value<'_>> {
    let (mut section, mut key) = ("", "");
    text.trim_start_matches('\u{feff}')
        .lines()
        .filter_map(move |line| {
            if line.trim().is_empty() || line.trim_start().starts_with(['#', ';']) {
                return None;
            }
            if let Some(rest) = line.strip_prefix('[') {
                section = rest.split(']').next().unwrap_or(rest).trim();
                key = "";
                return None;
            }
            let goes_on = line.starts_with(char::is_whitespace);
            let text = if goes_on {
                line
            } else {
                let (name, value) = line.split_once(['=', ':']).unwrap_or((line, ""));
                key = name.trim();
                value
            };
            let text = text.trim();
            let value = Value {
                section,
                key,
                text,
                goes_on,
            };
            (!text.is_empty() && !key.is_empty()).then_some(value)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_line_by_line() {
        let text = "\u{feff}lost\n[one]\r\na = 1\r\n# no\r\nb:\r\n  2\r\n\r\n  3 = 4\r\n; no\r\n[ two ] # x\r\n  lost\r\nc=\r\n";
        let told: Vec<_> = values(text)
            .map(|value| (value.section, value.key, value.text, value.goes_on))
            .collect();
        assert_eq!(
            told,
            [
                ("one", "a", "1", false),
                ("one", "b", "2", true),
                ("one", "b", "3 = 4", true)
            ]
        );
    }
}
