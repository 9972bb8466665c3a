//! Texts made of the words and signs that announce a credential, cut off anywhere, in every kind of file: the engine answers,
//! each place lies inside the text, and a second look says the same. Found this way: "token is" at the end of a line, which
//! was read beyond its end.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::LazyLock;

use govctl::engine::settings::Settings;
use govctl::engine::{Engine, Scratch};
use govctl::rules::built_in;
use govctl::source::Source;
use proptest::prelude::*;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    Engine::new(Settings { rules: built_in(), ..Settings::default() }).expect("the catalogue is tested")
});

const NAMES: [&str; 14] = [
    "a.py",
    "a.js",
    "a.go",
    "a.rs",
    "a.yml",
    "a.json",
    "a.toml",
    "a.ini",
    ".env",
    "a.sh",
    "README.md",
    "a.xml",
    "a.sql",
    "a",
];

/// What stands around credentials.
const PIECES: [&str; 79] = [
    "token",
    "password",
    "passwd",
    "pwd",
    "secret",
    "api_key",
    "apikey",
    "auth",
    "credentials",
    "pass",
    "key",
    "user",
    "Authorization",
    "Basic",
    "Bearer",
    "requirepass",
    "ENV",
    "is",
    "was",
    "as",
    "to",
    "with",
    "--password",
    "-p",
    "-u",
    "curl",
    "ConvertTo-SecureString",
    "IDENTIFIED BY",
    "ALTER USER",
    "INSERT INTO",
    "VALUES",
    "export",
    "set",
    "<password>",
    "</password>",
    "<![CDATA[",
    "]]>",
    "https://",
    "user:",
    "@",
    "%40",
    "\\u0022",
    "\\n",
    "\\",
    "\"",
    "'",
    "`",
    "\"\"\"",
    "=",
    ":=",
    "=>",
    "->",
    ":",
    ",",
    ";",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    "||",
    "?",
    "&",
    "#",
    "//",
    "/*",
    "--",
    "$",
    "${",
    "}}",
    "<",
    ">",
    "\n",
    "\r\n",
    "\t",
    " ",
    "\u{e9}",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => "[a-zA-Z0-9+/_-]{1,40}",
        1 => "[0-9, ]{1,12}",
        2 => Just(" ".to_owned()),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn check(name: &str, text: &[u8]) {
    let source = Source::file(name, text);
    let found = ENGINE.scan(&source, &mut Scratch::default());
    let again = ENGINE.scan(&source, &mut Scratch::default());
    let lines = text.split(|b| matches!(b, b'\n' | b'\r')).count();
    assert_eq!(found.findings.len(), again.findings.len());
    for finding in &found.findings {
        assert!(finding.span.line >= 1 && finding.span.line as usize <= lines, "line {} of {lines}", finding.span.line);
    }
}

#[test]
fn what_announces_a_credential_may_end_anywhere() {
    for piece in PIECES {
        for next in PIECES {
            let text = format!("the {piece} {next} {piece}{next}");
            for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                check("notes.md", &text.as_bytes()[..end]);
                check("a.conf", format!("{}\n", &text[..end]).as_bytes());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000.max(ProptestConfig::default().cases), ..ProptestConfig::default() })]
    #[test]
    fn any_text_is_answered(name in proptest::sample::select(&NAMES[..]), text in text()) {
        check(name, text.as_bytes());
    }
}
