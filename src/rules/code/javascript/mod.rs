//! JavaScript and TypeScript, read with oxc's parser; the only folder that names it.

mod definitions;
pub mod doubt;
mod fallbacks;
mod stands;
mod values;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, AssignmentExpression, BinaryExpression, CallExpression, CatchClause,
    Class, ClassHeritage, ComputedMemberExpression, ConditionalExpression, DoWhileStatement, ExportAllDeclaration,
    ExportDefaultDeclaration, ExportFromDeclaration, ExportNamedDeclaration, Expression, ForInStatement,
    ForOfStatement, ForStatement, Function, IfStatement, ImportDeclaration, ImportDeclarationSpecifier,
    ImportExpression, ImportOrExportKind, LogicalExpression, MethodDefinition, NewExpression, Program,
    PropertyDefinition, ReturnStatement, Statement, StringLiteral, SwitchCase, TemplateElement, ThrowStatement,
    VariableDeclarator, WhileStatement, YieldExpression,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType, Span};
use oxc_syntax::operator::{BinaryOperator, LogicalOperator};
use oxc_syntax::scope::ScopeFlags;
use rustc_hash::FxHashMap;

use self::stands::key_name;
use super::builder::{Builder, ScopeKind, Value};
use super::catalogue::Catalogue;
use super::facts::{Context, DefId, DefKind, Facts, How, Import, ImportKind, Language, Place};
use super::names::Sym;
use super::pieces;

/// Reads one file. `module` is its path without extension.
pub fn read(source: &str, path: &str, module: &str, language: Language, catalogue: &Catalogue) -> Facts {
    let allocator = Allocator::default();
    let mut parsed = Parser::new(&allocator, source, source_type(path)).parse();
    let mended = if parsed.panicked { pieces::mend(source, |piece| parses(piece, path)) } else { None };
    if let Some(mended) = &mended {
        parsed.program = Parser::new(&allocator, mended, source_type(path)).parse().program;
    }
    let mut reader = Reader {
        build: Builder::new(language, module, source, catalogue),
        source,
        module,
        class: None,
        calls: FxHashMap::default(),
        throws: 0,
        docs: Vec::new(),
    };
    for error in &parsed.diagnostics {
        let at = error.labels.first().map_or(0, |l| l.offset());
        reader.build.error(Place { start: at, end: at }, &error.message);
    }
    reader.comments(&parsed.program);
    reader.build.facts.import_at = import_point(&parsed.program, source);
    reader.declare(&parsed.program.body);
    reader.visit_program(&parsed.program);
    reader.build.enter(0);
    reader.hand_out_constants();
    reader.build.finish()
}

/// Where an import may stand: before the first one, else behind directives, else before what is documented first.
fn import_point(program: &Program<'_>, source: &str) -> u32 {
    let import = program.body.iter().find(|s| matches!(s, Statement::ImportDeclaration(_)));
    if let Some(import) = import {
        return import.span().start;
    }
    if let Some(directive) = program.directives.last() {
        let end = directive.span.end as usize;
        return memchr::memchr(b'\n', &source.as_bytes()[end..]).map_or(source.len(), |line| end + line + 1) as u32;
    }
    let Some(first) = program.body.first().map(|s| s.span().start) else { return source.len() as u32 };
    let attached = |end: u32| {
        let gap = source.get(end as usize..first as usize).unwrap_or("x");
        gap.trim().is_empty() && gap.matches('\n').count() < 2
    };
    let doc = program.comments.iter().rfind(|c| c.is_jsdoc() && c.span.end <= first && attached(c.span.end));
    doc.map_or(first, |comment| comment.span.start)
}

/// Parses and does nothing else: what the benchmarks measure against.
pub fn parse_only(source: &str, path: &str) -> usize {
    Parser::new(&Allocator::default(), source, source_type(path)).parse().program.body.len()
}

fn parses(source: &str, path: &str) -> bool {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, source_type(path)).parse();
    !parsed.panicked && parsed.diagnostics.is_empty()
}

fn source_type(path: &str) -> SourceType {
    // JSX in .js is common, and nothing else could be meant by it.
    SourceType::from_path(path)
        .unwrap_or_default()
        .with_jsx(!path.ends_with(".ts") && !path.ends_with(".mts") && !path.ends_with(".cts"))
}

