//! From byte offsets to lines, columns and excerpts, computed only for what is reported.

use std::ops::Range;

use crate::finding::{Excerpt, Span};
use crate::redact;

/// Characters of a line kept on either side of what was found.
const CONTEXT: usize = 80;

/// Translates offsets of one text. Cheap to make; ascending offsets cost one pass in all.
pub struct Places<'a> {
    text: &'a [u8],
    first_line: u32,
    known: Known,
}

/// A line, and an offset in it that is the start of a character.
#[derive(Clone, Copy)]
struct Known {
    start: usize,
    line: u32,
    at: usize,
    column: u32,
}

impl Known {
    fn line(start: usize, line: u32) -> Self {
        Self { start, line, at: start, column: 1 }
    }
}

impl<'a> Places<'a> {
    /// For `text`, whose first line has the number `first_line`.
    pub fn new(text: &'a [u8], first_line: u32) -> Self {
        Self { text, first_line, known: Known::line(0, first_line) }
    }

    /// The span of a byte range; ends are clipped to the text.
    pub fn span(&mut self, range: &Range<usize>) -> Span {
        let end = range.end.min(self.text.len()).max(range.start.min(self.text.len()));
        let (line, column) = self.position(range.start.min(end));
        let (end_line, end_column) = self.position(end);
        Span { line, column, end_line, end_column }
    }

    fn position(&mut self, at: usize) -> (u32, u32) {
        if at < self.known.at {
            let Known { start, line, .. } = self.known;
            self.known = if at < start { Known::line(0, self.first_line) } else { Known::line(start, line) };
        }
        let from = self.known.at;
        for newline in memchr::memchr_iter(b'\n', &self.text[from..at]) {
            self.known = Known::line(from + newline + 1, self.known.line + 1);
        }
        let column = self.known.column.saturating_add(count_chars(&self.text[self.known.at..at]));
        // In the midst of a character nothing is known of the rest.
        if self.text.get(at).is_none_or(|b| b & 0xC0 != 0x80) {
            self.known = Known { at, column, ..self.known };
        }
        (self.known.line, column)
    }
}

/// How many characters these bytes are.
pub fn count_chars(bytes: &[u8]) -> u32 {
    let count = match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().count(),
        Err(_) => String::from_utf8_lossy(bytes).chars().count(),
    };
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The line that holds an offset, without its line break.
pub fn line_around(text: &[u8], at: usize) -> Range<usize> {
    let at = at.min(text.len());
    let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |i| i + 1);
    let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |i| at + i);
    let end = if end > start && text[end - 1] == b'\r' { end - 1 } else { end };
    start..end.max(start)
}

/// The secrets of a text, so that those of one part of it are found without a look at all others.
pub struct Secrets {
    /// By where they start.
    ranges: Vec<Range<usize>>,
    /// For each the furthest end of those up to it.
    reach: Vec<usize>,
}

impl Secrets {
    /// Of these ranges, in any order; they may overlap.
    pub fn new(mut ranges: Vec<Range<usize>>) -> Self {
        ranges.sort_unstable_by_key(|range| (range.start, range.end));
        let mut furthest = 0;
        let furthest_so_far = |range: &Range<usize>| {
            furthest = range.end.max(furthest);
            furthest
        };
        let reach = ranges.iter().map(furthest_so_far).collect();
        Self { ranges, reach }
    }

    /// Those that touch a part.
    fn in_part(&self, part: &Range<usize>) -> impl Iterator<Item = &Range<usize>> {
        let to = self.ranges.partition_point(|secret| secret.start < part.end);
        let from = self.reach.partition_point(|end| *end <= part.start).min(to);
        let start = part.start;
        self.ranges[from..to].iter().filter(move |secret| start < secret.end)
    }
}

/// The first line of `range`, cut to what is near it, with everything in `secrets` masked.
pub fn excerpt(text: &[u8], range: &Range<usize>, secrets: &Secrets) -> Excerpt {
    let line = line_near(text, range);
    let found = range.start.clamp(line.start, line.end)..range.end.clamp(line.start, line.end);
    let shown = cut(text, &line, &found);
    let masked = |part: Range<usize>| {
        let hidden: Vec<_> = secrets.in_part(&part).map(|s| relative(s, &part)).collect();
        // A secret that begins before the part must not show its lead again.
        let inside = secrets.in_part(&part).any(|s| s.start < part.start);
        redact::mask_from(&text[part.clone()], &hidden, inside)
    };
    let before = masked(shown.start..found.start);
    let inside = masked(found.clone());
    let after = masked(found.end..shown.end);
    let start = u32::try_from(before.chars().count()).unwrap_or(0);
    let end = start.saturating_add(u32::try_from(inside.chars().count()).unwrap_or(0));
    Excerpt { text: before + &inside + &after, start, end }
}

