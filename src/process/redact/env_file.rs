//! Variables of an env file: what Compose puts into its files and services.

/// The variables of a text of lines `NAME=VALUE`, with or without `export` before them.
///
/// A value may stand in quotes, with whatever behind them; without quotes it ends before ` #`. What a value refers to is not
/// put in, because the text of the reference is no secret.
/// Source: <https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax>
pub fn variables(text: &str) -> impl Iterator<Item = (String, String)> + '_ {
    text.lines().filter_map(|line| {
        let line = line.trim_start_matches('\u{feff}').trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').or_else(|| line.split_once(": "))?;
        let name = name.trim();
        let is_name = !name.is_empty() && !name.starts_with('#') && !name.contains(char::is_whitespace);
        is_name.then(|| (name.to_owned(), value_of(value.trim()).to_owned()))
    })
}

fn value_of(written: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(rest) = written.strip_prefix(quote) {
            return rest.split(quote).next().unwrap_or(rest);
        }
    }
    written.split(" #").next().unwrap_or(written).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: Option<(&str, &str)>) {
        let found: Vec<(String, String)> = variables(line).collect();
        let found = found.first().map(|(name, value)| (&**name, &**value));
        assert_eq!(found, expect, "{line}");
    }

    #[test]
    fn values_are_read_as_compose_reads_them() {
        check("DB_PASSWORD=hunter22", Some(("DB_PASSWORD", "hunter22")));
        check("  export A_TOKEN = 'a b#c' # why", Some(("A_TOKEN", "a b#c")));
        check("A=\"x y\"", Some(("A", "x y")));
        check("A=x#y # why", Some(("A", "x#y")));
        check("A: x", Some(("A", "x")));
        check("A=b=c\r", Some(("A", "b=c")));
        check("A=", Some(("A", "")));
        check("A='open", Some(("A", "open")));
        for nothing in ["# A=b", "", "A", "two words=x", "=x"] {
            check(nothing, None);
        }
    }
}
