//! Comments that say "this one is fine": `govctl: allow <rule id>[, …] [until YYYY-MM-DD] -- reason`.
//!
//! A comment at the end of a line covers that line, one on a line of its own the next. A reason is required. People who
//! come from elsewhere keep their `gitleaks:allow` and `pragma: allowlist secret` (the latter also as `nextline secret`);
//! those speak for the family `secrets` only. The text must stand in a comment: after one of the usual openers.

use std::ops::Range;

use super::masker;
use super::place::line_around;
use super::settings::Glob;
use crate::redact;
use crate::source::Source;

/// What the prefilter looks for.
pub const KEYWORDS: &[&str] = &["govctl: allow", "gitleaks:allow", "pragma: allowlist"];

/// What may open a comment, anywhere before the directive.
const OPENERS: &[&str] = &["#", "//", "/*", "<!--", "--", ";", "{-", "(*", "\"\"\"", "REM ", "rem "];
/// What may open a comment but mostly does not: only right before the directive.
const RARE_OPENERS: &[char] = &['%', '*', '\'', '!'];

/// One suppression comment.
#[derive(Clone, Debug)]
pub struct Directive {
    /// The file.
    pub path: String,
    /// The line it stands on.
    pub line: u32,
    /// The line it speaks of.
    pub covers: u32,
    /// The rules it names.
    pub rules: Vec<Glob>,
    /// Its reason, masked.
    pub reason: String,
    /// The last day it holds, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// The line itself, masked, for the excerpt of a finding about it.
    pub text: String,
}

/// Reads the directives at the given offsets of a source, one a line at most. `secrets` are the ranges to mask.
pub fn parse(source: &Source<'_>, mut marked: Vec<usize>, secrets: &[Range<usize>]) -> Vec<Directive> {
    marked.sort_unstable();
    let mut out: Vec<Directive> = Vec::new();
    let (mut counted, mut line) = (0, source.first_line);
    for at in marked {
        let range = line_around(source.bytes, at);
        line += u32::try_from(memchr::memchr_iter(b'\n', &source.bytes[counted..range.start.max(counted)]).count())
            .unwrap_or(0);
        counted = range.start.max(counted);
        if out.last().is_some_and(|d| d.line == line) {
            continue;
        }
        let before = String::from_utf8_lossy(&source.bytes[range.start..at]).into_owned();
        let after = String::from_utf8_lossy(&source.bytes[at..range.end]).into_owned();
        if let Some(directive) = read(&before, &after) {
            let covers = line + u32::from(directive.next_line || is_bare(&before));
            let path = source.path.unwrap_or_default().to_owned();
            let text = masked_line(source.bytes, range, secrets).trim().chars().take(200).collect();
            let Said { rules, reason, until, .. } = directive;
            let reason = masker::masked(&reason);
            out.push(Directive { path, line, covers, rules, reason, until, text });
        }
    }
    out
}

fn masked_line(text: &[u8], line: Range<usize>, secrets: &[Range<usize>]) -> String {
    let inside = secrets.iter().filter(|s| s.start < line.end && line.start < s.end);
    let mut hidden: Vec<_> = inside.map(|s| s.start.saturating_sub(line.start)..s.end - line.start).collect();
    hidden.extend(masker::secrets(&text[line.clone()]));
    redact::mask(&text[line], &hidden)
}

/// Whether only an opener stands before the directive, so that it speaks of the next line.
fn is_bare(before: &str) -> bool {
    let rest = before.trim();
    rest.chars().all(|c| !c.is_alphanumeric() && !matches!(c, '"' | ')' | ']' | '}'))
        || rest.eq_ignore_ascii_case("rem")
}

struct Said {
    rules: Vec<Glob>,
    reason: String,
    until: Option<String>,
    next_line: bool,
}