struct Reader<'s, 'c> {
    build: Builder<'c>,
    source: &'s str,
    module: &'s str,
    class: Option<DefId>,
    calls: FxHashMap<(u32, u32), Value>,
    throws: u32,
    docs: Vec<u32>,
}

fn is_length(expression: &Expression<'_>) -> bool {
    matches!(expression, Expression::StaticMemberExpression(m) if matches!(m.property.name.as_str(), "length" | "size"))
}

fn place(span: Span) -> Place {
    Place { start: span.start, end: span.end }
}

impl Reader<'_, '_> {
    fn comments(&mut self, program: &Program<'_>) {
        for comment in &program.comments {
            let at = place(comment.span);
            let text = self.source.get(at.range()).unwrap_or_default();
            if comment.is_jsdoc() {
                self.docs.push(at.end);
            } else {
                self.build.comment(at, text);
            }
        }
    }

    /// The absolute name of a module: a relative one is joined to this file's folder.
    fn absolute(&mut self, written: &str) -> Sym {
        let mut name = written.to_owned();
        if written.starts_with("./") || written.starts_with("../") || written == "." || written == ".." {
            let mut parts: Vec<&str> = self.module.split('/').collect();
            parts.pop();
            for part in written.split('/') {
                match part {
                    "." | "" => {}
                    ".." => drop(parts.pop()),
                    other => parts.push(other),
                }
            }
            name = parts.join("/");
            let extensions = [".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".cts"];
            name = extensions.iter().find_map(|e| name.strip_suffix(e)).unwrap_or(&name).to_owned();
        }
        let seg = self.build.facts.names.seg(&name);
        self.build.facts.names.join(Sym::NONE, seg)
    }

    fn import(&mut self, module: Sym, name: &str, bound: &str, at: Span, whole: Span, kind: ImportKind) {
        let statement = place(whole);
        let one = |build: &mut Builder<'_>, text: &str| {
            if text.is_empty() {
                return Sym::NONE;
            }
            let seg = build.facts.names.seg(text);
            build.facts.names.join(Sym::NONE, seg)
        };
        let (name_sym, bound_sym) = (one(&mut self.build, name), one(&mut self.build, bound));
        let import =
            Import { place: place(at), statement, module, name: name_sym, bound: bound_sym, def: self.build.def, kind };
        let index = self.build.import(import);
        let mut path = module;
        if !name.is_empty() {
            let seg = self.build.facts.names.seg(name);
            path = self.build.facts.names.join(module, seg);
        }
        if bound.is_empty() {
            return;
        }
        if kind.reexport {
            let base = self.build.facts.module;
            let seg = self.build.facts.names.seg(bound);
            let exported = self.build.facts.names.join(base, seg);
            self.build.facts.exports.push((exported, path));
            return;
        }
        self.build.bind_import(bound, Value { path, how: How::Import, node: 0 }, index);
    }

    fn with(&mut self, context: Context, work: impl FnOnce(&mut Self)) {
        let outer = self.build.context;
        self.build.context = outer.with(context).without(Context::DISCARDED);
        work(self);
        self.build.context = outer;
    }

    fn block(&mut self, work: impl FnOnce(&mut Self)) {
        self.build.depth += 1;
        work(self);
        self.build.depth -= 1;
    }

    fn gate(&mut self, test: &Expression<'_>) {
        self.build.branch();
        self.with(Context::GATE, |reader| reader.visit_expression(test));
    }
}

impl<'a> Visit<'a> for Reader<'_, '_> {
    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        let module = self.absolute(it.source.value.as_str());
        let type_only = it.import_kind == ImportOrExportKind::Type;
        let kind = ImportKind { type_only, ..ImportKind::default() };
        let Some(specifiers) = it.specifiers.as_ref().filter(|s| !s.is_empty()) else {
            self.import(module, "", "", it.span, it.span, ImportKind { used: true, ..kind });
            return;
        };
        for specifier in specifiers {
            match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(s) => {
                    let type_only = type_only || s.import_kind == ImportOrExportKind::Type;
                    let name = s.imported.name();
                    self.import(
                        module,
                        name.as_str(),
                        s.local.name.as_str(),
                        s.span,
                        it.span,
                        ImportKind { type_only, ..kind },
                    );
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(s) => {
                    self.import(module, "default", s.local.name.as_str(), s.span, it.span, kind);
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(s) => {
                    self.import(module, "", s.local.name.as_str(), s.span, it.span, kind);
                }
            }
        }
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        let module = self.absolute(it.source.value.as_str());
        let type_only = it.export_kind == ImportOrExportKind::Type;
        for s in &it.specifiers {
            let kind = ImportKind { type_only, reexport: true, used: true, ..ImportKind::default() };
            self.import(module, s.local.name().as_str(), s.exported.name().as_str(), s.span, it.span, kind);
        }
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        for s in &it.specifiers {
            let value = self.build.lookup(s.local.name().as_str()).unwrap_or(Value::UNKNOWN);
            self.hand_out(s.exported.name().as_str(), value);
        }
    }

