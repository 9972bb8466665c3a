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
    let (mut open, mut run, mut elses) = (0u32, 0u32, 0u32);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match CLASSES[*byte as usize] {
            Class::Other => continue,
            Class::Word => {
                let start = at - 1;
                at += length(&bytes[at..], Class::Word);
                match word(&bytes[start..at]) {
                    Word::Other => continue,
                    Word::Else => {
                        elses += 1;
                        continue;
                    }
                    Word::Chains => run += 1,
                }
            }
            Class::Opens => {
                open += 1;
                depth.brackets = depth.brackets.max(open);
                run += 1;
            }
            Class::Closes => {
                open = open.saturating_sub(1);
                // `f()()()` nests without nesting; a block that ends does not.
                run = if *byte == b'}' { 0 } else { run + 1 };
            }
            Class::Separates => run = 0,
            Class::LineEnd => {
                run = if lines_end && open == 0 { 0 } else { run };
                let spaces = length(&bytes[at..], Class::Space);
                at += spaces;
                depth.levels = depth.levels.max(if lines_end { spaces as u32 } else { 0 });
                continue;
            }
            Class::Space => {
                // Only at the very start of a text does a space indent here.
                let spaces = 1 + length(&bytes[at..], Class::Space);
                let leads = lines_end && at == 1;
                depth.levels = depth.levels.max(if leads { spaces as u32 } else { 0 });
                at += spaces - 1;
                continue;
            }
            Class::Operates => run += 1,
        }
        depth.levels = depth.levels.max(run.saturating_add(open));
    }
    // A chain of `else if` nests once a link in some trees; Python's does not.
    if !lines_end {
        depth.levels = depth.levels.saturating_add(elses);
    }
    depth
}

/// What a byte does to the depth.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Other,
    Word,
    Opens,
    Closes,
    Separates,
    LineEnd,
    Space,
    Operates,
}

const CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut out = [Class::Other; 256];
    let mut at = 0;
    while at < out.len() {
        out[at] = match at as u8 {
            b'(' | b'[' | b'{' => Class::Opens,
            b')' | b']' | b'}' => Class::Closes,
            b',' | b';' => Class::Separates,
            b'\n' => Class::LineEnd,
            b' ' | b'\t' => Class::Space,
            b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'!' | b'~' | b'?' | b':' | b'&' | b'|' | b'^' | b'=' | b'>'
            | b'<' => Class::Operates,
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => Class::Word,
            _ => Class::Other,
        };
        at += 1;
    }
    out
}

fn length(bytes: &[u8], class: Class) -> usize {
    bytes.iter().position(|b| CLASSES[*b as usize] != class).unwrap_or(bytes.len())
}

enum Word {
    Other,
    Else,
    /// It stands between or before operands.
    Chains,
}

fn word(text: &[u8]) -> Word {
    match text {
        b"else" => Word::Else,
        b"not" | b"lambda" | b"await" | b"and" | b"or" | b"if" | b"typeof" => Word::Chains,
        _ => Word::Other,
    }
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
