//! Rust, read with syn; the only file that names it.

use proc_macro2::Span;
use rustc_hash::FxHashMap;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, ExprCall, ExprMethodCall, Item, ItemUse, Pat, Stmt, UseTree};

use super::builder::{Builder, ScopeKind, Value};
use super::catalogue::Catalogue;
use super::facts::{Context, DefId, DefKind, Facts, How, Import, ImportKind, Language, Place, Rows};
use super::names::Sym;

/// Reads one file. `module` is its path from the crate's root, `crate.a.b`.
pub fn read(source: &str, module: &str, catalogue: &Catalogue) -> Facts {
    let mut reader = Reader {
        build: Builder::new(Language::Rust, module, source, catalogue),
        class: None,
        calls: FxHashMap::default(),
        fields: FxHashMap::default(),
        offset: if source.starts_with('\u{feff}') { 3 } else { 0 },
    };
    comments(source, &mut reader.build);
    match syn::parse_file(source) {
        Ok(file) => {
            reader.declare(&file.items);
            reader.visit_file(&file);
        }
        Err(error) => {
            let at = reader.place(error.span());
            reader.build.error(at, &error.to_string());
        }
    }
    // What the spans of this thread point into is the text of this file alone.
    proc_macro2::extra::invalidate_current_thread_spans();
    reader.build.enter(0);
    reader.build.finish()
}

/// Parses and does nothing else: what the benchmarks measure against.
pub fn parse_only(source: &str) -> usize {
    let items = syn::parse_file(source).map_or(0, |f| f.items.len());
    proc_macro2::extra::invalidate_current_thread_spans();
    items
}

/// Comments, which syn does not keep: found by a walk that knows strings and characters.
fn comments(source: &str, build: &mut Builder<'_>) {
    let bytes = source.as_bytes();
    let mut at = 0;
    while let Some(step) = memchr::memchr3(b'/', b'"', b'\'', &bytes[at..]) {
        let start = at + step;
        at = match (bytes[start], bytes.get(start + 1)) {
            (b'/', Some(b'/')) => {
                let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n);
                let text = source.get(start..end).unwrap_or_default();
                if !text.starts_with("///") && !text.starts_with("//!") {
                    build.comment(Place { start: start as u32, end: end as u32 }, text);
                }
                end
            }
            (b'/', Some(b'*')) => memchr::memmem::find(&bytes[start..], b"*/").map_or(bytes.len(), |n| start + n + 2),
            (b'"', _) => end_of_string(bytes, start),
            (b'\'', Some(b'\\')) => start + 3,
            (b'\'', Some(b'"')) => start + 2,
            _ => start + 1,
        };
        if at >= bytes.len() {
            break;
        }
    }
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let hashes = bytes[..start].iter().rev().take_while(|b| **b == b'#').count();
    let raw = hashes > 0 || (start > 0 && bytes[start - 1] == b'r');
    if raw {
        let end = format!("\"{}", "#".repeat(hashes));
        return memchr::memmem::find(&bytes[start + 1..], end.as_bytes())
            .map_or(bytes.len(), |n| start + 1 + n + end.len());
    }
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

struct Reader<'c> {
    build: Builder<'c>,
    class: Option<DefId>,
    calls: FxHashMap<(u32, u32), Value>,
    fields: FxHashMap<Sym, Sym>,
    offset: u32,
}

