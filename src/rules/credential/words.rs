//! How much a text looks like words: a list of the words of code and prose, and how likely each letter is after the two
//! before it. `words.txt` and `trigrams.txt` are made by the scripts in `tests/bench`.

use super::name::lower;

/// Sorted, one a line.
static WORDS: &[u8] = include_bytes!("words.txt");
/// 27 × 27 lines of 27 characters: after the letters a and b (`^` stands for "no letter") how surprising c is, in
/// quarters of a bit, as a character from `0` on.
static TRIGRAMS: &[u8] = include_bytes!("trigrams.txt");
/// What a value's letters look like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wordiness {
    /// Percent of the letters that stand in known words.
    pub known: u8,
    /// Mean surprise of a letter, in sixteenths of a bit; 0 without letters.
    pub surprise: u16,
    /// The greatest mean surprise of a run of letters of five or more, in sixteenths of a bit.
    pub worst: u16,
    /// Letters of the longest known word.
    pub longest: u8,
}

/// Looks at a value, its first 512 bytes at most.
pub fn wordiness(value: &[u8]) -> Wordiness {
    let value = &value[..value.len().min(512)];
    let (mut letters, mut known, mut longest, mut bits, mut worst) = (0u32, 0u32, 0usize, 0u32, 0u32);
    let mut buffer = [0u8; 64];
    for piece in super::name::words(value) {
        let piece = lower(&value[piece], &mut buffer);
        let surprise = surprise(piece);
        let length = u32::try_from(piece.len()).unwrap_or(1);
        letters += length;
        bits += surprise;
        if piece.len() >= 5 {
            worst = worst.max(surprise * 4 / length);
        }
        if let Some(word) = longest_word_of(piece) {
            known += length;
            longest = longest.max(word);
        }
    }
    let percent = u8::try_from((known * 100).checked_div(letters).unwrap_or(0)).unwrap_or(100);
    let mean = (bits * 4).checked_div(letters).unwrap_or(0);
    Wordiness {
        known: percent,
        surprise: u16::try_from(mean).unwrap_or(u16::MAX),
        worst: u16::try_from(worst).unwrap_or(u16::MAX),
        longest: u8::try_from(longest).unwrap_or(u8::MAX),
    }
}

/// The surprise of a run of lower-case letters, quarters of a bit in all.
fn surprise(piece: &[u8]) -> u32 {
    let (mut a, mut b) = (0, 0);
    let mut total = 0;
    for letter in piece {
        let c = usize::from(letter - b'a') + 1;
        let stored = TRIGRAMS.get((a * 27 + b) * 28 + c).copied().unwrap_or(b'0');
        total += u32::from(stored.saturating_sub(b'0'));
        (a, b) = (b, c);
    }
    total
}

/// The longest word of a piece that consists of at most three words; `None` where it does not.
fn longest_word_of(piece: &[u8]) -> Option<usize> {
    if is_word(piece) {
        return Some(piece.len());
    }
    if !(5..=30).contains(&piece.len()) {
        return None;
    }
    let part = |p: &[u8]| if is_short_word(p) || is_word(p) { Some(p.len()) } else { None };
    let two = |p: &[u8]| (1..p.len()).find_map(|i| Some(part(&p[..i])?.max(part(&p[i..])?)));
    // A word of three letters is in everything: one of four must be there.
    let three = || (1..piece.len() - 1).find_map(|i| Some(part(&piece[..i])?.max(two(&piece[i..])?)));
    two(piece).or_else(|| if piece.len() >= 8 { three() } else { None }).filter(|longest| *longest >= 4)
}

