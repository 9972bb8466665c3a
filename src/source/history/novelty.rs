//! What stands in a text for the first time. A history says nearly everything many times; a probe needs to hear it once.
//!
//! What is remembered is not single lines but windows of four, so that known lines that come to stand together count as
//! new: what makes a finding may be spread over them.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::RandomState;

use super::Probe;

/// Lines in a window.
const WINDOW: usize = 4;
/// Lines of context on either side of what is new.
const CONTEXT: usize = 3;
/// A region of more lines is probed again in parts when it hits, so that fewer lines become hot.
const LONG: usize = 256;
/// Lines in such a part; each repeats half of the one before.
const PART: usize = 128;
/// Odd multipliers (from the digits of pi) that keep the order of lines in a window's hash.
const MIX: [u64; WINDOW] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345, 0xa409_3822_299f_31d1, 0x082e_fa98_ec4e_6c89];

/// Every window seen, and those in which a finding could be.
#[derive(Default)]
pub struct Novelty {
    hasher: RandomState,
    seen: Seen,
    hot: HashSet<u64, RandomState>,
    starts: Vec<usize>,
    windows: Vec<u64>,
    /// The lines whose windows are new.
    fresh: Vec<usize>,
}

impl Novelty {
    /// Whether `text` could hold a finding: something new in it could, or something in it that could before. `known` are
    /// parts that come as they are from texts that were seen and could not.
    pub fn could_hit(&mut self, text: &[u8], known: &[Range<usize>], probe: &dyn Probe) -> bool {
        let mut hit = false;
        for part in unknown(text, known) {
            hit |= self.part_could_hit(text, &part, probe);
        }
        hit
    }

    fn part_could_hit(&mut self, text: &[u8], part: &Range<usize>, probe: &dyn Probe) -> bool {
        let mut hit = self.read(text, part);
        let mut from = 0;
        while let Some(first) = self.fresh.get(from) {
            let mut region = first.saturating_sub(WINDOW - 1 + CONTEXT)..first + 1 + CONTEXT;
            let mut to = from + 1;
            while let Some(next) = self.fresh.get(to)
                && next.saturating_sub(WINDOW - 1 + CONTEXT) <= region.end
            {
                region.end = next + 1 + CONTEXT;
                to += 1;
            }
            region.end = region.end.min(self.windows.len());
            if probe.could_hit(self.bytes(text, &region)) {
                hit = true;
                self.heat(text, &region, from..to, probe);
            }
            from = to;
        }
        hit
    }

    /// Splits and hashes the lines of a part; says whether one of the windows is hot.
    fn read(&mut self, text: &[u8], part: &Range<usize>) -> bool {
        self.starts.clear();
        self.windows.clear();
        self.fresh.clear();
        let mut last = [0u64; WINDOW];
        let mut start = part.start;
        let ends = memchr::memchr_iter(b'\n', &text[part.clone()]).map(|at| part.start + at + 1);
        for end in ends.chain([part.end]) {
            if start < end {
                last.rotate_left(1);
                last[WINDOW - 1] = self.hasher.hash_one(&text[start..end]);
                let window =
                    last.iter().zip(MIX).fold(0u64, |sum, (line, mix)| sum.wrapping_add(line.wrapping_mul(mix)));
                self.starts.push(start);
                self.windows.push(window);
            }
            start = end;
        }
        self.starts.push(part.end);
        // Where a part begins inside of a text, its first windows would lack the lines before; they are known.
        let whole = if part.start == 0 { 0 } else { WINDOW - 1 };
        self.seen.reserve(self.windows.len());
        let mut hot = false;
        for (line, window) in self.windows.iter().enumerate().skip(whole) {
            if self.seen.insert(*window) {
                self.fresh.push(line);
            } else {
                hot = hot || self.hot.contains(window);
            }
        }
        hot
    }