    fn visit_export_default_declaration(&mut self, it: &ExportDefaultDeclaration<'a>) {
        walk::walk_export_default_declaration(self, it);
        self.hand_out_default(&it.declaration);
    }

    fn visit_export_all_declaration(&mut self, it: &ExportAllDeclaration<'a>) {
        let module = self.absolute(it.source.value.as_str());
        let name = it.exported.as_ref().map(|name| name.name().to_string()).unwrap_or_default();
        let kind = ImportKind { star: name.is_empty(), reexport: true, used: true, ..ImportKind::default() };
        self.import(module, "", &name, it.span, it.span, kind);
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        let literal = if let Expression::StringLiteral(s) = &it.source { Some(s.value.as_str()) } else { None };
        let module = literal.map_or(Sym::NONE, |l| self.absolute(l));
        let kind = ImportKind { dynamic: true, computed: literal.is_none(), used: true, ..ImportKind::default() };
        self.import(module, "", "", it.span, it.span, kind);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        let Some(init) = &it.init else {
            self.bind_pattern(&it.id, Value::UNKNOWN);
            return;
        };
        if let Some(id) = it.id.get_binding_identifier() {
            if self.initial(id.name.as_str(), id.span, init).is_some() {
                return;
            }
            self.note_rows(id.name.as_str(), it.span, init);
        }
        self.visit_expression(init);
        let value = self.value(init);
        self.bind_pattern(&it.id, value);
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        if self.common_export(&it.left, &it.right) {
            return;
        }
        self.visit_expression(&it.right);
        let value = self.value(&it.right);
        self.assign_target(&it.left, value);
    }

    fn visit_function(&mut self, it: &Function<'a>, _: ScopeFlags) {
        let (name, span) = it.id.as_ref().map_or(("default", it.span), |id| (id.name.as_str(), id.span));
        self.plain_function(name, span, it, None);
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        // One without a name belongs to what it stands in.
        let outer = (self.build.scope, self.build.depth);
        self.build.open(ScopeKind::Function, self.build.def);
        it.params.items.iter().for_each(|parameter| self.parameter(parameter));
        match &it.body {
            ArrowFunctionBody::FunctionBody(body) => {
                self.declare(&body.statements);
                self.visit_function_body(body);
            }
            other => {
                if let Some(expression) = other.as_expression() {
                    self.visit_expression(expression);
                }
            }
        }
        (self.build.scope, self.build.depth) = outer;
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        let (name, span) = it.id.as_ref().map_or(("default", it.span), |id| (id.name.as_str(), id.span));
        let def = self.define(name, DefKind::Class, it.span, span);
        self.decorated(def, &it.decorators);
        if let Some(ClassHeritage { expression: super_class, .. }) = &it.heritage {
            self.visit_expression(super_class);
            let base = self.value(super_class);
            self.build.def_mut(def).bases.push(base.path);
        }
        let path = self.build.facts.defs[def as usize].path;
        self.build.bind(name, Value { path, how: How::Local, node: 0 });
        let outer = (self.build.scope, self.build.def, self.class, self.build.depth);
        self.build.open(ScopeKind::Class, def);
        self.class = Some(def);
        self.build.depth = 0;
        walk::walk_class_body(self, &it.body);
        (self.build.scope, self.build.def, self.class, self.build.depth) = outer;
    }

    fn visit_method_definition(&mut self, it: &MethodDefinition<'a>) {
        let name = key_name(&it.key);
        let owner = self.class;
        self.plain_function(&name, it.key.span(), &it.value, owner);
    }

