//! The scorer: a sum of small decision trees over the features. `model.txt` is made by `tests/bench/train_credentials.py`.
//!
//! A line of the file is one tree: nodes in breadth-first order, `feature threshold` for an inner node (left where the
//! feature is at most the threshold), all joined by commas, then the leaves from left to right after a `|`, in
//! thousandths of a logit. Every tree is complete and six splits deep. The first line is the sum to start from.

use std::sync::OnceLock;

use super::features::{COSTLY, COUNT, Features};
use crate::finding::Confidence;

static MODEL: &str = include_str!("model.txt");

/// Scores from which a value is reported with each confidence, in thousandths of a logit.
const HIGH: i32 = 2500;
const MEDIUM: i32 = -600;
const LOW: i32 = -1500;

/// How deep every tree is.
const DEPTH: usize = 6;
const LEAVES: usize = 1 << DEPTH;

/// An inner node.
#[derive(Clone, Copy)]
struct Split {
    feature: u8,
    threshold: i16,
}

struct Tree {
    /// Breadth first, from 1: the children of `n` are `2 n` and `2 n + 1`. None is passed to the right with the highest
    /// threshold.
    splits: [Split; LEAVES],
    leaves: [i16; LEAVES],
}

struct Model {
    start: i32,
    /// Those that ask for costly features last.
    trees: Vec<Short>,
    steps: Vec<Step>,
    /// How many trees ask for none.
    cheap: usize,
}

/// A tree without the splits that nothing passes to the right.
struct Short {
    root: u16,
    /// The longest way to a leaf.
    depth: u8,
    /// The most that this tree and those behind it can add.
    most: i32,
}

/// A split, or a leaf: both ways lead back to it, so that every walk through a tree takes as many steps and the processor
/// need not guess which is the last.
struct Step {
    split: Split,
    next: [u16; 2],
    /// The mean of the leaves below.
    mean: i16,
}

impl Step {
    #[inline]
    fn next(&self, features: &Features) -> u16 {
        let is_right = features.get(usize::from(self.split.feature)).is_some_and(|v| *v > self.split.threshold);
        self.next[usize::from(is_right)]
    }
}

/// The score of a candidate: thousandths of the logit that it is a credential.
pub fn score(features: &Features) -> i32 {
    model().score(&mut features.clone(), i32::MIN, |_| {}).unwrap_or(i32::MIN)
}

/// How sure it is that a candidate is a credential; `None`: less than `least`. Nearly all candidates are so far from it
/// that a third of the trees tell, and the costly features, which `complete` fills in, are not asked for.
pub fn judge(features: &mut Features, least: Confidence, complete: impl FnOnce(&mut Features)) -> Option<Confidence> {
    let least = match least {
        Confidence::High => HIGH,
        Confidence::Medium => MEDIUM,
        Confidence::Low => LOW,
    };
    model().score(features, least, complete).and_then(confidence)
}

impl Model {
    /// `None`: below `least`.
    fn score(&self, features: &mut Features, least: i32, complete: impl FnOnce(&mut Features)) -> Option<i32> {
        let (cheap, costly) = self.trees.split_at(self.cheap);
        let sum = self.add(self.start, cheap, features, least)?;
        complete(features);
        self.add(sum, costly, features, least).filter(|sum| *sum >= least)
    }

    fn add(&self, start: i32, trees: &[Short], features: &Features, least: i32) -> Option<i32> {
        let mut sum = start;
        for tree in trees {
            if sum.saturating_add(tree.most) < least {
                return None;
            }
            let mut at = tree.root;
            for _ in 0..tree.depth {
                at = self.steps[usize::from(at)].next(features);
            }
            sum = sum.saturating_add(self.steps[usize::from(at)].mean.into());
        }
        Some(sum)
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
    let model = model();
    let mut out = [0; COUNT];
    for tree in &model.trees {
        let mut step = &model.steps[usize::from(tree.root)];
        for _ in 0..tree.depth {
            let next = &model.steps[usize::from(step.next(features))];
            if let Some(sum) = out.get_mut(usize::from(step.split.feature)) {
                *sum += i32::from(next.mean) - i32::from(step.mean);
            }
            step = next;
        }
    }
    out
}

fn model() -> &'static Model {
    static READ: OnceLock<Model> = OnceLock::new();
    READ.get_or_init(|| read(MODEL).unwrap_or(Model::new(i32::MIN, &[])))
}

/// Reads the table; `None` where it is malformed, which a test rules out for the one in the binary.
fn read(text: &str) -> Option<Model> {
    let (start, rest) = text.split_once('\n')?;
    Some(Model::new(start.parse().ok()?, &trees(rest)?))
}

fn trees(text: &str) -> Option<Vec<Tree>> {
    let mut trees = Vec::with_capacity(text.len() / 512);
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        trees.push(tree(&mut rest)?);
    }
    Some(trees)
}

impl Model {
    fn new(start: i32, trees: &[Tree]) -> Self {
        let (costly, cheap): (Vec<&Tree>, Vec<&Tree>) = trees.iter().partition(|tree| tree.is_costly());
        let mut steps = Vec::new();
        let mut short: Vec<_> = cheap.iter().chain(&costly).map(|tree| shorten(tree, 1, &mut steps).0).collect();
        let mut sum = 0;
        for tree in short.iter_mut().rev() {
            sum += tree.most;
            tree.most = sum;
        }
        Self { start, trees: short, steps, cheap: cheap.len() }
    }
}

impl Tree {
    fn is_costly(&self) -> bool {
        self.splits.iter().any(|s| s.threshold != i16::MAX && COSTLY.contains(&usize::from(s.feature)))
    }
}

