//! Whether every match of a regex contains one of some keywords: only then may the regex run around keywords alone.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Whether every match of `pattern` contains one of `keywords` (lower case), in any case. `false` where that cannot be
/// told.
pub fn every_match_has_one(pattern: &str, keywords: &[String]) -> bool {
    let parsed = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern);
    parsed.is_ok_and(|hir| requires(&without_groups(&hir), keywords))
}

/// The same without groups, so that what follows one another stands in one sequence.
fn without_groups(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Capture(capture) => without_groups(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(without_groups).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(without_groups).collect()),
        _ => hir.clone(),
    }
}

fn requires(hir: &Hir, keywords: &[String]) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => false,
        HirKind::Literal(_) => has(&run_of(std::slice::from_ref(hir)), keywords),
        HirKind::Repetition(repetition) => repetition.min > 0 && requires(&repetition.sub, keywords),
        HirKind::Capture(capture) => requires(&capture.sub, keywords),
        HirKind::Alternation(parts) => parts.iter().all(|p| requires(p, keywords)),
        HirKind::Concat(parts) => {
            has(&run_of(parts), keywords)
                || parts.iter().any(|p| requires(p, keywords))
                || (1..parts.len()).any(|at| requires_after(parts, at, keywords))
        }
    }
}

/// Whether every branch of the alternation at `at` makes a keyword with what stands before it. The parser writes `(?i)fa|fob` as
/// `(?i)f(?:a|ob)`.
fn requires_after(parts: &[Hir], at: usize, keywords: &[String]) -> bool {
    let HirKind::Alternation(alternatives) = parts[at].kind() else { return false };
    let from = parts[..at].iter().rposition(|p| matches!(p.kind(), HirKind::Alternation(_))).map_or(0, |n| n + 1);
    let before = &parts[from..at];
    !before.is_empty()
        && alternatives.iter().all(|b| requires(&Hir::concat([before, std::slice::from_ref(b)].concat()), keywords))
}

fn has(run: &str, keywords: &[String]) -> bool {
    keywords.iter().any(|k| run.contains(k.as_str()))
}

/// The text that consecutive parts must match, lower case; what is not one text becomes a NUL, which no keyword has.
fn run_of(parts: &[Hir]) -> String {
    let mut run = String::new();
    for part in parts {
        match part.kind() {
            HirKind::Literal(literal) => run.push_str(&String::from_utf8_lossy(&literal.0).to_ascii_lowercase()),
            HirKind::Class(Class::Bytes(class)) => run.push(one_letter(class.ranges()).unwrap_or('\0')),
            HirKind::Capture(capture) => run.push_str(&run_of(std::slice::from_ref(&capture.sub))),
            HirKind::Concat(inner) => run.push_str(&run_of(inner)),
            HirKind::Empty | HirKind::Look(_) => {}
            _ => run.push('\0'),
        }
    }
    run
}

/// The letter of a class that is one letter in both cases.
fn one_letter(ranges: &[regex_syntax::hir::ClassBytesRange]) -> Option<char> {
    let single = |r: &regex_syntax::hir::ClassBytesRange| (r.start() == r.end()).then_some(r.start());
    match ranges {
        [one] => single(one).map(|b| char::from(b.to_ascii_lowercase())),
        [upper, lower] => {
            let (upper, lower) = (single(upper)?, single(lower)?);
            (upper.to_ascii_lowercase() == lower).then_some(char::from(lower))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn told_only_where_it_holds() {
        for (pattern, keywords, holds) in [
            ("acme_[a-z]{9}", &["acme_"][..], true),
            ("(?i)acme[_-][a-z]{9}", &["acme"], true),
            ("(?i)acme[_-][a-z]{9}", &["acme_"], false),
            ("(?:ghp_|gho_)[a-z]{9}", &["ghp_", "gho_"], true),
            ("(?:ghp_|gho_)[a-z]{9}", &["ghp_"], false),
            (r"\b((?i)A3T[A-Z0-9]|AKIA)[A-Z0-9]{16}\b", &["akia", "a3t"], true),
            ("foo|fob", &["foo", "fob"], true),
            ("foo|fob", &["foo"], false),
            ("(?i)x(f(oa|obc)|g)", &["foa", "fobc", "xg"], true),
            ("[a-f0-9]{32}", &["acme"], false),
            ("(?:acme)?[a-f0-9]{32}", &["acme"], false),
            ("(?:acme){1,3}[a-f0-9]{32}", &["acme"], true),
            ("(acme)(_)x", &["me_x"], true),
            ("[A-Z]cme", &["acme"], false),
        ] {
            let keywords: Vec<_> = keywords.iter().map(|k| (*k).to_owned()).collect();
            assert_eq!(every_match_has_one(pattern, &keywords), holds, "{pattern} {keywords:?}");
        }
    }
}
