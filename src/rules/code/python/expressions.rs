//! Expressions: what a name stands for, what is called, where values go.

use ruff_python_ast::{
    BoolOp, Comprehension, DictItem, Expr, ExprContext, ExprLambda, FStringPart, InterpolatedStringElement,
};

use super::super::builder::{Node, ScopeKind, Value};
use super::super::facts::{Context, How};
use super::builtins::is_builtin;
use super::metrics;
use super::{Reader, place};

impl<'a> Reader<'a, '_> {
    pub(super) fn expression(&mut self, expression: &'a Expr) -> Value {
        match expression {
            Expr::Name(name) => self.name(name.id.as_str()),
            Expr::Attribute(a) => {
                let object = self.expression(&a.value);
                let value = self.build.attribute(object, a.attr.as_str());
                self.build.read(place(a.range), value)
            }
            Expr::Call(call) => self.call(call),
            Expr::StringLiteral(s) => {
                self.build.string(place(s.range), s.value.to_str());
                Value::UNKNOWN
            }
            Expr::BoolOp(e) => self.bool_op(e.op, &e.values),
            Expr::BinOp(e) => {
                let (left, right) = (self.expression(&e.left), self.expression(&e.right));
                self.merged(left, right)
            }
            Expr::UnaryOp(e) => self.expression(&e.operand).anonymous(),
            Expr::Compare(e) => {
                let outer = self.gated(Context::GATE);
                self.expression(&e.left);
                self.all(&e.comparators);
                self.build.context = outer;
                Value::UNKNOWN
            }
            Expr::Subscript(e) => {
                let object = self.expression(&e.value);
                let outer = self.gated(Context::INDEX);
                self.expression(&e.slice);
                self.build.context = outer;
                object.anonymous()
            }
            Expr::List(e) => self.collection(&e.elts),
            Expr::Tuple(e) => self.collection(&e.elts),
            Expr::Set(e) => self.collection(&e.elts),
            _ => self.rarer(expression),
        }
    }

    fn rarer(&mut self, expression: &'a Expr) -> Value {
        match expression {
            Expr::Named(e) => {
                // What has a name is more than a condition.
                let outer = self.build.context;
                self.build.context = outer.without(Context::GATE.with(Context::DISCARDED));
                let value = self.expression(&e.value);
                self.build.context = outer;
                self.assign(&e.target, value, Some(&e.value));
                value
            }
            Expr::If(e) => {
                self.build.branch();
                self.gate(&e.test);
                let (a, b) = (self.expression(&e.body), self.expression(&e.orelse));
                self.either(a, b)
            }
            Expr::Lambda(e) => self.lambda(e),
            Expr::Dict(e) => self.dict(&e.items),
            Expr::ListComp(e) => self.comprehension(&[&e.elt], &e.generators),
            Expr::SetComp(e) => self.comprehension(&[&e.elt], &e.generators),
            Expr::Generator(e) => self.comprehension(&[&e.elt], &e.generators),
            Expr::DictComp(e) => match &e.key {
                Some(key) => self.comprehension(&[key, &e.value], &e.generators),
                None => self.comprehension(&[&e.value], &e.generators),
            },
            Expr::Await(e) => self.expression(&e.value),
            Expr::Yield(e) => {
                e.value.iter().for_each(|value| self.yielded(value));
                Value::UNKNOWN
            }
            Expr::YieldFrom(e) => {
                self.yielded(&e.value);
                Value::UNKNOWN
            }
            Expr::Starred(e) => self.expression(&e.value).anonymous(),
            Expr::Slice(e) => {
                [&e.lower, &e.upper, &e.step].into_iter().flatten().for_each(|part| {
                    self.expression(part);
                });
                Value::UNKNOWN
            }
            Expr::FString(e) => {
                let formatted = e.value.iter().filter_map(|part| match part {
                    FStringPart::FString(f) => Some(f),
                    FStringPart::Literal(_) => None,
                });
                carrying(formatted.fold(0, |node, f| self.interpolated(&f.elements, node)))
            }
            Expr::TString(e) => carrying(e.value.iter().fold(0, |node, part| self.interpolated(&part.elements, node))),
            _ => Value::UNKNOWN,
        }
    }

    /// What is yielded is used, though the `yield` itself is not.
    fn yielded(&mut self, value: &'a Expr) {
        let outer = self.build.context;
        self.build.context = outer.without(Context::DISCARDED);
        let value = self.expression(value);
        self.build.context = outer;
        self.build.ret(value.anonymous());
    }

    fn lambda(&mut self, lambda: &'a ExprLambda) -> Value {
        let outer = (self.build.scope, self.build.def);
        self.build.open(ScopeKind::Function, outer.1);
        self.lambda_parameters(lambda, None);
        let value = self.expression(&lambda.body);
        (self.build.scope, self.build.def) = outer;
        value.anonymous()
    }

    fn dict(&mut self, items: &'a [DictItem]) -> Value {
        let mut node = 0;
        for item in items {
            if let Some(key) = &item.key {
                self.expression(key);
            }
            let value = self.expression(&item.value);
            if item.key.as_ref().is_some_and(metrics::is_key) {
                self.build.recorded(value.node);
            }
            node = self.build.merge(node, value.node);
        }
        carrying(node)
    }

    fn interpolated(&mut self, elements: &'a [InterpolatedStringElement], mut node: Node) -> Node {
        for element in elements {
            match element {
                InterpolatedStringElement::Interpolation(part) => {
                    let value = self.expression(&part.expression);
                    node = self.build.merge(node, value.node);
                    if let Some(spec) = &part.format_spec {
                        node = self.interpolated(&spec.elements, node);
                    }
                }
                InterpolatedStringElement::Literal(part) => self.build.string(place(part.range), &part.value),
            }
        }
        node
    }

    fn name(&mut self, name: &str) -> Value {
        if let Some(value) = self.build.lookup(name) {
            return if value.path.is_none() && value.node == 0 { self.starred(name) } else { value };
        }
        if !is_builtin(name) {
            return Value::UNKNOWN;
        }
        let base = self.build.facts.names.dotted("builtins");
        let seg = self.build.facts.names.seg(name);
        Value { path: self.build.facts.names.join(base, seg), how: How::Builtin, node: 0 }
    }

    fn gated(&mut self, context: Context) -> Context {
        let outer = self.build.context;
        self.build.context = outer.with(context).without(Context::DISCARDED);
        outer
    }

    /// A condition: what is drawn in it decides, and is no datum.
    pub(super) fn gate(&mut self, test: &'a Expr) -> Value {
        let outer = self.gated(Context::GATE);
        let value = self.expression(test);
        self.build.context = outer;
        value
    }

    fn bool_op(&mut self, op: BoolOp, values: &'a [Expr]) -> Value {
        let mut out = Value::UNKNOWN;
        for (nth, value) in values.iter().enumerate() {
            self.build.branch_if(nth > 0);
            let outer = self.build.context;
            if nth > 0 && op == BoolOp::Or {
                self.build.context = outer.with(Context::OTHERWISE);
                self.note_fallback(value);
            }
            let next = self.expression(value);
            self.build.context = outer;
            out = self.either(out, next);
        }
        out
    }

    /// One or the other: the first that has a name gives it.
    fn either(&mut self, a: Value, b: Value) -> Value {
        let node = self.build.merge(a.node, b.node);
        let named = if a.path.is_some() { a } else { b };
        Value { node, ..named }
    }

    fn merged(&mut self, a: Value, b: Value) -> Value {
        carrying(self.build.merge(a.node, b.node))
    }

    pub(super) fn all(&mut self, expressions: &'a [Expr]) -> Node {
        expressions.iter().fold(0, |node, e| {
            let value = self.expression(e);
            self.build.merge(node, value.node)
        })
    }

    fn collection(&mut self, elements: &'a [Expr]) -> Value {
        carrying(self.all(elements))
    }

    fn comprehension(&mut self, results: &[&'a Expr], generators: &'a [Comprehension]) -> Value {
        let outer = (self.build.scope, self.build.def, self.build.depth);
        let mut opened = false;
        for generator in generators {
            self.build.branch();
            let iterated = self.expression(&generator.iter);
            if !opened {
                self.build.open(ScopeKind::Function, outer.1);
                self.build.depth = 0;
                opened = true;
            }
            self.assign(&generator.target, iterated.anonymous(), None);
            generator.ifs.iter().for_each(|test| {
                self.gate(test);
            });
        }
        let node = results.iter().fold(0, |node, e| {
            let value = self.expression(e);
            self.build.merge(node, value.node)
        });
        (self.build.scope, self.build.def, self.build.depth) = outer;
        carrying(node)
    }

    /// Binds a target. `written` is the expression on the right, for taking tuples apart.
    pub(super) fn assign(&mut self, target: &'a Expr, value: Value, written: Option<&'a Expr>) {
        match target {
            Expr::Name(name) => {
                let how = if value.how == How::Import || value.how == How::Local { How::Assigned } else { value.how };
                self.build.bind(name.id.as_str(), Value { how, ..value });
            }
            Expr::Attribute(a) if a.ctx == ExprContext::Store => {
                let object = self.expression(&a.value);
                self.build.assign_attribute(object, a.attr.as_str(), value);
            }
            Expr::Subscript(s) => {
                let object = self.expression(&s.value);
                self.expression(&s.slice);
                if metrics::is_table(&s.value) || metrics::is_key(&s.slice) {
                    self.build.recorded(value.node);
                }
                self.build.edge(value.node, object.node);
            }
            Expr::Starred(s) => self.assign(&s.value, value.anonymous(), None),
            Expr::Tuple(t) => self.unpack(&t.elts, value, written),
            Expr::List(t) => self.unpack(&t.elts, value, written),
            _ => {}
        }
    }

    fn unpack(&mut self, targets: &'a [Expr], value: Value, written: Option<&'a Expr>) {
        let parts = unpacked(targets, written);
        for (nth, target) in targets.iter().enumerate() {
            let mut part = value.anonymous();
            // Names keep their meaning through `a, b = x, y`; values were read already, so only plain names are asked again.
            if let Some(expression @ (Expr::Name(_) | Expr::Attribute(_))) = parts.and_then(|p| p.get(nth)) {
                part = self.expression(expression);
            }
            self.assign(target, part, None);
        }
    }

    // ── literals that stand for data ──

    pub(super) fn annotation(&mut self, annotation: &'a Expr) {
        match annotation {
            // A name in an annotation is a use of its import; nothing in one is a call or a datum.
            Expr::Name(name) => {
                self.build.lookup(name.id.as_str());
            }
            Expr::Attribute(a) => self.annotation(&a.value),
            Expr::Subscript(s) => {
                self.annotation(&s.value);
                self.annotation(&s.slice);
            }
            Expr::Tuple(t) => t.elts.iter().for_each(|e| self.annotation(e)),
            Expr::List(t) => t.elts.iter().for_each(|e| self.annotation(e)),
            Expr::BinOp(b) => {
                self.annotation(&b.left);
                self.annotation(&b.right);
            }
            _ => {}
        }
    }
}

/// The parts of what is written on the right, one for each target.
pub(super) fn unpacked<'a>(targets: &[Expr], written: Option<&'a Expr>) -> Option<&'a [Expr]> {
    let parts = match written? {
        Expr::Tuple(t) => &t.elts,
        Expr::List(t) => &t.elts,
        _ => return None,
    };
    (parts.len() == targets.len()).then_some(parts)
}

fn carrying(node: Node) -> Value {
    Value { node, ..Value::UNKNOWN }
}
