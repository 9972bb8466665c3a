//! Trailers that the policy wants in a commit's message (`checks.required_trailers`): pure text in, findings out.

use crate::finding::{Action, Confidence, Excerpt, Finding, Fingerprint, RuleInfo, Severity, Span};

use super::finish::rule;

/// A trailer that is not there.
pub static MISSING: RuleInfo = rule(
    "commits/missing-trailer",
    "A commit message without a trailer that the policy wants",
    Severity::Medium,
    "The policy's checks.required_trailers lists trailers that the last paragraph of every message must have, such as who signed the work off.",
    "Add the line `Name: value` to the last paragraph of the message; `git commit --trailer` does.",
);

/// A finding for each of `wanted` that the message lacks. A message that git wrote by itself (a merge, `fixup!`,
/// `squash!`) needs none; without any text git itself refuses the commit.
pub fn missing(message: &str, wanted: &[String], path: &str) -> Vec<Finding> {
    let subject = message.lines().next().unwrap_or_default();
    let by_git = ["Merge ", "fixup! ", "squash! ", "amend! "].iter().any(|p| subject.starts_with(p));
    if by_git || message.trim().is_empty() {
        return Vec::new();
    }
    let there = trailers(message);
    wanted.iter().filter(|w| !there.iter().any(|t| t.eq_ignore_ascii_case(w))).map(|w| finding(w, path)).collect()
}

/// The names of the trailers with a value: the lines `Name: value` of the last paragraph, which is not the first.
fn trailers(message: &str) -> Vec<&str> {
    let lines: Vec<_> = message.trim_end().lines().collect();
    let Some(start) = lines.iter().rposition(|l| l.trim().is_empty()) else { return Vec::new() };
    let named = |line: &&'_ str| -> bool {
        line.split_once(':').is_some_and(|(name, value)| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !value.trim().is_empty()
        })
    };
    lines[start..].iter().filter(|l| named(l)).filter_map(|l| l.split(':').next()).collect()
}

fn finding(trailer: &str, path: &str) -> Finding {
    Finding {
        rule: MISSING.id.clone(),
        severity: MISSING.severity,
        action: Action::Block,
        confidence: Confidence::High,
        path: path.to_owned(),
        span: Span { line: 1, column: 1, end_line: 1, end_column: 1 },
        message: format!("the message has no trailer `{trailer}: …`, which the policy wants"),
        help: MISSING.help.clone(),
        excerpt: Excerpt::default(),
        fingerprint: Fingerprint::new(&MISSING.id, path, trailer, &[], 0),
        evidence: Vec::new(),
        commit: None,
        suppressed: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_paragraph_has_trailers() {
        let check = |message: &str, expected: usize| {
            let wanted = ["Signed-off-by".to_owned(), "Ticket".to_owned()];
            assert_eq!(missing(message, &wanted, "m").len(), expected, "{message:?}");
        };
        check("Add\n\nSigned-off-by: Ada <a@b>\nTicket: 7\n", 0);
        check("Add\n\nsigned-off-by: Ada\n", 1);
        check("Add\n\nTicket: \n", 2);
        check("Ticket: 7\n", 2);
        check("Add\n\nTicket: 7\n\nmore text\n", 2);
        check("fixup! Add\n", 0);
        check("Merge branch 'x'\n", 0);
        check("\n", 0);
    }
}
