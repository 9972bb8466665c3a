//! Bodies of functions where an outline is all that is asked for: imports, definitions, branches, strings and rows, in the
//! order in which a full reading finds them. No name is looked up.
//!
//! What an outline cannot tell as a full reading would makes it give up ([`Reader::give_up`]), and the file is read in full.

use memchr::memmem;
use ruff_python_ast::{
    Comprehension, ExceptHandler, Expr, FStringPart, InterpolatedStringElement, Pattern, Stmt, StmtClassDef,
    StmtFunctionDef, StmtIf, StmtTry,
};

use super::super::builder::ScopeKind;
use super::super::detail::Detail;
use super::super::facts::DefKind;
use super::definitions::is_stub;
use super::statements::handler_raises;
use super::{Reader, is_docstring, place};

impl<'a> Reader<'a, '_> {
    /// A body: what [`Reader::body`] finds in it, as far as an outline goes.
    pub(super) fn outline(&mut self, body: &'a [Stmt]) {
        for statement in body {
            self.outline_statement(statement);
        }
    }

    fn outline_statement(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(s) => {
                self.doubt_types();
                self.import(s);
            }
            Stmt::ImportFrom(s) => {
                self.doubt_types();
                self.import_from(s);
            }
            Stmt::FunctionDef(s) => self.outline_function(s),
            Stmt::ClassDef(s) => self.outline_class(s),
            Stmt::Assign(s) => {
                self.skim(&s.value);
                self.note_rows(&s.targets, &s.value);
                s.targets.iter().for_each(|t| self.skim_target(t, Some(&s.value)));
            }
            Stmt::AnnAssign(s) => {
                if let Some(value) = &s.value {
                    self.skim(value);
                    self.note_rows(std::slice::from_ref(&*s.target), value);
                    self.skim_target(&s.target, Some(value));
                }
            }
            Stmt::AugAssign(s) => {
                self.skim(&s.value);
                self.skim(&s.target);
            }
            Stmt::Return(s) => s.value.iter().for_each(|v| self.skim(v)),
            Stmt::Expr(s) if !is_docstring(statement) => self.skim(&s.value),
            _ => self.outline_control(statement),
        }
    }

    fn outline_control(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::If(s) => self.outline_if(s),
            Stmt::For(s) => {
                self.build.branch();
                self.skim(&s.iter);
                self.skim_target(&s.target, None);
                self.outline(&s.body);
                self.outline(&s.orelse);
            }
            Stmt::While(s) => {
                self.build.branch();
                self.skim(&s.test);
                self.outline(&s.body);
                self.outline(&s.orelse);
            }
            Stmt::With(s) => {
                for item in &s.items {
                    self.skim(&item.context_expr);
                    item.optional_vars.iter().for_each(|t| self.skim_target(t, None));
                }
                self.outline(&s.body);
            }
            Stmt::Try(s) => self.outline_try(s),
            Stmt::Match(s) => {
                self.skim(&s.subject);
                for case in &s.cases {
                    self.build.branch();
                    self.skim_pattern(&case.pattern);
                    case.guard.iter().for_each(|guard| self.skim(guard));
                    self.outline(&case.body);
                }
            }
            Stmt::Raise(s) => s.exc.iter().chain(&s.cause).for_each(|e| self.skim(e)),
            Stmt::Assert(s) => {
                self.skim(&s.test);
                s.msg.iter().for_each(|message| self.skim(message));
            }
            Stmt::Delete(s) => s.targets.iter().for_each(|t| self.skim(t)),
            // They bind names of scopes that are read in full.
            Stmt::Global(_) | Stmt::Nonlocal(_) => self.give_up(),
            _ => {}
        }
    }

    fn outline_if(&mut self, statement: &'a StmtIf) {
        self.build.branch();
        self.conditions += 1;
        self.skim(&statement.test);
        self.outline(&statement.body);
        self.conditions -= 1;
        for clause in &statement.elif_else_clauses {
            if let Some(test) = &clause.test {
                self.build.branch();
                self.skim(test);
            }
            self.outline(&clause.body);
        }
    }

    fn outline_try(&mut self, statement: &'a StmtTry) {
        let outer = self.fallible;
        self.fallible = outer || statement.handlers.iter().any(|h| !handler_raises(h));
        self.outline(&statement.body);
        self.fallible = outer;
        for handler in &statement.handlers {
            let ExceptHandler::ExceptHandler(h) = handler;
            self.build.branch();
            h.type_.iter().for_each(|kind| self.skim(kind));
            let rows = self.build.facts.fallbacks.len();
            self.outline(&h.body);
            if handler_raises(handler) {
                self.build.facts.fallbacks.truncate(rows);
            } else {
                self.note_fallbacks(&h.body);
            }
        }
        self.outline(&statement.orelse);
        self.outline(&statement.finalbody);
    }

    fn outline_function(&mut self, function: &'a StmtFunctionDef) {
        let def = self.build.define(
            function.name.as_str(),
            DefKind::Function,
            place(function.range),
            place(function.name.range),
        );
        for decorator in &function.decorator_list {
            self.doubt_stub();
            self.skim_decorator(&decorator.expression);
        }
        self.describe_function(def, function, is_stub(&function.body));
        for parameter in function.parameters.iter_non_variadic_params() {
            parameter.default.iter().for_each(|default| self.skim(default));
        }
        self.defer(function, def, Vec::new());
    }

    fn outline_class(&mut self, class: &'a StmtClassDef) {
        let def = self.build.define(class.name.as_str(), DefKind::Class, place(class.range), place(class.name.range));
        class.decorator_list.iter().for_each(|d| self.skim_decorator(&d.expression));
        if let Some(arguments) = &class.arguments {
            self.skim_all(&arguments.args);
            arguments.keywords.iter().for_each(|k| self.skim(&k.value));
        }
        self.describe_class(def, class);
        let outer = (self.build.scope, self.build.def, self.class);
        self.build.open(ScopeKind::Class, def);
        self.class = Some(def);
        self.outline(&class.body);
        (self.build.scope, self.build.def, self.class) = outer;
    }

    /// An import under a condition may be one for the type checker only.
    fn doubt_types(&mut self) {
        if self.conditions > 0 && memmem::find(self.source.as_bytes(), b"TYPE_CHECKING").is_some() {
            self.give_up();
        }
    }

    /// What is decorated may be declared only.
    fn doubt_stub(&mut self) {
        let source = self.source.as_bytes();
        let may = *self.may_have_stubs.get_or_insert_with(|| {
            memmem::find(source, b"overload").or_else(|| memmem::find(source, b"abstractmethod")).is_some()
        });
        if may {
            self.give_up();
        }
    }

    fn give_up(&mut self) {
        self.gave_up = true;
    }

    // ── expressions: branches and strings ──

    fn skim(&mut self, expression: &'a Expr) {
        if self.detail == Detail::Skeleton {
            return;
        }
        match expression {
            Expr::Name(_) => {}
            Expr::Attribute(e) => self.skim(&e.value),
            Expr::Call(e) => {
                self.skim(&e.func);
                self.skim_all(&e.arguments.args);
                e.arguments.keywords.iter().for_each(|k| self.skim(&k.value));
            }
            Expr::StringLiteral(s) => self.build.string(place(s.range), s.value.to_str()),
            Expr::BoolOp(e) => {
                for (nth, value) in e.values.iter().enumerate() {
                    self.build.branch_if(nth > 0);
                    if nth > 0 && e.op == ruff_python_ast::BoolOp::Or {
                        self.note_fallback(value);
                    }
                    self.skim(value);
                }
            }
            Expr::BinOp(e) => {
                self.skim(&e.left);
                self.skim(&e.right);
            }
            Expr::UnaryOp(e) => self.skim(&e.operand),
            Expr::Compare(e) => {
                self.skim(&e.left);
                self.skim_all(&e.comparators);
            }
            Expr::Subscript(e) => {
                self.skim(&e.value);
                self.skim(&e.slice);
            }
            Expr::List(e) => self.skim_all(&e.elts),
            Expr::Tuple(e) => self.skim_all(&e.elts),
            Expr::Set(e) => self.skim_all(&e.elts),
            _ => self.skim_rarer(expression),
        }
    }

    fn skim_rarer(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Named(e) => {
                self.skim(&e.value);
                self.skim_target(&e.target, Some(&e.value));
            }
            Expr::If(e) => {
                self.build.branch();
                [&e.test, &e.body, &e.orelse].into_iter().for_each(|part| self.skim(part));
            }
            Expr::Lambda(e) => self.skim(&e.body),
            Expr::Dict(e) => {
                for item in &e.items {
                    item.key.iter().for_each(|key| self.skim(key));
                    self.skim(&item.value);
                }
            }
            Expr::ListComp(e) => self.skim_comprehension(&[&e.elt], &e.generators),
            Expr::SetComp(e) => self.skim_comprehension(&[&e.elt], &e.generators),
            Expr::Generator(e) => self.skim_comprehension(&[&e.elt], &e.generators),
            Expr::DictComp(e) => match &e.key {
                Some(key) => self.skim_comprehension(&[key, &e.value], &e.generators),
                None => self.skim_comprehension(&[&e.value], &e.generators),
            },
            Expr::Await(e) => self.skim(&e.value),
            Expr::Yield(e) => e.value.iter().for_each(|value| self.skim(value)),
            Expr::YieldFrom(e) => self.skim(&e.value),
            Expr::Starred(e) => self.skim(&e.value),
            Expr::Slice(e) => [&e.lower, &e.upper, &e.step].into_iter().flatten().for_each(|part| self.skim(part)),
            Expr::FString(e) => e.value.iter().for_each(|part| {
                if let FStringPart::FString(f) = part {
                    self.skim_interpolated(&f.elements);
                }
            }),
            Expr::TString(e) => e.value.iter().for_each(|part| self.skim_interpolated(&part.elements)),
            _ => {}
        }
    }

    fn skim_all(&mut self, expressions: &'a [Expr]) {
        expressions.iter().for_each(|e| self.skim(e));
    }

    fn skim_interpolated(&mut self, elements: &'a [InterpolatedStringElement]) {
        for element in elements {
            match element {
                InterpolatedStringElement::Interpolation(part) => {
                    self.skim(&part.expression);
                    part.format_spec.iter().for_each(|spec| self.skim_interpolated(&spec.elements));
                }
                InterpolatedStringElement::Literal(part) => self.build.string(place(part.range), &part.value),
            }
        }
    }

    fn skim_comprehension(&mut self, results: &[&'a Expr], generators: &'a [Comprehension]) {
        for generator in generators {
            self.build.branch();
            self.skim(&generator.iter);
            self.skim_target(&generator.target, None);
            self.skim_all(&generator.ifs);
        }
        results.iter().for_each(|e| self.skim(e));
    }

    /// A decorator that is a call has its callee read twice.
    fn skim_decorator(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            self.skim(&call.func);
        }
        self.skim(expression);
    }

    fn skim_target(&mut self, target: &'a Expr, written: Option<&'a Expr>) {
        match target {
            Expr::Attribute(a) => self.skim(&a.value),
            Expr::Subscript(s) => {
                self.skim(&s.value);
                self.skim(&s.slice);
            }
            Expr::Starred(s) => self.skim_target(&s.value, None),
            Expr::Tuple(t) => self.skim_unpacked(&t.elts, written),
            Expr::List(t) => self.skim_unpacked(&t.elts, written),
            _ => {}
        }
    }

    fn skim_unpacked(&mut self, targets: &'a [Expr], written: Option<&'a Expr>) {
        let parts = super::expressions::unpacked(targets, written);
        for (nth, target) in targets.iter().enumerate() {
            if let Some(expression @ Expr::Attribute(_)) = parts.and_then(|p| p.get(nth)) {
                self.skim(expression);
            }
            self.skim_target(target, None);
        }
    }

    fn skim_pattern(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::MatchValue(p) => self.skim(&p.value),
            Pattern::MatchSequence(p) => p.patterns.iter().for_each(|p| self.skim_pattern(p)),
            Pattern::MatchMapping(p) => p.patterns.iter().for_each(|p| self.skim_pattern(p)),
            Pattern::MatchClass(p) => {
                self.skim(&p.cls);
                p.arguments.patterns.iter().for_each(|p| self.skim_pattern(p));
                p.arguments.keywords.iter().for_each(|k| self.skim_pattern(&k.pattern));
            }
            Pattern::MatchAs(p) => p.pattern.iter().for_each(|inner| self.skim_pattern(inner)),
            Pattern::MatchOr(p) => p.patterns.iter().for_each(|p| self.skim_pattern(p)),
            Pattern::MatchSingleton(_) | Pattern::MatchStar(_) => {}
        }
    }
}
