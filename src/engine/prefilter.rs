//! Stage A: where in a text any keyword stands, in one pass over the raw bytes.
//!
//! Every keyword is represented by three of its bytes, the least common ones. The pass hashes the three bytes at every
//! position, case folded, into a table that fits the first-level cache; a bit of what stands there says whether the fourth
//! byte fits too, and only where it is set are the keywords behind it compared. The positions do not depend on each other,
//! so that the processor works on several at once, which an automaton (one dependent load a byte) does not allow. A handful
//! that share a sign, as when no rule is on and only suppression comments are looked for, are looked up at that sign
//! instead. Keywords of one or two bytes, which only rules of users have, go through an Aho-Corasick automaton in a second
//! pass.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, MatchKind};

/// One keyword at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Offset of its first byte.
    pub at: u32,
    /// Index into the keywords given to [`Prefilter::new`].
    pub keyword: u16,
}

/// Bytes that are hashed.
const WIDTH: usize = 3;
const BITS: u32 = 15;
const PLACES: usize = 1 << BITS;
/// So few keywords are worth a look at every sign that they share.
const HANDFUL: usize = 8;
/// Sets the bit that tells upper from lower case in ASCII letters; other bytes may fold together, which only costs a look.
const FOLD: u32 = 0x2020_2020;

/// Finds keywords regardless of ASCII case.
pub struct Prefilter {
    /// All keywords, one after another, and where each begins and ends.
    text: Vec<u8>,
    ends: Vec<usize>,
    /// For the first few bytes that are looked at.
    starts: Starts,
    looked: AtomicUsize,
    /// For all that follow.
    tables: OnceLock<Tables>,
    short: Option<(AhoCorasick, Vec<u16>)>,
    /// A byte that every keyword has, where they are few, and where each has it first.
    shared: Option<(u8, Vec<usize>)>,
}

/// How many bytes are looked at before tables are made, which costs as much as looking at some hundred kilobytes.
const FEW: usize = 16 << 10;

struct Tables {
    /// For each hash a bit for each value of the lowest three bits of the fourth byte.
    bits: Box<[u8; PLACES]>,
    /// Sorted by hash.
    anchors: Vec<Anchor>,
    /// For each hash the first of `anchors` with it, counted from 1: pages that stay zero cost nothing.
    first: Box<[u16]>,
    /// For each keyword.
    heads: Vec<Head>,
}

/// The first eight bytes of a keyword, compared at once.
struct Head {
    bytes: u64,
    /// Which bits of the text's must be the same: not the one that tells the case of a letter, none behind the keyword's end.
    mask: u64,
    /// Whether that is all of it.
    is_all: bool,
}

impl Head {
    fn new(keyword: &[u8]) -> Self {
        let (mut bytes, mut mask) = ([0; 8], [0; 8]);
        for ((byte, mask), b) in bytes.iter_mut().zip(&mut mask).zip(keyword) {
            *mask = if b.is_ascii_alphabetic() { !0x20 } else { !0 };
            *byte = *b & *mask;
        }
        Self { bytes: u64::from_le_bytes(bytes), mask: u64::from_le_bytes(mask), is_all: keyword.len() <= 8 }
    }

    /// Whether the keyword stands at the start of `text`; `None`: it may, the rest must be compared.
    #[inline]
    fn stands(&self, text: &[u8]) -> Option<bool> {
        let fits = u64::from_le_bytes(*text.first_chunk()?) & self.mask == self.bytes;
        (!fits || self.is_all).then_some(fits)
    }
}

/// The bytes that stand for a keyword.
struct Anchor {
    hash: u16,
    /// Four folded bytes, of which `mask` says which count: the fourth only where the keyword has one.
    value: u32,
    mask: u32,
    /// Where in the keyword they are.
    back: u8,
    keyword: u16,
}

