//! Statements: imports, bindings, definitions, control flow.

use ruff_python_ast::{
    Alias, ElifElseClause, ExceptHandler, Expr, MatchCase, Pattern, Stmt, StmtClassDef, StmtFor, StmtFunctionDef,
    StmtIf, StmtImport, StmtImportFrom, StmtTry, StmtWith,
};

use super::super::builder::{ScopeKind, Value};
use super::super::facts::{Context, DefId, DefKind, How, Import, ImportKind, Place};
use super::super::incidental;
use super::super::names::Sym;
use super::metrics;
use super::{Deferred, Reader, is_docstring, place};

impl<'a> Reader<'a, '_> {
    pub(super) fn body(&mut self, body: &'a [Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(s) => self.import(s),
            Stmt::ImportFrom(s) => self.import_from(s),
            Stmt::FunctionDef(s) => self.function_def(s),
            Stmt::ClassDef(s) => self.class_def(s),
            Stmt::Assign(s) => {
                let first = self.build.facts.calls.len();
                let value = self.expression(&s.value);
                self.note_rows(&s.targets, &s.value);
                s.targets.iter().for_each(|t| self.named(first, t, value));
                s.targets.iter().for_each(|t| self.assign(t, value, Some(&s.value)));
            }
            Stmt::AnnAssign(s) => {
                if let Some(v) = &s.value {
                    let first = self.build.facts.calls.len();
                    let value = self.expression(v);
                    self.note_rows(std::slice::from_ref(&*s.target), v);
                    self.named(first, &s.target, value);
                    self.assign(&s.target, value, Some(v));
                }
                self.annotation(&s.annotation);
            }
            Stmt::AugAssign(s) => {
                let value = self.expression(&s.value);
                let target = self.expression(&s.target);
                self.build.edge(value.node, target.node);
            }
            Stmt::Return(s) => {
                if let Some(v) = &s.value {
                    let value = self.expression(v);
                    self.build.ret(value);
                }
            }
            Stmt::Expr(s) => {
                if is_docstring(statement) {
                    return;
                }
                let outer = self.build.context;
                self.build.context = outer.with(Context::DISCARDED);
                self.expression(&s.value);
                self.build.context = outer;
            }
            _ => self.control(statement),
        }
    }

    /// What the name of a target says of the draws on its right, `calls[first..]`.
    fn named(&mut self, first: usize, target: &'a Expr, value: Value) {
        let name = match target {
            Expr::Name(n) => n.id.as_str(),
            Expr::Attribute(a) => a.attr.as_str(),
            _ => return,
        };
        if self.build.facts.calls[first..].iter().any(|c| c.kind.draws() || c.how == How::Own) {
            self.build.swallow(first, incidental::of_name(name));
        }
        if value.node != 0 && metrics::is_table(target) {
            self.build.recorded(value.node);
        }
    }

    fn control(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::If(s) => self.if_statement(s),
            Stmt::For(s) => self.for_statement(s),
            Stmt::While(s) => {
                self.build.branch();
                self.gate(&s.test);
                self.block(&s.body);
                self.block(&s.orelse);
            }
            Stmt::With(s) => self.with_statement(s),
            Stmt::Try(s) => self.try_statement(s),
            Stmt::Match(s) => {
                let subject = self.expression(&s.subject);
                s.cases.iter().for_each(|case| self.case(case, subject));
            }
            Stmt::Raise(s) => {
                s.exc.iter().chain(&s.cause).for_each(|e| {
                    self.expression(e);
                });
            }
            Stmt::Assert(s) => {
                self.gate(&s.test);
                if let Some(message) = &s.msg {
                    self.expression(message);
                }
            }
            Stmt::Delete(s) => s.targets.iter().for_each(|t| {
                self.expression(t);
            }),
            Stmt::TypeAlias(s) => {
                if let Expr::Name(name) = &*s.name {
                    self.build.bind(name.id.as_str(), Value::UNKNOWN);
                }
            }
            Stmt::Global(s) => s.names.iter().for_each(|n| self.build.redirect(n.as_str(), true)),
            Stmt::Nonlocal(s) => s.names.iter().for_each(|n| self.build.redirect(n.as_str(), false)),
            _ => {}
        }
    }

    // ── imports ──

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

    fn add_import(&mut self, alias: &Alias, statement: Place, module: Sym, name: Sym, bound: &str, path: Sym) {
        let seg = self.build.facts.names.seg(bound);
        let bound_sym = self.build.facts.names.join(Sym::NONE, seg);
        let kind = ImportKind { type_only: self.type_checking, fallible: self.fallible, ..ImportKind::default() };
        let import =
            Import { place: place(alias.range), statement, module, name, bound: bound_sym, def: self.build.def, kind };
        let at = self.build.import(import);
        self.build.bind_import(bound, Value { path, how: How::Import, node: 0 }, at);
    }

    fn add_star(&mut self, alias: &Alias, statement: Place, module: Sym) {
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

    // ── definitions ──

    fn function_def(&mut self, function: &'a StmtFunctionDef) {
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
        self.defaults(function);
        let path = self.build.facts.defs[def as usize].path;
        self.build.bind(function.name.as_str(), Value { path, how: How::Local, node: 0 });
        self.defer(function, def);
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
    pub(super) fn defer(&mut self, function: &'a StmtFunctionDef, def: DefId) {
        let class = self.class.filter(|_| self.build.scope_kind() == ScopeKind::Class);
        let (scope, guard) = (self.build.scope, self.build.guard);
        let context = self.build.context.without(Context::DISCARDED);
        self.deferred.push(Deferred { function, scope, def, class, context, guard });
    }

    fn decorator(&mut self, expression: &'a Expr) -> Value {
        match expression {
            Expr::Call(call) => {
                let callee = self.expression(&call.func);
                self.expression(expression);
                callee
            }
            other => self.expression(other),
        }
    }

    fn defaults(&mut self, function: &'a StmtFunctionDef) {
        for parameter in function.parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.expression(default);
            }
            if let Some(annotation) = &parameter.parameter.annotation {
                self.annotation(annotation);
            }
        }
        if let Some(returns) = &function.returns {
            self.annotation(returns);
        }
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

    // ── control flow ──

    fn block(&mut self, body: &'a [Stmt]) {
        self.build.depth += 1;
        self.body(body);
        self.build.depth -= 1;
    }

    fn if_statement(&mut self, statement: &'a StmtIf) {
        self.build.branch();
        let outer = (self.type_checking, self.build.context);
        let test = self.gate(&statement.test);
        self.type_checking |= self.build.facts.names.last(test.path) == "TYPE_CHECKING";
        if is_main_guard(&statement.test) {
            self.build.context = outer.1.with(Context::MAIN);
        }
        if asks_for_training(&statement.test) {
            self.build.context = self.build.context.with(Context::TRAINING);
        }
        self.block(&statement.body);
        (self.type_checking, self.build.context) = outer;
        statement.elif_else_clauses.iter().for_each(|clause| self.clause(clause));
    }

    fn clause(&mut self, clause: &'a ElifElseClause) {
        if let Some(test) = &clause.test {
            self.build.branch();
            self.gate(test);
        }
        self.block(&clause.body);
    }

    fn for_statement(&mut self, statement: &'a StmtFor) {
        self.build.branch();
        let iterated = self.expression(&statement.iter);
        self.build.depth += 1;
        self.assign(&statement.target, iterated.anonymous(), None);
        self.body(&statement.body);
        self.body(&statement.orelse);
        self.build.depth -= 1;
    }

    fn with_statement(&mut self, statement: &'a StmtWith) {
        let outer = self.build.guard;
        for item in &statement.items {
            let value = self.expression(&item.context_expr);
            let callee = if value.path.is_some() { self.plain_callee(value.path) } else { Sym::NONE };
            self.build.guarded_by(callee);
            if let Some(target) = &item.optional_vars {
                self.assign(target, value, None);
            }
        }
        self.body(&statement.body);
        self.build.guard = outer;
    }

    /// `f` of `f()`.
    fn plain_callee(&mut self, path: Sym) -> Sym {
        let parent = self.build.facts.names.parent(path);
        if self.build.facts.names.last(path).is_empty() && parent.is_some() { parent } else { path }
    }

    fn try_statement(&mut self, statement: &'a StmtTry) {
        let outer = self.fallible;
        self.fallible = outer || statement.handlers.iter().any(|h| !handler_raises(h));
        self.block(&statement.body);
        self.fallible = outer;
        for handler in &statement.handlers {
            self.handler(handler);
        }
        self.block(&statement.orelse);
        self.body(&statement.finalbody);
    }

    fn handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(h) = handler;
        self.build.branch();
        if let Some(kind) = &h.type_ {
            self.expression(kind);
        }
        self.build.depth += 1;
        if let Some(name) = &h.name {
            self.build.bind(name.as_str(), Value::UNKNOWN);
        }
        let (calls, rows) = (self.build.facts.calls.len(), self.build.facts.fallbacks.len());
        self.body(&h.body);
        if handler_raises(handler) {
            self.build.facts.fallbacks.truncate(rows);
        } else {
            self.build.swallow(calls, Context::HANDLER);
            self.note_fallbacks(&h.body);
        }
        self.build.depth -= 1;
    }

    fn case(&mut self, case: &'a MatchCase, subject: Value) {
        self.build.branch();
        self.build.depth += 1;
        self.pattern(&case.pattern, subject);
        if let Some(guard) = &case.guard {
            self.gate(guard);
        }
        self.body(&case.body);
        self.build.depth -= 1;
    }

    fn pattern(&mut self, pattern: &'a Pattern, subject: Value) {
        match pattern {
            Pattern::MatchValue(p) => {
                self.expression(&p.value);
            }
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(p) => p.patterns.iter().for_each(|p| self.pattern(p, subject)),
            Pattern::MatchMapping(p) => {
                p.patterns.iter().for_each(|p| self.pattern(p, subject));
                if let Some(rest) = &p.rest {
                    self.build.bind(rest.as_str(), subject.anonymous());
                }
            }
            Pattern::MatchClass(p) => {
                self.expression(&p.cls);
                p.arguments.patterns.iter().for_each(|p| self.pattern(p, subject));
                p.arguments.keywords.iter().for_each(|k| self.pattern(&k.pattern, subject));
            }
            Pattern::MatchStar(p) => {
                if let Some(name) = &p.name {
                    self.build.bind(name.as_str(), subject.anonymous());
                }
            }
            Pattern::MatchAs(p) => {
                if let Some(inner) = &p.pattern {
                    self.pattern(inner, subject);
                }
                if let Some(name) = &p.name {
                    self.build.bind(name.as_str(), subject.anonymous());
                }
            }
            Pattern::MatchOr(p) => p.patterns.iter().for_each(|p| self.pattern(p, subject)),
        }
    }
}

