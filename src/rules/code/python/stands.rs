//! What stands for something else without being a name of it: `getattr(np, "random")`, `partial(f, 1)`, a lambda with a
//! name, a parameter with a default or a type.

use ruff_python_ast::{Expr, ExprCall, ExprLambda, Operator, Parameters, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::super::builder::{Node, ScopeKind, Value};
use super::super::facts::{DefKind, How};
use super::super::names::Sym;
use super::{Reader, place};

impl<'a> Reader<'a, '_> {
    /// What the value of a call stands for where the callee only hands over something that has a name.
    pub(super) fn stands_for(&mut self, call: &'a ExprCall, callee: Sym, first: Value, node: Node) -> Option<Value> {
        const NAMES: [&str; 6] = ["getattr", "import_module", "__import__", "partial", "partialmethod", "vectorize"];
        let last = self.build.facts.names.last(callee);
        if !NAMES.contains(&last) {
            return None;
        }
        let path = match self.build.facts.names.text(callee).as_str() {
            "builtins.getattr" => {
                let Some(Expr::StringLiteral(name)) = call.arguments.args.get(1) else { return None };
                let named = first.how != How::Own && self.is_ours_or_known(first.path);
                return named.then(|| self.build.attribute(first, name.value.to_str()));
            }
            "functools.partial" | "functools.partialmethod" | "numpy.vectorize"
                if self.is_ours_or_known(first.path) =>
            {
                first.path
            }
            "importlib.import_module" => self.named_module(call)?,
            "builtins.__import__" => {
                let module = self.named_module(call)?;
                let inner = call.arguments.args.len() > 3 || call.arguments.find_keyword("fromlist").is_some();
                let first = self.build.facts.names.first(module).to_owned();
                if inner { module } else { self.build.facts.names.dotted(&first) }
            }
            _ => return None,
        };
        path.is_some().then_some(Value { path, how: How::Assigned, node })
    }

    /// The module that a dynamic import names.
    pub(super) fn named_module(&mut self, call: &'a ExprCall) -> Option<Sym> {
        let Some(Expr::StringLiteral(name)) = call.arguments.args.first() else { return None };
        let written = name.value.to_str();
        let level = written.bytes().take_while(|b| *b == b'.').count() as u32;
        Some(self.absolute(level, written.trim_start_matches('.')))
    }

    /// `name = lambda: …` outside of functions defines a function, `name = property(lambda self: …)` as well.
    pub(super) fn names_a_lambda(&mut self, targets: &'a [Expr], value: &'a Expr) -> bool {
        let [Expr::Name(name)] = targets else { return false };
        let wrapped = match value {
            Expr::Call(c) if matches!(&*c.func, Expr::Name(n) if n.id == "property") => c.arguments.args.first(),
            _ => None,
        };
        let (Some(Expr::Lambda(lambda)), true) = (wrapped.or(Some(value)), self.outside_of_functions()) else {
            return false;
        };
        let def = self.build.define(name.id.as_str(), DefKind::Function, place(value.range()), place(name.range));
        let entry = self.build.def_mut(def);
        (entry.public, entry.documented) = (false, true);
        if wrapped.is_some() {
            let property = self.build.facts.names.dotted("builtins.property");
            self.build.def_mut(def).decorators.push(property);
        }
        let outer = (self.build.scope, self.build.def, self.class);
        let class = self.class.filter(|_| self.build.scope_kind() == ScopeKind::Class);
        self.build.open(ScopeKind::Function, def);
        let instance = class.map(|c| self.build.this(c));
        self.lambda_parameters(lambda, instance);
        let result = self.expression(&lambda.body);
        self.build.ret(result);
        (self.build.scope, self.build.def, self.class) = outer;
        let path = self.build.facts.defs[def as usize].path;
        self.build.bind(name.id.as_str(), Value { path, how: How::Local, node: 0 });
        true
    }

    fn outside_of_functions(&self) -> bool {
        let mut at = self.build.facts.def(self.build.def);
        while let Some(def) = at {
            if def.kind == DefKind::Function {
                return false;
            }
            at = self.build.facts.def(def.parent);
        }
        self.build.scope_kind() != ScopeKind::Function
    }

    /// Binds what a lambda takes; the first is the instance, where it is a method.
    pub(super) fn lambda_parameters(&mut self, lambda: &'a ExprLambda, instance: Option<Value>) {
        for (nth, parameter) in lambda.parameters.iter().flat_map(|p| p.iter()).enumerate() {
            let default = parameter.default().map_or(Value::UNKNOWN, |default| self.kept(default));
            let value = instance.filter(|_| nth == 0).unwrap_or(default);
            self.build.bind(parameter.name().as_str(), value);
        }
    }

    /// What a default stands for, where that is worth to be kept: what is known to fabricate, what this file defines.
    pub(super) fn kept(&mut self, default: &'a Expr) -> Value {
        let value = self.expression(default);
        if self.is_ours_or_known(value.path) { value } else { value.anonymous() }
    }

    /// Whether a name is one of this program, or of a library that the catalogue knows.
    fn is_ours_or_known(&self, path: Sym) -> bool {
        let names = &self.build.facts.names;
        let ours = path.is_some() && names.first(path) == names.first(self.build.facts.module);
        ours || self.build.is_known(path)
    }

    /// What a parameter stands for: its default, or an instance of what its annotation names.
    pub(super) fn parameter(&mut self, annotation: Option<&'a Expr>, default: Value) -> Value {
        if default.path.is_some() {
            return default;
        }
        let class = annotation.and_then(|a| self.class_named(a)).filter(|v| v.path.is_some() && v.how != How::Builtin);
        match class {
            Some(class) => {
                let path = self.build.facts.names.called(class.path);
                Value { path, how: How::Assigned, node: default.node }
            }
            None => default,
        }
    }

    fn class_named(&mut self, annotation: &'a Expr) -> Option<Value> {
        match annotation {
            Expr::Name(_) => Some(self.expression(annotation)),
            Expr::Attribute(a) => {
                let of = self.class_named(&a.value)?;
                Some(self.build.attribute(of, a.attr.as_str()))
            }
            Expr::StringLiteral(s) => {
                let mut steps = s.value.to_str().trim().split('.');
                let first = self.build.lookup(steps.next()?)?;
                Some(steps.fold(first, |at, step| self.build.attribute(at, step)))
            }
            Expr::BinOp(b) if b.op == Operator::BitOr => match &*b.left {
                Expr::NoneLiteral(_) => self.class_named(&b.right),
                left => self.class_named(left),
            },
            Expr::Subscript(s) if is_wrapper(&s.value) => match &*s.slice {
                Expr::Tuple(t) => self.class_named(t.elts.first()?),
                slice => self.class_named(slice),
            },
            _ => None,
        }
    }

    /// The defaults of a function's parameters, in their order.
    pub(super) fn default_values(&mut self, parameters: &'a Parameters) -> Vec<Value> {
        parameters.iter().map(|p| p.default().map_or(Value::UNKNOWN, |default| self.kept(default))).collect()
    }

    /// Binds the parameters of a function whose body comes next.
    pub(super) fn parameters(&mut self, function: &'a StmtFunctionDef, defaults: &[Value]) {
        let is_static =
            function.decorator_list.iter().any(|d| matches!(&d.expression, Expr::Name(n) if n.id == "staticmethod"));
        let owner = self.class.filter(|_| !is_static);
        for (nth, parameter) in function.parameters.iter().enumerate() {
            let default = defaults.get(nth).copied().unwrap_or(Value::UNKNOWN);
            let value = match owner {
                Some(class) if nth == 0 && !parameter.is_variadic() => self.build.this(class),
                _ if parameter.is_variadic() => Value::UNKNOWN,
                _ => self.parameter(parameter.annotation(), default),
            };
            self.build.bind(parameter.name().as_str(), value);
        }
    }
}

/// `Optional[X]` and `Annotated[X, …]` mean an `X`.
fn is_wrapper(name: &Expr) -> bool {
    let last = match name {
        Expr::Name(n) => n.id.as_str(),
        Expr::Attribute(a) => a.attr.as_str(),
        _ => return false,
    };
    matches!(last, "Optional" | "Annotated")
}
