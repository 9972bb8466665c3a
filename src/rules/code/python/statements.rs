//! Statements: imports, bindings, definitions, control flow.

use ruff_python_ast::{
    ElifElseClause, ExceptHandler, Expr, MatchCase, Pattern, Stmt, StmtFor, StmtIf, StmtTry, StmtWith,
};

use super::super::builder::Value;
use super::super::catalogue::Kind;
use super::super::facts::{Call, Context, How};
use super::super::incidental;
use super::super::names::Sym;
use super::metrics;
use super::{Reader, is_docstring};

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
            Stmt::Assign(s) if self.names_a_lambda(&s.targets, &s.value) => {}
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
        let may_draw =
            |c: &Call| c.kind.draws() || c.how == How::Own || (c.kind == Kind::Other && c.how == How::Assigned);
        if self.build.facts.calls[first..].iter().any(may_draw) {
            self.build.swallow(first, incidental::of_name(name));
            let context = incidental::of_integers(name);
            if context != Context::default() {
                self.build.swallow_integers(first, context);
            }
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
