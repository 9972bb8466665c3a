//! What a file imports: `use`, and paths that are written out.

use syn::spanned::Spanned;
use syn::{ItemUse, UseTree};

use super::super::builder::Value;
use super::super::facts::{DefKind, How, Import, ImportKind, Place};
use super::super::names::Sym;
use super::Reader;

impl Reader<'_> {
    pub(super) fn use_item(&mut self, item: &ItemUse) {
        let statement = self.place(item.span());
        let reexport = !matches!(item.vis, syn::Visibility::Inherited);
        self.use_tree(&item.tree, Sym::NONE, statement, reexport);
    }

    pub(super) fn use_tree(&mut self, tree: &UseTree, base: Sym, statement: Place, reexport: bool) {
        match tree {
            UseTree::Path(path) => {
                let name = path.ident.to_string();
                // A path may start with a module that is declared here.
                let own = if base.is_none() { self.build.lookup(&name) } else { None };
                let own = own.filter(|v| v.how == How::Local && v.path.is_some());
                let next = own.map_or_else(|| self.step(base, &name), |v| v.path);
                self.use_tree(&path.tree, next, statement, reexport);
            }
            UseTree::Name(name) => {
                let text = name.ident.to_string();
                self.imported(base, &text, &text, self.place(name.ident.span()), statement, reexport);
            }
            UseTree::Rename(rename) => {
                let (text, bound) = (rename.ident.to_string(), rename.rename.to_string());
                self.imported(base, &text, &bound, self.place(rename.ident.span()), statement, reexport);
            }
            UseTree::Glob(glob) => {
                self.build.star();
                let kind = ImportKind { star: true, used: true, reexport, ..ImportKind::default() };
                let place = self.place(glob.span());
                let def = self.build.def;
                self.build.import(Import {
                    place,
                    statement,
                    module: base,
                    name: Sym::NONE,
                    bound: Sym::NONE,
                    def,
                    kind,
                });
            }
            UseTree::Group(group) => group.items.iter().for_each(|t| self.use_tree(t, base, statement, reexport)),
        }
    }

    /// The module around this place, one in the file or the file itself.
    fn here(&self) -> Sym {
        let mut at = self.build.facts.def(self.build.def);
        while let Some(def) = at {
            if def.kind == DefKind::Module {
                return def.path;
            }
            at = self.build.facts.def(def.parent);
        }
        self.build.facts.module
    }

    /// One step of a path: `self`, `super` and `crate` are told apart at its start.
    pub(super) fn step(&mut self, base: Sym, name: &str) -> Sym {
        let module = self.here();
        match name {
            "crate" => self.build.facts.names.dotted("crate"),
            "self" if base.is_none() => module,
            "super" if base.is_none() => self.build.facts.names.parent(module),
            "super" => self.build.facts.names.parent(base),
            "self" => base,
            _ => self.joined(base, name),
        }
    }

    pub(super) fn imported(
        &mut self,
        base: Sym,
        name: &str,
        bound: &str,
        place: Place,
        statement: Place,
        reexport: bool,
    ) {
        let path = self.step(base, name);
        let (module, name_sym) =
            if base.is_none() || name == "self" { (path, Sym::NONE) } else { (base, self.joined(Sym::NONE, name)) };
        let bound = if bound == "self" { self.build.facts.names.last(path).to_owned() } else { bound.to_owned() };
        let bound_sym = self.joined(Sym::NONE, &bound);
        let def = self.build.def;
        let kind = ImportKind { reexport, used: bound == "_", ..ImportKind::default() };
        let at = self.build.import(Import { place, statement, module, name: name_sym, bound: bound_sym, def, kind });
        self.build.bind_import(&bound, Value { path, how: How::Import, node: 0 }, at);
        if reexport {
            let own = self.here();
            let exported = self.joined(own, &bound);
            self.build.facts.exports.push((exported, path));
        }
    }

    /// A path that is written out, `crate::db::open()` or `rusqlite::Connection`, leads where a `use` would.
    pub(super) fn note_path(&mut self, path: &syn::Path) {
        let Some(first) = path.segments.first().filter(|_| path.segments.len() > 1) else { return };
        let name = first.ident.to_string();
        let own = matches!(name.as_str(), "crate" | "super");
        if !own && (is_no_crate(&name) || self.build.lookup(&name).is_some_and(|v| v.path.is_some())) {
            return;
        }
        let mut base = self.step(Sym::NONE, &name);
        let count = path.segments.len();
        for segment in path.segments.iter().take(count - 1).skip(1) {
            base = self.step(base, &segment.ident.to_string());
        }
        let Some(last) = path.segments.last() else { return };
        let name = self.joined(Sym::NONE, &last.ident.to_string());
        let place = Place { start: self.place(first.ident.span()).start, end: self.place(last.ident.span()).end };
        let kind = ImportKind { inline: true, used: true, ..ImportKind::default() };
        let def = self.build.def;
        self.build.import(Import { place, statement: place, module: base, name, bound: Sym::NONE, def, kind });
    }
}

/// Names that start a path and are no crate of somebody's: the standard ones, types, `self`.
fn is_no_crate(name: &str) -> bool {
    const NAMES: [&str; 20] = [
        "std", "core", "alloc", "self", "Self", "str", "char", "bool", "u8", "u16", "u32", "u64", "u128", "usize",
        "i8", "i16", "i32", "i64", "f32", "f64",
    ];
    NAMES.contains(&name) || name.starts_with(char::is_uppercase)
}
