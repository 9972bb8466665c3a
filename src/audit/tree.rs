//! The Merkle tree of RFC 6962 (section 2.1) over entries, and its proofs (verification as in RFC 9162, 2.1.3.2 and 2.1.4.2).
//!
//! Conventions at the edges: the root of no entries is SHA-256 of nothing; no consistency proof speaks about a tree of
//! size 0 (it would vouch for nothing, so it is refused, also from 0 to 0); equal sizes need equal roots and no proof.

use std::fmt;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::finding::hex;

/// A SHA-256 of a leaf or a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What stands in `prev` of the first entry.
    pub const ZERO: Hash = Hash([0; 32]);

    /// From exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// `sha256:<hex>`, as in `prev`.
    pub fn tagged(&self) -> String {
        format!("sha256:{}", hex(&self.0))
    }

    /// Standard base64 with padding, as in checkpoints and proofs.
    pub fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads [`Hash::base64`]; anything but 32 bytes is `None`.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok().and_then(|bytes| Self::from_slice(&bytes))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tagged())
    }
}

/// The leaf of an entry: `sha256(0x00 ‖ body)`.
pub fn leaf(body: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(body).finalize().into())
}

/// An inner node: `sha256(0x01 ‖ left ‖ right)`.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// The roots of the perfect subtrees that make up a tree, largest first: enough to go on and to compute the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Hash(Sha256::digest([]).into()) };
        peaks.fold(*last, |right, left| node(left, &right))
    }

    /// The peaks as bytes, 32 each.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.iter().flat_map(|h| h.0).collect()
    }

    /// From what [`Frontier::to_bytes`] wrote; `None` where the number of peaks does not fit the size.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let fits = bytes.len() == size.count_ones() as usize * 32;
        let peaks = bytes.chunks_exact(32).filter_map(Hash::from_slice).collect();
        fits.then_some(Self { size, peaks })
    }
}

/// The root over some leaves.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::default();
    leaves.iter().for_each(|l| tree.push(*l));
    tree.root()
}

/// The inclusion proof `PATH(index, leaves)`; `None` where the tree has no such leaf.
pub fn inclusion_proof(leaves: &[Hash], index: u64) -> Option<Vec<Hash>> {
    let size = leaves.len() as u64;
    let subtree = |r: Range<u64>| leaves.get(r.start as usize..r.end as usize).map(root);
    (index < size).then(|| inclusion_ranges(size, index).into_iter().filter_map(subtree).collect())
}

