//! Instances: attributes, and names that start from `self` once its class is known.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::catalogue::Kind;
use super::super::facts::{Call, Def, DefId, DefKind, How};
use super::super::names::{Names, Seg, Sym};
use super::{Builder, Node, Value};

impl Builder<'_> {
    /// `value.name`.
    pub fn attribute(&mut self, value: Value, name: &str) -> Value {
        let seg = self.facts.names.seg(name);
        if value.path.is_none() {
            return Value { node: value.node, ..Value::UNKNOWN };
        }
        let node = match self.facts.names.instance_class(value.path) {
            Some(class) => self.attribute_node(class, seg),
            None => value.node,
        };
        Value { path: self.facts.names.join(value.path, seg), how: value.how, node }
    }

    /// The value of a `self` in methods of this class.
    pub fn this(&mut self, class: DefId) -> Value {
        Value { path: self.facts.names.instance(class), how: How::Own, node: 0 }
    }

    /// `self.name = value` in a class, or a name bound in its body.
    pub fn attribute_is(&mut self, class: DefId, name: Seg, value: Value) {
        let known = self.attributes.get(&(class, name)).copied();
        let mut next = known.unwrap_or(Value { node: self.node(), ..Value::UNKNOWN });
        self.edge(value.node, next.node);
        if next.path.is_none() {
            next.path = value.path;
            next.how = value.how;
        }
        self.attributes.insert((class, name), next);
    }

    fn attribute_node(&mut self, class: DefId, name: Seg) -> Node {
        if let Some(value) = self.attributes.get(&(class, name)) {
            return value.node;
        }
        let node = self.node();
        self.attributes.insert((class, name), Value { node, ..Value::UNKNOWN });
        node
    }

    /// Assigns to an attribute: of the instance itself, or of some object, which then carries the value.
    pub fn assign_attribute(&mut self, object: Value, name: &str, value: Value) {
        match self.facts.names.instance_class(object.path) {
            Some(class) => {
                let seg = self.facts.names.seg(name);
                self.attribute_is(class, seg, value);
            }
            None => self.edge(value.node, object.node),
        }
    }

    /// Keeps what attributes stand for, where the catalogue knows it.
    pub(super) fn hold(&mut self) {
        let mut held: Vec<((DefId, Seg), Value)> =
            self.attributes.iter().filter(|(_, v)| v.path.is_some()).map(|(k, v)| (*k, *v)).collect();
        held.retain(|(_, value)| self.is_known(value.path));
        held.sort_by_key(|(key, _)| *key);
        for ((class, attribute), value) in held {
            let class = self.facts.defs[class as usize].path;
            let name = self.facts.names.join(class, attribute);
            if name != value.path {
                self.facts.held.push((name, value.path));
            }
        }
    }

    /// Replaces names that start from an instance by what its class says.
    pub(super) fn settle(&mut self) {
        let mut cache: FxHashMap<Sym, Sym> = FxHashMap::default();
        for at in 0..self.facts.calls.len() {
            let Call { callee, kind, .. } = self.facts.calls[at];
            if self.facts.names.instance_root(callee).is_none() {
                continue;
            }
            let settled = self.settled(callee, &mut cache);
            self.facts.calls[at].callee = settled;
            if kind == Kind::Other {
                self.facts.calls[at].kind = self.kind(settled);
            }
        }
        for at in 0..self.facts.defs.len() {
            let result = self.facts.defs[at].result;
            if self.facts.names.instance_root(result).is_some() {
                self.facts.defs[at].result = self.settled(result, &mut cache);
            }
        }
        for at in 0..self.facts.guards.len() {
            let callee = self.facts.guards[at].callee;
            if self.facts.names.instance_root(callee).is_some() {
                self.facts.guards[at].callee = self.settled(callee, &mut cache);
            }
        }
        self.facts.calls.iter_mut().filter(|c| c.callee.is_none()).for_each(|c| c.how = How::Unresolved);
    }

    pub(super) fn settled(&mut self, sym: Sym, cache: &mut FxHashMap<Sym, Sym>) -> Sym {
        if let Some(known) = cache.get(&sym) {
            return *known;
        }
        let view = Classes { attributes: &self.attributes, members: &self.members, defs: &self.facts.defs };
        let mut at = sym;
        // Each round follows one assignment; a chain that is longer, or a ring, is given up.
        for _ in 0..8 {
            if self.facts.names.instance_root(at).is_none() {
                break;
            }
            at = self.facts.names.rebase(at, &mut |names, class, attr| view.resolve(names, class, attr, 0));
        }
        if self.facts.names.instance_root(at).is_some() {
            at = Sym::NONE;
        }
        cache.insert(sym, at);
        at
    }
}

struct Classes<'a> {
    attributes: &'a FxHashMap<(DefId, Seg), Value>,
    members: &'a FxHashSet<(DefId, Seg)>,
    defs: &'a [Def],
}

impl Classes<'_> {
    fn resolve(&self, names: &mut Names, class: DefId, attr: Seg, depth: u32) -> Sym {
        let Some(def) = self.defs.get(class as usize) else { return Sym::NONE };
        if self.members.contains(&(class, attr)) {
            return names.join(def.path, attr);
        }
        if let Some(value) = self.attributes.get(&(class, attr)).filter(|v| v.path.is_some()) {
            return value.path;
        }
        if depth > 8 {
            return Sym::NONE;
        }
        for base in &def.bases {
            let local = self.defs.iter().position(|d| d.kind == DefKind::Class && d.path == *base);
            let found = match local {
                Some(id) if id != class as usize => self.resolve(names, id as DefId, attr, depth + 1),
                Some(_) => Sym::NONE,
                None => Sym::NONE,
            };
            if found.is_some() {
                return found;
            }
        }
        // A base elsewhere may have it; the whole program knows.
        let outside =
            def.bases.iter().copied().find(|base| base.is_some() && !self.defs.iter().any(|d| d.path == *base));
        outside.map_or(Sym::NONE, |base| names.join(base, attr))
    }
}