impl Reader<'_> {
    fn place(&self, span: Span) -> Place {
        let range = span.byte_range();
        Place { start: range.start as u32 + self.offset, end: range.end as u32 + self.offset }
    }

    fn declare(&mut self, items: &[Item]) {
        for item in items {
            let name = match item {
                Item::Fn(f) => &f.sig.ident,
                Item::Struct(s) => &s.ident,
                Item::Enum(e) => &e.ident,
                Item::Mod(m) => &m.ident,
                Item::Trait(t) => &t.ident,
                _ => continue,
            };
            let base = self.build.facts.defs[self.build.def as usize].path;
            let path = self.joined(base, &name.to_string());
            self.build.bind(&name.to_string(), Value { path, how: How::Local, node: 0 });
        }
        for item in items {
            if let Item::Use(item) = item {
                self.use_item(item);
            }
        }
    }

    fn joined(&mut self, base: Sym, name: &str) -> Sym {
        let seg = self.build.facts.names.seg(name);
        self.build.facts.names.join(base, seg)
    }

    fn use_item(&mut self, item: &ItemUse) {
        let statement = self.place(item.span());
        let reexport = !matches!(item.vis, syn::Visibility::Inherited);
        self.use_tree(&item.tree, Sym::NONE, statement, reexport);
    }

    fn use_tree(&mut self, tree: &UseTree, base: Sym, statement: Place, reexport: bool) {
        match tree {
            UseTree::Path(path) => {
                let name = path.ident.to_string();
                let next = self.step(base, &name);
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

    /// One step of a path: `self`, `super` and `crate` are told apart at its start.
    fn step(&mut self, base: Sym, name: &str) -> Sym {
        let module = self.build.facts.module;
        match name {
            "crate" => self.build.facts.names.dotted("crate"),
            "self" if base.is_none() => module,
            "super" if base.is_none() => self.build.facts.names.parent(module),
            "super" => self.build.facts.names.parent(base),
            "self" => base,
            _ => self.joined(base, name),
        }
    }

    fn imported(&mut self, base: Sym, name: &str, bound: &str, place: Place, statement: Place, reexport: bool) {
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
            let own = self.build.facts.module;
            let exported = self.joined(own, &bound);
            self.build.facts.exports.push((exported, path));
        }
    }

    fn define(
        &mut self,
        name: &syn::Ident,
        kind: DefKind,
        span: Span,
        attributes: &[Attribute],
        public: bool,
    ) -> DefId {
        let (all, own) = (self.place(span), self.place(name.span()));
        let def = self.build.define(&name.to_string(), kind, all, own);
        let decorators: Vec<Sym> =
            attributes.iter().filter(|a| !a.path().is_ident("doc")).map(|a| self.path(a.path()).path).collect();
        let documented = attributes.iter().any(|a| a.path().is_ident("doc"));
        let test = attributes.iter().any(is_test);
        self.build.facts.has_tests |= test;
        let inside = self.build.scope_kind() == ScopeKind::Function;
        let inherited = self.build.facts.def(self.build.def).is_some_and(|d| d.test);
        let entry = self.build.def_mut(def);
        entry.decorators = decorators;
        entry.documented = documented;
        entry.public = public && !inside;
        entry.test = test || inherited;
        def
    }

    fn path(&mut self, path: &syn::Path) -> Value {
        let mut parts = path.segments.iter();
        let Some(first) = parts.next() else { return Value::UNKNOWN };
        let name = first.ident.to_string();
        let mut value = match name.as_str() {
            "crate" | "super" => Value { path: self.step(Sym::NONE, &name), how: How::Import, node: 0 },
            "self" if path.segments.len() > 1 => Value { path: self.step(Sym::NONE, "self"), how: How::Local, node: 0 },
            "Self" | "self" => match self.class {
                Some(class) => {
                    let path = self.build.facts.defs[class as usize].path;
                    Value { path, how: How::Own, node: 0 }
                }
                None => Value::UNKNOWN,
            },
            _ => match self.build.lookup(&name) {
                Some(value) => value,
                // A crate, or a name of the prelude.
                None if path.segments.len() > 1 || path.leading_colon.is_some() => {
                    let path = self.build.facts.names.dotted(&name);
                    Value { path, how: How::Import, node: 0 }
                }
                None if PRELUDE.contains(&name.as_str()) => {
                    let path = self.build.facts.names.dotted(&name);
                    Value { path, how: How::Builtin, node: 0 }
                }
                None => Value::UNKNOWN,
            },
        };
        for part in parts {
            value = self.build.attribute(value, &part.ident.to_string());
        }
        value
    }

    /// A path that is written out, `crate::db::open()` or `rusqlite::Connection`, leads where a `use` would.
    fn note_path(&mut self, path: &syn::Path) {
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

    fn value(&mut self, expression: &Expr) -> Value {
        match expression {
            Expr::Path(p) => self.path(&p.path),
            Expr::Call(_) | Expr::MethodCall(_) => {
                let at = self.call_place(expression);
                self.calls.get(&(at.start, at.end)).copied().unwrap_or(Value::UNKNOWN)
            }
            Expr::Field(f) => {
                let object = self.value(&f.base);
                match &f.member {
                    syn::Member::Named(name) => self.field(object, &name.to_string()),
                    syn::Member::Unnamed(_) => object.anonymous(),
                }
            }
            Expr::Reference(r) => self.value(&r.expr),
            Expr::Paren(p) => self.value(&p.expr),
            Expr::Group(p) => self.value(&p.expr),
            Expr::Try(t) => self.value(&t.expr),
            Expr::Await(a) => self.value(&a.base),
            Expr::Unary(u) => self.value(&u.expr).anonymous(),
            Expr::Cast(c) => self.value(&c.expr).anonymous(),
            Expr::Index(i) => self.value(&i.expr).anonymous(),
            Expr::Binary(b) if is_comparison(&b.op) => Value::UNKNOWN,
            Expr::Binary(b) => self.merged([&*b.left, &*b.right]),
            Expr::Array(a) => self.merged(a.elems.iter()),
            Expr::Tuple(t) => self.merged(t.elems.iter()),
            Expr::Struct(s) => self.merged(s.fields.iter().map(|f| &f.expr)),
            Expr::Repeat(r) => self.value(&r.expr).anonymous(),
            Expr::Closure(c) => self.value(&c.body).anonymous(),
            Expr::Block(b) => self.block_value(&b.block),
            Expr::Unsafe(b) => self.block_value(&b.block),
            Expr::If(i) => {
                let then = self.block_value(&i.then_branch);
                let otherwise = i.else_branch.as_ref().map_or(Value::UNKNOWN, |(_, e)| self.value(e));
                let node = self.build.merge(then.node, otherwise.node);
                Value { node, ..Value::UNKNOWN }
            }
            Expr::Macro(m) => self.macro_value(&m.mac),
            Expr::Match(m) => self.merged(m.arms.iter().map(|a| &*a.body)),
            _ => Value::UNKNOWN,
        }
    }

    /// `vec![…]` and `format!(…)` carry what they are made of.
    fn macro_value(&mut self, it: &syn::Macro) -> Value {
        let carries = ["vec", "format", "json"].iter().any(|name| it.path.is_ident(name));
        match expressions(it).filter(|_| carries) {
            Some(parts) => self.merged(&parts),
            None => Value::UNKNOWN,
        }
    }

    /// `self.rng` is what its struct says it is.
    fn field(&mut self, object: Value, name: &str) -> Value {
        let value = self.build.attribute(object, name);
        let of = self.fields.get(&value.path).copied().filter(|_| value.path.is_some());
        Value { path: of.unwrap_or(value.path), ..value }
    }

    /// What a value of this type is called, where the type is a plain path or a reference to one.
    fn of_type(&mut self, of: &syn::Type) -> Value {
        match of {
            syn::Type::Reference(r) => self.of_type(&r.elem),
            syn::Type::Path(p) if p.qself.is_none() => {
                let path = self.path(&p.path).path;
                Value { path, how: if path.is_some() { How::Assigned } else { How::Unresolved }, node: 0 }
            }
            syn::Type::ImplTrait(i) => match i.bounds.first() {
                Some(syn::TypeParamBound::Trait(t)) => {
                    Value { path: self.path(&t.path).path, how: How::Assigned, node: 0 }
                }
                _ => Value::UNKNOWN,
            },
            _ => Value::UNKNOWN,
        }
    }

    fn block_value(&mut self, block: &Block) -> Value {
        match block.stmts.last() {
            Some(Stmt::Expr(expression, None)) => self.value(expression),
            _ => Value::UNKNOWN,
        }
    }

    fn merged<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expr>) -> Value {
        let mut node = 0;
        for expression in expressions {
            let value = self.value(expression);
            node = self.build.merge(node, value.node);
        }
        Value { node, ..Value::UNKNOWN }
    }

    fn bind_pattern(&mut self, pattern: &Pat, value: Value) {
        match pattern {
            Pat::Ident(p) => {
                self.build.bind(&p.ident.to_string(), value);
            }
            Pat::Type(p) => self.bind_pattern(&p.pat, value),
            Pat::Reference(p) => self.bind_pattern(&p.pat, value),
            Pat::Tuple(p) => p.elems.iter().for_each(|e| self.bind_pattern(e, value.anonymous())),
            Pat::TupleStruct(p) => p.elems.iter().for_each(|e| self.bind_pattern(e, value.anonymous())),
            Pat::Struct(p) => p.fields.iter().for_each(|f| self.bind_pattern(&f.pat, value.anonymous())),
            Pat::Slice(p) => p.elems.iter().for_each(|e| self.bind_pattern(e, value.anonymous())),
            _ => {}
        }
    }

    fn body(&mut self, def: DefId, signature: &syn::Signature, block: &Block) {
        let outer = (self.build.scope, self.build.def, self.build.depth, self.build.context);
        self.build.open(ScopeKind::Function, def);
        self.build.depth = 0;
        self.build.context = Context::default();
        for input in &signature.inputs {
            if let syn::FnArg::Typed(typed) = input {
                let value = self.of_type(&typed.ty);
                self.bind_pattern(&typed.pat, value);
            }
        }
        self.visit_block(block);
        let value = self.block_value(block);
        self.build.ret(value);
        (self.build.scope, self.build.def, self.build.depth, self.build.context) = outer;
    }

    fn with(&mut self, context: Context, work: impl FnOnce(&mut Self)) {
        let outer = self.build.context;
        self.build.context = outer.with(context);
        work(self);
        self.build.context = outer;
    }

    /// Where a call stands. Asking a tree for its span writes it out again; chains of calls would cost their square.
    fn call_place(&self, expression: &Expr) -> Place {
        let close = match expression {
            Expr::Call(c) => c.paren_token.span.close(),
            Expr::MethodCall(c) => c.paren_token.span.close(),
            other => return self.place(other.span()),
        };
        Place { start: self.start(expression), end: self.place(close).end }
    }

    fn start(&self, expression: &Expr) -> u32 {
        let mut at = expression;
        loop {
            at = match at {
                Expr::Call(c) if c.attrs.is_empty() => &c.func,
                Expr::MethodCall(c) if c.attrs.is_empty() => &c.receiver,
                Expr::Field(f) if f.attrs.is_empty() => &f.base,
                Expr::Try(t) => &t.expr,
                Expr::Await(a) => &a.base,
                Expr::Index(i) => &i.expr,
                other => return self.place(other.span()).start,
            };
        }
    }

    fn finish_call(
        &mut self,
        at: Place,
        callee: Value,
        arguments: &syn::punctuated::Punctuated<Expr, syn::Token![,]>,
        method: Option<&str>,
    ) {
        let kind = self.build.kind(callee.path);
        let outer = self.build.context;
        self.build.context = self.build.argument_context(kind);
        let takes_function = arguments.iter().any(|a| matches!(a, Expr::Closure(_)));
        let guard = self.build.guarded_by(if takes_function { callee.path } else { Sym::NONE });
        let mut node = 0;
        for argument in arguments {
            self.visit_expr(argument);
            let value = self.value(argument);
            node = self.build.merge(node, value.node);
        }
        self.build.context = outer;
        self.build.guard = guard;
        // What `unwrap_or_else` and its kin are handed stands in for what failed.
        let value = self.build.call(at, callee, kind, node, method, Context::default());
        let passes = method.is_some_and(|m| {
            m.starts_with("unwrap_or") || matches!(m, "or" | "or_else" | "map" | "chain" | "collect" | "push")
        });
        let joined = if passes { self.build.merge(value.node, node) } else { value.node };
        self.calls.insert((at.start, at.end), Value { node: joined, ..value });
    }

    fn note_rows(&mut self, name: &syn::Ident, value: &Expr) {
        let elements = match value {
            Expr::Array(a) => &a.elems,
            Expr::Reference(r) => return self.note_rows(name, &r.expr),
            _ => return,
        };
        let records =
            elements.iter().filter(|e| matches!(e, Expr::Tuple(_) | Expr::Struct(_) | Expr::Array(_))).count();
        if records < 2 || records != elements.len() {
            return;
        }
        let text = self.build.facts.names.dotted(&name.to_string());
        let at = Place { start: self.place(name.span()).start, end: self.place(value.span()).end };
        let def = self.build.def;
        self.build.facts.rows.push(Rows { place: at, name: text, count: records as u32, def });
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

/// Names of the prelude that calls use.
const PRELUDE: [&str; 8] = ["Some", "Ok", "Err", "Box", "Vec", "String", "Option", "Result"];

fn is_comparison(operator: &syn::BinOp) -> bool {
    use syn::BinOp::{Eq, Ge, Gt, Le, Lt, Ne};
    matches!(operator, Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_))
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

/// `#[test]`, `#[tokio::test]`, `#[cfg(test)]`.
fn is_test(attribute: &Attribute) -> bool {
    if attribute.path().segments.last().is_some_and(|s| s.ident == "test") {
        return true;
    }
    let syn::Meta::List(list) = &attribute.meta else { return false };
    attribute.path().is_ident("cfg") && list.tokens.to_string() == "test"
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // Those of a module were read before its items; those of a block are read here.
        if self.build.scope_kind() == ScopeKind::Function {
            self.use_item(item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let Some((_, items)) = &item.content else { return };
        let public = is_public(&item.vis);
        let def = self.define(&item.ident, DefKind::Module, item.span(), &item.attrs, public);
        let outer = (self.build.scope, self.build.def);
        self.build.open(ScopeKind::Module, def);
        self.declare(items);
        items.iter().for_each(|i| self.visit_item(i));
        (self.build.scope, self.build.def) = outer;
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let def = self.define(&item.sig.ident, DefKind::Function, item.span(), &item.attrs, is_public(&item.vis));
        self.body(def, &item.sig, &item.block);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let def = self.define(&item.ident, DefKind::Class, item.span(), &item.attrs, is_public(&item.vis));
        let class = self.build.facts.defs[def as usize].path;
        for field in &item.fields {
            let Some(name) = &field.ident else { continue };
            let value = self.of_type(&field.ty);
            if value.path.is_some() {
                let own = self.joined(class, &name.to_string());
                self.fields.insert(own, value.path);
            }
        }
        visit::visit_fields(self, &item.fields);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.define(&item.ident, DefKind::Class, item.span(), &item.attrs, is_public(&item.vis));
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        let def = self.define(&item.ident, DefKind::Class, item.span(), &item.attrs, is_public(&item.vis));
        let outer = (self.build.scope, self.build.def, self.class);
        self.build.open(ScopeKind::Class, def);
        self.class = Some(def);
        visit::visit_item_trait(self, item);
        (self.build.scope, self.build.def, self.class) = outer;
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        let def = self.define(&item.sig.ident, DefKind::Function, item.span(), &item.attrs, true);
        match &item.default {
            Some(block) => self.body(def, &item.sig, block),
            None => self.build.def_mut(def).stub = true,
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let syn::Type::Path(of) = &*item.self_ty else { return visit::visit_item_impl(self, item) };
        let target = self.path(&of.path).path;
        let known = self.build.facts.defs.iter().position(|d| d.kind == DefKind::Class && d.path == target);
        let outer = (self.build.scope, self.build.def, self.class);
        let class = known.map(|at| at as DefId);
        if let Some(class) = class {
            self.build.open(ScopeKind::Class, class);
        }
        self.class = class;
        for inner in &item.items {
            if let syn::ImplItem::Fn(f) = inner {
                let public = is_public(&f.vis);
                let def = self.define(&f.sig.ident, DefKind::Function, f.span(), &f.attrs, public);
                // What a trait asks for is documented there.
                self.build.def_mut(def).documented |= item.trait_.is_some();
                self.body(def, &f.sig, &f.block);
            }
        }
        (self.build.scope, self.build.def, self.class) = outer;
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        let Some(init) = &local.init else { return self.bind_pattern(&local.pat, Value::UNKNOWN) };
        self.visit_expr(&init.expr);
        if let Some((_, diverge)) = &init.diverge {
            self.build.branch();
            self.visit_expr(diverge);
        }
        if let Pat::Ident(name) = &local.pat {
            self.note_rows(&name.ident, &init.expr);
        }
        let value = self.value(&init.expr);
        self.bind_pattern(&local.pat, value);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.note_rows(&item.ident, &item.expr);
        visit::visit_item_const(self, item);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.note_rows(&item.ident, &item.expr);
        visit::visit_item_static(self, item);
    }

    fn visit_expr_return(&mut self, it: &'ast syn::ExprReturn) {
        if let Some(expression) = &it.expr {
            self.visit_expr(expression);
            let value = self.value(expression);
            self.build.ret(value);
        }
    }

    fn visit_expr_call(&mut self, it: &'ast ExprCall) {
        self.visit_expr(&it.func);
        let callee = self.value(&it.func);
        let start = self.start(&it.func);
        let end = self.place(it.paren_token.span.close()).end;
        self.finish_call(Place { start, end }, callee, &it.args, None);
    }

    fn visit_expr_method_call(&mut self, it: &'ast ExprMethodCall) {
        self.visit_expr(&it.receiver);
        let object = self.value(&it.receiver);
        let name = it.method.to_string();
        let callee = self.build.attribute(object, &name);
        let outer = self.build.context;
        if name.starts_with("unwrap_or") || name.starts_with("or_else") {
            self.build.context = outer.with(Context::OTHERWISE);
        }
        let start = self.start(&it.receiver);
        let end = self.place(it.paren_token.span.close()).end;
        self.finish_call(Place { start, end }, callee, &it.args, Some(&name));
        self.build.context = outer;
    }

    fn visit_expr_binary(&mut self, it: &'ast syn::ExprBinary) {
        if matches!(it.op, syn::BinOp::And(_) | syn::BinOp::Or(_)) {
            self.build.branch();
        }
        if is_comparison(&it.op) {
            self.with(Context::GATE, |reader| visit::visit_expr_binary(reader, it));
        } else {
            visit::visit_expr_binary(self, it);
        }
    }

    fn visit_expr_index(&mut self, it: &'ast syn::ExprIndex) {
        self.visit_expr(&it.expr);
        self.with(Context::INDEX, |reader| reader.visit_expr(&it.index));
    }

    fn visit_expr_if(&mut self, it: &'ast syn::ExprIf) {
        self.build.branch();
        self.with(Context::GATE, |reader| reader.visit_expr(&it.cond));
        self.build.depth += 1;
        self.visit_block(&it.then_branch);
        if let Some((_, otherwise)) = &it.else_branch {
            self.visit_expr(otherwise);
        }
        self.build.depth -= 1;
    }

    fn visit_expr_while(&mut self, it: &'ast syn::ExprWhile) {
        self.build.branch();
        self.build.depth += 1;
        visit::visit_expr_while(self, it);
        self.build.depth -= 1;
    }

    fn visit_expr_for_loop(&mut self, it: &'ast syn::ExprForLoop) {
        self.build.branch();
        self.visit_expr(&it.expr);
        let value = self.value(&it.expr).anonymous();
        self.build.depth += 1;
        self.bind_pattern(&it.pat, value);
        self.visit_block(&it.body);
        self.build.depth -= 1;
    }

    fn visit_arm(&mut self, it: &'ast syn::Arm) {
        self.build.branch();
        self.build.depth += 1;
        let first = self.build.facts.calls.len();
        visit::visit_arm(self, it);
        if is_failure(&it.pat) && !tells(&it.body) {
            self.build.swallow(first, Context::HANDLER);
        }
        self.build.depth -= 1;
    }

    fn visit_lit_str(&mut self, it: &'ast syn::LitStr) {
        let at = self.place(it.span());
        self.build.string(at, &it.value());
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_path(&mut self, it: &'ast syn::Path) {
        self.note_path(it);
        visit::visit_path(self, it);
    }

    fn visit_macro(&mut self, it: &'ast syn::Macro) {
        // Most macros take expressions; those that do not are left alone.
        if let Some(expressions) = expressions(it) {
            expressions.iter().for_each(|e| walk_owned(self, e));
        }
    }
}

/// What a macro is given, where it is expressions.
fn expressions(it: &syn::Macro) -> Option<syn::punctuated::Punctuated<Expr, syn::Token![,]>> {
    it.parse_body_with(syn::punctuated::Punctuated::parse_terminated).ok()
}

/// `Err(…)`: the arm of a failure.
fn is_failure(pattern: &Pat) -> bool {
    matches!(pattern, Pat::TupleStruct(p) if p.path.segments.last().is_some_and(|s| s.ident == "Err"))
}

/// Whether what a failure leads to hands it on, or stops.
fn tells(body: &Expr) -> bool {
    match body {
        Expr::Return(r) => r.expr.as_ref().is_none_or(|e| tells(e)),
        Expr::Macro(_) | Expr::Break(_) | Expr::Continue(_) | Expr::Try(_) => {
            !matches!(body, Expr::Macro(m) if m.mac.path.is_ident("vec") || m.mac.path.is_ident("format"))
        }
        Expr::Call(c) => matches!(&*c.func, Expr::Path(p) if p.path.segments.last().is_some_and(|s| {
            matches!(s.ident.to_string().as_str(), "Err" | "exit" | "abort")
        })),
        Expr::Block(b) => match b.block.stmts.last() {
            Some(Stmt::Expr(last, _)) => tells(last),
            Some(Stmt::Macro(_)) => true,
            _ => false,
        },
        _ => false,
    }
}

/// The expressions of a macro live no longer than this call, so a visitor of any lifetime must do.
fn walk_owned(reader: &mut Reader<'_>, expression: &Expr) {
    Visit::visit_expr(reader, expression);
}
