//! What expressions stand for, once what is in them was visited.

use oxc_ast::ast::{
    Argument, ArrayExpressionElement, AssignmentTarget, BindingPattern, ChainElement, Expression, ObjectPropertyKind,
};
use oxc_span::{GetSpan, Span};

use super::super::builder::Value;
use super::super::catalogue::Kind;
use super::super::facts::{Context, Def, DefKind, How, ImportKind, Place, Rows};
use super::super::names::Sym;
use super::super::suspect;
use super::{Reader, place};

/// Names that every script has.
const GLOBALS: [&str; 34] = [
    "Array",
    "BigInt",
    "Boolean",
    "Buffer",
    "Date",
    "Float32Array",
    "Float64Array",
    "Function",
    "JSON",
    "Map",
    "Math",
    "NextResponse",
    "Number",
    "Object",
    "Promise",
    "Response",
    "Set",
    "String",
    "Symbol",
    "console",
    "crypto",
    "document",
    "eval",
    "fetch",
    "localStorage",
    "parseFloat",
    "parseInt",
    "performance",
    "process",
    "require",
    "setInterval",
    "setTimeout",
    "structuredClone",
    "window",
];

impl Reader<'_, '_> {
    /// The value of an expression that was visited.
    pub(super) fn value(&mut self, expression: &Expression<'_>) -> Value {
        match expression {
            Expression::Identifier(id) => self.name(id.name.as_str()),
            Expression::ThisExpression(_) => match self.class {
                Some(class) => self.build.this(class),
                None => Value::UNKNOWN,
            },
            Expression::Super(_) => {
                let base = self.class.and_then(|c| self.build.facts.def(c)).and_then(|d| d.bases.first().copied());
                Value { path: base.unwrap_or(Sym::NONE), how: How::Own, node: 0 }
            }
            Expression::StaticMemberExpression(m) => self.member_of(&m.object, m.property.name.as_str()),
            Expression::PrivateFieldExpression(m) => {
                let object = self.value(&m.object);
                self.build.attribute(object, &format!("#{}", m.field.name))
            }
            Expression::ComputedMemberExpression(m) => match &m.expression {
                Expression::StringLiteral(name) => self.member_of(&m.object, name.value.as_str()),
                _ => self.value(&m.object).anonymous(),
            },
            Expression::ImportExpression(e) => match &e.source {
                Expression::StringLiteral(name) => {
                    Value { path: self.absolute(name.value.as_str()), how: How::Import, node: 0 }
                }
                _ => Value::UNKNOWN,
            },
            Expression::CallExpression(c) => self.called(c.span),
            Expression::NewExpression(c) => self.called(c.span),
            Expression::UnaryExpression(e) => self.value(&e.argument).anonymous(),
            Expression::AssignmentExpression(e) => self.value(&e.right),
            Expression::ChainExpression(e) => self.chain(&e.expression),
            Expression::LogicalExpression(e) => self.either(&e.left, &e.right),
            Expression::ConditionalExpression(e) => self.either(&e.consequent, &e.alternate),
            Expression::BinaryExpression(e) if e.operator.is_compare() || e.operator.is_equality() => Value::UNKNOWN,
            Expression::BinaryExpression(e) => self.either(&e.left, &e.right).anonymous(),
            Expression::TemplateLiteral(e) => self.merged(e.expressions.iter()),
            Expression::ArrayExpression(e) => self.elements(&e.elements),
            Expression::ObjectExpression(e) => self.properties(&e.properties),
            // A callback's own value is what it returns.
            Expression::ArrowFunctionExpression(f) => match f.body.as_expression() {
                Some(body) => Value { node: self.value(body).node, ..Value::UNKNOWN },
                None => Value::UNKNOWN,
            },
            wrapped => self.unwrapped(wrapped),
        }
    }

