//! Imports, types, functions and their parameters.

use tree_sitter::Node;

use super::super::builder::{ScopeKind, Value};
use super::super::facts::{Context, DefId, DefKind, How, Import, ImportKind};
use super::super::names::Sym;
use super::{Reader, place};

impl<'s> Reader<'s, '_> {
    /// Functions and types are known before the line that declares them.
    pub(super) fn declare(&mut self, root: Node<'_>) {
        let mut cursor = root.walk();
        for child in root.named_children(&mut cursor) {
            if child.kind() == "function_declaration"
                && let Some(name) = child.child_by_field_name("name")
            {
                self.bind_local(self.text(name));
            }
        }
    }

    /// Where an import may stand if there is none: behind the package clause.
    pub(super) fn import_point(&self, root: Node<'_>) -> u32 {
        let mut cursor = root.walk();
        let clause = root.named_children(&mut cursor).find(|child| child.kind() == "package_clause");
        clause.map_or(0, |clause| place(clause).end)
    }

    pub(super) fn import(&mut self, node: Node<'_>) {
        let Some(path) = node.child_by_field_name("path") else { return };
        let module = self.text(path).trim_matches(['"', '`']).to_owned();
        let alias = node.child_by_field_name("name").map(|n| self.text(n).to_owned());
        let seg = self.build.facts.names.seg(&module);
        let path = self.build.facts.names.join(Sym::NONE, seg);
        let bound = alias.unwrap_or_else(|| default_name(&module).to_owned());
        let kind =
            ImportKind { star: bound == ".", used: matches!(bound.as_str(), "." | "_"), ..ImportKind::default() };
        let bound_sym = self.build.facts.names.dotted(if kind.star { "" } else { &bound });
        let import = Import {
            place: place(node),
            statement: place(node),
            module: path,
            name: Sym::NONE,
            bound: bound_sym,
            def: 0,
            kind,
        };
        let at = self.build.import(import);
        if kind.star {
            self.build.star();
        } else {
            self.build.bind_import(&bound, Value { path, how: How::Import, node: 0 }, at);
        }
    }

    pub(super) fn define(&mut self, name: &str, kind: DefKind, node: Node<'_>, name_node: Node<'_>) -> DefId {
        let def = self.build.define(name, kind, place(node), place(name_node));
        let start = node.start_byte() as u32;
        let end = self.docs.last().copied().unwrap_or(u32::MAX);
        let between = self.source.get(end as usize..start as usize);
        let documented = between
            .is_some_and(|b| b.bytes().filter(|c| *c == b'\n').count() <= 1 && b.replace("type", "").trim().is_empty());
        let entry = self.build.def_mut(def);
        entry.public = name.starts_with(char::is_uppercase);
        entry.documented = documented;
        def
    }

    pub(super) fn type_spec(&mut self, node: Node<'_>) {
        if let Some(name) = node.child_by_field_name("name") {
            let text = self.text(name);
            let def = self.define(text, DefKind::Class, node, name);
            self.bind_local(text);
            if let Some(of) = node.child_by_field_name("type").filter(|t| t.kind() == "struct_type") {
                self.fields(def, of);
            }
        }
        self.children(node);
    }

    /// What the fields of a struct are, and what it embeds.
    fn fields(&mut self, class: DefId, of: Node<'_>) {
        let Some(list) = of.named_child(0) else { return };
        for field in super::named(list) {
            let Some(kind) = field.child_by_field_name("type") else { continue };
            let path = self.type_path(kind);
            let mut cursor = field.walk();
            let names: Vec<Node<'_>> = field.children_by_field_name("name", &mut cursor).collect();
            let owner = self.build.facts.defs[class as usize].path;
            for name in &names {
                let seg = self.build.facts.names.seg(self.text(*name));
                let own = self.build.facts.names.join(owner, seg);
                if path.is_some() {
                    self.fields.insert(own, path);
                }
            }
            if names.is_empty() && path.is_some() {
                self.build.def_mut(class).bases.push(path);
            }
        }
    }

    /// The name of a type, or of what it points to.
    pub(super) fn type_path(&mut self, of: Node<'_>) -> Sym {
        match of.kind() {
            "pointer_type" => of.named_child(0).map_or(Sym::NONE, |inner| self.type_path(inner)),
            "type_identifier" | "qualified_type" => {
                let value = self.value(of);
                if value.how == How::Builtin { Sym::NONE } else { value.path }
            }
            _ => Sym::NONE,
        }
    }

    pub(super) fn function(&mut self, node: Node<'_>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let text = self.text(name);
        let receiver = node.child_by_field_name("receiver").and_then(|r| self.receiver(r));
        let def = self.define(text, DefKind::Function, node, name);
        if let Some((_, class)) = &receiver {
            let base = self.build.facts.module;
            let path = [class.as_str(), text].iter().fold(base, |at, part| {
                let seg = self.build.facts.names.seg(part);
                self.build.facts.names.join(at, seg)
            });
            self.build.def_mut(def).path = path;
        }
        self.build.facts.has_tests |= text.starts_with("Test");
        let outer = (self.build.scope, self.build.def, self.build.depth, self.build.context);
        self.build.open(ScopeKind::Function, def);
        self.build.depth = 0;
        self.build.context = Context::default();
        if let Some((own, class)) = receiver {
            let base = self.build.facts.module;
            let seg = self.build.facts.names.seg(&class);
            let path = self.build.facts.names.join(base, seg);
            self.build.bind(&own, Value { path, how: How::Own, node: 0 });
        }
        if let Some(parameters) = node.child_by_field_name("parameters") {
            self.parameters(parameters);
        }
        if let Some(result) = node.child_by_field_name("result") {
            let class = self.type_path(result);
            if class.is_some() {
                let result = self.build.facts.names.called(class);
                self.build.def_mut(def).result = result;
            }
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.children(body);
        }
        (self.build.scope, self.build.def, self.build.depth, self.build.context) = outer;
    }

    /// The name and the type of a receiver: `(s *Source)`.
    pub(super) fn receiver(&self, node: Node<'_>) -> Option<(String, String)> {
        let inner = self.text(node).trim_matches(['(', ')']);
        let (name, kind) = inner.trim().split_once(char::is_whitespace)?;
        let kind = kind.trim().trim_start_matches('*');
        Some((name.to_owned(), kind.split('[').next().unwrap_or(kind).to_owned()))
    }

    pub(super) fn parameters(&mut self, node: Node<'_>) {
        let mut cursor = node.walk();
        for parameter in node.named_children(&mut cursor) {
            let mut inner = parameter.walk();
            let names: Vec<_> = parameter.children_by_field_name("name", &mut inner).collect();
            let path = parameter.child_by_field_name("type").map_or(Sym::NONE, |of| self.type_path(of));
            let value = if path.is_some() { Value { path, how: How::Assigned, node: 0 } } else { Value::UNKNOWN };
            for name in names {
                self.build.bind(self.text(name), value);
            }
        }
    }
}

/// The name a package has where nothing else is said: its path's last part, version apart.
pub(super) fn default_name(module: &str) -> &str {
    let mut parts = module.rsplit('/');
    let last = parts.next().unwrap_or(module);
    let is_version = last.strip_prefix('v').is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()));
    let name = if is_version { parts.next().unwrap_or(last) } else { last };
    name.strip_prefix("go-").unwrap_or(name)
}
