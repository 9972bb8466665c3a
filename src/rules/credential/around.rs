//! What stands on the line of a candidate and on the lines around it, as numbers.

use std::ops::Range;

use super::features::{Subject, int};
use super::literal::table;
use super::vocabulary::{ADDRESS, AROUND, DIGEST, OWNER_AROUND, OWNER_ON_LINE, SAMPLE_AROUND, SAMPLE_ON_LINE};

/// How far around a candidate is looked, in bytes.
const NEAR: usize = 240;

/// The numbers of the line, those of the value's edges, and those of the lines around; 0 where words are counted.
pub fn cheap(subject: &Subject<'_>) -> [i16; 12] {
    let line = line(subject);
    let parts = on_line(subject, &line);
    let is_sign = |b: &u8| usize::from(IS_SIGN[usize::from(*b)]);
    let signs: usize = parts.iter().map(|part| subject.text[part.clone()].iter().map(is_sign).sum::<usize>()).sum();
    let [hashed, list, before, after] = edges(subject);
    [int(line.len()), 0, 0, 0, int(signs), 0, hashed, list, before, after, 0, 0]
}

/// What code is joined by.
static IS_SIGN: [bool; 256] = table(b"(){}[];");

/// How many words of some kinds stand on the line and around: the [`super::features::COSTLY`] features.
pub fn words(subject: &Subject<'_>) -> [i16; 6] {
    let (name, value) = (&subject.candidate.name, &subject.candidate.value);
    let end = (value.end + NEAR).min(subject.text.len());
    let near = [name.start.saturating_sub(NEAR)..name.start, value.end..end];
    let (mut words_on_line, mut words_near) = (0, 0);
    for (on_line, near) in on_line(subject, &line(subject)).iter().zip(&near) {
        let from = on_line.start.min(near.start);
        AROUND.each(&subject.text[from..on_line.end.max(near.end)], |word, start, end| {
            let inside = |part: &Range<usize>| part.start <= from + start && from + end <= part.end;
            words_on_line |= if inside(on_line) { word } else { 0 };
            words_near |= if inside(near) { word } else { 0 };
        });
    }
    let count = |all: u64, list: u64| (all & list).count_ones() as i16;
    [
        count(words_on_line, OWNER_ON_LINE),
        count(words_on_line, SAMPLE_ON_LINE),
        count(words_on_line, DIGEST),
        count(words_on_line, ADDRESS),
        count(words_near, OWNER_AROUND),
        count(words_near, SAMPLE_AROUND),
    ]
}

/// The line without the value.
fn on_line(subject: &Subject<'_>, line: &Range<usize>) -> [Range<usize>; 2] {
    let value = &subject.candidate.value;
    [line.start..value.start.max(line.start), value.end..line.end.max(value.end)]
}

fn line(subject: &Subject<'_>) -> Range<usize> {
    let (name, value, text) = (&subject.candidate.name, &subject.candidate.value, subject.text);
    let low = name.start.saturating_sub(200);
    let high = (value.end + 120).min(text.len());
    let start = memchr::memrchr(b'\n', &text[low..name.start]).map_or(low, |i| low + i + 1);
    let end = memchr::memchr(b'\n', &text[value.end..high]).map_or(high, |i| value.end + i);
    start..end
}

/// Whether the value is a hash or a list, and what stands right before the name and right behind the value.
fn edges(subject: &Subject<'_>) -> [i16; 4] {
    let (c, text) = (subject.candidate, subject.text);
    let value = &*subject.value;
    let is_hash = |h: &&[u8]| value.len() > h.len() && value[..h.len()].eq_ignore_ascii_case(h);
    let hashed = value.first().is_some_and(|b| b"${SsPpEeMm".contains(b)) && HASHES.iter().any(is_hash);
    let list = value.iter().filter(|b| **b == b',').count();
    let before = c.name.start.checked_sub(1).map_or(b'\n', |i| text[i]);
    let mut end = c.value.end;
    while text.get(end).is_some_and(|b| b"\\\"'` ".contains(b)) && end < c.value.end + 4 {
        end += 1;
    }
    let after = text.get(end).copied().unwrap_or(b'\n');
    [i16::from(hashed), int(list), kind(before), kind(after)]
}

fn kind(b: u8) -> i16 {
    match b {
        b'\n' | b'\r' => 0,
        b' ' | b'\t' => 1,
        b'"' | b'\'' | b'`' => 2,
        b',' => 3,
        b')' | b'(' => 4,
        b';' => 5,
        b']' | b'}' | b'[' | b'{' => 6,
        b'.' | b'+' => 7,
        b'<' | b'>' | b'/' => 8,
        b'&' | b'?' => 9,
        b'$' | b'@' | b':' => 10,
        _ => 11,
    }
}

/// How hashes of passwords and public keys begin.
const HASHES: &[&[u8]] = &[
    b"$1$", b"$2a$", b"$2b$", b"$2y$", b"$5$", b"$6$", b"$argon2", b"$pbkdf2", b"{crypt}", b"{ssha", b"sha1$",
    b"sha256", b"pbkdf2", b"ssh-", b"ecdsa-", b"miib", b"mig", b"md5",
];
