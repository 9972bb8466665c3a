//! The walk over the tree.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprCall, ExprMethodCall, ItemUse, Pat, Stmt};

use super::super::builder::{ScopeKind, Value};
use super::super::facts::{Context, DefId, DefKind, Place};
use super::{Reader, is_comparison, is_public};

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
        self.finish_call(Place { start, end }, callee, &it.args, Some((&name, &it.receiver)));
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
            self.query(it, &expressions);
        }
    }
}

/// What a macro is given, where it is expressions.
pub(super) fn expressions(it: &syn::Macro) -> Option<syn::punctuated::Punctuated<Expr, syn::Token![,]>> {
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
