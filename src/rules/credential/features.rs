//! A candidate as numbers: what the scorer sees. The order is the order of [`NAMES`]; the training script reads them by name.

use std::borrow::Cow;

use base64::Engine as _;

use super::around;
use super::candidate::{Candidate, Joint, Quote};
use super::command;
use super::grammar::{Grammar, grammar};
use super::language::Language;
use super::literal::in_text;
use super::name::{self, NameFacts};
use super::spot::{holds_in_any_case, same};
use super::value::{Shape, clamp, shape};
use super::words::{Wordiness, wordiness};

/// How many features there are.
pub const COUNT: usize = 74;

/// The features of one candidate.
pub type Features = [i16; COUNT];

/// What each feature is called.
pub const NAMES: [&str; COUNT] = [
    "name.password",
    "name.secret",
    "name.token",
    "name.key",
    "name.auth",
    "name.credential",
    "name.strong",
    "name.about",
    "name.harmless",
    "name.other",
    "name.words",
    "name.behind",
    "name.length",
    "name.speaks",
    "name.dashes",
    "name.points",
    "joint",
    "quote",
    "wrapped",
    "nested",
    "spaced",
    "more",
    "language",
    "comment",
    "value.length",
    "value.lower",
    "value.upper",
    "value.digits",
    "value.signs",
    "value.blanks",
    "value.foreign",
    "value.distinct",
    "value.entropy",
    "value.changes",
    "value.run",
    "value.counting",
    "value.digit_share",
    "value.upper_share",
    "value.known",
    "value.surprise",
    "value.worst",
    "value.longest_word",
    "value.made_up",
    "value.template",
    "value.path",
    "value.url",
    "value.code",
    "value.number",
    "value.email",
    "value.hex",
    "value.uuid",
    "value.base64",
    "value.slug",
    "value.constant",
    "value.escapes",
    "value.has_name",
    "value.is_name",
    "value.first_upper_only",
    "value.entropy_share",
    "value.letters_only",
    "value.hex_even",
    "value.signs_odd",
    "line.length",
    "line.user",
    "line.made_up",
    "line.integrity",
    "line.code_signs",
    "line.url",
    "value.hashed",
    "value.list",
    "before",
    "after",
    "near.user",
    "near.made_up",
];

/// A candidate with the value that is judged: for Basic authorization the password inside.
pub struct Subject<'a> {
    /// The candidate.
    pub candidate: &'a Candidate,
    /// The text it stands in.
    pub text: &'a [u8],
    /// What is judged.
    pub value: Cow<'a, [u8]>,
    /// What the name says.
    pub name: NameFacts,
}

impl<'a> Subject<'a> {
    /// Reads the name and decodes what must be decoded; `None` where the value cannot be a credential.
    pub fn new(candidate: &'a Candidate, text: &'a [u8]) -> Option<Self> {
        let raw = &text[candidate.value.clone()];
        let name = &text[candidate.name.clone()];
        let facts = match candidate.joint {
            Joint::Url | Joint::Curl => NameFacts { password: true, ..NameFacts::default() },
            _ if command::is_secure_string(name) => NameFacts { password: true, ..NameFacts::default() },
            _ => name::facts(name),
        };
        let basic = candidate.joint == Joint::Scheme
            && name.first().is_some_and(|b| b.eq_ignore_ascii_case(&b'b'))
            && name.get(1).is_some_and(|b| b.eq_ignore_ascii_case(&b'a'));
        let value = if basic { Cow::Owned(basic_password(raw)?) } else { Cow::Borrowed(raw) };
        let facts = if candidate.joint == Joint::Scheme {
            NameFacts { password: basic, token: !basic, auth: true, ..NameFacts::default() }
        } else {
            facts
        };
        Some(Self { candidate, text, value, name: facts })
    }
}

/// The password of `user:password` in base64 (RFC 7617).
fn basic_password(raw: &[u8]) -> Option<Vec<u8>> {
    let trimmed: Vec<u8> = raw.iter().copied().take_while(|b| *b != b'=').collect();
    let decoded = base64::engine::general_purpose::STANDARD_NO_PAD
        .decode(&trimmed)
        .or_else(|_| base64::engine::general_purpose::STANDARD_NO_PAD.decode(&trimmed[..trimmed.len() / 4 * 4]))
        .ok()?;
    let colon = memchr::memchr(b':', &decoded)?;
    let readable = decoded.iter().all(|b| (0x20..0x7f).contains(b) || *b >= 0x80);
    (readable && decoded.len() > colon + 1).then(|| decoded[colon + 1..].to_vec())
}

/// The features that are looked for in hundreds of bytes around a candidate.
pub const COSTLY: [usize; 6] = [
    index("line.user"),
    index("line.made_up"),
    index("line.integrity"),
    index("line.url"),
    index("near.user"),
    index("near.made_up"),
];

/// The features of a candidate.
pub fn of(subject: &Subject<'_>, language: Language) -> Features {
    let mut features = cheap(subject, language);
    complete(subject, &mut features);
    features
}

/// Fills in the costly features.
pub fn complete(subject: &Subject<'_>, features: &mut Features) {
    COSTLY.iter().zip(around::words(subject)).for_each(|(at, value)| features[*at] = value);
}

