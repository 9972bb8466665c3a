//! Whether an entry is what a query looks for, by its body alone.

use super::canonical::{self, NotCanonical};
use super::columns::{of_member, plain};
use super::query::{Field, Query};

/// One value that is looked for: exactly, or by `*`, `?` and `[…]` as in shells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// This one.
    Exact(String),
    /// Those it matches.
    Glob(Vec<char>),
}

impl Pattern {
    fn new(text: String) -> Self {
        if text.contains(['*', '?', '[']) { Pattern::Glob(text.chars().collect()) } else { Pattern::Exact(text) }
    }

    /// Whether a value is meant.
    pub fn matches(&self, value: &str) -> bool {
        match self {
            Pattern::Exact(text) => text == value,
            Pattern::Glob(glob) => glob_matches(glob, value),
        }
    }

    /// What every value that is meant begins with.
    pub fn prefix(&self) -> String {
        match self {
            Pattern::Exact(text) => text.clone(),
            Pattern::Glob(glob) => glob.iter().take_while(|c| !['*', '?', '['].contains(c)).collect(),
        }
    }
}

/// One condition of a query: a field has one of some values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Which.
    pub field: Field,
    /// The values.
    pub patterns: Vec<Pattern>,
}

/// A query, ready to be asked of bodies.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    clauses: Vec<Clause>,
    /// As entries write it; they compare as text.
    from: Option<String>,
    to: Option<String>,
}

impl Matcher {
    /// For a query; its limit and order are not looked at.
    pub fn new(query: &Query) -> Self {
        let clause = |(field, patterns): &(Field, Vec<String>)| Clause {
            field: *field,
            patterns: patterns.iter().flat_map(|p| alternatives(*field, p)).map(Pattern::new).collect(),
        };
        let time = |at: jiff::Timestamp| format!("{at:.3}");
        Self {
            clauses: query.fields.iter().map(clause).filter(|c| !c.patterns.is_empty()).collect(),
            from: query.from.map(time),
            to: query.to.map(time),
        }
    }

    /// What must hold of the fields.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// Whether a time is within the range.
    pub fn covers(&self, ts: &str) -> bool {
        self.from.as_deref().is_none_or(|from| ts >= from) && self.to.as_deref().is_none_or(|to| ts < to)
    }

    /// Whether times between these two may be within the range.
    pub fn may_cover(&self, first: &str, last: &str) -> bool {
        self.from.as_deref().is_none_or(|from| last >= from) && self.to.as_deref().is_none_or(|to| first < to)
    }

    /// Whether an entry is meant.
    ///
    /// # Errors
    /// A body that is not canonical, where it has to be looked at.
    pub fn matches(&self, body: &str) -> Result<bool, NotCanonical> {
        if self.clauses.is_empty() && self.from.is_none() && self.to.is_none() {
            return Ok(true);
        }
        let (mut held, mut in_time) = (vec![false; self.clauses.len()], false);
        canonical::members(body.as_bytes(), |name, value| {
            if name == "ts" {
                in_time = self.covers(&plain(value));
            }
            of_member(name, value, &mut |field, value| {
                for (clause, held) in self.clauses.iter().zip(&mut held) {
                    *held |= clause.field == field && clause.patterns.iter().any(|p| p.matches(value));
                }
            });
        })?;
        Ok(in_time && held.iter().all(|h| *h))
    }
}

/// An actor may be named without its kind.
fn alternatives(field: Field, pattern: &str) -> Vec<String> {
    match field {
        Field::Actor if !pattern.contains(':') => {
            ["user", "agent", "system"].map(|k| format!("{k}:{pattern}")).to_vec()
        }
        _ => vec![pattern.to_owned()],
    }
}

/// `*` is tried with ever more characters; only the last one has to be, so this is at most the product of the lengths.
fn glob_matches(glob: &[char], value: &str) -> bool {
    let value: Vec<char> = value.chars().collect();
    let (mut g, mut v, mut star) = (0, 0, None);
    while v < value.len() || g < glob.len() {
        if glob.get(g) == Some(&'*') {
            star = Some((g, v));
            g += 1;
        } else if let Some(next) = value.get(v).and_then(|c| one(&glob[g..], *c)) {
            (g, v) = (g + next, v + 1);
        } else {
            match star {
                Some((at, from)) if from < value.len() => {
                    star = Some((at, from + 1));
                    (g, v) = (at + 1, from + 1);
                }
                _ => return false,
            }
        }
    }
    true
}

