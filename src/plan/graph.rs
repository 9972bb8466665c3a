//! An execution graph against the plan it was made from. Its nodes must be the plan's steps, each once, unchanged, and none
//! before a step that it depends on. Linear in steps and nodes.
//!
//! `{"plan_hash"?, "nodes": [{"step_id", "step_hash", "depends_on"?: […]}]}`

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use super::action::Plan;
use super::identifier::visible;
use super::path::Path;
use super::read::Reader;
use super::tree;
use super::violation::{Code, Violation, Violations};

/// What is about to be executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// The plan it was made from, where it says so.
    pub plan_hash: Option<String>,
    /// Its nodes, in the order of execution.
    pub nodes: Vec<Node>,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The step's id, or `step-<n>` where it has none.
    pub step_id: String,
    /// The step's hash.
    pub step_hash: String,
    /// The ids of what must be done before.
    pub depends_on: Vec<String>,
}

/// Reads a graph as strictly as a plan.
///
/// # Errors
/// Everything that is wrong, each with its JSON path.
pub fn read(bytes: &[u8]) -> Result<Graph, Vec<Violation>> {
    let mut notes = Violations::default();
    let graph =
        tree::parse(bytes, &mut notes).and_then(|value| Reader { notes: &mut notes, look: &|_, _, _| () }.graph(value));
    match graph {
        Some(graph) if notes.is_empty() => Ok(graph),
        _ => Err(notes.into_vec()),
    }
}

impl Reader<'_> {
    fn graph(&mut self, value: Value) -> Option<Graph> {
        let mut members = self.object(value, &Path::Root)?;
        let plan_hash = self.optional_name(&mut members, "plan_hash");
        let path = Path::Root.key("nodes");
        let nodes = self.required(&mut members, "nodes").and_then(|v| self.list(v, &path));
        let nodes: Option<Vec<_>> =
            nodes.map(|items| items.into_iter().enumerate().map(|(i, v)| self.node(v, &path.item(i))).collect());
        self.finish(members);
        Some(Graph { plan_hash, nodes: nodes?.into_iter().collect::<Option<_>>()? })
    }

    fn node(&mut self, value: Value, path: &Path<'_>) -> Option<Node> {
        let mut members = self.object(value, path)?;
        let step_id = self.name(&mut members, "step_id");
        let step_hash = self.name(&mut members, "step_hash");
        let depends_on = self.names(&mut members, "depends_on").unwrap_or_default();
        self.finish(members);
        Some(Node { step_id: step_id?, step_hash: step_hash?, depends_on })
    }
}

/// The graph of a plan whose steps follow one another.
pub fn of(plan: &Plan) -> Graph {
    let (plan_hash, steps) = plan.hashes();
    let id = |i: usize| plan.step_id(i).into_owned();
    let node = |(i, step_hash): (usize, String)| Node {
        step_id: id(i),
        step_hash,
        depends_on: i.checked_sub(1).map(id).into_iter().collect(),
    };
    Graph { plan_hash: Some(plan_hash), nodes: steps.into_iter().enumerate().map(node).collect() }
}

/// Every difference between a graph and its plan; none: it is the plan's.
pub fn verify(plan: &Plan, graph: &Graph) -> Vec<Violation> {
    let mut notes = Violations::default();
    let (plan_hash, hashes) = plan.hashes();
    if graph.plan_hash.as_ref().is_some_and(|hash| *hash != plan_hash) {
        notes.add(Code::GraphPlanHash, "$.plan_hash", "the graph was made for another plan");
    }
    let mut steps = Steps::of(plan);
    let nodes = Path::Root.key("nodes");
    let mut latest: Option<usize> = None;
    for (i, node) in graph.nodes.iter().enumerate() {
        let path = nodes.item(i);
        dependencies(node, &steps, &path, &mut notes);
        let id = || visible(&node.step_id);
        let Some(&index) = steps.by_id.get(&*node.step_id) else {
            notes.add(Code::GraphExtra, path, format!("the plan has no step `{}`", id()));
            continue;
        };
        if std::mem::replace(&mut steps.is_done[index], true) {
            notes.add(Code::GraphDuplicate, path, format!("the step `{}` stands twice in the graph", id()));
            continue;
        }
        if latest.is_some_and(|latest| index < latest) {
            notes.add(Code::GraphReordered, path, format!("the plan has the step `{}` earlier", id()));
        }
        latest = latest.max(Some(index));
        if hashes[index] != node.step_hash {
            notes.add(Code::GraphChanged, path, format!("the step `{}` is not the one of the plan", id()));
        }
    }
    steps.missing(plan, &mut notes);
    notes.into_vec()
}

