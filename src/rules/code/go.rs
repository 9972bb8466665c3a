//! Go, read with tree-sitter; the only file that names it.

use rustc_hash::FxHashMap;
use tree_sitter::{Node, Parser};

use super::builder::{Builder, ScopeKind, Value};
use super::catalogue::{Catalogue, Kind};
use super::facts::{Context, DefId, DefKind, Facts, Fallback, How, Import, ImportKind, Language, Place, Rows};
use super::names::Sym;
use super::suspect;

/// Reads one file. `module` is the folder of its package.
pub fn read(source: &str, path: &str, module: &str, catalogue: &Catalogue) -> Facts {
    let mut reader = Reader {
        build: Builder::new(Language::Go, "", source, catalogue),
        source,
        values: FxHashMap::default(),
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

    /// Functions and types are known before the line that declares them.
    fn declare(&mut self, root: Node<'_>) {
        let mut cursor = root.walk();
        for child in root.named_children(&mut cursor) {
            if child.kind() == "function_declaration"
                && let Some(name) = child.child_by_field_name("name")
            {
                self.bind_local(self.text(name));
            }
        }
    }

    fn bind_local(&mut self, name: &str) {
        let base = self.build.facts.defs[self.build.def as usize].path;
        let seg = self.build.facts.names.seg(name);
        let path = self.build.facts.names.join(base, seg);
        self.build.bind(name, Value { path, how: How::Local, node: 0 });
    }

    /// Where an import may stand if there is none: behind the package clause.
    fn import_point(&self, root: Node<'_>) -> u32 {
        let mut cursor = root.walk();
        let clause = root.named_children(&mut cursor).find(|child| child.kind() == "package_clause");
        clause.map_or(0, |clause| place(clause).end)
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

    fn import(&mut self, node: Node<'_>) {
        let Some(path) = node.child_by_field_name("path") else { return };
        let module = self.text(path).trim_matches(['"', '`']).to_owned();
        let alias = node.child_by_field_name("name").map(|n| self.text(n).to_owned());
        let seg = self.build.facts.names.seg(&module);
        let path = self.build.facts.names.join(Sym::NONE, seg);
        let bound = alias.unwrap_or_else(|| default_name(&module).to_owned());
        let kind =
            ImportKind { star: bound == ".", used: matches!(bound.as_str(), "." | "_"), ..ImportKind::default() };
        let bound_sym = self.build.facts.names.dotted(if kind.star { "" } else { &bound });
        let import = Import {
            place: place(node),
            statement: place(node),
            module: path,
            name: Sym::NONE,
            bound: bound_sym,
            def: 0,
            kind,
        };
        let at = self.build.import(import);
        if kind.star {
            self.build.star();
        } else {
            self.build.bind_import(&bound, Value { path, how: How::Import, node: 0 }, at);
        }
    }

    fn define(&mut self, name: &str, kind: DefKind, node: Node<'_>, name_node: Node<'_>) -> DefId {
        let def = self.build.define(name, kind, place(node), place(name_node));
        let start = node.start_byte() as u32;
        let end = self.docs.last().copied().unwrap_or(u32::MAX);
        let between = self.source.get(end as usize..start as usize);
        let documented = between
            .is_some_and(|b| b.bytes().filter(|c| *c == b'\n').count() <= 1 && b.replace("type", "").trim().is_empty());
        let entry = self.build.def_mut(def);
        entry.public = name.starts_with(char::is_uppercase);
        entry.documented = documented;
        def
    }

    fn type_spec(&mut self, node: Node<'_>) {
        if let Some(name) = node.child_by_field_name("name") {
            let text = self.text(name);
            self.define(text, DefKind::Class, node, name);
            self.bind_local(text);
        }
        self.children(node);
    }

    fn function(&mut self, node: Node<'_>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let text = self.text(name);
        let receiver = node.child_by_field_name("receiver").and_then(|r| self.receiver(r));
        let def = self.define(text, DefKind::Function, node, name);
        if let Some((_, class)) = &receiver {
            let base = self.build.facts.module;
            let path = [class.as_str(), text].iter().fold(base, |at, part| {
                let seg = self.build.facts.names.seg(part);
                self.build.facts.names.join(at, seg)
            });
            self.build.def_mut(def).path = path;
        }
        self.build.facts.has_tests |= text.starts_with("Test");
        let outer = (self.build.scope, self.build.def, self.build.depth, self.build.context);
        self.build.open(ScopeKind::Function, def);
        self.build.depth = 0;
        self.build.context = Context::default();
        if let Some((own, class)) = receiver {
            let base = self.build.facts.module;
            let seg = self.build.facts.names.seg(&class);
            let path = self.build.facts.names.join(base, seg);
            self.build.bind(&own, Value { path, how: How::Own, node: 0 });
        }
        if let Some(parameters) = node.child_by_field_name("parameters") {
            self.parameters(parameters);
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.children(body);
        }
        (self.build.scope, self.build.def, self.build.depth, self.build.context) = outer;
    }

    /// The name and the type of a receiver: `(s *Source)`.
    fn receiver(&self, node: Node<'_>) -> Option<(String, String)> {
        let inner = self.text(node).trim_matches(['(', ')']);
        let (name, kind) = inner.trim().split_once(char::is_whitespace)?;
        let kind = kind.trim().trim_start_matches('*');
        Some((name.to_owned(), kind.split('[').next().unwrap_or(kind).to_owned()))
    }

    fn parameters(&mut self, node: Node<'_>) {
        let mut cursor = node.walk();
        for parameter in node.named_children(&mut cursor) {
            let mut inner = parameter.walk();
            let names: Vec<_> = parameter.children_by_field_name("name", &mut inner).collect();
            for name in names {
                self.build.bind(self.text(name), Value::UNKNOWN);
            }
        }
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
                None => values.first().map_or(Value::UNKNOWN, |v| v.anonymous()),
            };
            self.assign(*target, value);
            if let Some(literal) =
                right.and_then(|r| if r.kind() == "expression_list" { r.named_child(nth as u32) } else { Some(r) })
            {
                self.note_rows(*target, literal);
            }
        }
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

    fn list(&mut self, node: Node<'_>) -> Vec<Value> {
        if node.kind() != "expression_list" {
            return vec![self.value(node)];
        }
        named(node).into_iter().map(|n| self.value(n)).collect()
    }

    fn all(&mut self, node: Node<'_>) -> Value {
        let parts = named(node);
        let mut out = Value::UNKNOWN;
        for (nth, part) in parts.iter().enumerate() {
            let value = if part.kind() == "expression_list" { self.all(*part) } else { self.value(*part) };
            let node = self.build.merge(out.node, value.node);
            out = if nth == 0 { Value { node, ..value } } else { Value { node, ..out } };
        }
        out
    }

    fn value(&mut self, node: Node<'_>) -> Value {
        match node.kind() {
            "identifier" | "type_identifier" | "package_identifier" => self.name(node),
            "selector_expression" | "qualified_type" => {
                let operand = node.child_by_field_name("operand").or_else(|| node.child_by_field_name("package"));
                let field = node.child_by_field_name("field").or_else(|| node.child_by_field_name("name"));
                let (Some(operand), Some(field)) = (operand, field) else { return Value::UNKNOWN };
                let object = self.value(operand);
                self.build.attribute(object, self.text(field))
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

    fn name(&mut self, node: Node<'_>) -> Value {
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

    fn call(&mut self, node: Node<'_>) {
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

    /// The name that a chain of fields and calls starts with.
    fn root(&self, callee: Node<'_>) -> Option<&'s str> {
        let mut at = callee;
        loop {
            at = match at.kind() {
                "identifier" => return Some(self.text(at)),
                "selector_expression" | "index_expression" => at.child_by_field_name("operand")?,
                "call_expression" => at.child_by_field_name("function")?,
                _ => return None,
            };
        }
    }

    /// Who is printed to: whoever asked, or nobody that matters.
    fn printed(&self, to: Option<Node<'_>>) -> Kind {
        const ASKERS: [&str; 5] = ["w", "rw", "res", "resp", "writer"];
        let asker = to.is_some_and(|to| to.kind() == "identifier" && ASKERS.contains(&self.text(to)));
        if asker { Kind::Respond } else { Kind::Plain }
    }

    /// Whether an argument is a statement of SQL that writes rows.
    fn writes_rows(&self, argument: Node<'_>) -> bool {
        let quoted = matches!(argument.kind(), "interpreted_string_literal" | "raw_string_literal");
        quoted && suspect::writes_rows(self.text(argument).trim_matches(['"', '`']))
    }

    fn note_rows(&mut self, target: Node<'_>, literal: Node<'_>) {
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
    fn rows(&self, node: Node<'_>) -> Option<u32> {
        let kind = node.child_by_field_name("type").filter(|_| node.kind() == "composite_literal")?;
        if !matches!(kind.kind(), "slice_type" | "array_type" | "map_type") {
            return None;
        }
        let elements = named(node.child_by_field_name("body")?);
        let is_record = |n: &Node<'_>| self.text(*n).trim_end().ends_with('}');
        (!elements.is_empty() && elements.iter().all(is_record)).then_some(elements.len() as u32)
    }
}

fn named(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|n| n.kind() != "comment").collect()
}

/// The name a package has where nothing else is said: its path's last part, version apart.
fn default_name(module: &str) -> &str {
    let mut parts = module.rsplit('/');
    let last = parts.next().unwrap_or(module);
    let is_version = last.strip_prefix('v').is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()));
    let name = if is_version { parts.next().unwrap_or(last) } else { last };
    name.strip_prefix("go-").unwrap_or(name)
}
