//! What a rule takes for none of its own: the allow lists of a rule file.

use regex::bytes::Regex;

/// Values that a rule leaves alone.
#[derive(Clone, Debug, Default)]
pub struct Exception {
    /// Whether every kind of condition that is given must hold, instead of any.
    pub all: bool,
    /// On the path.
    pub paths: Vec<Regex>,
    /// On the text that `target` names.
    pub values: Vec<Regex>,
    /// What `values` looks at.
    pub target: Target,
    /// Lower-case words that the value contains.
    pub stopwords: Vec<String>,
}

/// What a regex of an exception looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// The value.
    #[default]
    Secret,
    /// All that the rule's regex matched.
    Match,
    /// The line that the value begins on.
    Line,
}

/// A match as an exception sees it.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// The path, where it is known.
    pub path: Option<&'a str>,
    /// The value.
    pub secret: &'a [u8],
    /// All that the regex matched.
    pub matched: &'a [u8],
    /// The line.
    pub line: &'a [u8],
}

impl Exception {
    /// Whether the match is one to leave alone. Without any condition: no.
    pub fn covers(&self, candidate: &Candidate<'_>) -> bool {
        let text = match self.target {
            Target::Secret => candidate.secret,
            Target::Match => candidate.matched,
            Target::Line => candidate.line,
        };
        let conditions = [
            (!self.paths.is_empty())
                .then(|| candidate.path.is_some_and(|p| self.paths.iter().any(|r| r.is_match(p.as_bytes())))),
            (!self.values.is_empty()).then(|| self.values.iter().any(|r| r.is_match(text))),
            (!self.stopwords.is_empty()).then(|| {
                let lower = candidate.secret.to_ascii_lowercase();
                self.stopwords.iter().any(|w| memchr::memmem::find(&lower, w.as_bytes()).is_some())
            }),
        ];
        let mut given = conditions.into_iter().flatten().peekable();
        given.peek().is_some() && if self.all { given.all(|c| c) } else { given.any(|c| c) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_or_all_of_what_is_given() {
        let regex = |r: &str| vec![Regex::new(r).unwrap()];
        let here = Candidate {
            path: Some("docs/a.md"),
            secret: b"Sample-1",
            matched: b"key=Sample-1",
            line: b"  key=Sample-1 # x",
        };
        let either = Exception { paths: regex("^src/"), stopwords: vec!["sample".into()], ..Exception::default() };
        assert!(either.covers(&here));
        assert!(!Exception { all: true, ..either.clone() }.covers(&here));
        assert!(!Exception::default().covers(&here) && !Exception { all: true, ..Exception::default() }.covers(&here));
        for (target, holds) in [(Target::Secret, false), (Target::Match, false), (Target::Line, true)] {
            assert_eq!(Exception { values: regex("# x$"), target, ..Exception::default() }.covers(&here), holds);
        }
    }
}
