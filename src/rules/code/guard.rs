//! How deep a text may nest: parsers and tree walks recurse, stacks end.
//!
//! [`estimate`] reads bytes, not syntax: it counts open brackets, chains of operators and indentation, and errs upwards.

/// Deeper than this nothing is parsed. Real code stays under 100; generated chains of string pieces reach a few thousand.
pub const LIMIT: u32 = 20_000;
/// More open brackets than this are not parsed: no compiler takes them either (CPython stops at 200, V8 near 8,000).
pub const BRACKET_LIMIT: u32 = 1_500;
/// Up to this depth the ordinary stack of a thread is enough.
const ORDINARY: u32 = 40;
/// Room for one level, with a margin for unoptimised builds.
const STACK_PER_LEVEL: usize = 24 * 1024;

/// What a text asks of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// Most brackets open at once.
    pub brackets: u32,
    /// Most levels a tree of it can have.
    pub levels: u32,
}

impl Depth {
    /// Whether it is too deep to parse.
    pub fn is_too_deep(self) -> bool {
        self.brackets > BRACKET_LIMIT || self.levels > LIMIT
    }
}

/// Reads a text once. `lines_end`: a line's end outside brackets ends its statement (Python).
pub fn estimate(bytes: &[u8], lines_end: bool) -> Depth {
    let mut depth = Depth { brackets: 0, levels: 0 };
    let mut open = 0u32;
    let mut run = 0u32;
    let mut elses = 0u32;
    let mut spaces = 0u32;
    let mut fresh_line = true;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => {
                open += 1;
                depth.brackets = depth.brackets.max(open);
                run += 1;
            }
            b')' | b']' | b'}' => {
                open = open.saturating_sub(1);
                // `f()()()` nests without nesting; a block that ends does not.
                run = if *byte == b'}' { 0 } else { run + 1 };
            }
            b',' | b';' => run = 0,
            b'\n' => {
                run = if lines_end && open == 0 { 0 } else { run };
                (spaces, fresh_line) = (0, true);
                continue;
            }
            b' ' | b'\t' if fresh_line => {
                spaces += 1;
                depth.levels = depth.levels.max(if lines_end { spaces } else { 0 });
                continue;
            }
            b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'!' | b'~' | b'?' | b':' | b'&' | b'|' | b'^' | b'=' | b'>'
            | b'<' => run += 1,
            b'e' if is_word(bytes, at, b"else") => elses += 1,
            b'n' if is_word(bytes, at, b"not") => run += 1,
            b'l' if is_word(bytes, at, b"lambda") => run += 1,
            b'a' if is_word(bytes, at, b"await") || is_word(bytes, at, b"and") => run += 1,
            b'o' if is_word(bytes, at, b"or") => run += 1,
            b'i' if is_word(bytes, at, b"if") => run += 1,
            b't' if is_word(bytes, at, b"typeof") => run += 1,
            _ => {}
        }
        fresh_line = false;
        depth.levels = depth.levels.max(run.saturating_add(open));
    }
    // A chain of `else if` nests once a link in some trees; Python's does not.
    if !lines_end {
        depth.levels = depth.levels.saturating_add(elses);
    }
    depth
}

fn is_word(bytes: &[u8], at: usize, word: &[u8]) -> bool {
    let before = at.checked_sub(1).and_then(|b| bytes.get(b));
    let after = bytes.get(at + word.len());
    let joins = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    bytes[at..].starts_with(word) && !joins(before) && !joins(after)
}

/// Runs `work` on a stack that is large enough for this depth.
pub fn with_stack<T>(depth: Depth, work: impl FnOnce() -> T) -> T {
    if depth.levels <= ORDINARY {
        return stacker::maybe_grow(512 * 1024, 2 * 1024 * 1024, work);
    }
    stacker::grow(1024 * 1024 + depth.levels as usize * STACK_PER_LEVEL, work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_chains_and_indentation_count() {
        assert_eq!(estimate(b"((()))", true).brackets, 3);
        assert!(estimate("a+".repeat(30_000).as_bytes(), true).is_too_deep());
        assert!(estimate("- ".repeat(30_000).as_bytes(), true).is_too_deep());
        assert!(estimate("not ".repeat(30_000).as_bytes(), true).is_too_deep());
        assert!(estimate("if a {} else ".repeat(30_000).as_bytes(), false).is_too_deep());
        assert!(!estimate("a + b\n".repeat(30_000).as_bytes(), true).is_too_deep());
        assert!(!estimate("f(a, b);\n".repeat(30_000).as_bytes(), false).is_too_deep());
    }

    #[test]
    fn a_deep_recursion_fits() {
        fn down(n: u32) -> u64 {
            if n == 0 { 0 } else { u64::from(n) + std::hint::black_box(down(n - 1)) }
        }
        let depth = Depth { brackets: 0, levels: LIMIT };
        assert_eq!(with_stack(depth, || down(LIMIT)), u64::from(LIMIT) * (u64::from(LIMIT) + 1) / 2);
    }
}