/// The first line of `range`, as far as any of it may be shown: a line may be megabytes long.
fn line_near(text: &[u8], range: &Range<usize>) -> Range<usize> {
    const LONGEST_CHAR: usize = 4;
    let from = range.start.min(text.len()).saturating_sub(CONTEXT + LONGEST_CHAR);
    let to = range.end.max(range.start).saturating_add(CONTEXT + LONGEST_CHAR).min(text.len());
    let line = line_around(&text[from..to], range.start.min(text.len()) - from);
    from + line.start..from + line.end
}

fn relative(secret: &Range<usize>, part: &Range<usize>) -> Range<usize> {
    secret.start.saturating_sub(part.start)..secret.end.min(part.end) - part.start
}

/// The part of a line to show: all of it, or `CONTEXT` bytes on either side of a finding of at most `2 × CONTEXT`,
/// at character boundaries.
fn cut(text: &[u8], line: &Range<usize>, found: &Range<usize>) -> Range<usize> {
    let boundary = |at: &usize| *at >= line.end || text[*at] & 0xC0 != 0x80;
    let start = found.start.saturating_sub(CONTEXT).max(line.start);
    let end = found.end.saturating_add(CONTEXT).min(line.end);
    let start = (start..found.start).find(boundary).unwrap_or(found.start);
    let end = (end..=line.end).find(boundary).unwrap_or(line.end);
    start..end
}

#[cfg(test)]
// A list of one range is meant.
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let text = "äb\ncd\r\n\u{1F600}ef".as_bytes();
        let mut places = Places::new(text, 1);
        let at = |needle: &str| std::str::from_utf8(text).unwrap().find(needle).unwrap();
        let place = |p: &mut Places, n: &str| {
            let s = p.span(&(at(n)..at(n) + n.len()));
            (s.line, s.column, s.end_line, s.end_column)
        };
        assert_eq!(place(&mut places, "ef"), (3, 2, 3, 4));
        assert_eq!(place(&mut places, "b\nc"), (1, 2, 2, 2));
        assert_eq!(place(&mut places, "cd"), (2, 1, 2, 3));
    }

    #[test]
    fn places_in_one_line_are_counted_on_from_each_other() {
        let text = [b"\xff\xe2\x82a", "é€\u{1F600}".as_bytes(), b"\xf0\x9fb\n\xe2\x82c"].concat();
        for first in 0..=text.len() {
            let mut places = Places::new(&text, 1);
            places.position(first);
            for at in 0..=text.len() {
                assert_eq!(places.position(at), Places::new(&text, 1).position(at), "{first} {at}");
            }
        }
    }

    #[test]
    fn an_excerpt_masks_every_secret_of_its_line() {
        let text = b"first\na=SECRET1; b=SECRET2\nlast";
        let e = excerpt(text, &(8..15), &Secrets::new(vec![19..26, 8..15]));
        assert_eq!(e.text, "a=*******; b=*******");
        assert_eq!((e.start, e.end), (2, 9));
    }

    #[test]
    fn a_long_line_is_cut_around_the_finding() {
        let text = [b"x".repeat(5000), b"SECRET".to_vec(), "é".repeat(3000).into_bytes()].concat();
        let e = excerpt(&text, &(5000..5006), &Secrets::new(vec![5000..5006]));
        assert_eq!((e.start, e.end), (80, 86));
        assert_eq!(e.text.chars().count(), 80 + 6 + 40);
    }

    #[test]
    fn the_secrets_of_a_part_are_those_that_touch_it() {
        let all = [40..60, 0..100, 10..20, 15..18, 58..70, 99..120, 130..131];
        let secrets = Secrets::new(all.to_vec());
        for (start, end) in (0..135).flat_map(|start| (start..135).map(move |end| (start, end))) {
            let mut expected: Vec<_> = all.iter().filter(|s| s.start < end && start < s.end).cloned().collect();
            expected.sort_by_key(|s| (s.start, s.end));
            let found: Vec<_> = secrets.in_part(&(start..end)).cloned().collect();
            assert_eq!(found, expected, "{start}..{end}");
        }
    }

    /// A line of three megabytes with a secret every few bytes took more than a minute.
    #[test]
    fn what_is_shown_of_a_long_line_is_looked_at_alone() {
        let text = "p=secret1 ".repeat(100_000);
        let ranges: Vec<_> = (0..100_000).map(|n| n * 10 + 2..n * 10 + 9).collect();
        let secrets = Secrets::new(ranges.clone());
        for range in ranges {
            let shown = excerpt(text.as_bytes(), &range, &secrets);
            assert!(!shown.text.contains("secret") && shown.text.len() < 200, "{}", shown.text);
        }
    }

    #[test]
    fn a_secret_over_several_lines_shows_only_masked_text() {
        let text = b"key: |\n  AAAABBBBCCCC\n  DDDDEEEEFFFF\n";
        let e = excerpt(text, &(9..37), &Secrets::new(vec![9..37]));
        assert_eq!(e.text, "  ************");
        let second = excerpt(text, &(24..36), &Secrets::new(vec![9..37]));
        assert_eq!(second.text, "*".repeat(14));
    }
}