/// Short words that only count beside longer ones.
fn is_short_word(word: &[u8]) -> bool {
    match word {
        [one] => matches!(one, b'a' | b's' | b'x' | b'i'),
        [_, _] => matches!(
            word,
            b"me"
                | b"my"
                | b"is"
                | b"to"
                | b"in"
                | b"on"
                | b"of"
                | b"it"
                | b"we"
                | b"go"
                | b"us"
                | b"no"
                | b"id"
                | b"db"
                | b"by"
                | b"or"
                | b"do"
                | b"be"
                | b"at"
                | b"as"
                | b"an"
                | b"up"
                | b"if"
                | b"so"
                | b"ok"
                | b"pw"
        ),
        _ => word == b"the",
    }
}

/// Where each word of [`WORDS`] stands, by its hash, made while govctl is compiled: where it begins, four bits of how long
/// it is, the rest of its hash. 0 where there is none.
#[allow(long_running_const_eval)]
static PLACES: [u32; 1 << PLACE_BITS] = places();
const PLACE_BITS: u32 = 15;
const LENGTH_BITS: u32 = 4;
const START_BITS: u32 = 18;

const fn places() -> [u32; 1 << PLACE_BITS] {
    let (mut places, mut start, mut at, mut hashed) = ([0; 1 << PLACE_BITS], 0, 0, EMPTY_HASH);
    assert!(WORDS.len() < 1 << START_BITS);
    while at < WORDS.len() {
        if WORDS[at] != b'\n' {
            hashed = hash_on(hashed, WORDS[at]);
            at += 1;
            continue;
        }
        assert!(at > start && at - start < 1 << LENGTH_BITS);
        let mut place = (hashed >> (32 - PLACE_BITS)) as usize;
        while places[place] != 0 {
            place = (place + 1) % places.len();
        }
        places[place] = entry(hashed, at - start) | start as u32;
        (start, at, hashed) = (at + 1, at + 1, EMPTY_HASH);
    }
    places
}

/// The hash of no letters.
pub const EMPTY_HASH: u32 = 0;

/// The hash of some letters and one more.
pub const fn hash_on(hash: u32, byte: u8) -> u32 {
    (hash.rotate_left(5) ^ byte as u32).wrapping_mul(0x9E37_79B1)
}

/// The entry of a word without where it begins.
const fn entry(hash: u32, length: usize) -> u32 {
    hash << (START_BITS + LENGTH_BITS) | (length as u32) << START_BITS
}

/// Whether a lower-case word is in the list.
pub fn is_word(word: &[u8]) -> bool {
    if word.len() >= 1 << LENGTH_BITS {
        return false;
    }
    let hash = word.iter().fold(EMPTY_HASH, |hash, b| hash_on(hash, *b));
    let (sought, mut place) = (entry(hash, word.len()), (hash >> (32 - PLACE_BITS)) as usize);
    loop {
        let found = PLACES[place % PLACES.len()];
        let start = (found % (1 << START_BITS)) as usize;
        if found == 0 {
            return false;
        }
        if found >> START_BITS == sought >> START_BITS && WORDS[start..].starts_with(word) {
            return true;
        }
        place += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_list_is_found_and_others_are_not() {
        let mut count = 0;
        for word in WORDS.split(|b| *b == b'\n').filter(|w| !w.is_empty()) {
            assert!(is_word(word), "{}", String::from_utf8_lossy(word));
            count += 1;
        }
        assert!(count > 10_000);
        assert!(!is_word(b"qzxvk") && !is_word(b"") && !is_word(b"zzzzzzzzzz"));
    }

    #[test]
    fn words_are_known_and_chance_is_surprising() {
        let (words, chance) = (wordiness(b"correctHorse_battery"), wordiness(b"qvzkxwjtbg"));
        assert_eq!(words.known, 100);
        assert_eq!(chance.known, 0);
        assert!(chance.surprise > words.surprise + 16, "{chance:?} {words:?}");
        assert_eq!(wordiness(b"changeme").known, 100);
        assert_eq!(wordiness(b"12345"), Wordiness::default());
    }

    #[test]
    fn the_table_is_whole() {
        assert_eq!(TRIGRAMS.len(), 27 * 27 * 28);
    }
}
