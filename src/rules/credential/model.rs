//! The scorer: a sum of small decision trees over the features. `model.txt` is made by `tests/bench/train_credentials.py`.
//!
//! A line of the file is one tree: nodes in breadth-first order, `feature threshold` for an inner node (left where the
//! feature is at most the threshold), all joined by commas, then the leaves from left to right after a `|`, in
//! thousandths of a logit. Every tree is complete. The first line is the sum to start from.

use std::sync::OnceLock;

use super::features::{COUNT, Features};
use crate::finding::Confidence;

static MODEL: &str = include_str!("model.txt");

/// Scores from which a value is reported with each confidence, in thousandths of a logit.
const HIGH: i32 = 2500;
const MEDIUM: i32 = -600;
const LOW: i32 = -1500;

struct Tree {
    /// (feature, threshold), breadth first.
    splits: Vec<(u8, i16)>,
    leaves: Vec<i32>,
}

struct Model {
    start: i32,
    trees: Vec<Tree>,
}

/// The score of a candidate: thousandths of the logit that it is a credential.
pub fn score(features: &Features) -> i32 {
    let model = model();
    model.start + model.trees.iter().map(|t| t.leaves.get(t.leaf(features)).copied().unwrap_or(0)).sum::<i32>()
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
    let mut out = [0; COUNT];
    for tree in &model().trees {
        let (mut low, mut high, mut node) = (0, tree.leaves.len(), 0);
        while let Some((feature, threshold)) = tree.splits.get(node) {
            let middle = (low + high) / 2;
            let before = mean(&tree.leaves[low..high]);
            let right = features.get(usize::from(*feature)).is_some_and(|v| v > threshold);
            (low, high) = if right { (middle, high) } else { (low, middle) };
            node = 2 * node + 1 + usize::from(right);
            if let Some(sum) = out.get_mut(usize::from(*feature)) {
                *sum += mean(&tree.leaves[low..high]) - before;
            }
        }
    }
    out
}

fn mean(leaves: &[i32]) -> i32 {
    leaves.iter().sum::<i32>() / i32::try_from(leaves.len().max(1)).unwrap_or(1)
}

impl Tree {
    fn leaf(&self, features: &Features) -> usize {
        let mut node = 0;
        while let Some((feature, threshold)) = self.splits.get(node) {
            let right = features.get(usize::from(*feature)).is_some_and(|v| v > threshold);
            node = 2 * node + 1 + usize::from(right);
        }
        node - self.splits.len()
    }
}

fn model() -> &'static Model {
    static READ: OnceLock<Model> = OnceLock::new();
    READ.get_or_init(|| read(MODEL).unwrap_or(Model { start: i32::MIN, trees: Vec::new() }))
}

/// Reads the table; `None` where it is malformed, which a test rules out for the one in the binary.
fn read(text: &str) -> Option<Model> {
    let mut lines = text.lines();
    let start = lines.next()?.parse().ok()?;
    let tree = |line: &str| {
        let (splits, leaves) = line.split_once('|')?;
        let split = |s: &str| s.split_once(' ').and_then(|(f, t)| Some((f.parse().ok()?, t.parse().ok()?)));
        let splits: Vec<(u8, i16)> = splits.split(',').map(split).collect::<Option<_>>()?;
        let leaves: Vec<i32> = leaves.split(',').map(|l| l.parse().ok()).collect::<Option<_>>()?;
        let fits = leaves.len() == splits.len() + 1 && leaves.len().is_power_of_two();
        (fits && splits.iter().all(|(f, _)| usize::from(*f) < COUNT)).then_some(Tree { splits, leaves })
    };
    Some(Model { start, trees: lines.map(tree).collect::<Option<_>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_in_the_binary_is_whole() {
        let model = read(MODEL).unwrap();
        assert!(model.trees.len() >= 10);
        assert!(MODEL.len() < 200_000, "a model of {} bytes is no small one", MODEL.len());
    }

    #[test]
    fn a_tree_is_walked_and_its_steps_add_up() {
        let tree = read("5\n0 3,1 0,2 0|-8,-4,4,8").unwrap();
        let mut features = [0; COUNT];
        features[0] = 4;
        assert_eq!(tree.trees[0].leaf(&features), 2);
        features[2] = 1;
        assert_eq!(tree.trees[0].leaf(&features), 3);
        assert!(read("5\n0 3|1").is_none() && read("").is_none() && read("1\n99 3|1,2").is_none());
    }
}
