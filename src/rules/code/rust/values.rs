//! What expressions and types stand for.

use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Block, Expr, Pat, Stmt};

use super::super::builder::Value;
use super::super::catalogue::Kind;
use super::super::facts::{Context, How, Place};
use super::super::suspect;
use super::walk::expressions;
use super::{Reader, is_comparison};

impl Reader<'_> {
    pub(super) fn value(&mut self, expression: &Expr) -> Value {
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

    /// `sqlx::query!("INSERT …", price)` stores what it is given.
    pub(super) fn query(&mut self, it: &syn::Macro, parts: &Punctuated<Expr, syn::Token![,]>) {
        let callee = self.path(&it.path);
        let names = &self.build.facts.names;
        if names.first(callee.path) != "sqlx" || !names.last(callee.path).starts_with("query") {
            return;
        }
        if !parts.iter().any(is_writing) {
            return;
        }
        let arguments = self.merged(parts.iter().filter(|part| !is_writing(part)));
        let at = Place { start: self.place(it.path.span()).start, end: self.place(it.delimiter.span().close()).end };
        self.build.call(at, callee, Kind::Store, arguments.node, None, Context::WRITES);
    }

    /// `vec![…]` and `format!(…)` carry what they are made of.
    pub(super) fn macro_value(&mut self, it: &syn::Macro) -> Value {
        let carries = ["vec", "format", "json", "params", "named_params"]
            .iter()
            .any(|name| it.path.segments.last().is_some_and(|s| s.ident == name));
        match expressions(it).filter(|_| carries) {
            Some(parts) => self.merged(&parts),
            None => Value::UNKNOWN,
        }
    }

    /// `self.rng` is what its struct says it is.
    pub(super) fn field(&mut self, object: Value, name: &str) -> Value {
        let value = self.build.attribute(object, name);
        let of = self.fields.get(&value.path).copied().filter(|_| value.path.is_some());
        Value { path: of.unwrap_or(value.path), ..value }
    }

    /// What a value of this type is called, where the type is a plain path or a reference to one.
    pub(super) fn of_type(&mut self, of: &syn::Type) -> Value {
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

    pub(super) fn block_value(&mut self, block: &Block) -> Value {
        match block.stmts.last() {
            Some(Stmt::Expr(expression, None)) => self.value(expression),
            _ => Value::UNKNOWN,
        }
    }

    pub(super) fn merged<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expr>) -> Value {
        let mut node = 0;
        for expression in expressions {
            let value = self.value(expression);
            node = self.build.merge(node, value.node);
        }
        Value { node, ..Value::UNKNOWN }
    }

    pub(super) fn bind_pattern(&mut self, pattern: &Pat, value: Value) {
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
}

/// The name that a chain of methods and fields starts with.
pub(super) fn root(receiver: &Expr) -> Option<String> {
    let mut at = receiver;
    loop {
        at = match at {
            Expr::Path(p) => return p.path.get_ident().map(ToString::to_string),
            Expr::MethodCall(c) => &c.receiver,
            Expr::Field(f) => match (&*f.base, &f.member) {
                (Expr::Path(p), syn::Member::Named(name)) if p.path.is_ident("self") => return Some(name.to_string()),
                (base, _) => base,
            },
            Expr::Reference(r) => &r.expr,
            Expr::Try(t) => &t.expr,
            Expr::Await(a) => &a.base,
            Expr::Paren(p) => &p.expr,
            _ => return None,
        };
    }
}

/// Whether a chain of methods starts with a statement of SQL that writes rows: `query("INSERT …").bind(…)`.
pub(super) fn writes_rows(receiver: &Expr) -> bool {
    let mut at = receiver;
    loop {
        at = match at {
            Expr::MethodCall(c) => &c.receiver,
            Expr::Call(c) => {
                let literal = c.args.first().is_some_and(is_writing);
                return literal;
            }
            _ => return false,
        };
    }
}

/// `0..rows.len()`: what is drawn from it is a position.
pub(super) fn ends_at_a_length(argument: &Expr) -> bool {
    let Expr::Range(range) = argument else { return false };
    matches!(range.end.as_deref(), Some(Expr::MethodCall(c)) if c.method == "len")
}

/// Whether an argument is a statement of SQL that writes rows.
pub(super) fn is_writing(argument: &Expr) -> bool {
    let literal = match argument {
        Expr::Lit(l) => l,
        Expr::Reference(r) => match &*r.expr {
            Expr::Lit(l) => l,
            _ => return false,
        },
        _ => return false,
    };
    matches!(&literal.lit, syn::Lit::Str(s) if suspect::writes_rows(&s.value()))
}
