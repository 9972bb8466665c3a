//! `govctl redact`: what comes out of it, and when.

#![allow(clippy::unwrap_used)]

#[path = "common/place.rs"]
mod place;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use place::{Place, Ran, token};

fn redact(text: &[u8]) -> Ran {
    let ran = Ran::of(Place::new().command(&["redact"]).write_stdin(text.to_vec()));
    assert_eq!((ran.status, &*ran.err), (0, ""), "{ran:?}");
    ran
}

#[test]
fn what_is_no_secret_comes_through_untouched() {
    for text in ["", "\n", "plain\n", "no line end", "a\r\nb\r\n", "\n\n\n", "täglich 漢字 \u{1f511}\n"] {
        assert_eq!(redact(text.as_bytes()).out, text);
    }
    // Bytes that are no text, too.
    let bytes = [b"a\xff\xfe\0b\n".as_slice(), &[0x80; 100]].concat();
    let output = Place::new().command(&["redact"]).write_stdin(bytes.clone()).output().unwrap();
    assert_eq!(output.stdout, bytes);
}

#[test]
fn secrets_are_masked_and_nothing_else() {
    let line = format!("2026-01-01 12:00:00 push with {} done\n", token(1));
    let masked = redact(line.as_bytes()).out;
    assert_eq!(masked, line.replace(&token(1), &format!("ghp_{}", "*".repeat(36))));
    assert_eq!(redact(masked.as_bytes()).out, masked, "a second time changes nothing");
    let two = redact(format!("{}{} {}\n", line, token(2), token(3)).as_bytes()).out;
    assert!(!two.contains(&token(2)[4..]) && !two.contains(&token(3)[4..]), "{two}");
}

#[test]
fn a_private_key_over_several_lines() {
    let pem = govctl::rules::template::expand("{pem:RSA PRIVATE KEY}\n", &mut fastrand::Rng::with_seed(1)).unwrap();
    let masked = redact(format!("before\n{pem}after\n").as_bytes()).out;
    let lines: Vec<_> = masked.lines().collect();
    assert_eq!((lines[0], lines[lines.len() - 1]), ("before", "after"));
    assert_eq!(lines.len(), pem.lines().count() + 2);
    for (line, plain) in lines[1..].iter().zip(pem.lines()) {
        assert!(line.chars().count() <= plain.chars().count());
        assert!(plain.starts_with("-----") || !line.contains(plain), "{line}");
    }
}

#[test]
fn each_line_comes_as_soon_as_it_is_there() {
    let place = Place::new();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_govctl"))
        .current_dir(place.path())
        .arg("redact")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for i in 0..5 {
        writeln!(input, "{i} {}", token(i)).unwrap();
        input.flush().unwrap();
        // The pipe stays open: a line that waited for more would hang here.
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.starts_with(&format!("{i} ghp_***")), "{line}");
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_rules_of_the_policy_mask_too() {
    let place = Place::new();
    let rule = "[[checks.secrets.rule]]\nid = \"secrets/acme\"\nsummary = \"Acme\"\nseverity = \"low\"\n\
                keywords = [\"acme_\"]\nregex = '\\bacme_[a-z]{9}\\b'\n";
    place.policy(rule);
    let ran = Ran::of(place.command(&["redact"]).write_stdin("it is acme_qwhrtzuop, he said\n"));
    assert_eq!((ran.status, &*ran.out), (0, "it is **************, he said\n"), "{ran:?}");
    // A policy that is not valid masks nothing: better no output than one that is not clean.
    place.policy("checks.disabel = []\n");
    let ran = Ran::of(place.command(&["redact"]).write_stdin("plain\n"));
    assert!(ran.status == 2 && ran.out.is_empty(), "{ran:?}");
}

#[test]
fn a_reader_that_goes_away_is_success() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_govctl"))
        .arg("redact")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    let _ = input.write_all("plain text\n".repeat(100_000).as_bytes());
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(0), ""));
}
