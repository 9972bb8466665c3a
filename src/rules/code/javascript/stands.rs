//! What stands for something else without being a name of it: objects of functions, parameters with a type or a default,
//! what a module hands out under another name.

use oxc_ast::ast::{
    AssignmentTarget, Declaration, ExportDefaultDeclarationKind, Expression, FormalParameter, ObjectExpression,
    ObjectProperty, ObjectPropertyKind, PropertyKey, Statement, TSType, TSTypeName, VariableDeclaration,
};
use oxc_ast_visit::Visit;
use oxc_span::GetSpan;

use super::super::builder::Value;
use super::super::facts::{DefKind, How};
use super::super::names::Sym;
use super::super::suspect;
use super::Reader;

impl Reader<'_, '_> {
    /// Binds what a statement declares before the line that does is read: functions, classes, functions in constants.
    pub(super) fn declare_statement(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::FunctionDeclaration(f) => f.id.iter().for_each(|id| self.declare_name(id.name.as_str())),
            Statement::ClassDeclaration(c) => c.id.iter().for_each(|id| self.declare_name(id.name.as_str())),
            Statement::VariableDeclaration(v) => self.declare_constants(v),
            Statement::ExportDeclaration(e) => match &e.declaration {
                Declaration::FunctionDeclaration(f) => f.id.iter().for_each(|id| self.declare_name(id.name.as_str())),
                Declaration::ClassDeclaration(c) => c.id.iter().for_each(|id| self.declare_name(id.name.as_str())),
                Declaration::VariableDeclaration(v) => self.declare_constants(v),
                _ => {}
            },
            _ => {}
        }
    }

    fn declare_constants(&mut self, declaration: &VariableDeclaration<'_>) {
        for one in &declaration.declarations {
            let is_function = one.init.as_ref().is_some_and(is_function);
            if let Some(id) = one.id.get_binding_identifier().filter(|_| is_function) {
                self.declare_name(id.name.as_str());
            }
        }
    }

    fn declare_name(&mut self, name: &str) {
        let path = self.path_here(name);
        self.build.bind(name, Value { path, how: How::Local, node: 0 });
    }

    fn path_here(&mut self, name: &str) -> Sym {
        let base = self.build.facts.defs[self.build.def as usize].path;
        let seg = self.build.facts.names.seg(name);
        self.build.facts.names.join(base, seg)
    }

    /// `const api = { price() { … }, get: () => … }`: functions of their own, outside of functions.
    pub(super) fn names_functions(&mut self, name: &str, value: &Expression<'_>) -> Option<Value> {
        let Expression::ObjectExpression(object) = value else { return None };
        if self.build.facts.def(self.build.def).is_none_or(|d| d.kind == DefKind::Function) || !holds_functions(object)
        {
            return None;
        }
        let path = self.path_here(name);
        let node = self.members(name, object);
        let value = Value { path, how: How::Local, node };
        self.build.bind(name, value);
        Some(value)
    }

    /// Defines the functions of an object, and gives what its other properties carry.
    fn members(&mut self, name: &str, object: &ObjectExpression<'_>) -> u32 {
        let mut node = 0;
        for property in &object.properties {
            let value = match property {
                ObjectPropertyKind::ObjectProperty(p) => self.member(name, p),
                ObjectPropertyKind::SpreadProperty(s) => {
                    self.visit_expression(&s.argument);
                    self.value(&s.argument)
                }
            };
            node = self.build.merge(node, value.node);
        }
        node
    }

    fn member(&mut self, name: &str, property: &ObjectProperty<'_>) -> Value {
        let Some(key) = property.key.static_name() else {
            self.visit_expression(&property.value);
            return self.value(&property.value);
        };
        let full = format!("{name}.{key}");
        let made = self.build.facts.defs.len();
        match &property.value {
            Expression::ArrowFunctionExpression(f) => self.arrow(&full, property.key.span(), f),
            Expression::FunctionExpression(f) => self.plain_function(&full, property.key.span(), f, None),
            Expression::ObjectExpression(inner) => {
                let node = self.members(&full, inner);
                return Value { node, ..Value::UNKNOWN };
            }
            other => {
                self.visit_expression(other);
                let value = self.value(other);
                if suspect::is_metric(&key) {
                    self.build.recorded(value.node);
                }
                self.hand_out(&full, value);
                return value;
            }
        }
        // Whoever documents the object documents them.
        if let Some(def) = self.build.facts.defs.get_mut(made) {
            def.public = false;
        }
        Value::UNKNOWN
    }

    /// This module gives `name` to what has another one.
    pub(super) fn hand_out(&mut self, name: &str, value: Value) {
        let module = self.build.facts.module;
        let seg = self.build.facts.names.seg(name);
        let given = self.build.facts.names.join(module, seg);
        if value.path.is_some() && value.path != given && self.build.def == 0 {
            self.build.facts.exports.push((given, value.path));
        }
    }

    /// What others import as `default`.
    pub(super) fn hand_out_default(&mut self, what: &ExportDefaultDeclarationKind<'_>) {
        let value = match what {
            ExportDefaultDeclarationKind::FunctionDeclaration(f) => f.id.as_ref().map(|id| id.name.as_str()),
            ExportDefaultDeclarationKind::ClassDeclaration(c) => c.id.as_ref().map(|id| id.name.as_str()),
            ExportDefaultDeclarationKind::Identifier(id) => Some(id.name.as_str()),
            _ => None,
        };
        if let Some(value) = value.and_then(|name| self.build.lookup(name)) {
            self.hand_out("default", value);
        }
    }

    /// The constants of a module that stand for something else.
    pub(super) fn hand_out_constants(&mut self) {
        for (seg, value) in self.build.bound_in(0) {
            if value.path.is_some() && value.how != How::Import {
                let name = self.build.facts.names.seg_text(seg).to_owned();
                self.hand_out(&name, value);
            }
        }
    }

    /// `module.exports = …`, `exports.price = …`: says whether it was one of them.
    pub(super) fn common_export(&mut self, target: &AssignmentTarget<'_>, right: &Expression<'_>) -> bool {
        let AssignmentTarget::StaticMemberExpression(m) = target else { return false };
        let name = m.property.name.as_str();
        let is = |e: &Expression<'_>, text: &str| matches!(e, Expression::Identifier(id) if id.name == text);
        let whole = is(&m.object, "module") && name == "exports";
        let one = is(&m.object, "exports")
            || matches!(&m.object, Expression::StaticMemberExpression(o) if is(&o.object, "module") && o.property.name == "exports");
        if self.build.def != 0 || !(whole || one) {
            return false;
        }
        match right {
            Expression::ObjectExpression(object) if whole => {
                for property in &object.properties {
                    let ObjectPropertyKind::ObjectProperty(p) = property else { continue };
                    if let Some(key) = p.key.static_name() {
                        self.exported(&key, &p.value);
                    }
                }
            }
            other if one => self.exported(name, other),
            _ => return false,
        }
        true
    }

    fn exported(&mut self, name: &str, value: &Expression<'_>) {
        if is_function(value) && self.initial(name, value.span(), value).is_some() {
            return;
        }
        self.visit_expression(value);
        let value = self.value(value);
        self.hand_out(name, value);
    }

    /// Binds a parameter: an instance of its type, or its default.
    pub(super) fn parameter(&mut self, parameter: &FormalParameter<'_>) {
        let mut value = Value::UNKNOWN;
        if let Some(initial) = &parameter.initializer {
            self.visit_expression(initial);
            let default = self.value(initial);
            let keep = default.how == How::Local || self.build.is_known(default.path);
            value = if keep { default } else { default.anonymous() };
        }
        let class = parameter.type_annotation.as_ref().and_then(|a| self.class_named(&a.type_annotation));
        if let Some(class) = class.filter(|_| value.path.is_none()) {
            value = Value { path: self.build.facts.names.called(class), how: How::Assigned, node: value.node };
        }
        self.bind_pattern(&parameter.pattern, value);
        // `constructor(private source: Source)` sets it as well.
        let name = parameter
            .pattern
            .get_binding_identifier()
            .filter(|_| parameter.accessibility.is_some() || parameter.readonly);
        if let (Some(class), Some(name)) = (self.class, name) {
            let seg = self.build.facts.names.seg(name.name.as_str());
            self.build.attribute_is(class, seg, value);
        }
    }

    /// The class that a type names.
    fn class_named(&mut self, of: &TSType<'_>) -> Option<Sym> {
        let TSType::TSTypeReference(reference) = of else { return None };
        let TSTypeName::IdentifierReference(name) = &reference.type_name else { return None };
        self.build.lookup(name.name.as_str()).map(|v| v.path).filter(|p| p.is_some())
    }
}

/// The name of a member, private ones with their mark.
pub(super) fn key_name(key: &PropertyKey<'_>) -> String {
    match key {
        PropertyKey::PrivateIdentifier(id) => format!("#{}", id.name),
        other => other.static_name().unwrap_or_default().into_owned(),
    }
}

fn is_function(value: &Expression<'_>) -> bool {
    matches!(value, Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_))
}

/// Whether an object, or one in it, has functions.
fn holds_functions(object: &ObjectExpression<'_>) -> bool {
    object.properties.iter().any(|property| match property {
        ObjectPropertyKind::ObjectProperty(p) => match &p.value {
            Expression::ObjectExpression(inner) => holds_functions(inner),
            other => is_function(other),
        },
        ObjectPropertyKind::SpreadProperty(_) => false,
    })
}