/// The part of a tree below a node with the most that it can add; the sum of its leaves and their number.
fn shorten(tree: &Tree, node: usize, steps: &mut Vec<Step>) -> (Short, i32, i32) {
    let number = |steps: &[Step]| u16::try_from(steps.len()).unwrap_or(u16::MAX);
    let Some(split) = tree.splits.get(node) else {
        let (root, leaf) = (number(steps), tree.leaves[node % LEAVES]);
        steps.push(Step { split: Split { feature: 0, threshold: i16::MAX }, next: [root; 2], mean: leaf });
        return (Short { root, depth: 0, most: leaf.into() }, leaf.into(), 1);
    };
    let (left, left_sum, left_count) = shorten(tree, 2 * node, steps);
    if split.threshold == i16::MAX {
        return (left, left_sum, left_count);
    }
    let (right, right_sum, right_count) = shorten(tree, 2 * node + 1, steps);
    let (sum, count) = (left_sum + right_sum, left_count + right_count);
    let (root, mean) = (number(steps), i16::try_from(sum / count).unwrap_or(0));
    steps.push(Step { split: *split, next: [left.root, right.root], mean });
    let (depth, most) = (1 + left.depth.max(right.depth), left.most.max(right.most));
    (Short { root, depth, most }, sum, count)
}

/// One line. Written out: the table has tens of thousands of numbers, and who looks at one file waits for them.
fn tree(rest: &mut &[u8]) -> Option<Tree> {
    let mut tree = Tree { splits: [Split { feature: 0, threshold: i16::MAX }; LEAVES], leaves: [0; LEAVES] };
    for node in 1..LEAVES {
        let feature = u8::try_from(number(rest, b' ')?).ok().filter(|f| usize::from(*f) < COUNT)?;
        let threshold = number(rest, if node + 1 < LEAVES { b',' } else { b'|' })?;
        tree.splits[node] = Split { feature, threshold };
    }
    for leaf in 0..LEAVES {
        tree.leaves[leaf] = number(rest, if leaf + 1 < LEAVES { b',' } else { b'\n' })?;
    }
    Some(tree)
}

/// A number, and what must stand behind it.
fn number(rest: &mut &[u8], end: u8) -> Option<i16> {
    let negative = rest.first() == Some(&b'-');
    *rest = &rest[usize::from(negative)..];
    let digits = rest.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    let value = rest[..digits].iter().fold(0, |sum, b| sum * 10 + i32::from(b - b'0'));
    let ends = digits > 0 && rest.get(digits) == Some(&end);
    *rest = rest.get(digits + 1..)?;
    if ends { i16::try_from(if negative { -value } else { value }).ok() } else { None }
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

    /// A line of the table: the first splits and leaves as given, the others of no effect.
    fn line(splits: &[&str], leaves: &[&str]) -> String {
        let fill = |some: &[&str], none: &str, count: usize| {
            let all: Vec<String> = (0..count).map(|i| some.get(i).unwrap_or(&none).to_string()).collect();
            all.join(",")
        };
        format!("{}|{}\n", fill(splits, "0 32767", LEAVES - 1), fill(leaves, "0", LEAVES))
    }

    #[test]
    fn a_tree_is_walked_and_its_steps_add_up() {
        let mut leaves = ["0"; LEAVES];
        (leaves[0], leaves[LEAVES / 4], leaves[LEAVES / 2], leaves[LEAVES / 4 * 3]) = ("-8", "-4", "4", "8");
        let model = read(&format!("5\n{}", line(&["0 3", "1 0", "2 0"], &leaves))).unwrap();
        let scored = |least, features: &Features| model.score(&mut features.clone(), least, |_| {});
        let mut features = [0; COUNT];
        features[0] = 4;
        assert_eq!(scored(i32::MIN, &features), Some(9));
        features[2] = 1;
        assert_eq!(scored(13, &features), Some(13));
        assert_eq!(scored(14, &features), None);
        features[0] = 3;
        assert_eq!(scored(i32::MIN, &features), Some(-3));
        assert_eq!(model.start, 5);
    }

    #[test]
    fn a_malformed_table_is_none() {
        assert!(read("").is_none() && read("5").is_none() && read("5\n").is_some_and(|m| m.trees.is_empty()));
        assert!(read(&format!("5\n{}", line(&["0 3"], &["1"]))).is_some());
        for (splits, leaves) in [("99 3", "1"), ("0", "1"), ("0 40000", "1"), ("0 3", "x"), ("0 3", "1000000000000")] {
            assert!(read(&format!("5\n{}", line(&[splits], &[leaves]))).is_none(), "{splits} {leaves}");
        }
    }

    #[test]
    fn what_is_given_up_early_would_not_have_reached_the_limit() {
        let mut rng = fastrand::Rng::with_seed(3);
        let mut reached = 0;
        let complete = trees(MODEL.split_once('\n').unwrap().1).unwrap();
        for _ in 0..3000 {
            let features: Features = std::array::from_fn(|_| {
                let most = 1 << rng.u8(1..12);
                rng.i16(..most)
            });
            let walked = complete.iter().map(|tree| {
                let mut node = 1;
                while let Some(split) = tree.splits.get(node) {
                    node = 2 * node + usize::from(features[usize::from(split.feature)] > split.threshold);
                }
                i32::from(tree.leaves[node - LEAVES])
            });
            let whole = model().start + walked.sum::<i32>();
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
        let start: i32 = model().trees.iter().map(|tree| i32::from(model().steps[usize::from(tree.root)].mean)).sum();
        let added: i32 = contributions(&features).iter().sum();
        assert_eq!(model().start + start + added, score(&features));
    }
}
