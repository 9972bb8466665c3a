//! Credentials without a format: passwords, keys and headers that only their surroundings give away.
//!
//! A keyword of a rule with a [`Kind`] leads to a [`candidate`]: a name and a value, joined in the way of the file's
//! [`language`]. The candidate becomes [`features`]: what the [`name`] says, what the [`value`] looks like and by its
//! [`grammar`] could be, how much of it is [`words`]. The [`model`], an ensemble of small decision trees trained by
//! `tests/bench/train_credentials.py`, adds them up to a score, and [`evidence`] says in words what spoke for and against.
//!
//! Absent on purpose: file names, list of known values, anything that looks beyond the lines around a value.

pub mod announced;
mod around;
pub mod candidate;
pub mod command;
pub mod evidence;
pub mod features;
pub mod grammar;
pub mod language;
pub mod layout;
pub mod literal;
pub mod model;
pub mod name;
pub mod seen;
mod spot;
mod trees;
pub mod value;
mod vocabulary;
pub mod words;

use std::ops::Range;

use crate::finding::Confidence;
use candidate::{Candidate, Joint};
use features::Subject;
use language::Language;
use seen::Seen;

/// Which of the generic rules reports a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A password by its name.
    Password,
    /// A key, token or secret by its name.
    ApiKey,
    /// The secret of an OAuth client.
    ClientSecret,
    /// A password in a connection string.
    ConnectionString,
    /// `user:password@host`.
    UrlPassword,
    /// `Basic …`.
    Basic,
    /// `Bearer …`.
    Bearer,
    /// `curl -u user:password`.
    Curl,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 8] = [
        Kind::Password,
        Kind::ApiKey,
        Kind::ClientSecret,
        Kind::ConnectionString,
        Kind::UrlPassword,
        Kind::Basic,
        Kind::Bearer,
        Kind::Curl,
    ];

    fn of(subject: &Subject<'_>) -> Self {
        let (c, n) = (subject.candidate, &subject.name);
        let name = &subject.text[c.name.clone()];
        let contains = |w: &[u8]| name.windows(w.len()).any(|t| t.eq_ignore_ascii_case(w));
        match c.joint {
            Joint::Url => Kind::UrlPassword,
            Joint::Curl if name.starts_with(b"b") => Kind::Basic,
            Joint::Curl if !name.starts_with(b"c") || name.starts_with(b"ch") => Kind::Password,
            Joint::Curl => Kind::Curl,
            Joint::Scheme if n.password => Kind::Basic,
            Joint::Scheme => Kind::Bearer,
            _ if n.secret && contains(b"client") => Kind::ClientSecret,
            _ if contains(b"identified") || name.eq_ignore_ascii_case(b"sshpass") => Kind::Password,
            _ if n.password && c.name.start > 0 && subject.text[c.name.start - 1] == b';' => Kind::ConnectionString,
            _ if n.password => Kind::Password,
            _ => Kind::ApiKey,
        }
    }
}

/// A value that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The rule that reports it.
    pub kind: Kind,
    /// Where it stands.
    pub secret: Range<usize>,
    /// How sure.
    pub confidence: Confidence,
    /// What spoke for it and against it.
    pub evidence: Vec<String>,
}

/// Judges what the keywords at `hits` (offset, length; sorted) announce. Hands what is at least `least` sure to `found`.
pub fn scan(
    language: Language,
    text: &[u8],
    hits: &[(u32, u16)],
    least: Confidence,
    seen: &mut Seen,
    mut found: impl FnMut(Found),
) {
    candidates(text, hits, language, &mut |c| {
        let Some(subject) = Subject::new(&c, text) else { return };
        if is_only_words(&subject) {
            return;
        }
        let cheap = features::cheap(&subject, language);
        if seen.holds(&cheap, least) {
            return;
        }
        let (mut features, mut is_complete) = (cheap, false);
        let complete = |features: &mut _| {
            is_complete = true;
            features::complete(&subject, features);
        };
        match model::judge(&mut features, least, complete) {
            Some(confidence) => {
                let evidence = evidence::of(&subject, &features);
                found(Found { kind: Kind::of(&subject), secret: c.value.clone(), confidence, evidence });
            }
            None if !is_complete => seen.add(&cheap),
            None => {}
        }
    });
}

/// Whether a value is words, not all of them of three letters, and its name speaks of no password. Such a value the scorer
/// is far from taking for a credential whatever else there is to it: of half of all candidates nothing else need be asked.
fn is_only_words(subject: &Subject<'_>) -> bool {
    if subject.name.password || !grammar::may_be_words(&subject.value) {
        return false;
    }
    let words = words::wordiness(&subject.value);
    words.known == 100 && words.longest >= 4
}

