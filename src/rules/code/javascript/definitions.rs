//! Functions, classes and what a name is first bound to.

use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, Decorator, Expression, FormalParameters, Function, Statement,
};
use oxc_ast_visit::Visit;
use oxc_span::Span;

use super::super::builder::{ScopeKind, Value};
use super::super::facts::{Context, DefId, DefKind, How};
use super::{Reader, place};

impl Reader<'_, '_> {
    /// Functions and classes are known before the line that declares them.
    pub(super) fn declare(&mut self, body: &[Statement<'_>]) {
        body.iter().for_each(|statement| self.declare_statement(statement));
    }

    pub(super) fn documented(&self, start: u32) -> bool {
        let before = self.docs.partition_point(|end| *end <= start);
        let Some(end) = before.checked_sub(1).and_then(|at| self.docs.get(at)) else { return false };
        let between = self.source.get(*end as usize..start as usize).unwrap_or_default();
        between.len() < 200 && !between.contains([';', '}']) && !between.contains("\n\n")
    }

    pub(super) fn define(&mut self, name: &str, kind: DefKind, span: Span, name_span: Span) -> DefId {
        let def = self.build.define(name, kind, place(span), place(name_span));
        let inside = self.build.scope_kind() == ScopeKind::Function;
        let documented = self.documented(span.start);
        let entry = self.build.def_mut(def);
        entry.public = !name.starts_with(['_', '#']) && !inside;
        entry.documented = documented;
        def
    }

    pub(super) fn function(
        &mut self,
        name: &str,
        span: Span,
        name_span: Span,
        params: &FormalParameters<'_>,
        owner: Option<DefId>,
        body: impl FnOnce(&mut Self),
    ) {
        let def = self.define(name, DefKind::Function, span, name_span);
        let outer = (self.build.scope, self.build.def, self.class, self.build.depth, self.build.context);
        self.build.open(ScopeKind::Function, def);
        self.class = owner;
        self.build.depth = 0;
        self.build.context = Context::default();
        for parameter in &params.items {
            self.parameter(parameter);
        }
        if let Some(rest) = &params.rest {
            self.bind_pattern(&rest.rest.argument, Value::UNKNOWN);
        }
        body(self);
        (self.build.scope, self.build.def, self.class, self.build.depth, self.build.context) = outer;
    }

    pub(super) fn plain_function(&mut self, name: &str, name_span: Span, it: &Function<'_>, owner: Option<DefId>) {
        let Some(body) = &it.body else { return };
        self.function(name, it.span, name_span, &it.params, owner, |reader| {
            reader.declare(&body.statements);
            reader.visit_function_body(body);
        });
    }

    pub(super) fn arrow(&mut self, name: &str, name_span: Span, it: &ArrowFunctionExpression<'_>) {
        let owner = self.class;
        self.function(name, it.span, name_span, &it.params, owner, |reader| match &it.body {
            ArrowFunctionBody::FunctionBody(body) => {
                reader.declare(&body.statements);
                reader.visit_function_body(body);
            }
            other => {
                if let Some(expression) = other.as_expression() {
                    reader.visit_expression(expression);
                    let value = reader.value(expression);
                    reader.build.ret(value);
                }
            }
        });
    }

    pub(super) fn decorated(&mut self, def: DefId, decorators: &[Decorator<'_>]) {
        for decorator in decorators {
            self.visit_expression(&decorator.expression);
            let value = self.value(&decorator.expression);
            self.build.def_mut(def).decorators.push(value.path);
        }
    }

    /// An expression that may name what it defines: `const f = () => …`.
    pub(super) fn initial(&mut self, name: &str, name_span: Span, value: &Expression<'_>) -> Option<Value> {
        let path = |reader: &mut Self| {
            let base = reader.build.facts.defs[reader.build.def as usize].path;
            let seg = reader.build.facts.names.seg(name);
            reader.build.facts.names.join(base, seg)
        };
        match value {
            Expression::ArrowFunctionExpression(f) => {
                let known = Value { path: path(self), how: How::Local, node: 0 };
                self.build.bind(name, known);
                self.arrow(name, name_span, f);
                Some(known)
            }
            Expression::FunctionExpression(f) => {
                let known = Value { path: path(self), how: How::Local, node: 0 };
                self.build.bind(name, known);
                self.plain_function(name, name_span, f, None);
                Some(known)
            }
            _ => self.names_functions(name, value),
        }
    }
}
