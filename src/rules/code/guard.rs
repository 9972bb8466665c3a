//! A stack that is large enough for what is read: parsers and tree walks recurse, stacks end.

use super::depth::Depth;

/// Deeper than this nothing is parsed. Real code stays under a few hundred; generated chains of string pieces reach a few
/// thousand.
pub const LIMIT: u32 = 20_000;
/// More open brackets than this are not parsed: no compiler takes them either (CPython stops at 200, V8 near 8,000).
pub const BRACKET_LIMIT: u32 = 1_500;
/// Up to this depth, most of it no nesting at all, `LEAST` of a stack is enough.
const ORDINARY: usize = 250;
/// What an ordinary text needs.
const LEAST: usize = 1 << 20;
/// Room for one level, with a margin for unoptimised builds.
const STACK_PER_LEVEL: usize = 24 * 1024;
/// The most that is made.
const MOST: usize = LIMIT as usize * STACK_PER_LEVEL;
/// Room for each byte of a text: it may nest where quotes that are none hide it from the estimate. Only what is touched
/// costs memory.
const STACK_PER_BYTE: usize = if cfg!(debug_assertions) { STACK_PER_LEVEL } else { 8 * 1024 };

impl Depth {
    /// Whether it is too deep to parse.
    pub fn is_too_deep(self) -> bool {
        self.brackets > BRACKET_LIMIT || self.levels > LIMIT
    }
}

/// Runs `work` on a stack that is large enough for a text of this depth and so many bytes.
pub fn with_stack<T>(depth: Depth, bytes: usize, work: impl FnOnce() -> T) -> T {
    let told = (depth.levels as usize).saturating_sub(ORDINARY) * STACK_PER_LEVEL;
    let hidden = bytes.saturating_mul(STACK_PER_BYTE).min(MOST);
    stacker::maybe_grow(LEAST + told.max(hidden), LEAST + told.max(hidden), work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_recursion_fits() {
        fn down(n: u32) -> u64 {
            if n == 0 { 0 } else { u64::from(n) + std::hint::black_box(down(n - 1)) }
        }
        let depth = Depth { brackets: 0, levels: LIMIT };
        assert_eq!(with_stack(depth, 0, || down(LIMIT)), u64::from(LIMIT) * (u64::from(LIMIT) + 1) / 2);
    }
}