fn read(before: &str, after: &str) -> Option<Said> {
    if !OPENERS.iter().any(|o| before.contains(o)) && !before.trim_end().ends_with(RARE_OPENERS) {
        return None;
    }
    let lower = after.to_ascii_lowercase();
    let foreign = |name: &str, next_line: bool| {
        Some(Said { rules: vec![Glob::new("secrets/*").ok()?], reason: name.to_owned(), until: None, next_line })
    };
    if lower.starts_with("gitleaks:allow") {
        return foreign("gitleaks:allow", false);
    }
    if lower.starts_with("pragma: allowlist nextline secret") {
        return foreign("pragma: allowlist nextline secret", true);
    }
    if lower.starts_with("pragma: allowlist") {
        return lower.starts_with("pragma: allowlist secret").then(|| foreign("pragma: allowlist secret", false))?;
    }
    read_own(&after["govctl: allow".len()..])
}

fn read_own(rest: &str) -> Option<Said> {
    let (head, reason) = rest.split_once(" -- ").unwrap_or((rest, ""));
    let mut words = head.split([' ', ',', '\t']).filter(|w| !w.is_empty());
    let (mut rules, mut until) = (Vec::new(), None);
    while let Some(word) = words.next() {
        if word == "until" {
            until = words.next().map(ToOwned::to_owned);
        } else if is_rule_id(word) {
            rules.push(Glob::new(word).ok()?);
        } else {
            break;
        }
    }
    let reason = reason.trim().trim_end_matches("*/").trim_end_matches("-->").trim_end_matches("\"\"\"").trim();
    (!rules.is_empty()).then(|| Said { rules, reason: reason.to_owned(), until, next_line: false })
}

fn is_rule_id(word: &str) -> bool {
    let ok = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'*' | b'_'))
    };
    word.split_once('/').is_some_and(|(family, name)| ok(family) && ok(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, covered line, rules, reason, until.
    type Row = (u32, u32, Vec<String>, String, Option<String>);

    fn parsed(text: &str) -> Vec<Row> {
        let marked = KEYWORDS.iter().flat_map(|k| text.match_indices(k).map(|(at, _)| at)).collect();
        parse(&Source::file("a.py", text.as_bytes()), marked, &[])
            .into_iter()
            .map(|d| (d.line, d.covers, d.rules.iter().map(|g| g.as_str().to_owned()).collect(), d.reason, d.until))
            .collect()
    }

    fn one(line: u32, covers: u32, rule: &str, reason: &str) -> Vec<Row> {
        vec![(line, covers, vec![rule.to_owned()], reason.to_owned(), None)]
    }

    #[test]
    fn where_a_comment_speaks_of() {
        assert_eq!(parsed("\nx = 1  # govctl: allow secrets/a -- why not\n"), one(2, 2, "secrets/a", "why not"));
        assert_eq!(parsed("\n  // govctl: allow secrets/a -- why\ny"), one(2, 3, "secrets/a", "why"));
        assert_eq!(parsed("<!-- govctl: allow secrets/* -- docs -->"), one(1, 2, "secrets/*", "docs"));
        assert_eq!(parsed("a /* govctl: allow synthetic/x -- y */"), one(1, 1, "synthetic/x", "y"));
        assert_eq!(parsed("k = 'v' # gitleaks:allow"), one(1, 1, "secrets/*", "gitleaks:allow"));
        assert_eq!(parsed("k # pragma: allowlist secret"), one(1, 1, "secrets/*", "pragma: allowlist secret"));
        let next = "# pragma: allowlist nextline secret";
        assert_eq!(parsed(next), one(1, 3 - 1, "secrets/*", "pragma: allowlist nextline secret"));
    }

    #[test]
    fn several_rules_a_date_and_no_reason() {
        let said = parsed("x # govctl: allow secrets/a, secrets/b until 2030-01-31 -- rotation planned");
        assert_eq!(said[0].2, ["secrets/a", "secrets/b"]);
        assert_eq!(said[0].4.as_deref(), Some("2030-01-31"));
        assert_eq!(parsed("x # govctl: allow secrets/a"), one(1, 1, "secrets/a", ""));
    }

    #[test]
    fn text_that_is_no_comment_or_names_no_rule_says_nothing() {
        assert_eq!(parsed("govctl: allow secrets/a -- not in a comment"), []);
        assert_eq!(parsed("# govctl: allow <rule id> -- reason"), []);
        assert_eq!(parsed("# pragma: allowlist something"), []);
    }
}
