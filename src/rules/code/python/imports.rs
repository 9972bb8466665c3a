//! Imports: what they bind, and what a relative one means.

use ruff_python_ast::{Alias, StmtImport, StmtImportFrom};

use super::super::builder::Value;
use super::super::catalogue::Kind;
use super::super::facts::{How, Import, ImportKind, Place};
use super::super::names::Sym;
use super::{Reader, place};

impl<'a> Reader<'a, '_> {
    pub(super) fn import(&mut self, statement: &'a StmtImport) {
        for alias in &statement.names {
            let module = self.build.facts.names.dotted(alias.name.as_str());
            let (bound, path) = match &alias.asname {
                Some(name) => (name.as_str(), module),
                None => {
                    let first = alias.name.as_str().split('.').next().unwrap_or_default();
                    (first, self.build.facts.names.dotted(first))
                }
            };
            self.add_import(alias, place(statement.range), module, Sym::NONE, bound, path);
        }
    }

    pub(super) fn import_from(&mut self, statement: &'a StmtImportFrom) {
        let written = statement.module.as_ref().map_or("", |m| m.as_str());
        let module = self.absolute(statement.level, written);
        for alias in &statement.names {
            if alias.name.as_str() == "*" {
                self.build.star();
                self.add_star(alias, place(statement.range), module);
                continue;
            }
            let seg = self.build.facts.names.seg(alias.name.as_str());
            let name = self.build.facts.names.join(Sym::NONE, seg);
            let path = self.build.facts.names.join(module, seg);
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            self.add_import(alias, place(statement.range), module, name, bound, path);
        }
    }

    pub(super) fn add_import(
        &mut self,
        alias: &Alias,
        statement: Place,
        module: Sym,
        name: Sym,
        bound: &str,
        path: Sym,
    ) {
        let seg = self.build.facts.names.seg(bound);
        let bound_sym = self.build.facts.names.join(Sym::NONE, seg);
        let kind = ImportKind { type_only: self.type_checking, fallible: self.fallible, ..ImportKind::default() };
        let import =
            Import { place: place(alias.range), statement, module, name, bound: bound_sym, def: self.build.def, kind };
        let at = self.build.import(import);
        self.build.bind_import(bound, Value { path, how: How::Import, node: 0 }, at);
    }

    pub(super) fn add_star(&mut self, alias: &Alias, statement: Place, module: Sym) {
        let kind = ImportKind {
            star: true,
            used: true,
            type_only: self.type_checking,
            fallible: self.fallible,
            ..ImportKind::default()
        };
        let import = Import {
            place: place(alias.range),
            statement,
            module,
            name: Sym::NONE,
            bound: Sym::NONE,
            def: self.build.def,
            kind,
        };
        self.build.import(import);
        if self.build.is_known(module) {
            self.stars.push(module);
        }
    }

    /// What a star import of a known library brings under this name, if that is known.
    pub(super) fn starred(&mut self, name: &str) -> Value {
        let seg = self.build.facts.names.seg(name);
        if self.stars.is_empty() || !self.build.is_starred(seg) {
            return Value::UNKNOWN;
        }
        let mut paths: Vec<(bool, Sym)> = Vec::new();
        for nth in (0..self.stars.len()).rev() {
            let path = self.build.facts.names.join(self.stars[nth], seg);
            let kind = self.build.kind(path);
            let random = self.build.facts.names.is(path, &["numpy", "random"]);
            if kind != Kind::Other || random {
                paths.push((kind.fabricates() || random, path));
            }
        }
        let found = paths.iter().find(|(fabricates, _)| *fabricates).or(paths.first());
        found.map_or(Value::UNKNOWN, |(_, path)| Value { path: *path, how: How::Import, node: 0 })
    }

    /// The bare name of what some other star import may have brought.
    pub(super) fn may_be_starred(&mut self, name: &str, value: Value) -> Option<Value> {
        if value.path.is_some() || value.node != 0 {
            return None;
        }
        let seg = self.build.facts.names.seg(name);
        let path = self.build.facts.names.join(Sym::NONE, seg);
        self.build.is_starred(seg).then_some(Value { path, ..Value::UNKNOWN })
    }

    /// The absolute name of a module; a relative one that leads out of the tree keeps its dots as a first step.
    pub(super) fn absolute(&mut self, level: u32, written: &str) -> Sym {
        if level == 0 {
            return self.build.facts.names.dotted(written);
        }
        let mut parts: Vec<&str> = self.module.split('.').filter(|p| !p.is_empty()).collect();
        let up = level as usize - usize::from(self.package);
        let base = if up > parts.len() || (up == parts.len() && self.module.is_empty()) {
            let seg = self.build.facts.names.seg(&".".repeat(level as usize));
            self.build.facts.names.join(Sym::NONE, seg)
        } else {
            parts.truncate(parts.len() - up);
            self.build.facts.names.dotted(&parts.join("."))
        };
        written.split('.').filter(|p| !p.is_empty()).fold(base, |at, part| {
            let seg = self.build.facts.names.seg(part);
            self.build.facts.names.join(at, seg)
        })
    }
}
