//! A stack that is large enough for what is read: parsers and tree walks recurse, stacks end.

use super::depth::Depth;
use super::facts::Language;

/// What may be deeper than this is not parsed. Real code stays under a few hundred; generated chains of string pieces reach
/// a few thousand.
pub const LIMIT: u32 = 60_000;
/// More open brackets than this are not parsed: no compiler takes them either (CPython stops at 200, V8 near 8,000).
pub const BRACKET_LIMIT: u32 = 1_500;
/// What an ordinary text needs.
const LEAST: usize = 1 << 20;
/// Room for one level.
const STACK_PER_LEVEL: usize = if cfg!(debug_assertions) { 24 * 1024 } else { 8 * 1024 };
/// What is enough for every text that is parsed. Only what is touched costs memory.
pub const ENOUGH: usize = LEAST + LIMIT as usize * STACK_PER_LEVEL;

impl Depth {
    /// Whether it is too deep to parse.
    pub fn is_too_deep(self, language: Language) -> bool {
        self.brackets > BRACKET_LIMIT || self.levels > limit(language)
    }
}

/// Rust's parser takes a time that grows with the square of the depth: five seconds for these many.
fn limit(language: Language) -> u32 {
    if language == Language::Rust { LIMIT / 4 } else { LIMIT }
}

/// Runs `work` on a stack that is large enough for a text of so many levels at most: this one if it is, as it is on a
/// thread that has [`ENOUGH`].
pub fn with_stack<T>(levels: u32, work: impl FnOnce() -> T) -> T {
    let needed = LEAST + levels.min(LIMIT) as usize * STACK_PER_LEVEL;
    stacker::maybe_grow(needed, needed, work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_recursion_fits() {
        fn down(n: u32) -> u64 {
            if n == 0 { 0 } else { u64::from(n) + std::hint::black_box(down(n - 1)) }
        }
        assert_eq!(with_stack(LIMIT, || down(LIMIT)), u64::from(LIMIT) * (u64::from(LIMIT) + 1) / 2);
    }
}
