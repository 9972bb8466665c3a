//! What it may cost to parse a text of TypeScript: `a<` may begin type arguments or a comparison. The parser tries the
//! first and goes back when it was wrong, so what stands inside is read twice, and what stands inside of that four times.
//!
//! The estimate reads bytes, not syntax, and errs upwards.

use super::super::depth::quoted;

/// So much any text may cost.
const FREE: u64 = 1 << 17;
/// And so much more for each of its bytes. Real code stays below one.
const PER_BYTE: u64 = 2;
/// Deeper doubts than these all cost too much.
const DEEPEST: u32 = 40;

/// Whether a text would be read too often.
pub fn is_too_costly(text: &str) -> bool {
    let most = FREE + PER_BYTE * text.len() as u64;
    // A quote need not be one (in a comment, a regex, between elements): the text is read both ways,
    // the second line by line.
    [true, false].into_iter().any(|skips| cost(text.as_bytes(), skips) > most)
}

/// A bracket that is open.
#[derive(Clone, Copy, Default)]
struct Level {
    /// `<` that stand directly in it, and may still be type arguments.
    doubts: u32,
    /// Those of all brackets around it.
    outer: u32,
}

/// How often a `<` is read, summed up, with or without what looks like a string or a comment.
fn cost(bytes: &[u8], skips: bool) -> u64 {
    let (mut levels, mut level, mut sum) = (Vec::new(), Level::default(), 0u64);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'<' => {
                level.doubts += 1;
                sum = sum.saturating_add(1 << (level.outer + level.doubts).min(DEEPEST));
            }
            b'>' if at == 0 || bytes[at - 1] != b'=' => level.doubts = level.doubts.saturating_sub(1),
            b'(' | b'[' | b'{' => {
                levels.push(level);
                level = Level { doubts: 0, outer: level.outer.saturating_add(level.doubts) };
            }
            b')' | b']' | b'}' => level = levels.pop().unwrap_or_default(),
            b'"' | b'\'' if skips => at += quoted(&bytes[at + 1..], *byte).unwrap_or(0),
            b'/' if skips && bytes.get(at + 1) == Some(&b'/') => {
                at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
            }
            // What a string leaves open would add up.
            b'\n' if !skips => {
                levels.clear();
                level = Level::default();
            }
            // Nothing of these stands in a type.
            b';' | b'+' | b'*' | b'/' | b'%' | b'^' | b'!' => level.doubts = 0,
            b'=' if bytes.get(at + 1) != Some(&b'>') => level.doubts = 0,
            _ => {}
        }
        at += 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_inside_doubts_cost_double() {
        let nested = ["a<(M=o<a", "a<(b=(", "a<a<c<(o=o", "a<{[b", "f(<T = a<(b=", "a<(b,\n"];
        for unit in nested {
            assert!(!is_too_costly(&unit.repeat(5)), "{unit}");
            assert!(is_too_costly(&unit.repeat(40)), "{unit}");
            assert!(is_too_costly(&format!("x = <p>'{{{}}}'</p>", unit.repeat(40))), "{unit}: no quotes");
            assert!(is_too_costly(&format!("/* \" */ {} // \"", unit.repeat(40))), "{unit}: no quotes");
        }
    }

    #[test]
    fn ordinary_code_costs_little() {
        for line in [
            "for (let i = 0; i < n; i++) { if (a < b) { f(x < y) } }\n",
            "const a: Map<string, Array<Promise<() => void>>> = new Map<string, X>()\n",
            "x = a < b\ny = c < d\nif (x < y) {\n  g()\n}\n",
            "return <div className={a}>{list.map(x => <B c={() => <D/>}><br/></B>)}</div>\n",
            "s = '<a (' + \"<b {\" // <c [\n",
        ] {
            let text = line.repeat(20_000);
            assert!(!is_too_costly(&text), "{line}");
        }
    }
}