    /// `object.name`; what is a member of the global object is a global.
    fn member_of(&mut self, object: &Expression<'_>, name: &str) -> Value {
        let value = self.value(object);
        let global = |id: &str| matches!(id, "globalThis" | "window" | "global" | "self");
        match object {
            Expression::Identifier(id) if global(id.name.as_str()) && !self.build.is_bound(id.name.as_str()) => {
                self.name(name)
            }
            _ if matches!(name, "call" | "apply" | "bind") && self.is_function(value) => value,
            _ => self.build.attribute(value, name),
        }
    }

    /// Whether a name is known to be that of a function.
    fn is_function(&mut self, value: Value) -> bool {
        let defines = |d: &Def| d.kind == DefKind::Function && d.path == value.path;
        value.path.is_some()
            && (self.build.kind(value.path) != Kind::Other || self.build.facts.defs.iter().any(defines))
    }

    /// What only wraps another expression stands for that.
    fn unwrapped(&mut self, expression: &Expression<'_>) -> Value {
        match expression {
            Expression::AwaitExpression(e) => self.value(&e.argument),
            Expression::ParenthesizedExpression(e) => self.value(&e.expression),
            Expression::TSAsExpression(e) => self.value(&e.expression),
            Expression::TSSatisfiesExpression(e) => self.value(&e.expression),
            Expression::TSNonNullExpression(e) => self.value(&e.expression),
            Expression::TSTypeAssertion(e) => self.value(&e.expression),
            _ => Value::UNKNOWN,
        }
    }

    fn chain(&mut self, chain: &ChainElement<'_>) -> Value {
        match chain {
            ChainElement::CallExpression(c) => self.called(c.span),
            ChainElement::StaticMemberExpression(m) => {
                let object = self.value(&m.object);
                self.build.attribute(object, m.property.name.as_str())
            }
            _ => Value::UNKNOWN,
        }
    }

