//! Globs of the common kinds, matched without a regex: a run over one file asks a few globs once, and compiling them would
//! cost more than everything else. What is not known here (`{}`, `[]`, escapes) is left to globset.

/// Read from a glob that has nothing but literals, `?`, `*`, and `**` as a whole part.
#[derive(Clone, Debug)]
pub struct Simple(Box<[Op]>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    /// This byte.
    Byte(u8),
    /// `?`: one byte that is no `/`.
    One,
    /// `*`: any number of them.
    Star,
    /// `**/` at the start.
    Prefix,
    /// `/**/`.
    Middle,
    /// `/**` at the end.
    Suffix,
}

/// Steps before the search is given up: nobody's glob may take long.
const MOST_STEPS: u32 = 10_000;

impl Simple {
    /// Reads a glob; `None`: it is not of these kinds.
    pub fn read(glob: &str) -> Option<Self> {
        if glob.is_empty() || glob.contains(['[', ']', '{', '}', '\\', '!', ',']) {
            return None;
        }
        let parts: Vec<&str> = glob.split('/').collect();
        let (last, mut ops, mut crosses) = (parts.len() - 1, Vec::with_capacity(glob.len()), false);
        for (i, part) in parts.iter().enumerate() {
            if *part == "**" {
                // Alone, or beside another: globset joins them.
                if crosses || last == 0 {
                    return None;
                }
                ops.push(if i == 0 {
                    Op::Prefix
                } else if i == last {
                    Op::Suffix
                } else {
                    Op::Middle
                });
            } else {
                if i > 0 && !crosses {
                    ops.push(Op::Byte(b'/'));
                }
                if part.contains("**") || (part.is_empty() && crosses) {
                    return None;
                }
                ops.extend(part.bytes().map(|b| match b {
                    b'*' => Op::Star,
                    b'?' => Op::One,
                    b => Op::Byte(b),
                }));
            }
            crosses = *part == "**";
        }
        Some(Self(ops.into()))
    }

    /// Whether it matches all of `text`; `None`: that would take too long to tell.
    pub fn matches(&self, text: &[u8]) -> Option<bool> {
        run(&self.0, text, &mut MOST_STEPS.clone())
    }
}

fn run(ops: &[Op], mut text: &[u8], left: &mut u32) -> Option<bool> {
    for (i, op) in ops.iter().enumerate() {
        *left = left.checked_sub(1)?;
        match (op, text) {
            (Op::Byte(b), [first, rest @ ..]) if first == b => text = rest,
            (Op::One, [first, rest @ ..]) if *first != b'/' => text = rest,
            (Op::Byte(_) | Op::One, _) => return Some(false),
            (Op::Suffix, text) => return Some(text.first() == Some(&b'/')),
            (Op::Middle, text) if text.first() != Some(&b'/') => return Some(false),
            (op, text) => return any(*op, &ops[i + 1..], text, left),
        }
    }
    Some(text.is_empty())
}

/// Whether the rest matches behind any of the places where this one can end.
fn any(op: Op, rest: &[Op], text: &[u8], left: &mut u32) -> Option<bool> {
    for end in 0..=text.len() {
        let may_end = match op {
            Op::Prefix => end == 0 || text[end - 1] == b'/',
            Op::Middle => end > 0 && text[end - 1] == b'/',
            _ => true,
        };
        if may_end && run(rest, &text[end..], left)? {
            return Some(true);
        }
        if op == Op::Star && text.get(end) == Some(&b'/') {
            break;
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use globset::GlobBuilder;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn matches_as_globset_does(glob in "(\\*\\*/|/)?([ab?*.]{1,4}|\\*\\*|/){1,6}(/\\*\\*)?", texts in proptest::collection::vec("[ab./\n]{0,12}", 20)) {
            if let (Some(simple), Ok(reference)) =
                (Simple::read(&glob), GlobBuilder::new(&glob).literal_separator(true).backslash_escape(true).build())
            {
                let reference = reference.compile_matcher();
                for text in texts {
                    prop_assert_eq!(simple.matches(text.as_bytes()), Some(reference.is_match(&text)), "{} {:?}", glob, text);
                }
            }
        }
    }

    #[test]
    fn the_usual_globs_are_simple_and_others_are_left_alone() {
        for glob in ["**/tests/**", "**/test_*.py", "*.rs", "src/**/a.py", "a/b", "secrets/*"] {
            assert!(Simple::read(glob).is_some(), "{glob}");
        }
        for glob in ["", "**", "a**", "a/**/**/b", "[ab]", "{a,b}", "\\*", "**//a"] {
            assert!(Simple::read(glob).is_none(), "{glob}");
        }
    }

    #[test]
    fn what_would_take_long_is_not_told() {
        let glob = Simple::read(&"*a".repeat(20)).unwrap();
        assert_eq!(glob.matches(format!("{}b", "a".repeat(60)).as_bytes()), None);
        assert_eq!(glob.matches(b"b"), Some(false));
    }
}