/// The parts of a tree of `size` leaves whose roots are the inclusion proof of leaf `index`.
pub fn inclusion_ranges(size: u64, index: u64) -> Vec<Range<u64>> {
    let (mut from, mut to) = (0, size);
    let mut ranges = Vec::new();
    while to - from > 1 {
        let middle = from + split((to - from) as usize) as u64;
        if index < middle {
            ranges.push(middle..to);
            to = middle;
        } else {
            ranges.push(from..middle);
            from = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// The consistency proof `PROOF(old, leaves)`; `None` where `old` is 0 or beyond the tree.
pub fn consistency_proof(leaves: &[Hash], old: u64) -> Option<Vec<Hash>> {
    let old = usize::try_from(old).ok().filter(|o| (1..=leaves.len()).contains(o))?;
    let mut proof = Vec::new();
    subproof(leaves, old, true, &mut proof);
    Some(proof)
}

fn subproof(leaves: &[Hash], old: usize, known: bool, proof: &mut Vec<Hash>) {
    if old == leaves.len() {
        if !known {
            proof.push(root(leaves));
        }
        return;
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if old <= left.len() {
        subproof(left, old, known, proof);
        proof.push(root(right));
    } else {
        subproof(right, old - left.len(), false, proof);
        proof.push(root(left));
    }
}

/// The largest power of two smaller than `n` (`n` ≥ 2).
fn split(n: usize) -> usize {
    1 << (usize::BITS - 1 - (n - 1).leading_zeros())
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// The tree has no leaf with that index.
    IndexBeyondTree,
    /// A tree of size 0 proves nothing, and the old tree cannot be the larger one.
    BadSizes,
    /// Too few or too many hashes.
    WrongLength,
    /// The hashes lead to another root.
    WrongRoot,
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ProofError::IndexBeyondTree => "the tree has no entry with that number",
            ProofError::BadSizes => "the sizes of the two trees do not fit (0, or the older one is larger)",
            ProofError::WrongLength => "the proof has the wrong number of hashes",
            ProofError::WrongRoot => "the proof leads to another root",
        })
    }
}

impl std::error::Error for ProofError {}

/// Whether `leaf` is entry `index` of the tree of `size` entries with that root.
///
/// # Errors
/// Says why not.
pub fn verify_inclusion(index: u64, size: u64, leaf: &Hash, proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::IndexBeyondTree);
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if at & 1 == 1 || at == last {
            hash = node(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(&hash, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    match (last, hash == *root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::WrongRoot),
        _ => Err(ProofError::WrongLength),
    }
}

/// Whether the tree of `new` entries with `new_root` begins with the tree of `old` entries with `old_root`.
///
/// # Errors
/// Says why not.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old == 0 || old > new {
        return Err(ProofError::BadSizes);
    }
    if old == new {
        return match (proof.is_empty(), old_root == new_root) {
            (false, _) => Err(ProofError::WrongLength),
            (_, false) => Err(ProofError::WrongRoot),
            _ => Ok(()),
        };
    }
    let (first, rest) = if old.is_power_of_two() {
        (*old_root, proof)
    } else {
        let (first, rest) = proof.split_first().ok_or(ProofError::WrongLength)?;
        (*first, rest)
    };
    let (mut at, mut last) = (old - 1, new - 1);
    let shift = at.trailing_ones();
    (at, last) = (at >> shift, last >> shift);
    let (mut from_old, mut from_new) = (first, first);
    for hash in rest {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if at & 1 == 1 || at == last {
            from_old = node(hash, &from_old);
            from_new = node(hash, &from_new);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            from_new = node(&from_new, hash);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    match (last, from_old == *old_root && from_new == *new_root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::WrongRoot),
        _ => Err(ProofError::WrongLength),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(n: usize) -> Vec<Hash> {
        (0..n).map(|i| leaf(&i.to_le_bytes())).collect()
    }

    #[test]
    fn the_empty_tree_and_the_first_levels() {
        assert_eq!(root(&[]).base64(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        let l = leaves(3);
        assert_eq!(root(&l[..1]), l[0]);
        assert_eq!(root(&l), node(&node(&l[0], &l[1]), &l[2]));
    }

    #[test]
    fn every_proof_of_small_trees_holds_and_none_for_another_place() {
        for n in 1..=33usize {
            let l = leaves(n);
            let top = root(&l);
            for i in 0..n {
                let proof = inclusion_proof(&l, i as u64).unwrap();
                assert_eq!(verify_inclusion(i as u64, n as u64, &l[i], &proof, &top), Ok(()), "{i} of {n}");
                let other = (i + 1) % n;
                assert!(other == i || verify_inclusion(other as u64, n as u64, &l[i], &proof, &top).is_err());
            }
            for old in 1..=n {
                let proof = consistency_proof(&l, old as u64).unwrap();
                let old_root = root(&l[..old]);
                assert_eq!(verify_consistency(old as u64, n as u64, &old_root, &top, &proof), Ok(()), "{old} to {n}");
            }
            assert_eq!((inclusion_proof(&l, n as u64), consistency_proof(&l, 0)), (None, None));
        }
    }

    #[test]
    fn frontier_bytes_fit_their_size_only() {
        let mut tree = Frontier::default();
        leaves(11).into_iter().for_each(|l| tree.push(l));
        assert_eq!(Frontier::from_bytes(11, &tree.to_bytes()), Some(tree.clone()));
        assert_eq!(Frontier::from_bytes(12, &tree.to_bytes()), None);
        assert_eq!(Frontier::from_bytes(11, &tree.to_bytes()[..95]), None);
    }

    proptest! {
        #[test]
        fn a_changed_leaf_or_hash_is_refused(n in 2usize..200, i: usize, at: usize, bit in 0usize..256) {
            let l = leaves(n);
            let (index, top) = (i % n, root(&l));
            let mut proof = inclusion_proof(&l, index as u64).unwrap();
            let k = at % proof.len();
            proof[k].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(
                verify_inclusion(index as u64, n as u64, &l[index], &proof, &top), Err(ProofError::WrongRoot)
            );
        }

        #[test]
        fn verification_is_total(index: u64, size: u64, hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..70)) {
            let proof: Vec<_> = hashes.into_iter().map(Hash).collect();
            let _ = verify_inclusion(index, size, &Hash::ZERO, &proof, &Hash::ZERO);
            let _ = verify_consistency(index, size, &Hash::ZERO, &Hash::ZERO, &proof);
        }
    }
}