impl Prefilter {
    /// Builds the tables. Keywords are compared without regard to ASCII case; empty ones never occur.
    ///
    /// # Errors
    /// More than 65,000 keywords, or an automaton over the short ones that does not fit memory.
    pub fn new<S: AsRef<str>>(keywords: &[S]) -> Result<Self, String> {
        if keywords.len() >= usize::from(u16::MAX) {
            return Err(format!("{} keywords are more than the 65,000 that one run can take", keywords.len()));
        }
        let (mut text, mut ends) = (Vec::new(), Vec::with_capacity(keywords.len() + 1));
        ends.push(0);
        for keyword in keywords {
            text.extend_from_slice(keyword.as_ref().as_bytes());
            ends.push(text.len());
        }
        text.make_ascii_lowercase();
        let short = short_automaton(each(&text, &ends))?;
        let starts = Starts::new(each(&text, &ends));
        let shared = shared_sign(&each(&text, &ends).collect::<Vec<_>>());
        Ok(Self { text, ends, starts, looked: AtomicUsize::new(0), tables: OnceLock::new(), short, shared })
    }

    fn keyword(&self, index: u16) -> &[u8] {
        let index = usize::from(index);
        &self.text[self.ends[index]..self.ends[index + 1]]
    }

    /// Appends every occurrence of every keyword to `hits`, in no particular order.
    pub fn find(&self, text: &[u8], hits: &mut Vec<Hit>) {
        if let Some((sign, offsets)) = &self.shared {
            return self.find_at_signs(text, *sign, offsets, hits);
        }
        match self.tables(text.len()) {
            Some(tables) => self.find_anchored(tables, text, hits),
            None => self.find_starts(text, hits),
        }
        if let Some((automaton, indices)) = &self.short {
            for m in automaton.find_overlapping_iter(text) {
                hits.push(Hit { at: offset(m.start()), keyword: indices[m.pattern().as_usize()] });
            }
        }
    }

    /// The tables, where so many bytes more are worth them.
    fn tables(&self, more: usize) -> Option<&Tables> {
        if let Some(tables) = self.tables.get() {
            return Some(tables);
        }
        let looked = self.looked.fetch_add(more, Ordering::Relaxed).saturating_add(more);
        (looked > FEW).then(|| self.tables.get_or_init(|| Tables::new(each(&self.text, &self.ends))))
    }

    fn find_at_signs(&self, text: &[u8], sign: u8, offsets: &[usize], hits: &mut Vec<Hit>) {
        for at in memchr::memchr_iter(sign, text) {
            for (keyword, back) in (0u16..).zip(offsets) {
                if let Some(start) = at.checked_sub(*back) {
                    self.compare(text, start, keyword, hits);
                }
            }
        }
    }

    fn find_starts(&self, text: &[u8], hits: &mut Vec<Hit>) {
        for (at, window) in text.windows(WIDTH).enumerate() {
            for keyword in self.starts.at([window[0], window[1], window[2]]) {
                self.compare(text, at, keyword, hits);
            }
        }
    }

    fn compare(&self, text: &[u8], start: usize, keyword: u16, hits: &mut Vec<Hit>) {
        let bytes = self.keyword(keyword);
        if text.get(start..start + bytes.len()).is_some_and(|t| t.eq_ignore_ascii_case(bytes)) {
            hits.push(Hit { at: offset(start), keyword });
        }
    }

    fn find_anchored(&self, tables: &Tables, text: &[u8], hits: &mut Vec<Hit>) {
        const STEP: usize = 8;
        let mut at = 0;
        for block in text.windows(STEP + 3).step_by(STEP) {
            let mut found = 0u32;
            for k in 0..STEP {
                found |= tables.probe(word(&block[k..k + 4])) << k;
            }
            while found != 0 {
                let k = found.trailing_zeros() as usize;
                self.look(tables, text, at + k, word(&block[k..k + 4]), hits);
                found &= found - 1;
            }
            at += STEP;
        }
        while let Some(rest) = text.get(at..).filter(|rest| rest.len() >= WIDTH) {
            let value = word(&[rest[0], rest[1], rest[2], rest.get(3).copied().unwrap_or(0)]);
            if tables.probe(value) != 0 {
                self.look(tables, text, at, value, hits);
            }
            at += 1;
        }
    }

