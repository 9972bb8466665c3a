//! The trees of the scorer, read while govctl is compiled: nobody waits for tens of thousands of numbers at a start.
//!
//! A line of the table is one tree: nodes in breadth-first order, `feature threshold` for an inner node (left where the
//! feature is at most the threshold), all joined by commas, then the leaves from left to right after a `|`, in
//! thousandths of a logit. Every tree is complete and six splits deep.

use super::features::{COSTLY, COUNT, Features};

/// How deep every tree is.
const DEPTH: usize = 6;
/// How many leaves it has.
pub const LEAVES: usize = 1 << DEPTH;

/// An inner node.
#[derive(Clone, Copy)]
struct Split {
    threshold: i16,
    feature: u8,
    /// Which node, or below the last ones which leaf, is to the left; the one to the right is the next. Read, not reckoned:
    /// that takes fewer steps.
    left: u8,
}

impl Split {
    const fn new(node: usize, feature: u8, threshold: i16) -> Self {
        Self { threshold, feature, left: (2 * node % LEAVES) as u8 }
    }

    #[inline]
    fn goes_right(self, features: &Padded) -> bool {
        features.0[usize::from(self.feature)] > self.threshold
    }

    /// Everything goes left.
    const fn none(node: usize) -> Self {
        Self::new(node, 0, i16::MAX)
    }
}

/// One tree: every walk through it takes as many steps, so that the processor need not guess which is the last. It begins
/// where a line of the cache does.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct Tree {
    /// Breadth first, from 1: the children of `n` are `2 n` and `2 n + 1`. [`Split::none`] where nothing goes right.
    splits: [Split; LEAVES],
    leaves: [i16; LEAVES],
}

/// A tree that adds nothing.
pub const EMPTY: Tree = {
    let (mut splits, mut node) = ([Split::none(0); LEAVES], 0);
    while node < LEAVES {
        splits[node] = Split::none(node);
        node += 1;
    }
    Tree { splits, leaves: [0; LEAVES] }
};

/// Features with room for all that a byte can number.
pub struct Padded([i16; 256]);

impl Padded {
    /// With nothing behind the last.
    pub fn new(features: &Features) -> Self {
        let mut all = [0; 256];
        all[..COUNT].copy_from_slice(features);
        Self(all)
    }
}

impl Tree {
    /// What it adds.
    #[inline]
    pub fn value(&self, features: &Padded) -> i32 {
        let mut node = 1;
        for _ in 0..DEPTH {
            let split = self.splits[node % LEAVES];
            node = usize::from(split.left) + usize::from(split.goes_right(features));
        }
        self.leaves[node % LEAVES].into()
    }

    /// Hands every step down to a leaf to `step`: the feature that is asked for, the node and the one it leads to.
    pub fn walk(&self, features: &Padded, mut step: impl FnMut(usize, usize, usize)) {
        let mut node = 1;
        while let Some(split) = self.splits.get(node) {
            let next = 2 * node + usize::from(split.goes_right(features));
            step(split.feature.into(), node, next);
            node = next;
        }
    }

    /// For each node the mean of the leaves below that something leads to.
    pub fn means(&self) -> [i16; 2 * LEAVES] {
        let (mut sums, mut means) = ([(0, 0); 2 * LEAVES], [0; 2 * LEAVES]);
        for node in (1..2 * LEAVES).rev() {
            sums[node] = match self.splits.get(node) {
                None => (i32::from(self.leaves[node % LEAVES]), 1),
                Some(split) if split.threshold == i16::MAX => sums[2 * node],
                Some(_) => (sums[2 * node].0 + sums[2 * node + 1].0, sums[2 * node].1 + sums[2 * node + 1].1),
            };
            means[node] = i16::try_from(sums[node].0 / sums[node].1).unwrap_or(0);
        }
        means
    }

    /// Whether it asks for features that are costly.
    pub const fn is_costly(&self) -> bool {
        let mut node = 1;
        while node < LEAVES {
            if is_costly(self.splits[node]) {
                return true;
            }
            node += 1;
        }
        false
    }

    /// The most that it can add.
    pub const fn most(&self) -> i16 {
        self.most_below(1)
    }

    const fn most_below(&self, node: usize) -> i16 {
        if node >= LEAVES {
            return self.leaves[node - LEAVES];
        }
        let left = self.most_below(2 * node);
        if self.splits[node].threshold == i16::MAX {
            return left;
        }
        let right = self.most_below(2 * node + 1);
        if left > right { left } else { right }
    }

    /// The tree that adds the most that this one can, whatever the costly features are: it does not ask for them.
    pub const fn without_costly(mut self) -> Self {
        let mut node = 1;
        while node < LEAVES {
            if is_costly(self.splits[node]) {
                let (most, mut at) = (self.most_below(node), node);
                while at < LEAVES {
                    self.splits[at] = Split::none(at);
                    at *= 2;
                }
                self.leaves[at - LEAVES] = most;
            }
            node += 1;
        }
        self
    }
}

const fn is_costly(split: Split) -> bool {
    let mut i = 0;
    while i < COSTLY.len() {
        if split.threshold != i16::MAX && split.feature as usize == COSTLY[i] {
            return true;
        }
        i += 1;
    }
    false
}

/// How many lines a table has.
pub const fn lines(table: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < table.len() {
        count += (table[at] == b'\n') as usize;
        at += 1;
    }
    count
}

