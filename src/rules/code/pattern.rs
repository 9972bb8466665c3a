//! Patterns over dotted names: `*` is any text within one step, `**` any number of steps.

/// A pattern such as `core.**`, `psycopg*` or `a.*.b`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern {
    text: String,
    steps: Vec<String>,
}

impl NamePattern {
    /// From its text; `crate::a::b` and `a/b` are taken apart at their separators too.
    pub fn new(text: &str) -> Self {
        let plain = text.replace("::", ".").replace('/', ".");
        Self { text: text.to_owned(), steps: plain.split('.').map(str::to_owned).collect() }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a dotted name matches, whole. `a.**` matches `a` itself too.
    pub fn matches(&self, name: &str) -> bool {
        matches_steps(&self.steps, name)
    }

    /// Whether a name or anything it lies in matches: `os` matches `os.path.join`.
    pub fn covers(&self, name: &str) -> bool {
        let mut at = Some(name);
        while let Some(current) = at {
            if self.matches(current) {
                return true;
            }
            at = current.rsplit_once('.').map(|(parent, _)| parent);
        }
        false
    }
}

fn matches_steps(steps: &[String], name: &str) -> bool {
    let Some((first, rest)) = steps.split_first() else { return name.is_empty() };
    if first == "**" {
        return rest.is_empty() || tails(name).any(|tail| matches_steps(rest, tail));
    }
    if name.is_empty() {
        return false;
    }
    let (head, tail) = name.split_once('.').unwrap_or((name, ""));
    let ends = tail.is_empty() && !name.ends_with('.');
    matches_step(first, head) && if ends { rest.iter().all(|r| r == "**") } else { matches_steps(rest, tail) }
}

/// `name`, and what is left of it after each of its steps, the empty one last.
fn tails(name: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(name);
    std::iter::from_fn(move || {
        let current = next?;
        next = match current.split_once('.') {
            Some((_, tail)) => Some(tail),
            None if current.is_empty() => None,
            None => Some(""),
        };
        Some(current)
    })
}

fn matches_step(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == text };
    let Some(rest) = text.strip_prefix(before) else { return false };
    if after.is_empty() {
        return true;
    }
    (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| matches_step(after, &rest[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars() {
        for (pattern, name, expected) in [
            ("core.**", "core.db.sql", true),
            ("core.**", "core", true),
            ("core.**", "corex", false),
            ("**", "a.b", true),
            ("**.tests", "a.b.tests", true),
            ("**.tests", "tests", true),
            ("a.*", "a.b", true),
            ("a.*", "a.b.c", false),
            ("a.*", "a", false),
            ("psycopg*", "psycopg2", true),
            ("psycopg*", "psycopg", true),
            ("make_*_x", "make_a_x", true),
            ("make_*_x", "make_a_y", false),
            ("crate::governance::*", "crate.governance.run", true),
            ("a.**.z", "a.b.c.z", true),
            ("a.**.z", "a.z", true),
            ("a.**.z", "a.b", false),
        ] {
            assert_eq!(NamePattern::new(pattern).matches(name), expected, "{pattern} on {name}");
        }
        assert!(NamePattern::new("subprocess").covers("subprocess.run"));
        assert!(!NamePattern::new("sub").covers("subprocess.run"));
    }
}
