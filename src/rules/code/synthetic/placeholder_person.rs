//! John Doe.

use std::sync::LazyLock;

use regex::Regex;

use super::super::rule::{CodeRule, File, Found, info};
use super::WARN;
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/placeholder-person",
        "A placeholder person",
        Severity::Medium,
        "John Doe and his family are nobody's record.",
        "Read the person from where they are kept, or leave the field empty.",
    ),
    levels: WARN,
    check,
};

#[allow(clippy::expect_used)] // a constant; the tests run it
static PERSON: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:john|jane|jack|johnny)[ ._-]?doe\b|\b(?:john|jane|bob) smith\b|\b(?:max|erika) mustermann\b")
        .expect("the pattern is valid")
});

fn check(file: &File<'_>, out: &mut Vec<Found>) {
    for text in &file.facts.strings {
        if let Some(found) = PERSON.find(&text.text) {
            let message = format!("placeholder person {}", found.as_str());
            out.push(Found { place: text.place, def: text.def, message: Some(message) });
        }
    }
}