    fn elements(&mut self, elements: &[ArrayExpressionElement<'_>]) -> Value {
        let mut node = 0;
        for element in elements {
            let value = match element {
                ArrayExpressionElement::SpreadElement(s) => self.value(&s.argument),
                other => other.as_expression().map_or(Value::UNKNOWN, |e| self.value(e)),
            };
            node = self.build.merge(node, value.node);
        }
        Value { node, ..Value::UNKNOWN }
    }

    fn properties(&mut self, properties: &[ObjectPropertyKind<'_>]) -> Value {
        let mut node = 0;
        for property in properties {
            let value = match property {
                ObjectPropertyKind::ObjectProperty(p) => {
                    let value = self.value(&p.value);
                    if p.key.static_name().is_some_and(|key| suspect::is_metric(&key)) {
                        self.build.recorded(value.node);
                    }
                    value
                }
                ObjectPropertyKind::SpreadProperty(s) => self.value(&s.argument),
            };
            node = self.build.merge(node, value.node);
        }
        Value { node, ..Value::UNKNOWN }
    }

    fn name(&mut self, name: &str) -> Value {
        if let Some(value) = self.build.lookup(name) {
            return value;
        }
        if !GLOBALS.contains(&name) {
            return Value::UNKNOWN;
        }
        let seg = self.build.facts.names.seg(name);
        Value { path: self.build.facts.names.join(Sym::NONE, seg), how: How::Builtin, node: 0 }
    }

    fn called(&self, span: Span) -> Value {
        self.calls.get(&(span.start, span.end)).copied().unwrap_or(Value::UNKNOWN)
    }

    fn either(&mut self, a: &Expression<'_>, b: &Expression<'_>) -> Value {
        let (a, b) = (self.value(a), self.value(b));
        let node = self.build.merge(a.node, b.node);
        Value { node, ..if a.path.is_some() { a } else { b } }
    }

    fn merged<'x, 'a: 'x>(&mut self, expressions: impl Iterator<Item = &'x Expression<'a>>) -> Value {
        let mut node = 0;
        for expression in expressions {
            let value = self.value(expression);
            node = self.build.merge(node, value.node);
        }
        Value { node, ..Value::UNKNOWN }
    }

    pub(super) fn call<'a>(&mut self, span: Span, callee: &Expression<'a>, arguments: &[Argument<'a>]) {
        use oxc_ast_visit::Visit;
        self.visit_expression(callee);
        let target = self.value(callee);
        let method = match callee {
            Expression::StaticMemberExpression(m) => Some(m.property.name.as_str().to_owned()),
            _ => None,
        };
        let binds = method.as_deref() == Some("bind") && self.is_function(target);
        let kind = self.build.kind_as_written(target.path, root(callee), method.as_deref());
        let extra = if arguments.first().is_some_and(writes_rows) { Context::WRITES } else { Context::default() };
        let sends = kind == Kind::Send;
        let outer = self.build.context;
        self.build.context = self.build.argument_context(kind);
        // What a comparison of elements draws decides about their order.
        if matches!(method.as_deref(), Some("sort" | "toSorted")) {
            self.build.context = self.build.context.with(Context::GATE);
        }
        // What is called in a function that is handed over is called inside of what takes it.
        let takes_function = arguments
            .iter()
            .any(|a| matches!(a, Argument::ArrowFunctionExpression(_) | Argument::FunctionExpression(_)));
        let guard = self.build.guarded_by(if takes_function { target.path } else { Sym::NONE });
        let handles = method.as_deref() == Some("catch");
        if handles {
            self.catches(arguments);
            self.build.context = self.build.context.with(Context::HANDLER);
        }
        let mut node = 0;
        for argument in arguments {
            self.visit_argument(argument);
            let value = match argument {
                // Addresses and headers are no data.
                other if sends => self.body(other),
                Argument::SpreadElement(s) => self.value(&s.argument),
                other => other.as_expression().map_or(Value::UNKNOWN, |e| self.value(e)),
            };
            node = self.build.merge(node, value.node);
        }
        self.build.context = outer;
        self.build.guard = guard;
        let value = match self.required(span, target, arguments) {
            Some(value) => value,
            None => {
                let result = self.build.call(place(span), target, kind, node, method.as_deref(), extra);
                self.collected(callee, kind, node, result)
            }
        };
        // `f.bind(…)` is `f`, still to be called.
        let value = if binds { Value { node: value.node, ..target } } else { value };
        self.calls.insert((span.start, span.end), value);
    }

    /// What `{ body: … }` sends.
    fn body(&mut self, options: &Argument<'_>) -> Value {
        let Argument::ObjectExpression(options) = options else { return Value::UNKNOWN };
        let bodies = options.properties.iter().filter_map(|property| match property {
            ObjectPropertyKind::ObjectProperty(p) if p.key.static_name().is_some_and(|key| key == "body") => {
                Some(&p.value)
            }
            _ => None,
        });
        self.merged(bodies)
    }

    /// `xs.map(() => draw())` and `Array.from(…, () => draw())` yield what the callback makes.
    fn collected(&mut self, callee: &Expression<'_>, kind: Kind, node: u32, result: Value) -> Value {
        let Expression::StaticMemberExpression(m) = callee else { return result };
        let maps =
            matches!(m.property.name.as_str(), "map" | "flatMap" | "from" | "fill" | "reduce" | "concat" | "catch");
        if !maps || kind.is_sink() || node == 0 {
            return result;
        }
        let joined = self.build.merge(result.node, node);
        Value { node: joined, ..result }
    }

    /// `require("x")`: the module itself.
    fn required(&mut self, span: Span, target: Value, arguments: &[Argument<'_>]) -> Option<Value> {
        if target.how != How::Builtin || self.build.facts.names.text(target.path) != "require" {
            return None;
        }
        let literal = match arguments.first() {
            Some(Argument::StringLiteral(s)) => Some(s.value.as_str().to_owned()),
            _ => None,
        };
        let module = literal.as_deref().map_or(Sym::NONE, |l| self.absolute(l));
        let kind =
            ImportKind { dynamic: literal.is_none(), computed: literal.is_none(), used: true, ..ImportKind::default() };
        self.import(module, "", "", span, span, kind);
        Some(Value { path: module, how: How::Import, node: 0 })
    }

    pub(super) fn bind_pattern(&mut self, pattern: &BindingPattern<'_>, value: Value) {
        let how = if value.how == How::Import || value.how == How::Own { value.how } else { How::Assigned };
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                self.build.bind(id.name.as_str(), Value { how, ..value });
            }
            BindingPattern::ObjectPattern(object) => {
                for property in &object.properties {
                    let part = match property.key.static_name() {
                        Some(name) => self.build.attribute(value, &name),
                        None => value.anonymous(),
                    };
                    self.bind_pattern(&property.value, part);
                }
            }
            BindingPattern::ArrayPattern(array) => {
                for element in array.elements.iter().flatten() {
                    self.bind_pattern(element, value.anonymous());
                }
            }
            BindingPattern::AssignmentPattern(assignment) => self.bind_pattern(&assignment.left, value),
        }
    }