/// The candidates that the keywords announce, those left out that can be none at a glance.
pub fn candidates(text: &[u8], hits: &[(u32, u16)], language: Language, found: &mut dyn FnMut(Candidate)) {
    let mut past = 0;
    for (at, len) in hits.iter().map(|(at, len)| (*at as usize, usize::from(*len))) {
        if at < past || is_common_word(text, at) {
            continue;
        }
        past = candidate::around(text, at, len, language, &mut |c| {
            if is_plausible(&c, text) {
                found(c);
            }
        });
    }
}

/// Words that contain a keyword and mean something else: they are frequent, so they are left out before anything is read.
fn is_common_word(text: &[u8], at: usize) -> bool {
    let starts = |w: &[u8]| text.get(at..at + w.len()).is_some_and(|t| t.eq_ignore_ascii_case(w));
    match text[at].to_ascii_lowercase() {
        b'a' => starts(b"author") && !starts(b"authori"),
        b'c' => starts(b"credit"),
        b'p' => starts(b"passing") || starts(b"passed") || starts(b"passes") || is_told_to_pass(text, at),
        b't' => starts(b"tokeniz"),
        _ => false,
    }
}

/// `pass` as a word of a sentence.
fn is_told_to_pass(text: &[u8], at: usize) -> bool {
    let rest = &text[at..(at + 8).min(text.len())];
    rest.get(4) == Some(&b' ')
        && rest[..4].eq_ignore_ascii_case(b"pass")
        && (at == 0 || text[at - 1] == b' ')
        && !rest[5..].iter().any(|b| b"=:\"'".contains(b))
}

fn is_plausible(c: &Candidate, text: &[u8]) -> bool {
    let value = &text[c.value.clone()];
    (4..=2048).contains(&value.len())
        && !grammar::is_template(value)
        // As vendors mark the keys of their documentation.
        && !spot::holds(value, b"EXAMPLE")
        && !value.ends_with(b"...")
        && (c.joint == Joint::Scheme || !names_scheme(value))
        && value.iter().any(u8::is_ascii_alphanumeric) | value.iter().any(|b| *b >= 0x80)
        && (is_list(c) || value.iter().filter(|b| **b == b' ').count() <= 6)
}

/// `Basic …`, `Bearer …`: the word is a keyword of its own, and announces what follows it.
fn names_scheme(value: &[u8]) -> bool {
    [&b"basic "[..], b"bearer "].iter().any(|s| value.len() > s.len() && value[..s.len()].eq_ignore_ascii_case(s))
}

/// A list of numbers: the only value in a wrapper that has no quotes.
fn is_list(c: &Candidate) -> bool {
    c.wrapped && c.quote == candidate::Quote::None
}

/// The end of the line that holds `at`.
fn line_end(text: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |i| at + i)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A few of the words of the list, joined in one of the ways that words are.
    fn some_words(rng: &mut fastrand::Rng, all: &[&str]) -> String {
        let sign = rng.choice(["-", "_", ".", " ", "/", ""]).unwrap_or_default();
        let one = |rng: &mut fastrand::Rng| {
            let word = rng.choice(all).copied().unwrap_or_default();
            if sign.is_empty() { word[..1].to_uppercase() + &word[1..] } else { word.to_owned() }
        };
        (0..rng.usize(1..6)).map(|_| one(rng)).collect::<Vec<_>>().join(sign)
    }

    #[test]
    fn what_is_only_words_is_far_from_a_credential() {
        const NAMES: [&str; 6] = ["token", "secret_key", "api_key", "auth", "credentials", "SECRET"];
        const JOINTS: [&str; 6] = [" = \"@\"", ": @", "=@", ": '@'", " => \"@\"", "(\"@\")"];
        const LANGUAGES: [Language; 4] = [Language::Code, Language::Yaml, Language::Settings, Language::Prose];
        let mut rng = fastrand::Rng::with_seed(11);
        let (all, mut judged): (Vec<&str>, u32) = (include_str!("words.txt").lines().collect(), 0);
        for _ in 0..4000 {
            let (name, joint) = (rng.choice(NAMES).unwrap(), rng.choice(JOINTS).unwrap());
            let text = format!("user = x\n{name}{}\nhost: y\n", joint.replace('@', &some_words(&mut rng, &all)));
            let language = rng.choice(LANGUAGES).unwrap();
            candidates(text.as_bytes(), &[(9, 3)], language, &mut |c| {
                let Some(subject) = Subject::new(&c, text.as_bytes()) else { return };
                if is_only_words(&subject) {
                    judged += 1;
                    let score = model::score(&features::of(&subject, language));
                    assert_eq!(model::confidence(score), None, "{score} {text}");
                }
            });
        }
        assert!(judged > 1000, "{judged}");
    }
}
