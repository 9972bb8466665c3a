//! Whether a text holds one of many words.

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Words, made ready for many texts.
pub struct Searcher {
    engine: Engine,
    /// Whether they must stand alone, with nothing of a name before or behind them.
    whole: bool,
}

enum Engine {
    /// Over many bytes at once, where the words are few enough.
    Packed(packed::Searcher),
    /// A table for each byte, as fast however many they are.
    Automaton(AhoCorasick),
}

impl Searcher {
    /// Of words that may be parts of others; `None`: there are more than can be looked for, or none.
    pub fn of_parts(words: &[impl AsRef<[u8]>]) -> Option<Self> {
        Some(Self { engine: Engine::new(words)?, whole: false })
    }

    /// Of whole names; `None` as above.
    pub fn of_names(words: &[impl AsRef<[u8]>]) -> Option<Self> {
        Some(Self { engine: Engine::new(words)?, whole: true })
    }

    /// Whether one of them is in the text.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        let counts = |start: usize, end: usize| !self.whole || stands_alone(bytes, start, end);
        match &self.engine {
            Engine::Packed(words) => words.find_iter(bytes).any(|m| counts(m.start(), m.end())),
            Engine::Automaton(words) => words.find_iter(bytes).any(|m| counts(m.start(), m.end())),
        }
    }
}

impl Engine {
    fn new(words: &[impl AsRef<[u8]>]) -> Option<Self> {
        // Of two that start in one place only the longer may stand alone.
        let mut config = packed::Config::new();
        let packed = config.match_kind(packed::MatchKind::LeftmostLongest).builder().extend(words).build();
        let automaton = || {
            let mut builder = AhoCorasick::builder();
            builder.kind(Some(AhoCorasickKind::DFA)).match_kind(MatchKind::LeftmostLongest).build(words).ok()
        };
        packed.map(Engine::Packed).or_else(|| automaton().map(Engine::Automaton))
    }
}

fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    !bytes[..start].last().is_some_and(is_of_name) && !bytes[end..].first().is_some_and(is_of_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_alone_and_parts_need_not() {
        let few = ["rand", "randint", "random"].map(str::to_owned).to_vec();
        let many = few.iter().cloned().chain((0..300).map(|n| format!("name{n}"))).collect::<Vec<_>>();
        let cases = [
            ("x = randint(3)", true),
            ("np.random", true),
            ("random_state, randomly, my_random", false),
            ("randomised rand", true),
            ("r\u{e4}random", false),
            ("randomrandom random", true),
        ];
        for words in [few, many] {
            let (names, parts) = (Searcher::of_names(&words).unwrap(), Searcher::of_parts(&words).unwrap());
            for (text, found) in cases {
                assert_eq!(names.is_in(text.as_bytes()), found, "{text}");
                assert!(parts.is_in(text.as_bytes()), "{text}");
            }
            assert!(!parts.is_in(b"") && !parts.is_in(b"ran, and, om"));
        }
    }
}
