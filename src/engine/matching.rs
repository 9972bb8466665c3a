//! Stage B and C: the regex of a rule around its keywords, and what a match must stand up to.

use std::ops::Range;

use regex_automata::{Input, util::captures::Captures};

use super::place::line_around;
use super::prefilter::Hit;
use super::value;
use crate::finding::Confidence;
use crate::rules::exception::Candidate;
use crate::rules::pattern::{Compiled, PatternRule, RUN_ENDS, Slot};
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
pub fn window(compiled: &Compiled, text: &[u8], hit: Hit, keyword_len: usize) -> Range<usize> {
    if compiled.anywhere {
        return 0..text.len();
    }
    let (at, end) = (hit.at as usize, (hit.at as usize + keyword_len).min(text.len()));
    let reach = compiled.max_len.unwrap_or(usize::MAX);
    let (mut from, mut to) = (at.saturating_sub(reach), end.saturating_add(reach).min(text.len()));
    if !compiled.crosses_lines {
        from = memchr::memrchr(b'\n', &text[from..at]).map_or(from, |i| from + i + 1);
        to = memchr::memchr(b'\n', &text[end..to]).map_or(to, |i| end + i);
    } else if compiled.max_len.is_none() {
        (from, to) = (at.saturating_sub(BACK * 16), end.saturating_add(FORWARD * 16).min(text.len()));
    }
    from..to
}

/// Whether the keyword at `hit` is spelled as the regex has it, in a run of characters long enough to hold a value.
pub fn may_hold(compiled: &Compiled, text: &[u8], hit: Hit, keyword_len: usize) -> bool {
    let Some(shortest) = compiled.shortest_run else { return true };
    let at = hit.at as usize;
    if memchr::memmem::find(&compiled.literals, &text[at..at + keyword_len]).is_none() {
        return false;
    }
    let ends = |b: &u8| RUN_ENDS.contains(b);
    let after = text[at..].iter().take(shortest).take_while(|b| !ends(b)).count();
    after >= shortest || after + text[..at].iter().rev().take(shortest).take_while(|b| !ends(b)).count() >= shortest
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
    let Some(compiled) = slot.compiled() else { return };
    let (cache, captures) =
        scratch.get_or_insert_with(|| (compiled.regex.create_cache(), compiled.regex.create_captures()));
    let mut from = window.start;
    while from <= window.end {
        compiled.regex.search_captures_with(cache, &Input::new(text.bytes).span(from..window.end), captures);
        let Some(whole) = captures.get_match().map(|m| m.range()) else { return };
        let secret = captures.get_group(compiled.group).map_or_else(|| whole.clone(), |g| g.start..g.end);
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
    let made_up = || verdict == Verdict::Possible && value::is_placeholder(value);
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
