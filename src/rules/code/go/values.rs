//! Values: what a name stands for, what is called, literal rows.

use tree_sitter::Node;

use super::super::builder::Value;
use super::super::catalogue::Kind;
use super::super::facts::{Context, How, Place, Rows};
use super::super::names::Sym;
use super::super::{incidental, suspect};
use super::{BUILTINS, Reader, named, place};

impl<'s> Reader<'s, '_> {
    pub(super) fn list(&mut self, node: Node<'_>) -> Vec<Value> {
        if node.kind() != "expression_list" {
            return vec![self.value(node)];
        }
        named(node).into_iter().map(|n| self.value(n)).collect()
    }

    pub(super) fn all(&mut self, node: Node<'_>) -> Value {
        let parts = named(node);
        let mut out = Value::UNKNOWN;
        for (nth, part) in parts.iter().enumerate() {
            let value = if part.kind() == "expression_list" { self.all(*part) } else { self.value(*part) };
            let node = self.build.merge(out.node, value.node);
            out = if nth == 0 { Value { node, ..value } } else { Value { node, ..out } };
        }
        out
    }

    pub(super) fn value(&mut self, node: Node<'_>) -> Value {
        match node.kind() {
            "identifier" | "type_identifier" | "package_identifier" => self.name(node),
            "selector_expression" | "qualified_type" => {
                let operand = node.child_by_field_name("operand").or_else(|| node.child_by_field_name("package"));
                let field = node.child_by_field_name("field").or_else(|| node.child_by_field_name("name"));
                let (Some(operand), Some(field)) = (operand, field) else { return Value::UNKNOWN };
                let object = self.value(operand);
                let value = self.build.attribute(object, self.text(field));
                let of = self.fields.get(&value.path).copied().filter(|_| value.path.is_some());
                Value { path: of.unwrap_or(value.path), ..value }
            }
            "call_expression" => self.values.get(&node.id()).copied().unwrap_or(Value::UNKNOWN),
            "composite_literal" => {
                let made = node.child_by_field_name("type").map_or(Value::UNKNOWN, |t| self.value(t));
                let inner = node.child_by_field_name("body").map_or(Value::UNKNOWN, |b| self.all(b));
                Value { node: inner.node, ..made }
            }
            "unary_expression" => node.child_by_field_name("operand").map_or(Value::UNKNOWN, |o| self.value(o)),
            "binary_expression" => {
                let operator = node.child_by_field_name("operator").map_or("", |o| o.kind());
                if matches!(operator, "==" | "!=" | "<" | "<=" | ">" | ">=") {
                    Value::UNKNOWN
                } else {
                    self.all(node).anonymous()
                }
            }
            "index_expression" | "slice_expression" | "type_assertion_expression" | "type_conversion_expression" => {
                node.child_by_field_name("operand").map_or(Value::UNKNOWN, |o| self.value(o).anonymous())
            }
            "parenthesized_expression" | "literal_element" | "keyed_element" | "literal_value" | "argument_list" => {
                self.all(node)
            }
            _ => Value::UNKNOWN,
        }
    }

    pub(super) fn name(&mut self, node: Node<'_>) -> Value {
        let name = self.text(node);
        if let Some(value) = self.build.lookup(name) {
            return value;
        }
        let seg = self.build.facts.names.seg(name);
        if BUILTINS.contains(&name) {
            return Value { path: self.build.facts.names.join(Sym::NONE, seg), how: How::Builtin, node: 0 };
        }
        // A name of another file of the package.
        let module = self.build.facts.module;
        Value { path: self.build.facts.names.join(module, seg), how: How::Local, node: 0 }
    }

    pub(super) fn call(&mut self, node: Node<'_>) {
        let Some(callee) = node.child_by_field_name("function") else { return self.children(node) };
        self.node(callee);
        let target = self.value(callee);
        let method = match callee.kind() {
            "selector_expression" => callee.child_by_field_name("field").map(|f| self.text(f)),
            _ => None,
        };
        let list = node.child_by_field_name("arguments");
        let first = list.and_then(|l| l.named_child(0));
        let kind = self.build.kind_as_written(target.path, self.root(callee), method);
        let kind = if kind == Kind::Print { self.printed(first) } else { kind };
        let extra = if first.is_some_and(|f| self.writes_rows(f)) { Context::WRITES } else { Context::default() };
        // `rand.Intn(len(rows))` is a position.
        let bounded = first.is_some_and(|f| self.is_length(f)) && method.is_some_and(incidental::draws_integers);
        let extra = if bounded { extra.with(Context::INDEX) } else { extra };
        let outer = self.build.context;
        self.build.context = self.build.argument_context(kind);
        let mut arguments = 0;
        if let Some(list) = list {
            let takes_function = named(list).iter().any(|n| n.kind() == "func_literal");
            let guard = self.build.guarded_by(if takes_function { target.path } else { Sym::NONE });
            self.children(list);
            self.build.guard = guard;
            arguments = self.all(list).node;
        }
        self.build.context = outer;
        let value = self.build.call(place(node), target, kind, arguments, method, extra);
        self.values.insert(node.id(), value);
    }

    fn is_length(&self, node: Node<'_>) -> bool {
        node.kind() == "call_expression" && node.child_by_field_name("function").is_some_and(|f| self.text(f) == "len")
    }

    /// The name that a chain of fields and calls starts with.
    pub(super) fn root(&self, callee: Node<'_>) -> Option<&'s str> {
        let mut at = callee;
        // A longer chain tells nothing, and would be walked once for each of its links.
        for _ in 0..64 {
            at = match at.kind() {
                "identifier" => return Some(self.text(at)),
                "selector_expression" | "index_expression" => at.child_by_field_name("operand")?,
                "call_expression" => at.child_by_field_name("function")?,
                _ => return None,
            };
        }
        None
    }

    /// Who is printed to: whoever asked, or nobody that matters.
    pub(super) fn printed(&self, to: Option<Node<'_>>) -> Kind {
        const ASKERS: [&str; 5] = ["w", "rw", "res", "resp", "writer"];
        let asker = to.is_some_and(|to| to.kind() == "identifier" && ASKERS.contains(&self.text(to)));
        if asker { Kind::Respond } else { Kind::Plain }
    }

    /// Whether an argument is a statement of SQL that writes rows.
    pub(super) fn writes_rows(&self, argument: Node<'_>) -> bool {
        let quoted = matches!(argument.kind(), "interpreted_string_literal" | "raw_string_literal");
        quoted && suspect::writes_rows(self.text(argument).trim_matches(['"', '`']))
    }

    pub(super) fn note_rows(&mut self, target: Node<'_>, literal: Node<'_>) {
        if target.kind() != "identifier" {
            return;
        }
        let Some(count) = self.rows(literal).filter(|c| *c >= 2) else { return };
        let name = self.build.facts.names.dotted(self.text(target));
        let at = Place { start: target.start_byte() as u32, end: literal.end_byte() as u32 };
        let def = self.build.def;
        self.build.facts.rows.push(Rows { place: at, name, count, def });
    }

    /// How many rows a slice or map literal holds.
    pub(super) fn rows(&self, node: Node<'_>) -> Option<u32> {
        let kind = node.child_by_field_name("type").filter(|_| node.kind() == "composite_literal")?;
        if !matches!(kind.kind(), "slice_type" | "array_type" | "map_type") {
            return None;
        }
        let elements = named(node.child_by_field_name("body")?);
        let is_record = |n: &Node<'_>| self.text(*n).trim_end().ends_with('}');
        (!elements.is_empty() && elements.iter().all(is_record)).then_some(elements.len() as u32)
    }
}