/// Whether the glob's next sign matches a character, and how long that sign is.
fn one(glob: &[char], c: char) -> Option<usize> {
    match glob.first()? {
        '?' => Some(1),
        '[' => class(glob, c),
        literal => (*literal == c).then_some(1),
    }
}

/// `[abc]`, `[a-z]`, `[^abc]`; a `]` that comes first is meant itself.
fn class(glob: &[char], c: char) -> Option<usize> {
    let not = matches!(glob.get(1), Some('^' | '!'));
    let from = if not { 2 } else { 1 };
    let end = from + 1 + glob.get(from + 1..)?.iter().position(|c| *c == ']')?;
    let members = &glob[from..end];
    let (mut at, mut found) = (0, false);
    while let Some(low) = members.get(at) {
        match (members.get(at + 1), members.get(at + 2)) {
            (Some('-'), Some(high)) => {
                found |= (*low..=*high).contains(&c);
                at += 3;
            }
            _ => {
                found |= *low == c;
                at += 1;
            }
        }
    }
    (found != not).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"action":"push","actor":{"id":"ann","kind":"user"},"tags":["a","b"],"ts":"2026-11-20T12:00:00.000Z","type":"gate.approved"}"#;

    fn by(field: Field, pattern: &str) -> Query {
        Query::default().filter(field, &[pattern.to_owned()])
    }

    fn found(query: &Query) -> bool {
        Matcher::new(query).matches(BODY).unwrap()
    }

    #[test]
    fn fields() {
        for (field, pattern, expected) in [
            (Field::Action, "push", true),
            (Field::Action, "pus", false),
            (Field::Actor, "ann", true),
            (Field::Actor, "user:*", true),
            (Field::Actor, "agent:ann", false),
            (Field::Tag, "b", true),
            (Field::Tag, "c", false),
            (Field::Hour, "2026-11-20T*", true),
            (Field::Decision, "*", false),
        ] {
            assert_eq!(found(&by(field, pattern)), expected, "{field:?} {pattern}");
        }
        assert!(found(&by(Field::Tag, "a").filter(Field::Tag, &["b".into()])), "both");
        assert!(!found(&by(Field::Tag, "a").filter(Field::Action, &["pull".into()])));
    }

    #[test]
    fn times() {
        let at = |text: &str| Some(text.parse().unwrap());
        let (noon, later) = ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00.001Z");
        for (from, to, expected) in [(noon, later, true), (later, "2027-01-01T00:00:00Z", false)] {
            assert_eq!(found(&Query { from: at(from), to: at(to), ..Query::default() }), expected);
        }
        assert!(!found(&Query { to: at(noon), ..Query::default() }), "the end is not part of it");
        let matcher = Matcher::new(&Query { from: at(noon), to: at(later), ..Query::default() });
        assert!(matcher.may_cover("2026-11-20T11:00:00.000Z", "2026-11-20T12:00:00.000Z"));
        assert!(!matcher.may_cover("2026-11-20T12:00:00.001Z", "2026-11-20T13:00:00.000Z"));
    }

    #[test]
    fn globs() {
        for (glob, value, expected) in [
            ("*", "", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[!a-c]x", "dx", true),
            ("[]]", "]", true),
            ("[a-", "a", false),
            ("[-a]", "-", true),
            ("ü*", "über", true),
            ("**", "x", true),
        ] {
            assert_eq!(Pattern::new(glob.into()).matches(value), expected, "{glob} {value}");
        }
        let hostile = Pattern::new(format!("{}b", "a*".repeat(50)));
        assert!(!hostile.matches(&"a".repeat(5000)), "and soon");
        assert_eq!(
            (Pattern::new("ab*c".into()).prefix(), Pattern::new("abc".into()).prefix()),
            ("ab".into(), "abc".into())
        );
    }

    #[test]
    fn a_body_that_does_not_read() {
        assert!(Matcher::new(&by(Field::Tag, "a")).matches("{").is_err());
        assert!(Matcher::new(&Query::default()).matches("{").unwrap(), "nothing is asked of it");
    }
}
