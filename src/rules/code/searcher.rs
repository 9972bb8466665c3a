//! Whether a text holds one of many words.

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::memmem;

/// What a text must hold to matter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// A name, with nothing of a name before or behind it.
    Whole(String),
    /// A piece of a name.
    Part(String),
}

impl Word {
    fn text(&self) -> &str {
        match self {
            Word::Whole(text) | Word::Part(text) => text,
        }
    }

    /// Whether it is in the text.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        let whole = matches!(self, Word::Whole(_));
        let length = self.text().len();
        memmem::find_iter(bytes, self.text()).any(|at| !whole || is_whole(bytes, at, at + length))
    }
}

/// The words, made ready for many texts.
pub struct Searcher {
    whole: Engine,
    parts: Engine,
}

enum Engine {
    /// Over many bytes at once, where the words are few enough.
    Packed(packed::Searcher),
    /// A table for each byte, as fast however many they are.
    Automaton(AhoCorasick),
    /// There are no words.
    Nothing,
}

impl Searcher {
    /// Of these words; `None`: there are more than can be looked for.
    pub fn new(words: &[Word]) -> Option<Self> {
        let (whole, parts): (Vec<&Word>, Vec<&Word>) = words.iter().partition(|word| matches!(word, Word::Whole(_)));
        Some(Self { whole: Engine::new(&whole)?, parts: Engine::new(&parts)? })
    }

    /// Whether one of them is in the text.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.parts.find(bytes, |_, _| true) || self.whole.find(bytes, |start, end| is_whole(bytes, start, end))
    }
}

impl Engine {
    fn new(words: &[&Word]) -> Option<Self> {
        if words.is_empty() {
            return Some(Engine::Nothing);
        }
        let texts = || words.iter().map(|word| word.text());
        // Of two that start in one place only the longer may be a whole name.
        let mut config = packed::Config::new();
        let packed = config.match_kind(packed::MatchKind::LeftmostLongest).builder().extend(texts()).build();
        let automaton = || {
            let mut builder = AhoCorasick::builder();
            builder.kind(Some(AhoCorasickKind::DFA)).match_kind(MatchKind::LeftmostLongest).build(texts()).ok()
        };
        packed.map(Engine::Packed).or_else(|| automaton().map(Engine::Automaton))
    }

    fn find(&self, bytes: &[u8], counts: impl Fn(usize, usize) -> bool) -> bool {
        match self {
            Engine::Packed(words) => words.find_iter(bytes).any(|m| counts(m.start(), m.end())),
            Engine::Automaton(words) => words.find_iter(bytes).any(|m| counts(m.start(), m.end())),
            Engine::Nothing => false,
        }
    }
}

fn is_whole(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    !bytes[..start].last().is_some_and(is_of_name) && !bytes[end..].first().is_some_and(is_of_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_or_parts() {
        let whole = |text: &str| Word::Whole(text.to_owned());
        let few = vec![whole("rand"), whole("randint"), whole("random"), Word::Part("make_".to_owned())];
        let many = few.iter().cloned().chain((0..300).map(|n| whole(&format!("name{n}")))).collect::<Vec<_>>();
        let cases = [
            ("x = randint(3)", true),
            ("np.random", true),
            ("random_state, randomly, my_random", false),
            ("randomised rand", true),
            ("from lab import make_data", true),
            ("r\u{e4}random", false),
            ("randomrandom random", true),
            ("", false),
        ];
        for words in [few, many] {
            let searcher = Searcher::new(&words).unwrap();
            for (text, found) in cases {
                assert_eq!(searcher.is_in(text.as_bytes()), found, "{text}");
                assert_eq!(words.iter().any(|word| word.is_in(text.as_bytes())), found, "{text}");
            }
        }
    }
}
