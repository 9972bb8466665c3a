//! Scopes, and what names stand for in them.

use super::super::facts::{DefId, NOWHERE};
use super::super::names::Seg;
use super::{Binding, Builder, Scope, ScopeKind, Value};

impl Builder<'_> {
    /// Opens a scope inside the current one.
    pub fn open(&mut self, kind: ScopeKind, def: DefId) -> u32 {
        self.scopes.push(Scope { parent: self.scope, kind, def, has_star: false });
        self.scope = self.scopes.len() as u32 - 1;
        self.def = def;
        self.scope
    }

    /// Goes (back) to a scope.
    pub fn enter(&mut self, scope: u32) {
        self.scope = scope;
        self.def = self.scopes[scope as usize].def;
    }

    /// The kind of the current scope.
    pub fn scope_kind(&self) -> ScopeKind {
        self.scopes[self.scope as usize].kind
    }

    /// Notes that the current scope holds names nobody can list.
    pub fn star(&mut self) {
        self.scopes[self.scope as usize].has_star = true;
    }

    /// Sends bindings of `name` in the current scope to another one (`global`, `nonlocal`).
    pub fn redirect(&mut self, name: &str, to_module: bool) {
        let seg = self.facts.names.seg(name);
        let mut target = 0;
        if !to_module {
            let mut at = self.scopes[self.scope as usize].parent;
            while at != NOWHERE && at != 0 && !self.bindings.contains_key(&(at, seg)) {
                at = self.scopes[at as usize].parent;
            }
            target = if at == NOWHERE { 0 } else { at };
        }
        self.redirects.insert((self.scope, seg), target);
    }

    /// Binds a name in the current scope.
    pub fn bind(&mut self, name: &str, value: Value) -> Seg {
        self.bind_import(name, value, NOWHERE)
    }

    /// Binds a name to what the import of this index brings.
    pub fn bind_import(&mut self, name: &str, mut value: Value, mut import: u32) -> Seg {
        let seg = self.facts.names.seg(name);
        let scope = self.redirects.get(&(self.scope, seg)).copied().unwrap_or(self.scope);
        if value.node == 0 {
            value.node = self.node();
        }
        let key = (scope, seg);
        if let Some(old) = self.bindings.get(&key).copied().filter(|_| self.depth > 0 || scope != self.scope) {
            let joined = self.merge(old.value.node, value.node);
            value.node = joined;
            // What a branch rebinds may still be what was imported.
            import = if import == NOWHERE { old.import } else { import };
            if value.path.is_none() {
                value = Value { node: joined, ..old.value };
            }
        }
        if self.scopes[scope as usize].kind == ScopeKind::Class {
            let class = self.scopes[scope as usize].def;
            self.attribute_is(class, seg, value);
        }
        self.bindings.insert(key, Binding { value, import });
        seg
    }

    /// What a name stands for here; `None`: it is bound nowhere in this file, and no star import may have brought it.
    pub fn lookup(&mut self, name: &str) -> Option<Value> {
        let seg = self.facts.names.seg(name);
        let mut at = self.scope;
        let mut first = true;
        let mut star = false;
        while at != NOWHERE {
            let scope = &self.scopes[at as usize];
            let visible = first || scope.kind != ScopeKind::Class;
            star |= scope.has_star;
            let next = scope.parent;
            if visible && let Some(binding) = self.bindings.get(&(at, seg)).copied() {
                if let Some(import) = self.facts.imports.get_mut(binding.import as usize) {
                    import.kind.used = true;
                }
                return Some(binding.value);
            }
            first = false;
            at = next;
        }
        star.then_some(Value::UNKNOWN)
    }

    /// Whether a name is bound here.
    pub fn is_bound(&mut self, name: &str) -> bool {
        self.lookup(name).is_some()
    }

    /// Whether a name can only come from a star import.
    pub fn is_starred(&self, name: Seg) -> bool {
        let (mut at, mut star) = (self.scope, false);
        while at != NOWHERE {
            if self.bindings.contains_key(&(at, name)) {
                return false;
            }
            star |= self.scopes[at as usize].has_star;
            at = self.scopes[at as usize].parent;
        }
        star
    }

    /// The names a scope binds, with their values.
    pub fn bound_in(&self, scope: u32) -> Vec<(Seg, Value)> {
        let mut bound: Vec<_> =
            self.bindings.iter().filter(|((s, _), _)| *s == scope).map(|((_, seg), b)| (*seg, b.value)).collect();
        bound.sort_by_key(|(seg, _)| *seg);
        bound
    }
}
