//! Stage B and C: the regex of a rule around its keywords, and what a match must stand up to.

use std::ops::Range;

use regex_automata::{Input, util::captures::Captures};

use super::place::line_around;
use super::prefilter::Hit;
use super::value;
use crate::finding::Confidence;
use crate::rules::exception::Candidate;
use crate::rules::pattern::{PatternRule, Shape, Slot};
use crate::rules::proof::{self, Verdict};

/// One value that a rule took for what it looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Index of the rule.
    pub rule: usize,
    /// The value.
    pub secret: Range<usize>,
    /// An offline proof holds.
    pub proved: bool,
    /// What a scorer made of it, where the rule has no regex.
    pub judged: Option<Judged>,
}

/// How sure a scorer is, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// How sure.
    pub confidence: Confidence,
    /// What spoke for it and against it.
    pub evidence: Vec<String>,
}

/// How far before a keyword a match may begin, and after it end, where the regex does not say: most of a long line.
const BACK: usize = 256;
const FORWARD: usize = 1024;
/// Lines around a match in which one of the rule's `near` words must stand.
const NEAR_LINES: usize = 3;

/// The stretch of `text` in which a match that contains the keyword at `hit` can lie.
///
/// A match of a bounded regex lies within its longest length of the keyword; one that cannot cross lines lies within the
/// line. The smaller of the two is exact: running the regex there finds what running it over the whole text finds.
pub fn window(shape: &Shape, text: &[u8], hit: Hit, keyword_len: usize) -> Range<usize> {
    if shape.anywhere {
        return 0..text.len();
    }
    let (at, end) = (hit.at as usize, (hit.at as usize + keyword_len).min(text.len()));
    let reach = shape.max_len.unwrap_or(usize::MAX);
    let (mut from, mut to) = (at.saturating_sub(reach), end.saturating_add(reach).min(text.len()));
    if !shape.crosses_lines {
        from = memchr::memrchr(b'\n', &text[from..at]).map_or(from, |i| from + i + 1);
        to = memchr::memchr(b'\n', &text[end..to]).map_or(to, |i| end + i);
    } else if shape.max_len.is_none() {
        (from, to) = (at.saturating_sub(BACK * 16), end.saturating_add(FORWARD * 16).min(text.len()));
    }
    from..to
}

/// Longer windows are not looked through for a run before the regex looks through them.
const LONG_WINDOW: usize = 4096;

/// Whether a match can lie in `window`, by a look that costs less than the regex: the keyword at `hit` must be spelled as
/// the regex has it, and a run of a value's characters must be long enough to be one.
pub fn may_match(shape: &Shape, text: &[u8], hit: Hit, keyword_len: usize, window: &Range<usize>) -> bool {
    let (at, end) = (hit.at as usize, hit.at as usize + keyword_len);
    let is_of_value = |b: &&u8| shape.alphabet[usize::from(**b)];
    if !shape.literals.is_empty() {
        let spelled = shape.literals.windows(keyword_len).any(|l| l == &text[at..end]);
        let before = || text[window.start..at].iter().rev().take_while(is_of_value).count();
        let after = || text[end..window.end].iter().take_while(is_of_value).count();
        return spelled && keyword_len + after() + before() >= shape.min_value;
    }
    window.len() > LONG_WINDOW || has_run(&text[window.clone()], &shape.alphabet, shape.min_value)
}

/// Whether `length` bytes of the alphabet stand in a row. Only every `length`th byte need be looked at until one is found.
fn has_run(text: &[u8], alphabet: &[bool; 256], length: usize) -> bool {
    let (mut from, is_in) = (0, |b: &u8| alphabet[usize::from(*b)]);
    while let Some(stretch) = text.get(from..from + length) {
        match stretch.iter().rposition(|b| !is_in(b)) {
            Some(last) => from += last + 1,
            None => return true,
        }
    }
    false
}

/// A text and, where it is known, its path.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// The path.
    pub path: Option<&'a str>,
    /// The text.
    pub bytes: &'a [u8],
}

