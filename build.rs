//! Turns `src/rules/builtin/*.toml` into constants, so that no rule is parsed when govctl starts.
//!
//! Shape mistakes (unknown key, missing field, duplicate id) fail the build with the file and the rule; what a rule
//! finds is tested by `rules test` and the test suite.

// A build script reports by panicking: cargo shows the message and stops.
#![allow(clippy::expect_used)]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<Rule>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    id: String,
    summary: String,
    severity: String,
    explain: String,
    help: String,
    keywords: Vec<String>,
    #[serde(default)]
    regex: String,
    /// A variant of `rules::credential::Kind`, in place of a regex.
    #[serde(default)]
    credential: String,
    #[serde(default)]
    near: Vec<String>,
    min_entropy: Option<f32>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    proof: String,
    #[serde(default)]
    priority: i8,
    /// Rows of the format table this rule answers for; read by the tests only.
    #[serde(default)]
    covers: Vec<String>,
    hit: Vec<String>,
    miss: Vec<String>,
}

fn main() {
    let dir = Path::new("src/rules/builtin");
    println!("cargo::rerun-if-changed={}", dir.display());
    let mut rules = read_rules(dir);
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    for pair in rules.windows(2) {
        assert!(pair[0].id != pair[1].id, "two built-in rules have the id {}", pair[0].id);
    }
    let mut out = String::from("&[\n");
    for rule in &rules {
        emit(&mut out, rule);
    }
    out.push_str("]\n");
    let target = Path::new(&env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("catalogue.rs");
    fs::write(target, out).expect("OUT_DIR is writable");
}

fn read_rules(dir: &Path) -> Vec<Rule> {
    let mut rules = Vec::new();
    for entry in fs::read_dir(dir).expect("src/rules/builtin is a folder") {
        let path = entry.expect("a readable folder entry").path();
        if path.extension().is_some_and(|e| e == "toml") {
            let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let file: File = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            rules.extend(file.rule);
        }
    }
    rules
}

fn emit(out: &mut String, rule: &Rule) {
    let severity = match rule.severity.as_str() {
        "low" => "Low",
        "medium" => "Medium",
        "high" => "High",
        "critical" => "Critical",
        other => panic!("{}: unknown severity {other}", rule.id),
    };
    let _ = rule.covers;
    writeln!(
        out,
        "PatternRule {{ info: RuleInfo {{ id: {}, summary: {}, severity: Severity::{severity}, explain: {}, help: {}, hit: {}, \
         miss: {} }}, keywords: {}, regex: {}, group: None, near: {}, min_entropy: {:?}, paths: {}, path: None, proof: {:?}, priority: {}, anywhere: false, made_up: false, exceptions: Vec::new(), credential: {} }},",
        text(&rule.id),
        text(&rule.summary),
        text(rule.explain.trim()),
        text(rule.help.trim()),
        list(&rule.hit),
        list(&rule.miss),
        list(&rule.keywords),
        text(&rule.regex),
        list(&rule.near),
        rule.min_entropy,
        list(&rule.paths),
        proof(&rule.proof),
        rule.priority,
        kind(rule),
    )
    .expect("writing to a string");
}

fn kind(rule: &Rule) -> String {
    assert!(rule.regex.is_empty() != rule.credential.is_empty(), "{}: a regex or a credential, not both", rule.id);
    if rule.credential.is_empty() { "None".into() } else { format!("Some(credential::Kind::{})", rule.credential) }
}

fn proof(name: &str) -> Option<&str> {
    (!name.is_empty()).then_some(name)
}

fn text(value: &str) -> String {
    format!("Cow::Borrowed({value:?})")
}

fn list(values: &[String]) -> String {
    format!("Cow::Borrowed(&[{}])", values.iter().map(|v| text(v)).collect::<Vec<_>>().join(", "))
}