    #[inline(never)]
    fn look(&self, tables: &Tables, text: &[u8], at: usize, value: u32, hits: &mut Vec<Hit>) {
        let h = hash(value);
        // A set bit is that of an anchor.
        let first = usize::from(tables.first[usize::from(h)]).saturating_sub(1);
        let bucket = tables.anchors[first..].iter().take_while(|a| a.hash == h);
        for anchor in bucket.filter(|a| value & a.mask == a.value) {
            let start = at.wrapping_sub(usize::from(anchor.back));
            let Some(rest) = text.get(start..) else { continue };
            match tables.heads[usize::from(anchor.keyword)].stands(rest) {
                Some(true) => hits.push(Hit { at: offset(start), keyword: anchor.keyword }),
                Some(false) => {}
                None => self.compare(text, start, anchor.keyword, hits),
            }
        }
    }
}

/// What is no letter, and in each of a handful of keywords.
fn shared_sign(keywords: &[&[u8]]) -> Option<(u8, Vec<usize>)> {
    let mut signs = keywords.first().filter(|_| keywords.len() <= HANDFUL)?.iter().filter(|b| b.is_ascii_punctuation());
    let places = |sign: &u8| keywords.iter().map(|k| k.iter().position(|b| b == sign)).collect::<Option<Vec<_>>>();
    signs.find_map(|sign| Some((*sign, places(sign)?)))
}

/// The keywords of a text that holds them all.
fn each<'k>(text: &'k [u8], ends: &'k [usize]) -> impl Iterator<Item = &'k [u8]> + Clone {
    ends.windows(2).map(|ends| &text[ends[0]..ends[1]])
}

impl Tables {
    fn new<'k>(keywords: impl Iterator<Item = &'k [u8]> + Clone) -> Self {
        let heads = keywords.clone().map(Head::new).collect();
        let long = (0u16..).zip(keywords).filter(|(_, k)| k.len() >= WIDTH);
        let mut anchors: Vec<Anchor> = long.map(|(index, keyword)| anchor(keyword, index)).collect();
        anchors.sort_unstable_by_key(|a| (a.hash, a.value, a.back, a.keyword));
        let mut bits = Box::new([0; PLACES]);
        let mut first = vec![0; PLACES].into_boxed_slice();
        for (i, anchor) in (1u16..).zip(&anchors) {
            let h = usize::from(anchor.hash);
            bits[h] |= if anchor.mask == u32::MAX { 1 << fourth(anchor.value) } else { u8::MAX };
            if first[h] == 0 {
                first[h] = i;
            }
        }
        Self { bits, anchors, first, heads }
    }

    #[inline]
    fn probe(&self, value: u32) -> u32 {
        u32::from(self.bits[usize::from(hash(value)) % PLACES] >> fourth(value) & 1)
    }
}

/// Keywords by their first three bytes: quickly made, less quickly asked.
struct Starts {
    /// For each hash the last keyword with it, and for each keyword the one before it with the same; counted from 1.
    last: Box<[u16]>,
    before: Vec<u16>,
}

impl Starts {
    const BITS: u32 = 12;

    fn new<'k>(keywords: impl Iterator<Item = &'k [u8]>) -> Self {
        let (mut last, mut before) = (vec![0; 1 << Self::BITS].into_boxed_slice(), Vec::new());
        for (keyword, number) in keywords.zip(1u16..) {
            let start = keyword.first_chunk().map(|start| Self::hash(*start));
            before.push(start.map_or(0, |hash| std::mem::replace(&mut last[hash], number)));
        }
        Self { last, before }
    }

    fn hash(start: [u8; WIDTH]) -> usize {
        (usize::from(hash(word(&[start[0], start[1], start[2], 0])))) >> (BITS - Self::BITS)
    }

    /// The keywords that may begin so.
    fn at(&self, start: [u8; WIDTH]) -> impl Iterator<Item = u16> {
        let mut number = self.last[Self::hash(start)];
        std::iter::from_fn(move || {
            let found = number.checked_sub(1)?;
            number = self.before[usize::from(found)];
            Some(found)
        })
    }
}

