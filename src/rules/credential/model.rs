//! The scorer: a sum of small decision `trees` over the features. `model.txt` is made by
//! `tests/bench/train_credentials.py`: its first line is the sum to start from, the others are the trees.

use std::sync::OnceLock;

use super::features::{COUNT, Features};
use super::trees::{EMPTY, LEAVES, Padded, Tree, lines, read};
use crate::finding::Confidence;

const TABLE: &[u8] = include_bytes!("model.txt");

/// Scores from which a value is reported with each confidence, in thousandths of a logit.
const HIGH: i32 = 2500;
const MEDIUM: i32 = -600;
const LOW: i32 = -1500;

struct Model<const N: usize> {
    start: i32,
    trees: [Tree; N],
    /// The same without the costly features: each adds as much or more.
    bounds: [Tree; N],
    costly: [bool; N],
    /// The most that a bound and those behind it can add.
    most: [i32; N],
}

#[allow(long_running_const_eval)]
static MODEL: Model<{ lines(TABLE) - 1 }> = match read(TABLE) {
    Some((start, trees)) => Model::new(start, most_first(trees)),
    None => panic!("model.txt is malformed"),
};

/// The score of a candidate: thousandths of the logit that it is a credential.
pub fn score(features: &Features) -> i32 {
    MODEL.score(&mut features.clone(), i32::MIN, |_| {}).unwrap_or(i32::MIN)
}

/// How sure it is that a candidate is a credential; `None`: less than `least`. Nearly all candidates are so far from it
/// that a third of the trees tell, and the costly features, which `complete` fills in, are not asked for.
pub fn judge(features: &mut Features, least: Confidence, complete: impl FnOnce(&mut Features)) -> Option<Confidence> {
    let least = match least {
        Confidence::High => HIGH,
        Confidence::Medium => MEDIUM,
        Confidence::Low => LOW,
    };
    MODEL.score(features, least, complete).and_then(confidence)
}

/// Those first that can add the most: then the others soon cannot lift a score to the limit.
const fn most_first<const N: usize>(mut trees: [Tree; N]) -> [Tree; N] {
    let mut at = 0;
    while at < N {
        let (mut best, mut other) = (at, at + 1);
        while other < N {
            if trees[other].most() > trees[best].most() {
                best = other;
            }
            other += 1;
        }
        (trees[at], trees[best]) = (trees[best], trees[at]);
        at += 1;
    }
    trees
}

impl<const N: usize> Model<N> {
    const fn new(start: i32, trees: [Tree; N]) -> Self {
        let (mut bounds, mut costly, mut most, mut sum, mut i) = ([EMPTY; N], [false; N], [0; N], 0, N);
        while i > 0 {
            i -= 1;
            (bounds[i], costly[i]) = (trees[i].without_costly(), trees[i].is_costly());
            sum += bounds[i].most() as i32;
            most[i] = sum;
        }
        Self { start, trees, bounds, costly, most }
    }

    /// `None`: below `least`.
    fn score(&self, features: &mut Features, least: i32, complete: impl FnOnce(&mut Features)) -> Option<i32> {
        let (mut sum, cheap) = (self.start, Padded::new(features));
        for (bound, most) in self.bounds.iter().zip(&self.most) {
            if sum + most < least {
                return None;
            }
            sum += bound.value(&cheap);
        }
        if sum < least {
            return None;
        }
        complete(features);
        let all = Padded::new(features);
        let both = self.trees.iter().zip(&self.bounds).zip(&self.costly).filter(|(_, costly)| **costly);
        sum += both.map(|((tree, bound), _)| tree.value(&all) - bound.value(&cheap)).sum::<i32>();
        (sum >= least).then_some(sum)
    }
}

/// How sure a score is; `None`: no credential.
pub fn confidence(score: i32) -> Option<Confidence> {
    match score {
        HIGH.. => Some(Confidence::High),
        MEDIUM.. => Some(Confidence::Medium),
        LOW.. => Some(Confidence::Low),
        _ => None,
    }
}

/// What each feature adds to the score: along the way down each tree, the change of the mean of the leaves below.
pub fn contributions(features: &Features) -> [i32; COUNT] {
    static MEANS: OnceLock<Vec<[i16; 2 * LEAVES]>> = OnceLock::new();
    let means = MEANS.get_or_init(|| MODEL.trees.iter().map(Tree::means).collect());
    let (mut out, features) = ([0; COUNT], Padded::new(features));
    for (tree, means) in MODEL.trees.iter().zip(means) {
        tree.walk(&features, |feature, node, next| out[feature] += i32::from(means[next]) - i32::from(means[node]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::features::COSTLY;
    use super::*;

    #[test]
    fn the_table_in_the_binary_is_small_and_whole() {
        assert!(MODEL.trees.len() >= 10);
        assert!(TABLE.len() < 200_000, "a model of {} bytes is no small one", TABLE.len());
    }

    #[test]
    fn what_is_given_up_early_would_not_have_reached_the_limit() {
        let mut rng = fastrand::Rng::with_seed(3);
        let mut reached = 0;
        for _ in 0..3000 {
            let features: Features = std::array::from_fn(|_| {
                let most = 1 << rng.u8(1..12);
                rng.i16(..most)
            });
            let all = Padded::new(&features);
            let whole = MODEL.start + MODEL.trees.iter().map(|tree| tree.value(&all)).sum::<i32>();
            assert_eq!(score(&features), whole);
            for least in [Confidence::Low, Confidence::Medium, Confidence::High] {
                let mut cheap = features;
                COSTLY.iter().for_each(|at| cheap[*at] = 0);
                let judged = judge(&mut cheap, least, |cheap| *cheap = features);
                assert_eq!(judged, confidence(whole).filter(|c| *c >= least));
            }
            reached += usize::from(whole >= LOW);
        }
        assert!(reached > 0);
    }

    #[test]
    fn what_the_features_add_is_what_the_score_is_made_of() {
        let features: Features = std::array::from_fn(|i| (i as i16 * 7) % 50);
        let start: i32 = MODEL.trees.iter().map(|tree| i32::from(tree.means()[1])).sum();
        let added: i32 = contributions(&features).iter().sum();
        assert_eq!(MODEL.start + start + added, score(&features));
    }
}