/// Whether a handler ends by raising or leaving, at its own level or below.
pub(super) fn handler_raises(handler: &ExceptHandler) -> bool {
    let ExceptHandler::ExceptHandler(h) = handler;
    raises(&h.body)
}

fn raises(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::Raise(_) => true,
        Stmt::Expr(e) => matches!(&*e.value, Expr::Call(c) if exits(&c.func)),
        Stmt::If(s) => raises(&s.body) || s.elif_else_clauses.iter().any(|c| raises(&c.body)),
        Stmt::With(s) => raises(&s.body),
        Stmt::For(s) => raises(&s.body),
        Stmt::While(s) => raises(&s.body),
        Stmt::Try(s) => raises(&s.body) || s.handlers.iter().any(handler_raises),
        _ => false,
    })
}

fn exits(callee: &Expr) -> bool {
    match callee {
        Expr::Name(n) => matches!(n.id.as_str(), "exit" | "quit"),
        Expr::Attribute(a) => matches!(a.attr.as_str(), "exit" | "_exit" | "abort" | "fail"),
        _ => false,
    }
}

/// `if self.training:`, `if x < self.epsilon:`.
fn asks_for_training(test: &Expr) -> bool {
    match test {
        Expr::Name(n) => incidental::is_training(n.id.as_str()),
        Expr::Attribute(a) => incidental::is_training(a.attr.as_str()),
        Expr::BoolOp(b) => b.values.iter().any(asks_for_training),
        Expr::Compare(c) => c.comparators.iter().chain([&*c.left]).any(asks_for_training),
        _ => false,
    }
}

fn is_main_guard(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    matches!(&*compare.left, Expr::Name(n) if n.id == "__name__")
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