#[inline]
fn word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) | FOLD
}

/// What the table tells fourth bytes apart by; folding leaves it alone.
#[inline]
fn fourth(value: u32) -> u32 {
    value >> 24 & 7
}

/// Of the first three bytes: shifting the fourth out is part of the multiplication.
#[inline]
fn hash(value: u32) -> u16 {
    ((value << 8).wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as u16
}

/// Texts come in pieces of a few megabytes; an offset always fits.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn anchor(keyword: &[u8], index: u16) -> Anchor {
    let best = (0..=(keyword.len() - WIDTH).min(200))
        .min_by_key(|at| commonness(&keyword[*at..(at + WIDTH + 1).min(keyword.len())]));
    let at = best.unwrap_or(0);
    let fourth = keyword.get(at + WIDTH).copied();
    let mask = if fourth.is_some() { u32::MAX } else { 0x00FF_FFFF };
    let value = word(&[keyword[at], keyword[at + 1], keyword[at + 2], fourth.unwrap_or(0)]) & mask;
    Anchor { hash: hash(value), value, mask, back: u8::try_from(at).unwrap_or(0), keyword: index }
}

/// How common each pair of characters is in code and prose: 1.5 × log2 of its share, `a` for the rarest; rows and columns
/// are the letters, digits (`0`), the underscore and everything else. Counted once over 12 MB of sources in many languages.
const PAIRS: [&[u8; 29]; 29] = [
    b"lknlhilclbinnnglfnmokhjhjihgm",
    b"keedkdfahialeekeaghbjaaahagfk",
    b"ldienfbmjcklgengalhmkeacidiil",
    b"lffjofddmfdgghkgaiifledcfagjo",
    b"lhnnjljhhcdnloikkponejilicgmq",
    b"lcdeiheamaahddmcajggidaagaghn",
    b"iffcmcghkaagfihhajjgjdaacabhm",
    b"leebnaaakacbddlcaifjhaaadcchl",
    b"jlmmklkabadlkoolcknmbkahaichk",
    b"gaaaiaaacaaaaafaaaiadaaaaaabg",
    b"gdddkdbahaabccccabhcfaeaaadil",
    b"mhejolbdnablcdleadlllffaiaejm",
    b"miefnbeakachjcmlaakdiadaeadil",
    b"nellmkmdkcihhilgaennjibcgadkp",
    b"ijkmfkibifimlpjlaoklmjjgdadhm",
    b"mcfinfdejacldfmjaljljgaahafjl",
    b"gcbaaaaaaaaeaaaaaabakaaaaaaaf",
    b"mdjipikbmaiijlmhaklmkjdajadjo",
    b"jekgofjkmaighhklegmolfhfibfkp",
    b"nfjkogdoocahhgmjanlklchfmdgmp",
    b"iihhmehajaamklekamllcaabaagbj",
    b"lbeclabakaaeebhfafcabaaabaigk",
    b"kdcciaahkaabafjaafibaagaaaagj",
    b"gaiagaaaiaabeaciadajaaaefadgj",
    b"geecfbaaeaahfgilaeihaabaaabjm",
    b"fbaaiaaacaaaadiaaaaacaaacaabf",
    b"ggggffdaaaaadcababcbababaaoho",
    b"khkjijhhkggijjikejkjiigdacfig",
    b"omoonnlloijmnnnoioppmllgjgojx",
];
/// The same for single characters.
const SINGLES: &[u8; 29] = b"sprrtqppslnrqssrlsssqonmokqqx";

