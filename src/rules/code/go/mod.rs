//! Go, read with tree-sitter; the only folder that names it.

mod definitions;
mod values;

use rustc_hash::FxHashMap;
use tree_sitter::{Node, Parser};

use super::builder::{Builder, ScopeKind, Value};
use super::catalogue::Catalogue;
use super::facts::{Context, Facts, Fallback, How, Language, Place};
use super::names::Sym;

/// Reads one file. `module` is the folder of its package.
pub fn read(source: &str, path: &str, module: &str, catalogue: &Catalogue) -> Facts {
    let mut reader = Reader {
        build: Builder::new(Language::Go, "", source, catalogue),
        source,
        values: FxHashMap::default(),
        fields: FxHashMap::default(),
        docs: Vec::new(),
    };
    let names = &mut reader.build.facts.names;
    let seg = names.seg(module);
    let package = names.join(Sym::NONE, seg);
    reader.build.facts.module = package;
    reader.build.def_mut(0).path = package;
    reader.build.facts.has_tests = path.ends_with("_test.go");
    let mut parser = Parser::new();
    if parser.set_language(&tree_sitter_go::LANGUAGE.into()).is_err() {
        reader.build.error(Place::default(), "the grammar does not fit the parser");
        return reader.build.finish();
    }
    let Some(tree) = parser.parse(source, None) else {
        reader.build.error(Place::default(), "the parser gave up");
        return reader.build.finish();
    };
    let root = tree.root_node();
    reader.build.facts.import_at = reader.import_point(root);
    reader.errors(root);
    reader.declare(root);
    reader.children(root);
    reader.build.enter(0);
    reader.build.finish()
}

/// Parses and does nothing else: what the benchmarks measure against.
pub fn parse_only(source: &str) -> usize {
    let mut parser = Parser::new();
    if parser.set_language(&tree_sitter_go::LANGUAGE.into()).is_err() {
        return 0;
    }
    parser.parse(source, None).map_or(0, |t| t.root_node().child_count())
}

struct Reader<'s, 'c> {
    build: Builder<'c>,
    source: &'s str,
    values: FxHashMap<usize, Value>,
    /// What fields of structs are: (the field's name, its type's).
    fields: FxHashMap<Sym, Sym>,
    docs: Vec<u32>,
}

/// Names that Go has without an import.
const BUILTINS: [&str; 24] = [
    "append", "cap", "clear", "close", "complex", "copy", "delete", "float32", "float64", "imag", "int", "int32",
    "int64", "len", "make", "max", "min", "new", "panic", "print", "println", "recover", "string", "uint64",
];

fn place(node: Node<'_>) -> Place {
    Place { start: node.start_byte() as u32, end: node.end_byte() as u32 }
}

