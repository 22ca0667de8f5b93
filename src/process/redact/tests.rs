use std::ffi::OsString;

use proptest::prelude::*;

use super::*;

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)))
        .collect()
}

#[track_caller]
fn check_with(pairs: &[(&str, &str)], input: &str, expect: &str) {
    let redactor = Redactor::new(&environment(pairs), &[]);
    assert_eq!(redactor.text(input), expect);
    for size in [1, 2, 3, 7] {
        assert_eq!(
            streamed(&redactor, input.as_bytes(), size),
            expect,
            "in pieces of {size}"
        );
    }
}

#[track_caller]
fn check(input: &str, expect: &str) {
    check_with(&[], input, expect);
}

#[track_caller]
fn check_same(input: &str) {
    check(input, input);
}

fn streamed(redactor: &Redactor, input: &[u8], size: usize) -> String {
    let mut out = Vec::new();
    let mut stream = redactor.stream();
    for piece in input.chunks(size) {
        stream.push(piece, &mut |bytes| out.extend_from_slice(bytes));
    }
    stream.finish(&mut |bytes| out.extend_from_slice(bytes));
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn a_value_of_several_words_behind_its_name_goes_whole() {
    let env = [
        ("DB_PASSWORD", "hunter77 two words"),
        ("API_TOKEN", "first line\nand another one"),
    ];
    check_with(
        &env,
        "DB_PASSWORD=hunter77 two words!\n",
        "DB_PASSWORD=[redacted:DB_PASSWORD]!\n",
    );
    // It is another value: what is left may be anything.
    check_with(
        &env,
        "DB_PASSWORD=hunter77 two worms\n",
        "DB_PASSWORD=[redacted:password] two worms\n",
    );
    check_with(
        &env,
        "API_TOKEN=first line\n12:00 and another one\n",
        "API_TOKEN=[redacted:API_TOKEN]\n12:00 [redacted:API_TOKEN]\n",
    );
    // A longer word than the secret goes as far as it reaches.
    check_with(
        &[("DB_PASSWORD", "hunter77")],
        "DB_PASSWORD=hunter77and-more x\n",
        "DB_PASSWORD=[redacted:password] x\n",
    );
}

const SECRET: &str = "hunter2 & Söhne/7";

#[test]
fn a_value_is_found_in_its_encodings() {
    let env = [("DB_PASSWORD", SECRET)];
    check_with(&env, "it is hunter2 & Söhne/7!", "it is [redacted:DB_PASSWORD]!");
    check_with(&env, "hunter2%20%26%20S%C3%B6hne%2F7", "[redacted:DB_PASSWORD]");
    check_with(&env, "hunter2+%26+S%c3%b6hne%2f7", "[redacted:DB_PASSWORD]");
    check_with(
        &env,
        "68756e746572322026205 68756e7465723220262053c3b6686e652f37",
        "68756e746572322026205 [redacted:DB_PASSWORD]",
    );
    check_with(
        &env,
        r#"{"a":"hunter2 & S\u00f6hne/7"}"#,
        r#"{"a":"[redacted:DB_PASSWORD]"}"#,
    );
    check_with(
        &env,
        "<a>hunter2 &amp; Söhne/7</a>",
        "<a>[redacted:DB_PASSWORD]</a>",
    );
    check_with(
        &[("A_TOKEN", "one\"two\\three")],
        r#"{"a":"one\"two\\three"}"#,
        r#"{"a":"[redacted:A_TOKEN]"}"#,
    );
}

/// What `base64` prints for a text.
fn base64(text: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in text.chunks(3) {
        let bits = group
            .iter()
            .fold(0usize, |sum, byte| sum << 8 | usize::from(*byte))
            << (8 * (3 - group.len()));
        for at in 0..4 {
            let digit = char::from(DIGITS[bits >> (18 - 6 * at) & 63]);
            out.push(if at > group.len() { '=' } else { digit });
        }
    }
    out
}

#[test]
fn a_value_is_found_in_base64_wherever_it_stands() {
    assert_eq!(base64(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
    let redactor = Redactor::new(&environment(&[("API_KEY", "s3cret-value-9")]), &[]);
    for before in ["", "u", "us", "usr", "user:"] {
        for after in ["", "x", "xy", ":end"] {
            let text = base64(format!("{before}s3cret-value-9{after}").as_bytes());
            let out = redactor.text(&text);
            assert!(out.contains("[redacted:API_KEY]"), "{text} {out}");
        }
    }
}

#[test]
fn each_line_of_a_value_is_a_secret() {
    let env = [("SIGNING_KEY", "first-line-of-it\nsecond-line-of-it\n")];
    check_with(&env, "x second-line-of-it y", "x [redacted:SIGNING_KEY] y");
    check_with(
        &env,
        "first-line-of-it\\nsecond-line-of-it\\n",
        "[redacted:SIGNING_KEY]",
    );
}

#[test]
fn settings_are_no_secrets() {
    let env = [
        ("TOKEN_CACHE", "true"),
        ("APP_SECRET_MODE", "production"),
        ("KEY_PORT", "8080"),
        ("SSH_AUTH_SOCK", "/tmp/ssh-XXXX/agent.12"),
        ("GIT_AUTHOR_NAME", "Ada Lovelace"),
        ("AUTH_URL", "https://auth.example.com/"),
        ("SHORT_KEY", "abcde"),
        ("PLAIN", "not-named-so"),
    ];
    let text = "true production 8080 /tmp/ssh-XXXX/agent.12 Ada Lovelace https://auth.example.com/ abcde not-named-so";
    check_with(&env, text, text);
}

#[test]
fn a_random_value_that_begins_with_a_slash_is_a_secret() {
    check_with(
        &[("A_KEY", "/9j4AAQSkZJRg")],
        "=/9j4AAQSkZJRg=",
        "=[redacted:A_KEY]=",
    );
}

#[test]
fn named_variables_are_secrets_whatever_they_hold() {
    let env = environment(&[("STAGE", "production"), ("PIN_CODE_A", "abcdef")]);
    let redactor = Redactor::new(&env, &["STAGE".to_owned(), "PIN_*".to_owned()]);
    assert_eq!(
        redactor.text("production abcdef"),
        "[redacted:STAGE] [redacted:PIN_CODE_A]"
    );
}

#[test]
fn more_secrets_can_be_given() {
    let more = [("DSN".to_owned(), "s3ntry-dsn".to_owned())];
    let redactor = Redactor::with_secrets(&Environment::default(), &[], &more);
    assert_eq!(redactor.text("at s3ntry-dsn"), "at [redacted:DSN]");
}

#[test]
fn a_user_name_may_be_a_secret_too() {
    let env = [("A_TOKEN", "t0kenvalue")];
    check_with(
        &env,
        "https://t0kenvalue:x-oauth@host/",
        "https://[redacted:A_TOKEN]:[redacted:url-password]@host/",
    );
}

#[test]
fn the_longer_of_two_secrets_wins() {
    let env = [
        ("A_TOKEN", "abcdefgh"),
        ("B_TOKEN", "abcdefghijkl"),
        ("C_TOKEN", "abcdef"),
    ];
    check_with(
        &env,
        "abcdefghijkl abcdefghij abcdefg",
        "[redacted:B_TOKEN] [redacted:A_TOKEN]ij [redacted:C_TOKEN]g",
    );
}

#[test]
fn a_value_inside_what_only_looked_like_another_is_found() {
    let env = [("A_TOKEN", "sk-abcdef"), ("B_TOKEN", "abcdefgh-no")];
    check_with(&env, "abcdefgh-nabcdefgh-no", "abcdefgh-n[redacted:B_TOKEN]");
    check_with(&env, "sk-abcdef", "[redacted:A_TOKEN]");
}

#[test]
fn tokens_are_known_by_their_shape() {
    check("id AKIAIOSFODNN7EXAMPLE.", "id [redacted:aws-access-key].");
    check(
        "ghp_0123456789abcdefABCDEF0123456789abcd",
        "[redacted:github-token]",
    );
    check("github_pat_11ABCDEFG0abcdefghijklmn_x", "[redacted:github-token]");
    check(
        "sent Bearer abcdef0123456789XY ok",
        "sent Bearer [redacted:bearer-token] ok",
    );
    check_same("a Bearer authentication2 scheme, bearer of news");
    check("> x-api-key: zzTopSecret9988", "> x-api-key: [redacted:secret]");
    check_same("api-key: string, x-api-key: required");
    check("key=sk-proj-abcdEFGH1234ijklMNOP-x y", "key=[redacted:api-key] y");
    check("xoxb-123456789012-abcdef", "[redacted:slack-token]");
    check(
        "t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1g end",
        "t=[redacted:jwt] end",
    );
}

#[test]
fn names_that_only_resemble_tokens_stay() {
    check_same("task-management-of-many-things-1");
    check_same("sk-estimator-doc-link-fitted-more");
    check_same("eyJ is how a JSON object begins in base64, eyJhbGciOiJIUzI1NiJ9 alone is none");
    check_same("AKIA and ghp_short and xoxb-1 and sk-1");
    check_same("pip install scikit-learn; see https://example.com:8080/a@b and git@github.com");
}

#[test]
fn private_keys_go_as_a_block() {
    check(
        "a\n-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEow==\n-----END RSA PRIVATE KEY-----\nb",
        "a\n[redacted:private-key]\nb",
    );
    check(
        r#"{"k":"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n","b":1}"#,
        r#"{"k":"[redacted:private-key]\n","b":1}"#,
    );
    check("-----BEGIN PRIVATE KEY-----\nMIIEabc", "[redacted:private-key]");
    check(
        r#"{"code":"key = \"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\""}"#,
        r#"{"code":"key = \"[redacted:private-key]\""}"#,
    );
    check(
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\nlQOYBFx8x8sBCADY\n=Ab3d\n-----END PGP PRIVATE KEY BLOCK-----\n",
        "[redacted:private-key]\n",
    );
    check(
        "K='-----BEGIN PRIVATE KEY----- MIIEvQIBADANBgkqhkiG9w0B -----END PRIVATE KEY-----'",
        "K='[redacted:private-key]'",
    );
    check_same("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n");
}

#[test]
fn the_first_line_of_a_private_key_alone_is_no_secret() {
    check_same("found \"-----BEGIN PRIVATE KEY-----\" in a.py");
    check_same(r#"{"code":"1 assert pem.startswith(\"-----BEGIN PRIVATE KEY-----\")\n2 \n"}"#);
    check_same("`-----BEGIN RSA PRIVATE KEY-----` and `-----END RSA PRIVATE KEY-----`");
    check_same("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n");
    check_same("a -----BEGIN PRIVATE KEY----- in a line\nand the next");
    check_same("ends with -----BEGIN PRIVATE KEY-----");
}

#[test]
fn words_of_reports_are_no_secrets() {
    let env = [
        ("API_TOKEN", "results"),
        ("MY_SECRET", "passed"),
        ("A_KEY", "security"),
    ];
    check_with(
        &env,
        "{\"results\":[]} passed security",
        "{\"results\":[]} passed security",
    );
}

#[test]
fn what_may_begin_a_secret_goes_where_a_text_was_cut() {
    let redactor = Redactor::new(&environment(&[("A_TOKEN", "t0ken-of-mine")]), &[]);
    for (text, expect) in [
        ("it is t0ken-of-mi", "it is "),
        ("it is t0ken-of-mine", "it is [redacted:A_TOKEN]"),
        ("it is t0ken-of-yours.", "it is t0ken-of-yours."),
        ("ends with ghp_0123", "ends with "),
    ] {
        assert_eq!(redactor.cut_text(text), expect);
    }
}

#[test]
fn headers_urls_and_connection_strings_have_places_for_secrets() {
    check(
        "Authorization: Bearer abc.def\nnext",
        "Authorization: Bearer [redacted:authorization]\nnext",
    );
    check(
        r#""authorization": "Basic dXNlcg==", "a": 1"#,
        r#""authorization": "Basic [redacted:authorization]", "a": 1"#,
    );
    check(
        "Authorization: 0123456789abcdef0\n",
        "Authorization: [redacted:authorization]\n",
    );
    check_same("Authorization: required for this route\n");
    check_same("authorization failed");
    check(
        "postgres://app:pa55@db/x",
        "postgres://app:[redacted:url-password]@db/x",
    );
    check(
        "redis://:pa55@db:6379",
        "redis://:[redacted:url-password]@db:6379",
    );
    check(
        "https://0123456789abcdef0123@host/",
        "https://[redacted:url-password]@host/",
    );
    check_same("ssh://git@github.com/a/b and http://localhost:8080/ and postgres://app:${PASS}@db");
    check(
        "Server=db;Password=pa55;Timeout=3",
        "Server=db;Password=[redacted:password];Timeout=3",
    );
    check("dsn?password=pa55&x=1", "dsn?password=[redacted:password]&x=1");
    check(
        "connect(password=\"pa 55\")",
        "connect(password=\"[redacted:password]\")",
    );
    check_same("PWD=/home/me password= ok");
}

#[test]
fn values_behind_a_name_of_a_secret_go_and_what_is_around_them_stays() {
    for (input, expect) in [
        (
            "//registry.example/:_authToken=abcd1234efgh5678\n",
            "//registry.example/:_authToken=[redacted:secret]\n",
        ),
        (
            "//registry.example/:_authToken=qwertyuiop\n",
            "//registry.example/:_authToken=[redacted:secret]\n",
        ),
        ("_auth=dXNlcjpwYXNz\n", "_auth=[redacted:secret]\n"),
        (
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "aws_secret_access_key = [redacted:secret]",
        ),
        (
            "DB_PASSWORD: 'qwertyuiop'\n",
            "DB_PASSWORD: '[redacted:password]'\n",
        ),
        (
            "password = \"hunter2pass\" # x",
            "password = \"[redacted:password]\" # x",
        ),
        ("api_key=a1b2c3d4e5&x=1", "api_key=[redacted:secret]&x=1"),
        ("API_KEY=qwertyuiop", "API_KEY=[redacted:secret]"),
        (
            "f(client_secret=q1w2e3r4t5, a)",
            "f(client_secret=[redacted:secret], a)",
        ),
        (
            r#"{"token": "qwertyuiop", "a": 1}"#,
            r#"{"token": "[redacted:secret]", "a": 1}"#,
        ),
        (
            r#""{\"apiKey\":\"qwertyuiop\"}""#,
            r#""{\"apiKey\":\"[redacted:secret]\"}""#,
        ),
        (
            "E     'access_token': 'abc12345',",
            "E     'access_token': '[redacted:secret]',",
        ),
        ("SECRET_KEY='django-insecure-x'", "SECRET_KEY='[redacted:secret]'"),
        (
            "private_key: c2VjcmV0a2V5MTIz\n",
            "private_key: [redacted:secret]\n",
        ),
        (
            "'password' => 'qwertyuiop'",
            "'password' => '[redacted:password]'",
        ),
        (
            "hf_abcdefghijklmnopqrstuvwxyzABCDEF",
            "[redacted:hugging-face-token]",
        ),
        (
            "dop_v1_0123456789abcdef0123456789abcdef",
            "[redacted:digitalocean-token]",
        ),
        (
            "SG.abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyz0123456789",
            "[redacted:sendgrid-key]",
        ),
        (
            "pypi-abcdefghijklmnopqrstuvwxyz0123456789",
            "[redacted:pypi-token]",
        ),
    ] {
        check(input, expect);
        check_same(expect);
    }
    // However long it is, nothing of it passes.
    let long = "a1b2".repeat(2000);
    check(&format!("api_key={long} x"), "api_key=[redacted:secret] x");
}

#[test]
fn values_of_options_go_from_commands() {
    for (words, expect) in [
        ("t --password hunter2pass -v", "t --password [redacted:option] -v"),
        ("t --token=abc x", "t --token=[redacted:option] x"),
        (
            "env DB_PASSWORD=a API_KEY=b t",
            "env DB_PASSWORD=[redacted:option] API_KEY=[redacted:option] t",
        ),
        (
            "t --auth a:b --api-key k",
            "t --auth [redacted:option] --api-key [redacted:option]",
        ),
        ("t --no-token", "t --no-token"),
        ("t --token --verbose", "t --token --verbose"),
        ("t --token $TOKEN --secret=$S", "t --token $TOKEN --secret=$S"),
        (
            "t --token-file f --max-tokens 8 tests/test_token.py",
            "t --token-file f --max-tokens 8 tests/test_token.py",
        ),
        ("t hf_abcdefghijklmnopqrst", "t [redacted:hugging-face-token]"),
    ] {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        let out = Redactor::default().words(&words);
        assert_eq!(out.join(" "), expect);
        assert_eq!(Redactor::default().words(&out), out, "once is enough");
    }
}

#[test]
fn code_and_messages_about_secrets_stay() {
    for text in [
        "token: String,",
        "password: str",
        "secret: &str",
        "fn f(api_key: Option<String>) {",
        "api_key = os.environ[\"API_KEY\"]",
        "token = get_token()",
        "token := getToken2()",
        "self.token = token",
        "f(token=token, api_key=None, secret=self.secret_v2)",
        "assert token == 'abcdefgh12'",
        "E   AssertionError: invalid token: unexpected_end_of_input",
        "SyntaxError: Unexpected token: \"function\"",
        "Token::Ident2abc3",
        "tests/test_token.py::test_password PASSED",
        "::error file=token.py,line=3::S105 Possible hardcoded password assigned to: \"token\"",
        r#"{"get_token": {"executed_lines": [1, 2], "missing_token": 12345678}}"#,
        "FN:12,get_token\nFNDA:3,check_password\nend_of_record\n",
        "max_token=1234567890 tokens: 12345678",
        "secret: /run/secrets/db1a2b3c",
        "token: ${TOKEN_A1B2C3} secret: <your-secret-here1a>",
        "token=hmac_sha256 password: {{ a1b2c3d4 }}",
        "parsing token: 0x7f12ab34cd56",
        "token_url = 'https://example.com/a1b2'",
        "credentials: \"the user's own\"",
    ] {
        check_same(text);
    }
}

#[test]
fn a_password_ends_where_its_place_does() {
    check("password=abc", "password=[redacted:password]");
    // What closes a bracket stays: nobody can tell whether it belongs to the value.
    check("password=secret]", "password=[redacted:password]]");
    check("[password=secret]", "[password=[redacted:password]]");
    check("f(password=secret, a)", "f(password=[redacted:password], a)");
    check_same("tool --password abc");
}

#[test]
fn what_was_redacted_is_not_redacted_again() {
    for text in [
        "password=[redacted:password]",
        "password=[redacted:DB_PASSWORD]",
        "[password=[redacted:password]]",
        "password=[redacted:password], user=a",
        "password=\"[redacted:password]\"",
        "postgres://app:[redacted:DB_PASSWORD]@db/x",
        "Authorization: Bearer [redacted:A_TOKEN]",
        "Authorization: Basic [redacted:authorization]\n",
        "Authorization: [redacted:authorization]\n",
    ] {
        check_same(text);
    }
    // What only begins like that is a value like any other.
    check("password=[redact", "password=[redacted:password]");
    check("password=[redacted:x y", "password=[redacted:password] y");
    check(
        "Authorization: Basic [redacted:\n",
        "Authorization: Basic [redacted:authorization]\n",
    );
}

#[test]
fn text_is_let_through_as_soon_as_it_is_certain() {
    let mut stream = Redactor::new(&environment(&[("A_KEY", "abcdefghij")]), &[]).stream();
    let mut out = Vec::new();
    stream.push(b"running tests\n", &mut |bytes| out.extend_from_slice(bytes));
    assert_eq!(out, b"running tests\n");
    stream.push(b"ok abcdefgh", &mut |bytes| out.extend_from_slice(bytes));
    assert_eq!(out, b"running tests\nok ");
}

#[test]
fn a_perhaps_without_end_is_not_held_for_ever() {
    let redactor = Redactor::default();
    let mut stream = redactor.stream();
    let mut passed = 0;
    stream.push(b"eyJ", &mut |bytes| passed += bytes.len());
    for _ in 0..64 {
        stream.push(&[b'a'; 1024], &mut |bytes| passed += bytes.len());
    }
    assert!(passed > 40 * 1024, "{passed}");
}

#[test]
fn bytes_that_are_no_text_pass() {
    let input = [0xff, 0x00, 0xc3, b'\n', 0x80];
    let mut out = Vec::new();
    let mut stream = Redactor::default().stream();
    stream.push(&input, &mut |bytes| out.extend_from_slice(bytes));
    stream.finish(&mut |bytes| out.extend_from_slice(bytes));
    assert_eq!(out, input);
}

#[test]
fn debug_shows_no_secret() {
    let redactor = Redactor::new(&environment(&[("A_KEY", "abcdefghij")]), &[]);
    assert_eq!(format!("{redactor:?}"), "Redactor { .. }");
}

proptest! {
    #[test]
    fn no_cut_hides_a_secret(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "s3cr3t-value", "s3cr3t", "-value", "sk-", "eyJ", "eyJhbGciOiJIUzI1NiJ9", ".", "://", "a:b@", "\n",
                "password=", "-----BEGIN ", "PRIVATE KEY-----", "-----END ", "Authorization: Bearer ", "\"", "x", " ",
                "0123456789abcdefghij", "AKIA", "ABCDEFGHIJKLMNOP", "token", "secret", "_key", ": ", " = ", "'", "api_key=", "SG.", "hf_",
            ]),
            0..20,
        ),
        size in 1..40usize,
    ) {
        let redactor = Redactor::new(&environment(&[("A_TOKEN", "s3cr3t-value")]), &[]);
        let text = parts.concat();
        let whole = redactor.text(&text);
        prop_assert!(!whole.contains("s3cr3t-value"), "{whole}");
        prop_assert_eq!(streamed(&redactor, text.as_bytes(), size), whole);
    }

    #[test]
    fn text_without_secrets_is_unchanged(text in "[a-z \n.,äöü]{0,200}", size in 1..50usize) {
        prop_assert_eq!(streamed(&Redactor::default(), text.as_bytes(), size), text);
    }
}

/// What is left of a text by a redactor that knows these variables of compose files and these lines of env files.
#[track_caller]
fn check_files(variables: &[(&str, &str)], env_files: &str, input: &str, expect: &str) {
    let variables: Vec<(String, String)> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let files = Files {
        env_files,
        variables: &variables,
        secrets: &[],
    };
    let redactor = Redactor::with_files(&Environment::default(), &[], &files);
    assert_eq!(redactor.text(input), expect);
}

#[test]
fn secrets_that_a_compose_file_has_literally_are_found_and_words_are_left() {
    let variables = [
        ("POSTGRES_USER", "orders"),
        ("POSTGRES_PASSWORD", "orders"),
        ("service", "mailer"),
        ("MAIL_SECRET", "mailer"),
        ("API_TOKEN", "t0p-sekret"),
        ("DB_PASS", "hunter"),
        ("REDIS_PASSWORD", "postgres"),
        ("AUTH_ENABLED", "true"),
        ("KEYSPACE", "events"),
        ("TOKEN_PORT", "15432"),
        ("DATABASE_URL", "postgres://app:pa%40ss-12@db:5432/orders"),
        ("CACHE_URL", "redis://cache:cache-cache@cache/0"),
        ("SAME_URL", "amqp://rabbit:rabbit@mq/rabbit"),
    ];
    check_files(
        &variables,
        "",
        "orders mailer t0p-sekret hunter postgres true events 15432 pa@ss-12 pa%40ss-12 cache-cache rabbit",
        "orders mailer [redacted:API_TOKEN] [redacted:DB_PASS] postgres true events 15432 [redacted:DATABASE_URL] \
         [redacted:DATABASE_URL] [redacted:CACHE_URL] rabbit",
    );
}

#[test]
fn passwords_in_addresses_of_env_files_are_found_wherever_they_stand() {
    check_files(
        &[],
        "DATABASE=mysql://root:r00t-of-all@db/x\nPGPASS=no\nSMTP_PASS=hunter2hunter2\nPWD=/here/x\n",
        "login r00t-of-all, then hunter2hunter2 in /here/x",
        "login [redacted:DATABASE], then [redacted:SMTP_PASS] in /here/x",
    );
    check_with(
        &[("BROKER", "amqp://me:s3cr3t-of-mq@mq")],
        "s3cr3t-of-mq",
        "[redacted:BROKER]",
    );
}
