//! A comment that admits that what follows is made up.

use std::sync::LazyLock;

use regex::Regex;

use super::super::rule::{CodeRule, File, Found, info};
use super::WARN;
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/admitted-placeholder",
        "A comment admits a placeholder",
        Severity::Medium,
        "Comments such as “simulated for now” or “in production this would …” mark code that pretends.",
        "Write the real thing, or make the code fail where it is missing.",
    ),
    levels: WARN,
    check,
};

#[allow(clippy::expect_used)] // a constant; the tests run it
static ADMITS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
          \b(?:mock(?:ed)?|fake|dummy|simulated?|synthetic|made[ -]?up|placeholder|hard-?coded)\s+(?:\w+\s+){0,2}
            (?:data|values?|prices?|results?|responses?|numbers?|records?|rows?|metrics?|implementation|scores?|return)\b
        | \b(?:simulat\w+|mock\w*|fake|dummy|placeholder|stub\w*|hard-?coded)\b[^.]*\bfor\s+(?:now|the\s+moment|demo\w*)\b
        | \bin\s+(?:a\s+)?(?:production|real\s+\w+),?\s+(?:this|we|you|it)\s+(?:would|should|will)\b
        | \b(?:replace|swap)\s+(?:this\s+)?with\s+(?:the\s+|a\s+)?real\b
        | \breal\s+implementation\s+(?:would|will|should|goes)\b",
    )
    .expect("the pattern is valid")
});

fn check(file: &File<'_>, out: &mut Vec<Found>) {
    for comment in file.facts.comments.iter().filter(|c| ADMITS.is_match(&c.text)) {
        out.push(Found { place: comment.place, def: comment.def, message: None });
    }
}
