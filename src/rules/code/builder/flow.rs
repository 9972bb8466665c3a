//! Where values go: a graph of numbered nodes, walked backwards from results and sinks to calls.

use super::super::facts::{METRICS, NOWHERE};
use super::{Builder, Node, Value};

impl Builder<'_> {
    /// A fresh node.
    pub fn node(&mut self) -> Node {
        self.nodes += 1;
        self.nodes
    }

    /// What is in `from` also is in `to`.
    pub fn edge(&mut self, from: Node, to: Node) {
        if from != 0 && to != 0 && from != to {
            self.edges.push((from, to));
        }
    }

    /// A node that carries both.
    pub fn merge(&mut self, a: Node, b: Node) -> Node {
        if a == 0 || a == b {
            return b;
        }
        if b == 0 {
            return a;
        }
        let node = self.node();
        self.edges.push((a, node));
        self.edges.push((b, node));
        node
    }

    /// What this node carries is recorded as a metric, by no call.
    pub fn recorded(&mut self, node: Node) {
        if node != 0 {
            self.sinks.push((node, METRICS));
        }
    }

    /// The current function returns this.
    pub fn ret(&mut self, value: Value) {
        if value.node != 0 {
            self.returns.push((value.node, self.def));
        }
        if value.path.is_some() {
            let def = &mut self.facts.defs[self.def as usize];
            if def.result.is_none() {
                def.result = value.path;
            }
        }
    }

    /// Walks the flow graph backwards from results and sinks to calls.
    pub(super) fn follow(&mut self) {
        if self.returns.is_empty() && self.sinks.is_empty() {
            return;
        }
        let size = self.nodes as usize + 1;
        let mut returned = vec![NOWHERE; size];
        let mut sunk = vec![NOWHERE; size];
        for (node, def) in &self.returns {
            let mark = &mut returned[*node as usize];
            *mark = (*mark).min(*def);
        }
        for (node, call) in &self.sinks {
            let mark = &mut sunk[*node as usize];
            *mark = (*mark).min(*call);
        }
        // Nearly every edge leads from an older node to a younger one: two rounds settle all but odd loops.
        for _ in 0..3 {
            let mut changed = false;
            for (from, to) in self.edges.iter().rev() {
                for marks in [&mut returned, &mut sunk] {
                    let (mark, source) = (marks[*to as usize], marks[*from as usize]);
                    if mark < source {
                        marks[*from as usize] = mark;
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        for (call, node) in &self.node_of_call {
            let call = &mut self.facts.calls[*call as usize];
            call.returned_by = returned[*node as usize];
            call.sink = sunk[*node as usize];
        }
        for (read, node) in &mut self.reads {
            read.returned_by = returned[*node as usize];
            read.sink = sunk[*node as usize];
        }
    }
}
