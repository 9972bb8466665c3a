//! Many words in one pass, regardless of the case of ASCII letters: which of them occur.
//!
//! Each of at most 64 words is a bit. Three tables say which words may have a byte as their first, second and third; where
//! all three agree on one, the rest of it is compared.

/// Words to look for.
pub struct Words {
    words: &'static [&'static [u8]],
    first: [u64; 256],
    second: [u64; 256],
    third: [u64; 256],
}

impl Words {
    /// Lower-case words, at most 64, none of them empty.
    pub const fn new(words: &'static [&'static [u8]]) -> Self {
        let mut new = Self { words, first: [0; 256], second: [0; 256], third: [0; 256] };
        let mut i = 0;
        while i < words.len() {
            new.first = with(new.first, words[i], 0, 1 << i);
            new.second = with(new.second, words[i], 1, 1 << i);
            new.third = with(new.third, words[i], 2, 1 << i);
            i += 1;
        }
        new
    }

    /// Which words occur.
    pub fn in_text(&self, text: &[u8]) -> u64 {
        let mut all = 0;
        self.each(text, |bit, _, _| all |= bit);
        all
    }

    /// Calls `found` with each occurrence: the bit of the word, where it begins and ends.
    pub fn each(&self, text: &[u8], mut found: impl FnMut(u64, usize, usize)) {
        for (at, three) in text.windows(3).enumerate() {
            let all = self.first[usize::from(three[0])]
                & self.second[usize::from(three[1])]
                & self.third[usize::from(three[2])];
            if all != 0 {
                self.compare(text, at, all, &mut found);
            }
        }
        // Where less than three bytes are left, any byte may follow.
        for at in text.len().saturating_sub(2)..text.len() {
            let second = text.get(at + 1).copied().unwrap_or(0);
            let all = self.first[usize::from(text[at])] & self.second[usize::from(second)] & self.third[0];
            self.compare(text, at, all, &mut found);
        }
    }

    fn compare(&self, text: &[u8], at: usize, mut left: u64, found: &mut impl FnMut(u64, usize, usize)) {
        while left != 0 {
            let word = self.words[left.trailing_zeros() as usize];
            if text.get(at..at + word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word)) {
                found(left & left.wrapping_neg(), at, at + word.len());
            }
            left &= left - 1;
        }
    }
}

/// The table with a word whose byte at `place` it is about; a shorter word has any byte there.
const fn with(mut table: [u64; 256], word: &[u8], place: usize, bit: u64) -> [u64; 256] {
    if place < word.len() {
        table[word[place] as usize] |= bit;
        table[word[place].to_ascii_uppercase() as usize] |= bit;
        return table;
    }
    let mut byte = 0;
    while byte < 256 {
        table[byte] |= bit;
        byte += 1;
    }
    table
}

/// The bits of some of the words.
pub const fn bits(words: &[&[u8]], some: &[&[u8]]) -> u64 {
    let (mut all, mut i) = (0, 0);
    while i < some.len() {
        let mut k = 0;
        while !same(words[k], some[i]) {
            k += 1;
        }
        all |= 1 << k;
        i += 1;
    }
    all
}

/// Whether two texts are the same.
pub const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// Whether a short text holds a word; for one word, which a searcher does not pay for.
pub fn holds(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|t| t[0] == word[0] && t == word)
}

/// The same regardless of the case of ASCII letters.
pub fn holds_in_any_case(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|t| t[0].eq_ignore_ascii_case(&word[0]) && t.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIST: &[&[u8]] = &[b"<", b"ab", b"abc", b"bca", b"...", b"cab_", b"://", b"a"];
    static WORDS: Words = Words::new(LIST);

    proptest! {
        #[test]
        fn every_word_is_spotted(text in "[a-cA-C<./:_é]{0,40}") {
            let lower = text.to_ascii_lowercase();
            let expected = LIST.iter().enumerate().filter(|(_, w)| memchr::memmem::find(lower.as_bytes(), w).is_some());
            let expected: u64 = expected.map(|(i, _)| 1 << i).sum();
            prop_assert_eq!(WORDS.in_text(text.as_bytes()), expected);
            for word in LIST {
                let held = memchr::memmem::find(lower.as_bytes(), word).is_some();
                prop_assert_eq!(holds(lower.as_bytes(), word), held);
                prop_assert_eq!(holds_in_any_case(text.as_bytes(), word), held);
            }
        }
    }

    #[test]
    fn bits_are_those_of_the_words() {
        assert_eq!(bits(LIST, &[b"ab", b"<"]), 0b11);
        assert!(same(b"ab", b"ab") && !same(b"ab", b"abc") && !same(b"ab", b"b"));
    }
}
