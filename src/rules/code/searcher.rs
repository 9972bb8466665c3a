//! Whether a text holds one of many words.

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// The words, made ready for many texts.
pub enum Searcher {
    /// Over many bytes at once, where the words are few enough.
    Packed(packed::Searcher),
    /// A table for each byte, as fast however many they are.
    Automaton(AhoCorasick),
}

impl Searcher {
    /// Of these words; `None`: there are more than can be looked for.
    pub fn new(words: &[impl AsRef<[u8]>]) -> Option<Self> {
        let packed = packed::Searcher::new(words.iter().map(AsRef::as_ref)).map(Searcher::Packed);
        let automaton = || AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(words).ok();
        packed.or_else(|| automaton().map(Searcher::Automaton))
    }

    /// Whether one of them is in the text.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        match self {
            Searcher::Packed(words) => words.find(bytes).is_some(),
            Searcher::Automaton(words) => words.is_match(bytes),
        }
    }
}
