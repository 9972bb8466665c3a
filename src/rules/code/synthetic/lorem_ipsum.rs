//! Lorem ipsum.

use super::super::rule::{CodeRule, File, Found, info};
use super::WARN;
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/lorem-ipsum",
        "Lorem ipsum",
        Severity::Medium,
        "Filler text in code that runs is shown to somebody.",
        "Write the text, or show none.",
    ),
    levels: WARN,
    check,
};

fn check(file: &File<'_>, out: &mut Vec<Found>) {
    for text in file.facts.strings.iter().filter(|t| t.text.to_ascii_lowercase().contains("lorem ipsum")) {
        out.push(Found { place: text.place, def: text.def, message: None });
    }
}
