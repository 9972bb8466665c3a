//! Rust, read with syn; the only folder that names it.

mod comments;
mod uses;
mod values;
mod walk;

use proc_macro2::Span;
use rustc_hash::FxHashMap;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Block, Expr, Item};

use super::builder::{Builder, ScopeKind, Value};
use super::catalogue::Catalogue;
use super::facts::{Context, DefId, DefKind, Facts, How, Language, Place, Rows};
use super::names::Sym;
use super::{incidental, pieces};

/// Reads one file. `module` is its path from the crate's root, `crate.a.b`.
pub fn read(source: &str, module: &str, catalogue: &Catalogue) -> Facts {
    let mut reader = Reader {
        build: Builder::new(Language::Rust, module, source, catalogue),
        class: None,
        calls: FxHashMap::default(),
        fields: FxHashMap::default(),
        offset: left_out(source),
    };
    comments::comments(source, &mut reader.build);
    match syn::parse_file(source) {
        Ok(file) => reader.file(&file, source),
        Err(error) => {
            let at = reader.place(error.span());
            reader.build.error(at, &error.to_string());
            if let Some(mended) = pieces::mend(source, |piece| syn::parse_file(piece).is_ok()) {
                proc_macro2::extra::invalidate_current_thread_spans();
                if let Ok(file) = syn::parse_file(&mended) {
                    reader.file(&file, &mended);
                }
            }
        }
    }
    // What the spans of this thread point into is the text of this file alone.
    proc_macro2::extra::invalidate_current_thread_spans();
    reader.build.enter(0);
    reader.build.finish()
}

/// How much of a file's start syn leaves out of its spans: a byte order mark, a line `#!…`.
fn left_out(source: &str) -> u32 {
    let text = source.strip_prefix('\u{feff}').unwrap_or(source);
    let is_script = text.strip_prefix("#!").is_some_and(|rest| !rest.trim_start().starts_with('['));
    let line = text.find('\n').filter(|_| is_script).unwrap_or(0);
    (source.len() - text.len() + line) as u32
}

/// Parses and does nothing else: what the benchmarks measure against.
pub fn parse_only(source: &str) -> usize {
    let items = syn::parse_file(source).map_or(0, |f| f.items.len());
    proc_macro2::extra::invalidate_current_thread_spans();
    items
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

    fn file(&mut self, file: &syn::File, source: &str) {
        self.build.facts.import_at = self.import_point(&file.items, source);
        self.declare(&file.items);
        self.visit_file(file);
    }

    /// Where an import may stand: before the first one, else before the first item and what documents it.
    fn import_point(&self, items: &[Item], source: &str) -> u32 {
        let first = items.iter().find(|item| matches!(item, Item::Use(_))).or(items.first());
        first.map_or(source.len() as u32, |item| self.place(item.span()).start)
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
        // `-> Self` and `-> Source` say what a call yields.
        if let syn::ReturnType::Type(_, of) = &signature.output {
            let class = self.of_type(of).path;
            if class.is_some() {
                let result = self.build.facts.names.called(class);
                self.build.def_mut(def).result = result;
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
        method: Option<(&str, &Expr)>,
    ) {
        let object = method.and_then(|(_, receiver)| values::root(receiver));
        let writes = method.is_some_and(|(_, receiver)| values::writes_rows(receiver))
            || arguments.first().is_some_and(values::is_writing);
        let method = method.map(|(name, _)| name);
        let kind = self.build.kind_as_written(callee.path, object.as_deref(), method);
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
        let extra = if writes { Context::WRITES } else { Context::default() };
        let bounded =
            method.is_some_and(incidental::draws_integers) && arguments.first().is_some_and(values::ends_at_a_length);
        let extra = if bounded { extra.with(Context::INDEX) } else { extra };
        let value = self.build.call(at, callee, kind, node, method, extra);
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
