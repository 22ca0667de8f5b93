//! `curl` as specs write it, read as one request: it is sent natively, and nothing of it is run.

use super::Request;

/// Reads the one command of a fence as a request.
///
/// # Errors
///
/// What cannot be sent without running it, in one line.
pub(super) fn read(code: &str) -> Result<Request, String> {
    let lines: Vec<&str> = code
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect();
    let command = lines.join("\n");
    if command.contains('$') || command.contains("$(") || command.contains('`') {
        return Err("it uses variables or other commands".to_owned());
    }
    let words = shlex::split(&command.replace("\\\n", " "))
        .ok_or_else(|| "its quotation marks do not match".to_owned())?;
    let mut words = words.into_iter();
    if words.next().as_deref() != Some("curl") {
        return Err("it is no curl command".to_owned());
    }
    let mut request = Request {
        method: String::new(),
        url: String::new(),
        headers: Vec::new(),
        body: None,
    };
    while let Some(word) = words.next() {
        let (name, joined) = match word.split_once('=') {
            Some((name, value)) if word.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
            _ => (word.clone(), None),
        };
        let mut value = || {
            joined
                .clone()
                .or_else(|| words.next())
                .ok_or_else(|| format!("{name} has no value"))
        };
        match name.as_str() {
            "-X" | "--request" => request.method = value()?,
            "-H" | "--header" => {
                let header = value()?;
                let (name, value) = header
                    .split_once(':')
                    .ok_or_else(|| format!("{header:?} is no header"))?;
                request
                    .headers
                    .push((name.trim().to_owned(), value.trim().to_owned()));
            }
            "-d" | "--data" | "--data-raw" | "--data-binary" | "--json" => {
                let body = value()?;
                if body.starts_with('@') {
                    return Err("it sends a file".to_owned());
                }
                if name == "--json" {
                    request
                        .headers
                        .push(("content-type".to_owned(), "application/json".to_owned()));
                }
                request.body = Some(body);
            }
            "-f" | "--fail" | "-s" | "--silent" | "-S" | "--show-error" | "-sS" | "-fs" | "-sf" | "-fsS"
            | "-sSf" | "-i" | "--include" | "-v" | "--verbose" => {}
            "-I" | "--head" => "HEAD".clone_into(&mut request.method),
            option if option.starts_with('-') => {
                return Err(format!("the option {option} is not known here"));
            }
            _ if [";", "|", "&", "&&", "||", ">"].contains(&word.as_str()) => {
                return Err("it is more than one command".to_owned());
            }
            _ if request.url.is_empty() => request.url = word,
            _ => return Err("it is more than one command, or asks more than one address".to_owned()),
        }
    }
    if request.url.is_empty() {
        return Err("it names no address".to_owned());
    }
    if request.method.is_empty() {
        let method = if request.body.is_some() { "POST" } else { "GET" };
        method.clone_into(&mut request.method);
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_commands_are_requests() {
        let request = read(
            "curl -fsS -X POST https://a.example/login \\\n  -H 'Content-Type: application/json' -d '{\"a\": 1}'\n# Expected: 200\n",
        )
        .unwrap();
        assert_eq!(request.method, "POST");
        assert_eq!(request.url, "https://a.example/login");
        assert_eq!(
            request.headers,
            [("Content-Type".to_owned(), "application/json".to_owned())]
        );
        assert_eq!(request.body.as_deref(), Some("{\"a\": 1}"));
        assert_eq!(read("curl http://h/").unwrap().method, "GET");
        assert_eq!(read("curl -d x http://h/").unwrap().method, "POST");
    }

    #[test]
    fn what_would_have_to_be_run_is_none() {
        for code in [
            "curl $URL",
            "curl http://h/ | jq .",
            "curl http://h/ && curl http://h/",
            "curl -k https://h/",
            "curl -L http://h/",
            "curl -d @file http://h/",
            "curl 'http://h/",
            "curl",
            "make",
            "curl http://h/\ncurl http://h/",
        ] {
            assert!(read(code).is_err(), "{code}");
        }
    }
}