impl<'s> Reader<'s, '_> {
    fn text(&self, node: Node<'_>) -> &'s str {
        self.source.get(node.byte_range()).unwrap_or_default()
    }

    fn errors(&mut self, node: Node<'_>) {
        if !node.has_error() {
            return;
        }
        if node.is_error() || node.is_missing() {
            let message =
                if node.is_missing() { format!("missing {}", node.kind()) } else { "unexpected text".to_owned() };
            self.build.error(place(node), &message);
            return;
        }
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            self.errors(child);
        }
    }

    fn bind_local(&mut self, name: &str) {
        let base = self.build.facts.defs[self.build.def as usize].path;
        let seg = self.build.facts.names.seg(name);
        let path = self.build.facts.names.join(base, seg);
        self.build.bind(name, Value { path, how: How::Local, node: 0 });
    }

    fn children(&mut self, node: Node<'_>) {
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            self.node(child);
        }
    }

    fn node(&mut self, node: Node<'_>) {
        match node.kind() {
            "comment" => self.comment(node),
            "import_spec" => self.import(node),
            "function_declaration" | "method_declaration" => self.function(node),
            "type_spec" => self.type_spec(node),
            "call_expression" => self.call(node),
            "interpreted_string_literal" | "raw_string_literal" => {
                let text = self.text(node);
                self.build.string(place(node), text.trim_matches(['"', '`']));
            }
            "short_var_declaration" | "assignment_statement" | "var_spec" | "const_spec" | "range_clause" => {
                self.binding(node)
            }
            "return_statement" => {
                self.children(node);
                let value = self.all(node);
                self.build.ret(value);
            }
            "if_statement" => self.if_statement(node),
            "for_statement" => {
                self.build.branch();
                self.block(node);
            }
            "expression_case" | "type_case" | "communication_case" => {
                self.build.branch();
                self.block(node);
            }
            "func_literal" => {
                let outer = (self.build.scope, self.build.depth);
                self.build.open(ScopeKind::Function, self.build.def);
                self.children(node);
                (self.build.scope, self.build.depth) = outer;
            }
            "binary_expression" => self.binary(node),
            "index_expression" => {
                if let Some(operand) = node.child_by_field_name("operand") {
                    self.node(operand);
                }
                if let Some(index) = node.child_by_field_name("index") {
                    self.with(Context::INDEX, |reader| reader.node(index));
                }
            }
            _ => self.children(node),
        }
    }

    fn comment(&mut self, node: Node<'_>) {
        let at = place(node);
        let text = self.text(node);
        self.docs.push(at.end);
        self.build.comment(at, text);
    }

    fn with(&mut self, context: Context, work: impl FnOnce(&mut Self)) {
        let outer = self.build.context;
        self.build.context = outer.with(context);
        work(self);
        self.build.context = outer;
    }

    fn block(&mut self, node: Node<'_>) {
        self.build.depth += 1;
        self.children(node);
        self.build.depth -= 1;
    }

    fn if_statement(&mut self, node: Node<'_>) {
        self.build.branch();
        if let Some(initial) = node.child_by_field_name("initializer") {
            self.node(initial);
        }
        let condition = node.child_by_field_name("condition");
        if let Some(condition) = condition {
            self.with(Context::GATE, |reader| reader.node(condition));
        }
        // `if err != nil { … }` is Go's handler.
        let handles = condition.is_some_and(|c| self.text(c).replace(' ', "").ends_with("err!=nil"));
        let first = self.build.facts.calls.len();
        for part in ["consequence", "alternative"] {
            let Some(block) = node.child_by_field_name(part) else { continue };
            self.build.depth += 1;
            self.node(block);
            self.build.depth -= 1;
            if part == "consequence" && handles && !self.tells(block) {
                self.build.swallow(first, Context::HANDLER);
                self.fallbacks(block);
            }
        }
    }

    /// Whether a handler hands the error on, or stops.
    fn tells(&self, block: Node<'_>) -> bool {
        let text = self.text(block);
        let returns_error = text
            .lines()
            .filter(|l| l.trim_start().starts_with("return"))
            .any(|l| l.contains("err") || l.contains("Err"));
        returns_error || text.contains("panic(") || text.contains("Fatal") || text.contains("os.Exit")
    }

    fn fallbacks(&mut self, block: Node<'_>) {
        let mut cursor = block.walk();
        let statements: Vec<_> = block.named_children(&mut cursor).collect();
        for statement in statements {
            if statement.kind() == "statement_list" {
                self.fallbacks(statement);
            }
            if statement.kind() != "return_statement" {
                continue;
            }
            let Some(list) = statement.named_child(0) else { continue };
            let mut inner = list.walk();
            let values: Vec<_> = list.named_children(&mut inner).collect();
            for value in values {
                if let Some(count) = self.rows(value).filter(|c| *c >= 2) {
                    let def = self.build.def;
                    self.build.facts.fallbacks.push(Fallback { place: place(value), count, def });
                }
            }
        }
    }

    fn binary(&mut self, node: Node<'_>) {
        let operator = node.child_by_field_name("operator").map_or("", |o| o.kind());
        match operator {
            "==" | "!=" | "<" | "<=" | ">" | ">=" => self.with(Context::GATE, |reader| reader.children(node)),
            "&&" | "||" => {
                self.build.branch();
                self.children(node);
            }
            _ => self.children(node),
        }
    }

    fn binding(&mut self, node: Node<'_>) {
        let (left, right) = match node.kind() {
            "var_spec" | "const_spec" => (None, node.child_by_field_name("value")),
            _ => (node.child_by_field_name("left"), node.child_by_field_name("right")),
        };
        if let Some(right) = right {
            self.node(right);
        }
        let values: Vec<Value> = right.map(|r| self.list(r)).unwrap_or_default();
        let targets: Vec<Node<'_>> = match left {
            Some(list) => named(list),
            None => {
                let mut cursor = node.walk();
                node.children_by_field_name("name", &mut cursor).collect()
            }
        };
        for (nth, target) in targets.iter().enumerate() {
            let value = match values.get(nth) {
                Some(value) => *value,
                None if right.is_none() => self.declared(node),
                None => values.first().map_or(Value::UNKNOWN, |v| v.anonymous()),
            };
            self.assign(*target, value);
            if self.build.def == 0 && value.path.is_some() && node.kind() == "var_spec" {
                let module = self.build.facts.module;
                let seg = self.build.facts.names.seg(self.text(*target));
                let given = self.build.facts.names.join(module, seg);
                self.build.facts.exports.push((given, value.path));
            }
            if let Some(literal) =
                right.and_then(|r| if r.kind() == "expression_list" { r.named_child(nth as u32) } else { Some(r) })
            {
                self.note_rows(*target, literal);
            }
        }
    }

    /// `var s lab.Source`
    fn declared(&mut self, node: Node<'_>) -> Value {
        let path = node.child_by_field_name("type").map_or(Sym::NONE, |of| self.type_path(of));
        if path.is_some() { Value { path, how: How::Assigned, node: 0 } } else { Value::UNKNOWN }
    }

    fn assign(&mut self, target: Node<'_>, value: Value) {
        match target.kind() {
            "identifier" => {
                let how = if value.how == How::Import { How::Assigned } else { value.how };
                self.build.bind(self.text(target), Value { how, ..value });
            }
            "selector_expression" | "index_expression" => {
                let object = target.child_by_field_name("operand").map_or(Value::UNKNOWN, |o| self.value(o));
                self.build.edge(value.node, object.node);
            }
            _ => {}
        }
    }
}

fn named(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|n| n.kind() != "comment").collect()
}