/// The first line's number and the trees of the others; `None` where a table is malformed.
pub const fn read<const N: usize>(table: &[u8]) -> Option<(i32, [Tree; N])> {
    let Some((start, mut at)) = number(table, 0, b'\n') else { return None };
    let (mut trees, mut i) = ([EMPTY; N], 0);
    while i < N {
        let Some((tree, next)) = tree(table, at) else { return None };
        (trees[i], at, i) = (tree, next, i + 1);
    }
    if at == table.len() { Some((start as i32, trees)) } else { None }
}

const fn tree(table: &[u8], mut at: usize) -> Option<(Tree, usize)> {
    let (mut tree, mut node) = (EMPTY, 1);
    while node < LEAVES {
        let Some((feature, next)) = number(table, at, b' ') else { return None };
        let end = if node + 1 < LEAVES { b',' } else { b'|' };
        let Some((threshold, next)) = number(table, next, end) else { return None };
        if feature < 0 || feature as usize >= COUNT {
            return None;
        }
        tree.splits[node] = Split::new(node, feature as u8, threshold);
        (at, node) = (next, node + 1);
    }
    let mut leaf = 0;
    while leaf < LEAVES {
        let Some((value, next)) = number(table, at, if leaf + 1 < LEAVES { b',' } else { b'\n' }) else { return None };
        tree.leaves[leaf] = value;
        (at, leaf) = (next, leaf + 1);
    }
    Some((tree, at))
}

/// The number at `at`, and what follows the sign that must stand behind it.
const fn number(table: &[u8], at: usize, end: u8) -> Option<(i16, usize)> {
    let negative = at < table.len() && table[at] == b'-';
    let first = at + negative as usize;
    let (mut at, mut value) = (first, 0i32);
    while at < table.len() && at < first + 6 && table[at].is_ascii_digit() {
        value = value * 10 + (table[at] - b'0') as i32;
        at += 1;
    }
    if at == first || at >= table.len() || table[at] != end {
        return None;
    }
    let value = if negative { -value } else { value };
    if value < i16::MIN as i32 || value > i16::MAX as i32 { None } else { Some((value as i16, at + 1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of the table: the first splits and leaves as given, the others of no effect.
    pub fn line(splits: &[&str], leaves: &[&str]) -> String {
        let fill = |some: &[&str], none: &str, count: usize| {
            let all: Vec<String> = (0..count).map(|i| some.get(i).unwrap_or(&none).to_string()).collect();
            all.join(",")
        };
        format!("{}|{}\n", fill(splits, "0 32767", LEAVES - 1), fill(leaves, "0", LEAVES))
    }

    fn features(some: &[(usize, i16)]) -> Padded {
        let mut features = [0; COUNT];
        some.iter().for_each(|(at, value)| features[*at] = *value);
        Padded::new(&features)
    }

    #[test]
    fn a_tree_is_walked_to_its_leaves() {
        let mut leaves = ["0"; LEAVES];
        (leaves[0], leaves[LEAVES / 4], leaves[LEAVES / 2], leaves[LEAVES / 4 * 3]) = ("-8", "-4", "4", "8");
        let text = format!("5\n{}", line(&["0 3", "1 0", "2 0"], &leaves));
        let (start, [tree]) = read::<1>(text.as_bytes()).unwrap();
        assert_eq!((start, tree.most()), (5, 8));
        for (some, value) in [(&[(0, 4)][..], 4), (&[(0, 4), (2, 1)], 8), (&[(0, 3)], -8), (&[(0, 3), (1, 1)], -4)] {
            assert_eq!(tree.value(&features(some)), value, "{some:?}");
        }
        let means = tree.means();
        assert_eq!((means[1], means[2], means[3], means[7]), (0, -6, 6, 8));
    }

    #[test]
    fn a_bound_is_never_less_and_asks_for_nothing_costly() {
        let costly = format!("{} 0", COSTLY[0]);
        let mut leaves = ["0"; LEAVES];
        (leaves[0], leaves[LEAVES / 4], leaves[LEAVES / 2]) = ("-8", "4", "-6");
        let text = format!("0\n{}", line(&["0 3", &costly], &leaves));
        let (_, [tree]) = read::<1>(text.as_bytes()).unwrap();
        let bound = tree.without_costly();
        assert!(tree.is_costly() && !bound.is_costly());
        assert_eq!(bound.value(&features(&[(0, 3)])), 4);
        assert_eq!(bound.value(&features(&[(0, 3), (COSTLY[0], 1)])), 4);
        assert_eq!(bound.value(&features(&[(0, 4)])), -6);
    }

    #[test]
    fn a_malformed_table_is_none() {
        assert!(read::<0>(b"").is_none() && read::<0>(b"5").is_none() && read::<0>(b"5\n").is_some());
        let good = format!("5\n{}", line(&["0 3"], &["1"]));
        assert!(read::<1>(good.as_bytes()).is_some());
        assert!(read::<0>(good.as_bytes()).is_none() && read::<2>(good.as_bytes()).is_none());
        for (splits, leaves) in [("99 3", "1"), ("0", "1"), ("0 40000", "1"), ("0 3", "x"), ("0 3", "1000000000000")] {
            let text = format!("5\n{}", line(&[splits], &[leaves]));
            assert!(read::<1>(text.as_bytes()).is_none(), "{splits} {leaves}");
        }
    }
}