/// How common three or four bytes are, roughly: that of their pairs, less that of the characters which two share.
fn commonness(bytes: &[u8]) -> i32 {
    let at = |i: usize| usize::from(CLASSES[usize::from(bytes[i])]);
    let pairs = (0..bytes.len() - 1).map(|i| i32::from(PAIRS[at(i)][at(i + 1)])).sum::<i32>();
    let shared = (1..bytes.len() - 1).map(|i| i32::from(SINGLES[at(i)])).sum::<i32>();
    // A class of many characters says less about each of them.
    let broad = bytes.iter().filter(|b| matches!(CLASSES[usize::from(**b)], 26 | 28)).count();
    pairs - shared - 3 * i32::try_from(broad).unwrap_or(0)
}

/// The row and column of each byte.
const CLASSES: [u8; 256] = {
    let mut classes = [28; 256];
    let mut byte = 0u8;
    while byte < u8::MAX {
        classes[byte as usize] = match byte | 0x20 {
            letter @ b'a'..=b'z' => letter - b'a',
            b'0'..=b'9' => 26,
            0x7F => 27,
            _ => 28,
        };
        byte += 1;
    }
    classes
};

fn short_automaton<'k>(keywords: impl Iterator<Item = &'k [u8]>) -> Result<Option<(AhoCorasick, Vec<u16>)>, String> {
    let (indices, short): (Vec<u16>, Vec<&[u8]>) =
        (0u16..).zip(keywords).filter(|(_, k)| !k.is_empty() && k.len() < WIDTH).unzip();
    if short.is_empty() {
        return Ok(None);
    }
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .build(&short)
        .map_err(|e| format!("the keywords do not fit an automaton: {e}"))?;
    Ok(Some((automaton, indices)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is found, with the tables as without them.
    fn found(keywords: &[&str], text: &[u8]) -> Vec<Hit> {
        let prefilter = Prefilter::new(keywords).unwrap();
        let found = || {
            let mut hits = Vec::new();
            prefilter.find(text, &mut hits);
            hits.sort();
            hits.dedup();
            hits
        };
        let first = found();
        assert!(prefilter.tables.get().is_none());
        prefilter.looked.store(FEW, Ordering::Relaxed);
        assert_eq!(found(), first);
        first
    }

    fn naive(keywords: &[&str], text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (i, keyword) in (0u16..).zip(keywords) {
            for at in 0..text.len() {
                let window = text.get(at..at + keyword.len());
                if !keyword.is_empty() && window.is_some_and(|t| t.eq_ignore_ascii_case(keyword.as_bytes())) {
                    hits.push(Hit { at: at as u32, keyword: i });
                }
            }
        }
        hits.sort();
        hits
    }

    #[test]
    fn finds_overlapping_nested_and_mixed_case_keywords() {
        let keywords = ["apikey", "key", "keyed", "api_", "-----begin", "pike"];
        let text = b"x ApiKEYed API_ -----BEGIN key";
        assert_eq!(found(&keywords, text), naive(&keywords, text));
        assert_eq!(found(&keywords, text).len(), 7);
    }

    #[test]
    fn a_handful_that_shares_a_sign_is_found_there() {
        let keywords = ["go:x", ":", "a:b:"];
        let text = b"GO:X a:b: a:b a:b:b: :";
        assert_eq!(found(&keywords, text), naive(&keywords, text));
        assert!(Prefilter::new(&keywords).unwrap().shared.is_some_and(|(sign, _)| sign == b':'));
        assert!(Prefilter::new(&["a:b", "c"]).unwrap().shared.is_none());
    }

    #[test]
    fn texts_shorter_than_a_keyword_have_none() {
        assert_eq!(found(&["secret"], b""), []);
        assert_eq!(found(&["secret"], b"sec"), []);
        assert_eq!(found(&[], b"anything"), []);
    }

    proptest! {
        #[test]
        fn equals_a_naive_search(
            keywords in proptest::collection::vec("[a-c_]{1,9}", 0..30), text in "[a-cA-C_\\[{]{0,400}",
        ) {
            let keywords: Vec<&str> = keywords.iter().map(String::as_str).collect();
            prop_assert_eq!(found(&keywords, text.as_bytes()), naive(&keywords, text.as_bytes()));
        }
    }
}
