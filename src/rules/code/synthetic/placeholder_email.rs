//! `user@example.com` in code that runs.

use std::sync::LazyLock;

use regex::Regex;

use super::super::rule::{CodeRule, File, Found, info};
use super::WARN;
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/placeholder-email",
        "A placeholder e-mail address",
        Severity::Medium,
        "Addresses at example.com, test.com and domains like them belong to nobody the program knows.",
        "Read the address from where it is kept, or leave the field empty.",
    ),
    levels: WARN,
    check,
};

#[allow(clippy::expect_used)] // a constant; the tests run it
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b[a-z0-9._%+-]+@(?:[a-z0-9-]+\.)*(?:example\.(?:com|org|net)|test\.com|domain\.com|foo\.com|bar\.com|fake\.com|yourdomain\.com|mail\.test|email\.test)\b",
    )
    .expect("the pattern is valid")
});

fn check(file: &File<'_>, out: &mut Vec<Found>) {
    for text in file.facts.strings.iter().filter(|t| t.text.contains('@')) {
        if let Some(found) = ADDRESS.find(&text.text) {
            let message = format!("placeholder address {}", found.as_str());
            out.push(Found { place: text.place, def: text.def, message: Some(message) });
        }
    }
}
