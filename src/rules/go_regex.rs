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
    use super::translate;

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
}
