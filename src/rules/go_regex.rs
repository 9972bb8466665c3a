//! Go's regular expressions in Rust's syntax.
//!
//! Both are RE2's dialect and mean the same, but for a few spellings: in a class Go reads `[` as itself where Rust begins a
//! nested class, and `&&`, `--`, `~~` as two characters where Rust has set operations; outside of one Go reads a brace that
//! is no repetition as itself. (Go: regexp/syntax; Rust: regex, "Syntax".)

/// Rewrites `pattern`.
pub fn translate(pattern: &str) -> String {
    let chars: Vec<char> = pattern.chars().collect();
    let mut out = String::with_capacity(pattern.len() + 8);
    let (mut at, mut class) = (0, Class::Outside);
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        match (c, class) {
            ('\\', _) => {
                out.push(c);
                out.extend(next);
                at += 1;
            }
            ('[', Class::Outside) => {
                out.push(c);
                class = Class::Start;
                at += 1;
                if next == Some('^') {
                    out.push('^');
                    at += 1;
                }
                continue;
            }
            // The first character of a class is never its end.
            (']', Class::Start) => out.push_str("\\]"),
            (']', Class::Inside) => {
                out.push(c);
                class = Class::Outside;
                at += 1;
                continue;
            }
            ('[', _) if next == Some(':') && named_class(&chars[at..]).is_some() => {
                let name = named_class(&chars[at..]).unwrap_or_default();
                at += name.chars().count() - 1;
                out.push_str(&name);
            }
            ('[', _) => out.push_str("\\["),
            ('&' | '~' | '-', Class::Start | Class::Inside) if next == Some(c) => {
                out.push('\\');
                out.push(c);
            }
            ('{', Class::Outside) if !is_repetition(&chars[at..]) => out.push_str("\\{"),
            _ => out.push(c),
        }
        if class == Class::Start {
            class = Class::Inside;
        }
        at += 1;
    }
    out
}

/// Gives the group of that index (from 1) the name `secret`. The pattern is in Rust's syntax.
pub fn name_group(pattern: &str, index: usize) -> String {
    let chars: Vec<char> = pattern.chars().collect();
    let (mut at, mut group, mut in_class) = (0, 0, false);
    while let Some(c) = chars.get(at) {
        match c {
            '\\' => at += 1,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let name_end = name_end(&chars[at..]);
                let captures = chars.get(at + 1) != Some(&'?') || name_end.is_some();
                group += usize::from(captures);
                if captures && group == index {
                    let before: String = chars[..at].iter().collect();
                    let after: String = chars[at + name_end.unwrap_or(1)..].iter().collect();
                    return format!("{before}(?P<secret>{after}");
                }
            }
            _ => {}
        }
        at += 1;
    }
    pattern.to_owned()
}

/// How long the head `(?P<name>` or `(?<name>` is.
fn name_end(rest: &[char]) -> Option<usize> {
    let head: String = rest.iter().take(4).collect();
    let named = head.starts_with("(?P<") || (head.starts_with("(?<") && !head.ends_with(['=', '!']));
    named.then(|| rest.iter().position(|c| *c == '>').map(|end| end + 1)).flatten()
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Outside,
    Start,
    Inside,
}

fn named_class(rest: &[char]) -> Option<String> {
    let end = rest.windows(2).position(|w| w == [':', ']'])?;
    let name: String = rest[..end + 2].iter().collect();
    name[2..end].chars().all(|c| c.is_ascii_lowercase() || c == '^').then_some(name)
}

/// `{n}`, `{n,}` or `{n,m}`.
fn is_repetition(rest: &[char]) -> bool {
    let Some(end) = rest.iter().position(|c| *c == '}') else { return false };
    let inside = &rest[1..end];
    inside.first().is_some_and(char::is_ascii_digit)
        && inside.iter().all(|c| c.is_ascii_digit() || *c == ',')
        && inside.iter().filter(|c| **c == ',').count() <= 1
}

#[cfg(test)]
mod tests {
    use super::{name_group, translate};

    #[test]
    fn spellings_that_differ() {
        for (go, rust) in [
            (r"[a-z0-9]{20}\b", r"[a-z0-9]{20}\b"),
            (r"[[{]", r"[\[{]"),
            (r"[^[]", r"[^\[]"),
            (r"[]a]", r"[\]a]"),
            (r"[[:alnum:]_]", r"[[:alnum:]_]"),
            (r"[a&&b--c]", r"[a\&&b\--c]"),
            (r"${x}", r"$\{x}"),
            (r"a{2,}", r"a{2,}"),
            (r"\[x{1,2}\]", r"\[x{1,2}\]"),
        ] {
            assert_eq!(translate(go), rust);
            assert!(regex::Regex::new(rust).is_ok(), "{rust}");
        }
    }

    #[test]
    fn a_group_gets_its_name() {
        for (pattern, index, named) in [
            ("(a)(b)", 2, "(a)(?P<secret>b)"),
            ("(?:x)([)(])(?P<n>b)", 2, "(?:x)([)(])(?P<secret>b)"),
            (r"\((?i)(?<k>a)", 1, r"\((?i)(?P<secret>a)"),
            ("a", 1, "a"),
        ] {
            assert_eq!(name_group(pattern, index), named);
        }
    }
}
