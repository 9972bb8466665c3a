//! Every package that is built into govctl, or into its tests, has a licence of deny.toml's list and comes from the registry.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

#[test]
fn every_dependency_has_an_allowed_licence_and_a_known_source() {
    let (allowed, banned) = lists();
    let exceptions = exceptions();
    let mut wrong = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or_default();
        let excepted = exceptions.iter().any(|(crate_name, granted)| crate_name == name && satisfied(licence, granted));
        if !satisfied(licence, &allowed) && !excepted {
            wrong.push(format!("{name}: licence `{licence}`"));
        }
        if banned.contains(name) {
            wrong.push(format!("{name}: banned"));
        }
        // A path has none; a registry's source says so.
        if package["source"].as_str().is_some_and(|s| !s.starts_with("registry+")) {
            wrong.push(format!("{name}: from {}", package["source"]));
        }
    }
    assert!(wrong.is_empty(), "deny.toml does not allow:\n{}", wrong.join("\n"));
}

#[test]
fn licence_expressions_are_understood() {
    let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("MIT AND (GPL-3.0 OR Apache-2.0)", true),
        ("(MIT OR Apache-2.0) AND GPL-3.0", false),
        ("GPL-3.0 OR MIT AND Apache-2.0", true),
        ("Apache-2.0 WITH LLVM-exception OR GPL-2.0", true),
        ("MIT WITH LLVM-exception", false),
    ] {
        assert_eq!(satisfied(expression, &allowed), expected, "{expression}");
    }
}

fn packages() -> Vec<serde_json::Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// The licences that deny.toml allows and the packages that it bans.
fn lists() -> (BTreeSet<String>, BTreeSet<String>) {
    let deny = deny();
    let allowed = deny["licenses"]["allow"].as_array().unwrap().iter().map(|l| l.as_str().unwrap().to_owned());
    let banned = deny["bans"]["deny"].as_array().unwrap().iter().map(|b| b["crate"].as_str().unwrap().to_owned());
    (allowed.collect(), banned.collect())
}

/// What single packages may have besides.
fn exceptions() -> Vec<(String, BTreeSet<String>)> {
    let deny = deny();
    let all = deny["licenses"].get("exceptions").and_then(|e| e.as_array()).cloned().unwrap_or_default();
    let texts = |list: &toml::Value| list.as_array().unwrap().iter().map(|l| l.as_str().unwrap().to_owned()).collect();
    all.iter().map(|e| (e["crate"].as_str().unwrap().to_owned(), texts(&e["allow"]))).collect()
}

fn deny() -> toml::Table {
    toml::from_str(&fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).unwrap()).unwrap()
}

/// Whether an SPDX expression (annex D of the specification; `/` is an old `OR`) can be met with the allowed licences.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = &words[..];
    any(&mut rest, allowed) && rest.is_empty()
}

fn any(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut met = all(rest, allowed);
    while skip(rest, "OR") {
        met |= all(rest, allowed);
    }
    met
}

fn all(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut met = one(rest, allowed);
    while skip(rest, "AND") {
        met &= one(rest, allowed);
    }
    met
}

fn one(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    if skip(rest, "(") {
        let met = any(rest, allowed);
        return skip(rest, ")") && met;
    }
    let Some((licence, after)) = rest.split_first() else { return false };
    *rest = after;
    let name = if skip(rest, "WITH") && !rest.is_empty() {
        let exception = rest[0];
        *rest = &rest[1..];
        format!("{licence} WITH {exception}")
    } else {
        (*licence).to_owned()
    };
    allowed.contains(&name)
}

fn skip(rest: &mut &[&str], word: &str) -> bool {
    let found = rest.first() == Some(&word);
    if found {
        *rest = &rest[1..];
    }
    found
}