    /// Marks what is new in a region that hit.
    fn heat(&mut self, text: &[u8], region: &Range<usize>, fresh: Range<usize>, probe: &dyn Probe) {
        let mut any = false;
        if region.len() > LONG {
            for start in region.clone().step_by(PART / 2) {
                let part = start..(start + PART).min(region.end);
                if probe.could_hit(self.bytes(text, &part)) {
                    any = true;
                    let inside = self.fresh[fresh.clone()].iter().filter(|line| part.contains(*line));
                    self.hot.extend(inside.map(|line| self.windows[*line]));
                }
            }
        }
        if !any {
            self.hot.extend(self.fresh[fresh].iter().map(|line| self.windows[*line]));
        }
    }

    fn bytes<'t>(&self, text: &'t [u8], lines: &Range<usize>) -> &'t [u8] {
        &text[self.starts[lines.start]..self.starts[lines.end]]
    }
}

/// The lines that are not wholly in a known part, with those around that share a window with them or stand near.
fn unknown(text: &[u8], known: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    // Whole lines only: where a known part begins, a line of another text may go on.
    let whole = known.iter().filter_map(|k| {
        let bytes = &text[k.clone()];
        let (first, last) = (memchr::memchr(b'\n', bytes)?, memchr::memrchr(b'\n', bytes)?);
        (first < last).then_some(k.start + first + 1..k.start + last + 1)
    });
    for next in whole.chain(std::iter::once(text.len()..text.len())) {
        if from < next.start {
            let start = lines_before(text, from, WINDOW - 1 + CONTEXT);
            let end = lines_after(text, next.start, WINDOW - 1 + CONTEXT);
            match parts.last_mut().filter(|last| last.end >= start) {
                Some(last) => last.end = end,
                None => parts.push(start..end),
            }
        }
        from = next.end;
    }
    parts
}

/// Where the line begins that stands so many before the one that begins at `at`.
fn lines_before(text: &[u8], at: usize, count: usize) -> usize {
    (0..count).fold(at, |at, _| memchr::memrchr(b'\n', &text[..at.saturating_sub(1)]).map_or(0, |i| i + 1))
}

/// Where the line ends that stands so many behind the one that ends at `at`.
fn lines_after(text: &[u8], at: usize, count: usize) -> usize {
    (0..count).fold(at, |at, _| memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |i| at + i + 1))
}

/// A set of hashes: their own bits say where they stand, so that one look at memory tells.
#[derive(Default)]
struct Seen {
    /// A power of two of places, at most two thirds of them taken; 0 is an empty one.
    places: Vec<u64>,
    taken: usize,
}

impl Seen {
    /// Makes room for so many more.
    fn reserve(&mut self, more: usize) {
        let needed = (self.taken + more + 1) * 3 / 2;
        if needed > self.places.len() {
            let old = std::mem::replace(&mut self.places, vec![0; needed.next_power_of_two().max(1 << 12)]);
            self.taken = 0;
            for hash in old.into_iter().filter(|hash| *hash != 0) {
                self.insert(hash);
            }
        }
    }

    /// Whether it is new. There must be room.
    fn insert(&mut self, hash: u64) -> bool {
        let hash = hash.max(1);
        let mask = self.places.len() - 1;
        let mut at = (hash >> 20) as usize & mask;
        while self.places[at] != 0 {
            if self.places[at] == hash {
                return false;
            }
            at = (at + 1) & mask;
        }
        self.places[at] = hash;
        self.taken += 1;
        true
    }
}

/// The lines that came before at one path.
#[derive(Default)]
pub struct LineSet {
    hasher: RandomState,
    seen: HashSet<u64, RandomState>,
}

