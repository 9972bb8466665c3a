//! Calls: what is called, with what, and whether it imports.

use ruff_python_ast::{Arguments, Expr, ExprCall, Keyword};
use ruff_text_size::Ranged;

use super::super::builder::{Node, Value};
use super::super::catalogue::Kind;
use super::super::facts::{Context, How, Import, ImportKind};
use super::super::names::Sym;
use super::super::{incidental, suspect};
use super::shape::{is_bounded_by_a_length, shaped_after_a_value};
use super::{Reader, place};

impl<'a> Reader<'a, '_> {
    pub(super) fn call(&mut self, call: &'a ExprCall) -> Value {
        let (callee, method) = match &*call.func {
            Expr::Attribute(a) => {
                let object = self.expression(&a.value);
                (self.build.attribute(object, a.attr.as_str()), Some(a.attr.as_str()))
            }
            Expr::Name(name) => {
                let value = self.expression(&call.func);
                let starred = self.may_be_starred(name.id.as_str(), value);
                (starred.unwrap_or(value), None)
            }
            func => (self.expression(func), None),
        };
        let kind = self.build.kind(callee.path);
        let extra = self.shape(call, kind, callee.path, method);
        let outer = self.build.context;
        self.build.context = self.build.argument_context(kind);
        let (arguments, first) = self.arguments(&call.arguments);
        self.build.context = outer;
        self.dynamic_import(call, callee.path);
        let mut value = self.build.call(place(call.range()), callee, kind, arguments, method, extra);
        if value.path.is_some() && self.build.facts.names.is(callee.path, &["builtins", "super"]) {
            value = self.parent_instance();
        }
        self.stands_for(call, callee.path, first, arguments).unwrap_or(value)
    }

    /// What all arguments carry, and the first of them.
    fn arguments(&mut self, arguments: &'a Arguments) -> (Node, Value) {
        let first = arguments.args.first().map_or(Value::UNKNOWN, |first| self.expression(first));
        let others = self.all(arguments.args.get(1..).unwrap_or_default());
        let mut node = self.build.merge(first.node, others);
        for keyword in &arguments.keywords {
            let outer = self.build.context;
            if is_seed(keyword) {
                self.build.context = outer.with(Context::SEED);
            }
            let value = self.expression(&keyword.value);
            self.build.context = outer;
            node = self.build.merge(node, value.node);
        }
        (node, first)
    }

    /// What the arguments say of a call: with a size, for writing.
    pub(super) fn shape(&self, call: &'a ExprCall, kind: Kind, callee: Sym, method: Option<&str>) -> Context {
        let arguments = &call.arguments;
        let mut out = Context::default();
        if kind.draws() && shaped_after_a_value(arguments, kind, method) {
            out = out.with(Context::SHAPED);
        }
        if method.is_some_and(incidental::draws_integers) && is_bounded_by_a_length(arguments) {
            out = out.with(Context::INDEX);
        }
        // What `self.rng` is comes out when its class is read.
        if kind == Kind::Draw || (kind == Kind::Other && self.build.facts.names.instance_root(callee).is_some()) {
            let sized = arguments.keywords.iter().any(|k| k.arg.as_ref().is_some_and(|a| a == "size" || a == "shape"));
            let positional = match method.unwrap_or_default() {
                "rand"
                | "randn"
                | "random"
                | "random_sample"
                | "ranf"
                | "sample"
                | "standard_normal"
                | "standard_exponential" => 1,
                "exponential" | "poisson" | "chisquare" | "geometric" | "rayleigh" | "standard_t" | "pareto"
                | "power" | "weibull" | "zipf" | "standard_gamma" | "dirichlet" => 2,
                _ => 3,
            };
            if sized || arguments.args.len() >= positional || arguments.args.iter().any(Expr::is_starred_expr) {
                out = out.with(Context::SIZED);
            }
        }
        if matches!(method, Some("execute")) {
            out = if arguments.args.first().is_some_and(writes_rows) { Context::WRITES } else { out };
        }
        if self.build.facts.names.last(callee) == "open" && opens_for_writing(arguments) {
            out = out.with(Context::WRITES);
        }
        out
    }

    pub(super) fn dynamic_import(&mut self, call: &'a ExprCall, callee: Sym) {
        let name = self.build.facts.names.last(callee);
        if name != "import_module" && name != "__import__" {
            return;
        }
        let full = self.build.facts.names.text(callee);
        if full != "importlib.import_module" && full != "builtins.__import__" {
            return;
        }
        let named = self.named_module(call);
        let module = named.unwrap_or(Sym::NONE);
        let kind = ImportKind {
            dynamic: true,
            computed: named.is_none(),
            used: true,
            type_only: self.type_checking,
            fallible: self.fallible,
            ..ImportKind::default()
        };
        let at = place(call.range());
        let import =
            Import { place: at, statement: at, module, name: Sym::NONE, bound: Sym::NONE, def: self.build.def, kind };
        self.build.import(import);
    }

    /// `super()`: an instance of the first base.
    pub(super) fn parent_instance(&mut self) -> Value {
        let base = self.class.and_then(|c| self.build.facts.def(c)).and_then(|d| d.bases.first().copied());
        Value { path: base.unwrap_or(Sym::NONE), how: How::Own, node: 0 }
    }
}

pub(super) fn is_seed(keyword: &Keyword) -> bool {
    keyword
        .arg
        .as_ref()
        .is_some_and(|a| matches!(a.as_str(), "seed" | "random_state" | "rng_seed" | "random_seed" | "rng"))
}

pub(super) fn opens_for_writing(arguments: &Arguments) -> bool {
    let mode = arguments.find_argument_value("mode", 1);
    match mode {
        Some(Expr::StringLiteral(s)) => s.value.to_str().contains(['w', 'a', 'x', '+']),
        Some(_) => true,
        None => false,
    }
}

pub(super) fn writes_rows(statement: &Expr) -> bool {
    matches!(statement, Expr::StringLiteral(s) if suspect::writes_rows(s.value.to_str()))
}
