//! The secrets near a few places of a text, for masking the lines that are shown: a fraction of the cost of all of them.
//!
//! A secret lies within a few lines of its keyword. The exceptions, keys over many lines and keys in JSON objects, have
//! marks of their own; a text with one of those is looked through from end to end.

use std::ops::Range;

use super::prefilter::Hit;
use super::{Engine, Scratch};
use crate::rules::credential::language::Language;

/// How many lines before and after a shown one a keyword of its secrets may stand.
const LINES: usize = 2;

/// What marks secrets that reach further: parts of the keywords of their rules.
const FAR: [&str; 9] = [
    "-----begin",
    "---- begin",
    "putty-user-key",
    "kty",
    "secret key",
    "private key",
    "$ansible_vault;",
    "gserviceaccount.com",
    "openvpn static key",
];

impl Engine {
    /// The byte ranges of the secrets in the first lines of `shown`, sorted; of those elsewhere some.
    pub fn secrets_near(
        &self,
        text: &[u8],
        shown: impl Iterator<Item = usize>,
        scratch: &mut Scratch,
    ) -> Vec<Range<usize>> {
        let zones = zones(text, shown);
        let covered: usize = zones.iter().map(Range::len).sum();
        if covered > text.len() / 2 {
            return self.secrets(text, scratch);
        }
        scratch.hits.clear();
        self.prefilter.find(text, &mut scratch.hits);
        let place = |hit: &Hit| hit.at as usize..hit.at as usize + self.keywords[usize::from(hit.keyword)].len;
        if scratch.hits.iter().any(|hit| text.get(place(hit)).is_none_or(reaches_far)) {
            return self.secrets(text, scratch);
        }
        scratch.hits.retain(|hit| {
            let next = zones.partition_point(|zone| zone.end < place(hit).end);
            zones.get(next).is_some_and(|zone| zone.start <= place(hit).start)
        });
        let mut found = self.matches_of_hits(None, Language::of(None), text, scratch);
        let mut ranges: Vec<_> = found.drain(..).map(|m| m.secret).collect();
        for zone in zones {
            self.look_inside(None, &text[zone.clone()], 1, scratch, &mut found);
            ranges.extend(found.drain(..).map(|m| m.secret.start + zone.start..m.secret.end + zone.start));
        }
        ranges.sort_by_key(|r| (r.start, r.end));
        ranges
    }
}

/// Whether a keyword is of a rule whose secrets may lie far from it.
fn reaches_far(keyword: &[u8]) -> bool {
    let has = |mark: &str| keyword.windows(mark.len()).any(|piece| piece.eq_ignore_ascii_case(mark.as_bytes()));
    FAR.iter().any(|mark| has(mark))
}

/// The lines around these offsets, as stretches that do not touch.
fn zones(text: &[u8], shown: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut offsets: Vec<usize> = shown.map(|at| at.min(text.len())).collect();
    offsets.sort_unstable();
    let mut out: Vec<Range<usize>> = Vec::new();
    for at in offsets {
        // Most of what is shown lies in the stretch before.
        let past = out.last().map_or(0, |zone| zone.end);
        let start = memchr::memrchr_iter(b'\n', &text[..at]).nth(LINES).map_or(0, |i| i + 1);
        let end = memchr::memchr_iter(b'\n', &text[at..]).nth(LINES).map_or(text.len(), |i| at + i + 1);
        match out.last_mut() {
            Some(zone) if start <= past => zone.end = end.max(past),
            _ => out.push(start..end),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::settings::Settings;
    use super::*;
    use crate::rules::pattern::Shape;
    use crate::rules::template::expand;
    use crate::rules::{CATALOGUE, built_in};

    fn engine() -> Engine {
        Engine::new(Settings { rules: built_in(), ..Settings::default() }).unwrap()
    }

    #[test]
    fn zones_are_whole_lines_and_do_not_overlap() {
        let text = (0..100).map(|n| format!("line {n}\n")).collect::<String>();
        let at = |n: usize| text.find(&format!("line {n}\n")).unwrap();
        let found = zones(text.as_bytes(), [at(50) + 2, at(10), at(12)].into_iter());
        assert_eq!(found, [at(8)..at(15), at(48)..at(53)]);
        assert!(zones(b"", [0, 9].into_iter()).iter().all(Range::is_empty));
    }

    #[test]
    fn near_the_lines_of_a_secret_it_is_found_as_in_all_of_the_text() {
        let engine = engine();
        let filler = "x = 1\n".repeat(200);
        for rule in CATALOGUE {
            let Some(hit) = rule.info.hit.first() else { continue };
            let example = expand(hit, &mut fastrand::Rng::with_seed(7)).unwrap();
            let text = format!("{filler}{example}\n{filler}");
            let all = engine.secrets(text.as_bytes(), &mut Scratch::default());
            let lines = example.match_indices('\n').map(|(at, _)| filler.len() + at).chain([filler.len()]);
            let near = engine.secrets_near(text.as_bytes(), lines, &mut Scratch::default());
            assert_eq!(near, all, "{}", rule.info.id);
        }
    }

    #[test]
    fn rules_whose_matches_span_lines_without_bound_have_a_mark() {
        let unmarked = CATALOGUE.iter().filter(|rule| rule.credential.is_none()).filter(|rule| {
            let shape = Shape::of(&rule.regex).unwrap();
            let marked = rule.keywords.iter().all(|k| FAR.iter().any(|far| k.to_ascii_lowercase().contains(far)));
            !marked && shape.crosses_lines && shape.alphabet[usize::from(b'\n')]
        });
        let ids: Vec<String> = unmarked.map(|rule| format!("{} {:?}", rule.info.id, rule.keywords)).collect();
        assert_eq!(ids, Vec::<String>::new(), "add marks of their keywords to FAR");
    }
}
