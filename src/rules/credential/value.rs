//! What can be said of a value by looking at it: which characters it has and how they are mixed.

/// Counts over the bytes of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shape {
    /// Bytes.
    pub len: u16,
    /// Lower-case letters.
    pub lower: u16,
    /// Upper-case letters.
    pub upper: u16,
    /// Digits.
    pub digits: u16,
    /// Other visible ASCII characters.
    pub signs: u16,
    /// White space.
    pub blanks: u16,
    /// Bytes that are no ASCII.
    pub foreign: u16,
    /// Different bytes.
    pub distinct: u16,
    /// Shannon entropy, sixteenths of a bit a byte.
    pub entropy: u16,
    /// Changes between letters of one case, digits and signs.
    pub changes: u16,
    /// The longest stretch of one character.
    pub run: u16,
    /// Percent of the characters in stretches that count up, four or longer.
    pub counting: u16,
}

/// Counts.
pub fn shape(value: &[u8]) -> Shape {
    let (mut seen, mut which, mut counts) = ([0u32; 256], [0u64; 4], [0u16; 6]);
    let (mut last, mut last_class, mut changes) = (None, None, 0u16);
    let (mut run, mut longest, mut up, mut counted) = (0u16, 0u16, 1usize, 0usize);
    for b in value {
        seen[usize::from(*b)] += 1;
        which[usize::from(*b >> 6)] |= 1 << (*b & 63);
        let class = CLASSES[usize::from(*b)];
        let count = &mut counts[usize::from(class) % 6];
        *count = count.saturating_add(1);
        changes = changes.saturating_add(u16::from(last_class.is_some_and(|l| l != class)));
        run = if last == Some(*b) { run.saturating_add(1) } else { 1 };
        longest = longest.max(run);
        if class < 3 && last.is_some_and(|l: u8| b.wrapping_sub(l) == 1) {
            up += 1;
        } else {
            counted += if up >= 4 { up } else { 0 };
            up = 1;
        }
        (last, last_class) = (Some(*b), Some(class));
    }
    counted += if up >= 4 { up } else { 0 };
    let [lower, upper, digits, blanks, signs, foreign] = counts;
    let distinct = which.iter().map(|bits| bits.count_ones() as u16).sum();
    let entropy = entropy(&seen, which, value.len());
    let (len, counting) = (clamp(value.len()), clamp(counted * 100 / value.len().max(1)));
    Shape { len, lower, upper, digits, signs, blanks, foreign, distinct, entropy, changes, run: longest, counting }
}

/// For each byte which count it is of.
static CLASSES: [u8; 256] = {
    let (mut classes, mut b) = ([0; 256], 0);
    while b < 256 {
        classes[b] = match b as u8 {
            b'a'..=b'z' => 0,
            b'A'..=b'Z' => 1,
            b'0'..=b'9' => 2,
            b' ' | b'\t' | b'\n' | b'\r' => 3,
            0x21..=0x7e => 4,
            _ => 5,
        };
        b += 1;
    }
    classes
};

/// Of the counts of all bytes, those that occur told by bits.
fn entropy(seen: &[u32; 256], which: [u64; 4], len: usize) -> u16 {
    let total = len.max(1) as f32;
    let mut bits = 0.0;
    for (quarter, mut left) in which.into_iter().enumerate() {
        while left != 0 {
            let share = seen[quarter * 64 + left.trailing_zeros() as usize] as f32 / total;
            bits += -share * share.log2();
            left &= left - 1;
        }
    }
    (bits * 16.0).round() as u16
}

/// A length as a feature.
pub fn clamp(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX).min(5000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_count() {
        let s = shape(b"Ab1-\xc3\xa9 aaa");
        assert_eq!((s.lower, s.upper, s.digits, s.signs, s.blanks, s.foreign, s.run), (4, 1, 1, 1, 1, 2, 3));
        assert_eq!(shape(b"12345678").counting, 100);
        assert_eq!(shape(b""), Shape::default());
    }
}