/// The features of a candidate without the costly ones.
pub fn cheap(subject: &Subject<'_>, language: Language) -> Features {
    let value = &subject.value[..subject.value.len().min(1024)];
    let (shape, words, grammar) = (shape(value), wordiness(value), grammar(value));
    let mut out: Features = [0; COUNT];
    let rest = fill(&mut out, of_name(subject));
    let rest = fill(rest, of_context(subject, language));
    let rest = fill(rest, of_shape(&shape));
    let rest = fill(rest, of_words(&shape, &words));
    let rest = fill(rest, of_grammar(&grammar));
    let rest = fill(rest, of_relation(subject, &shape, &grammar));
    let rest = fill(rest, around::cheap(subject));
    debug_assert!(rest.is_empty());
    out
}

/// Puts some features in their place; what is left for the others.
fn fill<const N: usize>(out: &mut [i16], some: [i16; N]) -> &mut [i16] {
    let Some((here, rest)) = out.split_first_chunk_mut() else { return &mut [] };
    *here = some;
    rest
}

fn of_name(subject: &Subject<'_>) -> [i16; 16] {
    let n = &subject.name;
    let name = &subject.text[subject.candidate.name.clone()];
    let count = |sign: u8| name.iter().filter(|b| **b == sign).count() as i16;
    let bit = i16::from;
    [
        bit(n.password),
        bit(n.secret),
        bit(n.token),
        bit(n.key),
        bit(n.auth),
        bit(n.credential),
        n.strong.into(),
        n.about.into(),
        n.harmless.into(),
        n.other.into(),
        n.words.into(),
        n.behind.into(),
        int(name.len()),
        bit(n.speaks()),
        count(b'-'),
        count(b'.'),
    ]
}

fn of_context(subject: &Subject<'_>, language: Language) -> [i16; 8] {
    let c = subject.candidate;
    let quote = match c.quote {
        Quote::None => 0,
        Quote::Back => 1,
        Quote::Escaped => 2,
        Quote::Single => 3,
        Quote::Double => 4,
    };
    let bit = i16::from;
    let comment = in_text(subject.text, c.name.start);
    [c.joint as i16, quote, bit(c.wrapped), bit(c.nested), bit(c.spaced), bit(c.more), language as i16, bit(comment)]
}

fn of_shape(s: &Shape) -> [i16; 12] {
    [
        s.len, s.lower, s.upper, s.digits, s.signs, s.blanks, s.foreign, s.distinct, s.entropy, s.changes, s.run,
        s.counting,
    ]
    .map(|n| i16::try_from(n).unwrap_or(i16::MAX))
}

fn of_words(s: &Shape, w: &Wordiness) -> [i16; 6] {
    let share = |n: u16| (u32::from(n) * 100 / u32::from(s.len.max(1))) as i16;
    [share(s.digits), share(s.upper), w.known.into(), w.surprise as i16, w.worst as i16, w.longest.into()]
}

fn of_grammar(g: &Grammar) -> [i16; 13] {
    let bit = i16::from;
    [
        int(g.made_up.into()),
        bit(g.template),
        bit(g.path),
        bit(g.url),
        bit(g.code),
        bit(g.number),
        bit(g.email),
        bit(g.hex),
        bit(g.uuid),
        bit(g.base64),
        bit(g.slug),
        bit(g.constant),
        int(g.escapes.into()),
    ]
}

fn of_relation(subject: &Subject<'_>, s: &Shape, g: &Grammar) -> [i16; 7] {
    let bit = i16::from;
    let value = &subject.value[..subject.value.len().min(256)];
    let name = &subject.text[subject.candidate.name.clone()];
    let mut parts = name.split(|b| !b.is_ascii_alphabetic()).filter(|part| part.len() >= 4);
    let has_name = parts.any(|part| holds_in_any_case(value, part));
    let is_name = letters(value).eq(letters(name));
    let first_upper = s.upper == 1 && subject.value.first().is_some_and(u8::is_ascii_uppercase);
    let best = (f32::from(s.len.max(2))).log2() * 16.0;
    let odd = subject.value.iter().filter(|b| IS_ODD[usize::from(**b)]).count();
    [
        bit(has_name),
        bit(is_name),
        bit(first_upper),
        (f32::from(s.entropy) * 100.0 / best) as i16,
        bit(s.lower + s.upper == s.len),
        bit(g.hex && s.len.is_multiple_of(8)),
        int(odd),
    ]
}

/// Signs that neither base64 nor words are joined by.
static IS_ODD: [bool; 256] = {
    let (mut odd, mut b) = ([false; 256], 0);
    while b < 128 {
        odd[b] = !(b as u8).is_ascii_alphanumeric()
            && !matches!(b as u8, b'+' | b'/' | b'=' | b'_' | b'-' | b'.' | b' ' | b'\\');
        b += 1;
    }
    odd
};

/// The letters and digits of a text, in lower case.
fn letters(text: &[u8]) -> impl Iterator<Item = u8> {
    text.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase)
}

/// Where a feature stands.
///
/// # Panics
/// Where there is none of this name; at compile time, as all callers are constants.
pub const fn index(name: &str) -> usize {
    let mut at = 0;
    while !same(NAMES[at].as_bytes(), name.as_bytes()) {
        at += 1;
    }
    at
}

/// A count as a feature.
pub(super) fn int(n: usize) -> i16 {
    clamp(n) as i16
}