/// The steps of a plan, and which of them the graph had so far.
struct Steps<'p> {
    by_id: HashMap<Cow<'p, str>, usize>,
    is_done: Vec<bool>,
}

impl<'p> Steps<'p> {
    fn of(plan: &'p Plan) -> Self {
        let count = plan.steps.len();
        let mut by_id = HashMap::with_capacity(count);
        by_id.extend((0..count).map(|i| (plan.step_id(i), i)));
        Self { by_id, is_done: vec![false; count] }
    }

    fn missing(&self, plan: &Plan, notes: &mut Violations) {
        for (i, _) in self.is_done.iter().enumerate().filter(|(_, done)| !**done) {
            let message = format!("the graph lacks the step `{}`", visible(&plan.step_id(i)));
            notes.add(Code::GraphMissing, Path::Root.key("steps").item(i), message);
        }
    }
}

fn dependencies(node: &Node, steps: &Steps<'_>, path: &Path<'_>, notes: &mut Violations) {
    let list = path.key("depends_on");
    for (i, wanted) in node.depends_on.iter().enumerate() {
        let step = steps.by_id.get(wanted.as_str());
        if step.is_some_and(|step| steps.is_done[*step]) {
            continue;
        }
        let why = match step {
            _ if *wanted == node.step_id => "is the node itself",
            Some(_) => "is not done before",
            None => "is no step of the plan",
        };
        notes.add(Code::GraphDependency, list.item(i), format!("`{}` {why}", visible(wanted)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Actor, ActorKind, Step};

    fn plan() -> Plan {
        let step = |i: usize| Step { step_id: Some(format!("s{i}")), ..Step::new("a", "r", format!("k{i}")) };
        let mut plan = Plan::of_one_step("t", Actor::new(ActorKind::User, "ada"), step(0));
        plan.steps.extend((1..4).map(step));
        plan
    }

    fn differences(change: impl FnOnce(&mut Graph)) -> Vec<String> {
        let plan = plan();
        let mut graph = of(&plan);
        change(&mut graph);
        verify(&plan, &graph).iter().map(|v| format!("{} {}", v.path, v.code.name())).collect()
    }

    #[test]
    fn every_difference_is_named() {
        assert_eq!(differences(|_| ()), [""; 0]);
        assert_eq!(differences(|g| drop(g.nodes.pop())), ["$.steps[3] graph_missing"]);
        assert_eq!(differences(|g| g.nodes[2].step_hash.push('0')), ["$.nodes[2] graph_changed"]);
        assert_eq!(differences(|g| g.plan_hash = Some("x".into())), ["$.plan_hash graph_plan_hash"]);
        assert_eq!(differences(|g| g.nodes.push(g.nodes[0].clone())), ["$.nodes[4] graph_duplicate"]);
        let swapped = ["$.nodes[1].depends_on[0] graph_dependency", "$.nodes[2] graph_reordered"];
        assert_eq!(differences(|g| g.nodes.swap(1, 2)), swapped);
        let foreign = Node { step_id: "x".into(), step_hash: String::new(), depends_on: vec!["y".into(), "x".into()] };
        let expected = [
            "$.nodes[4].depends_on[0] graph_dependency",
            "$.nodes[4].depends_on[1] graph_dependency",
            "$.nodes[4] graph_extra",
        ];
        assert_eq!(differences(|g| g.nodes.push(foreign)), expected);
        let all: Vec<_> = (0..4).map(|i| format!("$.steps[{i}] graph_missing")).collect();
        assert_eq!(differences(|g| g.nodes.clear()), all);
    }

    #[test]
    fn a_graph_is_read_strictly() {
        let text = br#"{"nodes":[{"step_id":"","step_hash":1.5,"x":1},{"step_id":"a","step_hash":"b","depends_on":["c"]}],"y":0}"#;
        let found: Vec<_> = read(text).unwrap_err().iter().map(|v| format!("{} {}", v.path, v.code.name())).collect();
        let expected = [
            "$.nodes[0].step_hash float",
            "$.nodes[0].step_id blank",
            "$.nodes[0].x unknown_field",
            "$.y unknown_field",
        ];
        assert_eq!(found, expected);
    }
}