    fn visit_property_definition(&mut self, it: &PropertyDefinition<'a>) {
        let Some(value) = &it.value else { return };
        let name = key_name(&it.key);
        if let Expression::ArrowFunctionExpression(f) = value {
            self.arrow(&name, it.key.span(), f);
            return;
        }
        self.visit_expression(value);
        let value = self.value(value);
        if let Some(class) = self.class {
            let seg = self.build.facts.names.seg(&name);
            self.build.attribute_is(class, seg, value);
        }
    }

    fn visit_return_statement(&mut self, it: &ReturnStatement<'a>) {
        if let Some(argument) = &it.argument {
            self.visit_expression(argument);
            let value = self.value(argument);
            self.build.ret(value);
        }
    }

    fn visit_yield_expression(&mut self, it: &YieldExpression<'a>) {
        if let Some(argument) = &it.argument {
            self.visit_expression(argument);
            let value = self.value(argument).anonymous();
            self.build.ret(value);
        }
    }

    fn visit_throw_statement(&mut self, it: &ThrowStatement<'a>) {
        self.throws += 1;
        self.visit_expression(&it.argument);
    }

    fn visit_catch_clause(&mut self, it: &CatchClause<'a>) {
        self.build.branch();
        let (throws, calls) = (self.throws, self.build.facts.calls.len());
        self.block(|reader| {
            if let Some(param) = &it.param {
                reader.bind_pattern(&param.pattern, Value::UNKNOWN);
            }
            reader.visit_block_statement(&it.body);
        });
        if self.throws > throws {
            return;
        }
        self.build.swallow(calls, Context::HANDLER);
        it.body.body.iter().for_each(|statement| self.stands_in(statement));
    }

    fn visit_logical_expression(&mut self, it: &LogicalExpression<'a>) {
        self.build.branch();
        self.visit_expression(&it.left);
        if it.operator == LogicalOperator::And {
            self.visit_expression(&it.right);
        } else {
            self.note_fallback(&it.right);
            self.with(Context::OTHERWISE, |reader| reader.visit_expression(&it.right));
        }
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        if it.operator.is_compare() || it.operator.is_equality() {
            self.with(Context::GATE, |reader| walk::walk_binary_expression(reader, it));
        } else if it.operator == BinaryOperator::Multiplication && (is_length(&it.left) || is_length(&it.right)) {
            // `Math.random() * rows.length` is a position.
            self.with(Context::INDEX, |reader| walk::walk_binary_expression(reader, it));
        } else {
            walk::walk_binary_expression(self, it);
        }
    }

    fn visit_computed_member_expression(&mut self, it: &ComputedMemberExpression<'a>) {
        self.visit_expression(&it.object);
        self.with(Context::INDEX, |reader| reader.visit_expression(&it.expression));
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.gate(&it.test);
        self.block(|reader| {
            reader.visit_statement(&it.consequent);
            if let Some(alternate) = &it.alternate {
                reader.visit_statement(alternate);
            }
        });
    }

    fn visit_conditional_expression(&mut self, it: &ConditionalExpression<'a>) {
        self.gate(&it.test);
        self.visit_expression(&it.consequent);
        self.visit_expression(&it.alternate);
    }

    fn visit_while_statement(&mut self, it: &WhileStatement<'a>) {
        self.gate(&it.test);
        self.block(|reader| reader.visit_statement(&it.body));
    }

    fn visit_do_while_statement(&mut self, it: &DoWhileStatement<'a>) {
        self.block(|reader| reader.visit_statement(&it.body));
        self.gate(&it.test);
    }

    fn visit_for_statement(&mut self, it: &ForStatement<'a>) {
        self.build.branch();
        self.block(|reader| walk::walk_for_statement(reader, it));
    }

    fn visit_for_in_statement(&mut self, it: &ForInStatement<'a>) {
        self.build.branch();
        self.block(|reader| walk::walk_for_in_statement(reader, it));
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.build.branch();
        self.block(|reader| walk::walk_for_of_statement(reader, it));
    }

    fn visit_switch_case(&mut self, it: &SwitchCase<'a>) {
        self.build.branch_if(it.test.is_some());
        self.block(|reader| walk::walk_switch_case(reader, it));
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.call(it.span, &it.callee, &it.arguments);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        self.call(it.span, &it.callee, &it.arguments);
    }

    fn visit_string_literal(&mut self, it: &StringLiteral<'a>) {
        self.build.string(place(it.span), it.value.as_str());
    }

    fn visit_template_element(&mut self, it: &TemplateElement<'a>) {
        self.build.string(place(it.span), it.value.raw.as_str());
    }
}
