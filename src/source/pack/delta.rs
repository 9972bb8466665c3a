//! A delta: which parts of its base an object takes over, and what stands between them.

use std::ops::Range;

/// The size of an object whose delta begins with these bytes.
pub fn size(delta: &[u8]) -> Option<usize> {
    let mut rest = delta;
    number(&mut rest)?;
    number(&mut rest)
}

/// Makes an object from its base, into an empty buffer, and tells which parts of the object are taken over (sorted; those
/// that stand together in both are one). `None`: they do not fit together.
pub fn apply(base: &[u8], delta: &[u8], object: &mut Vec<u8>, taken: &mut Vec<Range<usize>>) -> Option<()> {
    let mut rest = delta;
    let (from, to) = (number(&mut rest)?, number(&mut rest)?);
    if from != base.len() {
        return None;
    }
    object.reserve(to);
    let mut taken_to = usize::MAX;
    while let Some((op, after)) = rest.split_first() {
        rest = after;
        if op & 0x80 == 0 {
            let inserted = rest.split_off(..usize::from(*op)).filter(|bytes| !bytes.is_empty())?;
            object.extend_from_slice(inserted);
            taken_to = usize::MAX;
            continue;
        }
        let (start, length) = copy(*op, &mut rest)?;
        let at = object.len();
        object.extend_from_slice(base.get(start..start.checked_add(length)?)?);
        match taken.last_mut().filter(|last| last.end == at && taken_to == start) {
            Some(last) => last.end = object.len(),
            None => taken.push(at..object.len()),
        }
        taken_to = start + length;
        if object.len() > to {
            return None;
        }
    }
    (object.len() == to).then_some(())
}

/// Where in the base a part begins, and its length. The bits of `op` say which bytes of both are there.
fn copy(op: u8, rest: &mut &[u8]) -> Option<(usize, usize)> {
    let mut field = |bits: Range<u8>| {
        let low = bits.start;
        bits.filter(|bit| op & (1 << bit) != 0)
            .try_fold(0, |sum, bit| Some(sum | usize::from(*rest.split_off_first()?) << (8 * (bit - low))))
    };
    let (start, length) = (field(0..4)?, field(4..7)?);
    Some((start, if length == 0 { 0x10000 } else { length }))
}

/// Seven bits a byte, the least significant first.
fn number(rest: &mut &[u8]) -> Option<usize> {
    let (mut value, mut shift) = (0usize, 0);
    loop {
        let byte = *rest.split_off_first()?;
        value |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(base: &[u8], delta: &[u8]) -> Option<(Vec<u8>, Vec<Range<usize>>)> {
        let (mut object, mut taken) = (Vec::new(), Vec::new());
        apply(base, delta, &mut object, &mut taken).map(|()| (object, taken))
    }

    #[test]
    fn parts_are_taken_over_and_inserted() {
        // "01234" + "ab" + "56" + "78", the last two neighbours in the base too
        let delta = [10, 11, 0x90, 5, 2, b'a', b'b', 0x91, 5, 2, 0x91, 7, 2];
        let (object, taken) = applied(b"0123456789", &delta).unwrap();
        assert_eq!((object.as_slice(), taken), (&b"01234ab5678"[..], vec![0..5, 7..11]));
        assert_eq!(size(&delta), Some(11));
    }

    #[test]
    fn neighbours_that_were_none_stay_apart() {
        let (object, taken) = applied(b"0123456789", &[10, 4, 0x90, 2, 0x91, 5, 2]).unwrap();
        assert_eq!((object.as_slice(), taken), (&b"0156"[..], vec![0..2, 2..4]));
    }

    #[test]
    fn what_does_not_fit_is_none() {
        for delta in
            [&b""[..], b"\x0a", b"\x09\x00", b"\x0a\x01", b"\x0a\x02\x03ab", b"\x0a\x04\x91\x08\x04", b"\x0a\x01\x00a"]
        {
            assert_eq!(applied(b"0123456789", delta), None, "{delta:?}");
        }
        assert_eq!(applied(b"", &[0x80; 30]), None);
    }
}