/// Runs one rule over one window of `text`, handing each value that stands up to the rule's checks to `found`.
pub fn run(
    slot: &Slot,
    scratch: &mut Scratch,
    text: Text<'_>,
    window: Range<usize>,
    mut found: impl FnMut(Range<usize>, bool),
) {
    let (Some(shape), Some(regex)) = (slot.shape(), slot.regex()) else { return };
    let (cache, captures) = scratch.get_or_insert_with(|| (regex.create_cache(), regex.create_captures()));
    let mut from = window.start;
    while from <= window.end {
        regex.search_captures_with(cache, &Input::new(text.bytes).span(from..window.end), captures);
        let Some(whole) = captures.get_match().map(|m| m.range()) else { return };
        let secret = captures.get_group(shape.group).map_or_else(|| whole.clone(), |g| g.start..g.end);
        // The guard after a value may be the guard before the next one: go on behind the value, not the match.
        from = secret.end.max(from + 1);
        if let Some(proved) = stands(&slot.rule, text, &whole, &secret) {
            found(secret, proved);
        }
    }
}

/// What a thread keeps for one rule between windows.
pub type Scratch = Option<(regex_automata::meta::Cache, Captures)>;

/// Whether a match stands up to the checks of its rule, and whether a proof holds.
fn stands(rule: &PatternRule, text: Text<'_>, whole: &Range<usize>, secret: &Range<usize>) -> Option<bool> {
    let value = &text.bytes[secret.clone()];
    if value.is_empty() || rule.min_entropy.is_some_and(|least| value::entropy(value) < least) {
        return None;
    }
    let verdict = rule.proof.and_then(proof::find).map_or(Verdict::Possible, |prove| prove(value));
    let made_up = || !rule.made_up && verdict == Verdict::Possible && value::is_placeholder(value);
    let dropped = verdict == Verdict::Refuted
        || made_up()
        || !near(rule, text.bytes, secret)
        || excepted(rule, text, whole, secret);
    (!dropped).then_some(verdict == Verdict::Proved)
}

fn near(rule: &PatternRule, text: &[u8], secret: &Range<usize>) -> bool {
    if rule.near.is_empty() {
        return true;
    }
    // A minified file is one line: look no further than a screen away.
    let (from, to) = (secret.start.saturating_sub(BACK * 4), secret.end.saturating_add(BACK * 4).min(text.len()));
    let start = memchr::memrchr_iter(b'\n', &text[from..secret.start]).nth(NEAR_LINES).map_or(from, |i| from + i);
    let end = memchr::memchr_iter(b'\n', &text[secret.end..to]).nth(NEAR_LINES).map_or(to, |i| secret.end + i);
    let around = text[start..end].to_ascii_lowercase();
    rule.near.iter().any(|word| memchr::memmem::find(&around, word.to_ascii_lowercase().as_bytes()).is_some())
}

fn excepted(rule: &PatternRule, text: Text<'_>, whole: &Range<usize>, secret: &Range<usize>) -> bool {
    !rule.exceptions.is_empty() && {
        let line = line_around(text.bytes, secret.start);
        let candidate = Candidate {
            path: text.path,
            secret: &text.bytes[secret.clone()],
            matched: &text.bytes[whole.clone()],
            line: &text.bytes[line],
        };
        rule.exceptions.iter().any(|e| e.covers(&candidate))
    }
}

/// Of matches that overlap keeps the one of the higher priority, then the longer, then the one whose rule comes first.
/// `priority` maps a rule's index to its priority.
pub fn resolve(mut matches: Vec<Match>, priority: impl Fn(usize) -> i8) -> Vec<Match> {
    if matches.len() < 2 {
        return matches;
    }
    matches.sort_by_key(|m| {
        (std::cmp::Reverse(priority(m.rule)), std::cmp::Reverse(m.secret.len()), m.rule, m.secret.start)
    });
    let mut kept: std::collections::BTreeMap<usize, Match> = std::collections::BTreeMap::new();
    for m in matches {
        let before = kept.range(..m.secret.end).next_back();
        if before.is_none_or(|(_, other)| other.secret.end <= m.secret.start) {
            kept.insert(m.secret.start, m);
        }
    }
    kept.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_found_wherever_it_stands() {
        let mut digits = [false; 256];
        (b'0'..=b'9').for_each(|b| digits[usize::from(b)] = true);
        for (text, length, found) in
            [("a123b", 3, true), ("a12b345", 3, true), ("12b34", 3, false), ("", 0, true), ("1", 2, false)]
        {
            assert_eq!(has_run(text.as_bytes(), &digits, length), found, "{text}");
        }
    }
}
