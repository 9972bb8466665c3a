//! Functions and classes: their names, decorators, defaults and bodies.

use ruff_python_ast::{Expr, Stmt, StmtClassDef, StmtFunctionDef};

use super::super::builder::{ScopeKind, Value};
use super::super::facts::{Context, DefId, DefKind, How};
use super::{Deferred, Reader, is_docstring, place};

impl<'a> Reader<'a, '_> {
    pub(super) fn function_def(&mut self, function: &'a StmtFunctionDef) {
        let def = self.build.define(
            function.name.as_str(),
            DefKind::Function,
            place(function.range),
            place(function.name.range),
        );
        let mut stub = is_stub(&function.body);
        for decorator in &function.decorator_list {
            let value = self.decorator(&decorator.expression);
            let name = self.build.facts.names.last(value.path).to_owned();
            stub |= matches!(name.as_str(), "overload" | "abstractmethod");
            self.build.def_mut(def).decorators.push(value.path);
        }
        self.describe_function(def, function, stub);
        let defaults = self.defaults(function);
        let path = self.build.facts.defs[def as usize].path;
        self.build.bind(function.name.as_str(), Value { path, how: How::Local, node: 0 });
        self.defer(function, def, defaults);
    }

    pub(super) fn describe_function(&mut self, def: DefId, function: &'a StmtFunctionDef, stub: bool) {
        let inside_function = self.build.scope_kind() == ScopeKind::Function;
        let name = function.name.as_str();
        let entry = self.build.def_mut(def);
        entry.first_line = entry.first_line.max(1);
        entry.public = !name.starts_with('_') && !inside_function;
        entry.documented = function.body.first().is_some_and(is_docstring);
        entry.stub = stub;
        self.build.facts.has_tests |= name.starts_with("test_");
    }

    /// Leaves a body for when the scope around it is complete.
    pub(super) fn defer(&mut self, function: &'a StmtFunctionDef, def: DefId, defaults: Vec<Value>) {
        let class = self.class.filter(|_| self.build.scope_kind() == ScopeKind::Class);
        let (scope, guard) = (self.build.scope, self.build.guard);
        let context = self.build.context.without(Context::DISCARDED);
        self.deferred.push(Deferred { function, scope, def, class, context, guard, defaults });
    }

    pub(super) fn decorator(&mut self, expression: &'a Expr) -> Value {
        match expression {
            Expr::Call(call) => {
                let callee = self.expression(&call.func);
                self.expression(expression);
                callee
            }
            other => self.expression(other),
        }
    }

    /// Reads defaults and annotations, and gives what the parameters stand for where nothing is given.
    pub(super) fn defaults(&mut self, function: &'a StmtFunctionDef) -> Vec<Value> {
        let values = self.default_values(&function.parameters);
        for parameter in function.parameters.iter_non_variadic_params() {
            if let Some(annotation) = &parameter.parameter.annotation {
                self.annotation(annotation);
            }
        }
        if let Some(returns) = &function.returns {
            self.annotation(returns);
        }
        values
    }

    pub(super) fn define_class(&mut self, class: &'a StmtClassDef) -> DefId {
        let def = self.build.define(class.name.as_str(), DefKind::Class, place(class.range), place(class.name.range));
        for decorator in &class.decorator_list {
            let value = self.decorator(&decorator.expression);
            self.build.def_mut(def).decorators.push(value.path);
        }
        if let Some(arguments) = &class.arguments {
            for base in &arguments.args {
                let value = self.expression(base);
                self.build.def_mut(def).bases.push(value.path);
            }
            arguments.keywords.iter().for_each(|k| {
                self.expression(&k.value);
            });
        }
        self.describe_class(def, class);
        let path = self.build.facts.defs[def as usize].path;
        self.build.bind(class.name.as_str(), Value { path, how: How::Local, node: 0 });
        def
    }

    pub(super) fn describe_class(&mut self, def: DefId, class: &'a StmtClassDef) {
        let public = !class.name.as_str().starts_with('_') && self.build.scope_kind() != ScopeKind::Function;
        self.build.facts.has_tests |= class.name.as_str().starts_with("Test");
        let entry = self.build.def_mut(def);
        entry.public = public;
        entry.documented = class.body.first().is_some_and(is_docstring);
    }
}

/// A body that does nothing: `...`, `pass`, a docstring, `raise NotImplementedError`.
pub(super) fn is_stub(body: &[Stmt]) -> bool {
    body.iter().all(|statement| match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(e) => e.value.is_ellipsis_literal_expr() || e.value.is_string_literal_expr(),
        Stmt::Raise(r) => r.exc.as_deref().is_some_and(|e| {
            let callee = if let Expr::Call(c) = e { &c.func } else { e };
            matches!(callee, Expr::Name(n) if n.id == "NotImplementedError")
        }),
        _ => false,
    })
}