    pub(super) fn assign_target(&mut self, target: &AssignmentTarget<'_>, value: Value) {
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(id) => {
                self.build.bind(id.name.as_str(), value);
            }
            AssignmentTarget::StaticMemberExpression(m) => {
                let object = self.value(&m.object);
                self.build.assign_attribute(object, m.property.name.as_str(), value);
            }
            AssignmentTarget::ComputedMemberExpression(m) => {
                let object = self.value(&m.object);
                self.build.edge(value.node, object.node);
            }
            _ => {}
        }
    }

    pub(super) fn note_rows(&mut self, name: &str, span: Span, value: &Expression<'_>) {
        let Some(count) = rows(value).filter(|c| *c >= 2) else { return };
        let name = self.build.facts.names.dotted(name);
        let at = Place { start: span.start, end: value.span().end };
        let def = self.build.def;
        self.build.facts.rows.push(Rows { place: at, name, count, def });
    }
}

/// The name that a chain of members and calls starts with.
fn root<'a>(callee: &'a Expression<'_>) -> Option<&'a str> {
    let mut at = callee;
    loop {
        at = match at {
            Expression::Identifier(id) => return Some(id.name.as_str()),
            Expression::StaticMemberExpression(m) => match &m.object {
                Expression::ThisExpression(_) => return Some(m.property.name.as_str()),
                object => object,
            },
            Expression::ComputedMemberExpression(m) => &m.object,
            Expression::CallExpression(c) => &c.callee,
            Expression::AwaitExpression(e) => &e.argument,
            Expression::TSNonNullExpression(e) => &e.expression,
            Expression::ParenthesizedExpression(e) => &e.expression,
            _ => return None,
        };
    }
}

/// Whether an argument is a statement of SQL that writes rows.
fn writes_rows(argument: &Argument<'_>) -> bool {
    match argument {
        Argument::StringLiteral(s) => suspect::writes_rows(s.value.as_str()),
        Argument::TemplateLiteral(t) => t.quasis.first().is_some_and(|q| suspect::writes_rows(q.value.raw.as_str())),
        _ => false,
    }
}

/// How many rows a literal holds.
pub(super) fn rows(value: &Expression<'_>) -> Option<u32> {
    let Expression::ArrayExpression(array) = value.get_inner_expression() else { return None };
    let is_record = |element: &ArrayExpressionElement<'_>| match element {
        ArrayExpressionElement::ObjectExpression(o) => !o.properties.is_empty(),
        ArrayExpressionElement::ArrayExpression(a) => a.elements.len() >= 2,
        _ => false,
    };
    let records = array.elements.iter().filter(|e| is_record(e)).count();
    (records == array.elements.len() && records > 0).then_some(records as u32)
}
