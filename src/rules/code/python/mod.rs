//! Python, read with ruff's parser; the only folder that names it.

mod builtins;
mod calls;
mod definitions;
mod expressions;
mod imports;
mod metrics;
mod outline;
mod rows;
mod shape;
mod stands;
mod statements;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{ModModule, PySourceType, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_python_parser::{Parsed, parse_unchecked_source};
use ruff_text_size::{Ranged, TextRange};

use super::builder::{Builder, Value};
use super::catalogue::Catalogue;
use super::detail::Detail;
use super::facts::{Context, DefId, Facts, Language, Place};
use super::names::Sym;
use super::read::Unit;

/// Reads one module, as far as is asked; in full where an outline would leave out what it may not.
pub fn read(source: &str, unit: &Unit<'_>, catalogue: &Catalogue, detail: Detail) -> Facts {
    let kind = if unit.path.ends_with(".ipynb") { PySourceType::Ipynb } else { PySourceType::Python };
    let parsed = parse_unchecked_source(source, kind);
    if detail != Detail::Full
        && let Some(facts) = Reader::new(source, unit, catalogue, detail).run(&parsed)
    {
        return facts;
    }
    // Only an outline is given up.
    let whole = Reader::new(source, unit, catalogue, Detail::Full).run(&parsed);
    whole.unwrap_or_else(|| Builder::new(Language::Python, unit.module, source, catalogue).finish())
}

/// Parses and does nothing else: what the benchmarks measure against.
pub fn parse_only(source: &str) -> usize {
    parse_unchecked_source(source, PySourceType::Python).suite().len()
}

/// A function whose body is read when the scope around it is complete.
struct Deferred<'a> {
    function: &'a StmtFunctionDef,
    scope: u32,
    def: DefId,
    class: Option<DefId>,
    context: Context,
    guard: u32,
    /// What its parameters stand for where nothing is given.
    defaults: Vec<Value>,
}

struct Reader<'a, 'c> {
    build: Builder<'c>,
    source: &'a str,
    module: String,
    package: bool,
    deferred: Vec<Deferred<'a>>,
    class: Option<DefId>,
    type_checking: bool,
    fallible: bool,
    detail: Detail,
    /// An outline would not tell what a full reading does.
    gave_up: bool,
    /// How many conditions are open in an outlined body.
    conditions: u32,
    may_have_stubs: Option<bool>,
    /// Known libraries that everything is imported from.
    stars: Vec<Sym>,
}

impl<'a, 'c> Reader<'a, 'c> {
    fn new(source: &'a str, unit: &Unit<'_>, catalogue: &'c Catalogue, detail: Detail) -> Self {
        Reader {
            build: Builder::new(Language::Python, unit.module, source, catalogue),
            source,
            module: unit.module.to_owned(),
            package: unit.package,
            deferred: Vec::new(),
            class: None,
            type_checking: false,
            fallible: false,
            detail,
            gave_up: false,
            conditions: 0,
            may_have_stubs: None,
            stars: Vec::new(),
        }
    }

    /// The facts; `None`: an outline is not enough.
    fn run(mut self, parsed: &'a Parsed<ModModule>) -> Option<Facts> {
        self.errors(parsed);
        if self.detail != Detail::Skeleton {
            self.comments(parsed);
        }
        self.module(parsed.suite());
        (!self.gave_up).then(|| self.finish())
    }

    fn errors(&mut self, parsed: &Parsed<ModModule>) {
        for error in parsed.errors() {
            self.build.error(place(error.location), &error.error.to_string());
        }
    }

    fn comments(&mut self, parsed: &Parsed<ModModule>) {
        for token in parsed.tokens().iter().filter(|t| t.kind() == TokenKind::Comment) {
            let at = place(token.range());
            let text = self.source.get(at.range()).unwrap_or_default();
            self.build.comment(at, text);
        }
    }

    fn module(&mut self, body: &'a [Stmt]) {
        self.build.facts.import_at = import_point(body);
        self.body(body);
        let mut next = 0;
        while next < self.deferred.len() && !self.gave_up {
            self.function_body(next);
            next += 1;
        }
    }

    fn finish(mut self) -> Facts {
        self.build.facts.partial = self.detail != Detail::Full && !self.deferred.is_empty();
        self.build.enter(0);
        for (seg, value) in self.build.bound_in(0) {
            if value.path.is_some() {
                let module = self.build.facts.module;
                let name = self.build.facts.names.join(module, seg);
                if name != value.path {
                    self.build.facts.exports.push((name, value.path));
                }
            }
        }
        self.build.finish()
    }

    fn function_body(&mut self, at: usize) {
        let Deferred { function, scope, def, class, context, guard, .. } = self.deferred[at];
        self.build.enter(scope);
        self.build.open(super::builder::ScopeKind::Function, def);
        self.build.depth = 0;
        self.build.context = context;
        self.build.guard = guard;
        self.class = class;
        if self.detail != Detail::Full {
            return self.outline(&function.body);
        }
        let defaults = std::mem::take(&mut self.deferred[at].defaults);
        self.parameters(function, &defaults);
        self.body(&function.body);
    }

    fn class_def(&mut self, class: &'a StmtClassDef) {
        let def = self.define_class(class);
        let outer = (self.build.scope, self.build.def, self.class, self.build.depth);
        self.build.open(super::builder::ScopeKind::Class, def);
        self.class = Some(def);
        self.build.depth = 0;
        self.body(&class.body);
        (self.build.scope, self.build.def, self.class, self.build.depth) = outer;
    }
}

fn place(range: TextRange) -> Place {
    Place { start: range.start().to_u32(), end: range.end().to_u32() }
}

/// Whether an expression is nothing but a string.
fn is_docstring(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(e) if e.value.is_string_literal_expr())
}

fn import_point(body: &[Stmt]) -> u32 {
    let mut at = 0;
    for (nth, statement) in body.iter().enumerate() {
        let leads = match statement {
            Stmt::ImportFrom(i) => i.module.as_ref().is_some_and(|m| m.as_str() == "__future__"),
            _ => nth == 0 && is_docstring(statement),
        };
        if !leads {
            break;
        }
        at = statement.end().to_u32();
    }
    at
}