impl LineSet {
    /// The numbers (from 1) of the lines of `text` that have not come before; `None`: all of them.
    pub fn add(&mut self, text: &[u8]) -> Option<Vec<u32>> {
        let is_first = self.seen.is_empty();
        let lines = text.split(|b| *b == b'\n').map(|line| self.hasher.hash_one(line)).collect::<Vec<_>>();
        let new =
            (1u32..).zip(&lines).filter(|(_, hash)| !self.seen.contains(hash)).map(|(number, _)| number).collect();
        self.seen.extend(lines);
        (!is_first).then_some(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A finding is a line "secret" with a line "near" at most three lines away.
    fn has_finding(text: &[u8]) -> bool {
        let lines: Vec<_> = text.split(|b| *b == b'\n').collect();
        let at = |word: &'static str| (0..lines.len()).filter(|i| lines[*i] == word.as_bytes()).collect::<Vec<_>>();
        let near = at("near");
        at("secret").iter().any(|s| near.iter().any(|n| s.abs_diff(*n) <= 3))
    }

    proptest! {
        #[test]
        fn what_is_new_and_what_was_hot_find_all_that_whole_texts_would(
            texts in proptest::collection::vec(
                proptest::collection::vec(prop_oneof![Just("secret"), Just("near"), Just("a"), Just("b"), Just("c"), Just("d"), Just("e")], 0..14),
                1..14,
            )
        ) {
            let mut novelty = Novelty::default();
            for text in texts {
                let text = text.join("\n");
                let found = novelty.could_hit(text.as_bytes(), &[], &has_finding);
                prop_assert!(found || !has_finding(text.as_bytes()), "{text:?}");
            }
        }
    }

    fn lines() -> impl Strategy<Value = Vec<&'static str>> {
        let line = prop_oneof![Just("secret"), Just("near"), Just("a"), Just("b"), Just("c"), Just(""), Just("e")];
        proptest::collection::vec(line, 0..30)
    }

    proptest! {
        #[test]
        fn what_a_delta_takes_over_need_not_be_read(
            base in lines(),
            texts in proptest::collection::vec((lines(), 0..40usize, 0..40usize, 0..40usize, 0..40usize), 1..8),
        ) {
            let mut novelty = Novelty::default();
            let base = base.join("\n");
            let is_known = !novelty.could_hit(base.as_bytes(), &[], &has_finding);
            for (inserted, one, two, three, four) in texts {
                let part = |a: usize, b: usize| &base[a.min(base.len())..(a + b).min(base.len())];
                let (first, second) = (part(one, two), part(three, four));
                let inserted = inserted.join("\n");
                let text = [first, second, &inserted, second].concat();
                let ends = [first.len(), first.len() + second.len(), text.len() - second.len()];
                let known = [0..ends[0], ends[0]..ends[1], ends[2]..text.len()];
                let found = novelty.could_hit(text.as_bytes(), if is_known { &known } else { &[] }, &has_finding);
                prop_assert!(found || !has_finding(text.as_bytes()), "{text:?} of {base:?}");
            }
        }
    }

    #[test]
    fn known_text_is_not_probed_again() {
        let probed = std::sync::atomic::AtomicUsize::new(0);
        let probe = |text: &[u8]| {
            probed.fetch_add(text.len(), std::sync::atomic::Ordering::Relaxed);
            false
        };
        let mut text: Vec<String> = (0..1000).map(|n| format!("line number {n}\n")).collect();
        let mut novelty = Novelty::default();
        novelty.could_hit(text.concat().as_bytes(), &[], &probe);
        let whole = probed.swap(0, std::sync::atomic::Ordering::Relaxed);
        text[500] = "changed\n".to_owned();
        novelty.could_hit(text.concat().as_bytes(), &[], &probe);
        let again = probed.into_inner();
        assert!(whole == text.concat().len() + 8 && again > 0 && again < 300, "{whole} {again}");
    }

    #[test]
    fn lines_count_once_for_a_path() {
        let mut lines = LineSet::default();
        assert_eq!(lines.add(b"a\nb"), None);
        assert_eq!(lines.add(b"b\nc\na"), Some(vec![2]));
        assert_eq!(lines.add(b"c"), Some(vec![]));
    }
}
