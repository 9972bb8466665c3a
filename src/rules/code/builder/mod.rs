//! What the adapters share: scopes and bindings, definitions, and the flow of values from calls to where they end up.
//!
//! An adapter walks its tree in order and defers the bodies of functions until the scope around them is complete, so that
//! a name in a body means what it means when the body runs. Values flow through a graph of numbered nodes that lives only
//! while one file is read; what remains of it is [`Call::returned_by`] and [`Call::sink`].

mod calls;
mod definitions;
mod flow;
mod instances;
mod reads;
mod scopes;

use rustc_hash::{FxHashMap, FxHashSet};

use super::catalogue::{Catalogue, Kind};
use super::facts::{
    Call, Context, Def, DefId, DefKind, Facts, Guard, How, Import, Language, NOWHERE, Place, SyntaxError, Text,
};
use super::lines::LineIndex;
use super::names::{Names, Seg, Sym};
use super::suspect;

/// A node of the flow graph; 0 carries nothing.
pub type Node = u32;

/// What an expression stands for.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    /// Its dotted name.
    pub path: Sym,
    /// How that was found out.
    pub how: How,
    /// Where its value comes from.
    pub node: Node,
}

impl Value {
    /// Nothing is known.
    pub const UNKNOWN: Value = Value { path: Sym::NONE, how: How::Unresolved, node: 0 };

    /// The same value under no name.
    pub fn anonymous(self) -> Value {
        Value { node: self.node, ..Value::UNKNOWN }
    }
}

/// What kind of scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// The file.
    Module,
    /// The body of a class: its names are not seen from the functions in it.
    Class,
    /// The body of a function, or a block that binds.
    Function,
}

struct Scope {
    parent: u32,
    kind: ScopeKind,
    def: DefId,
    has_star: bool,
}

#[derive(Clone, Copy)]
struct Binding {
    value: Value,
    import: u32,
}

/// Builds the facts of one file.
pub struct Builder<'c> {
    /// What is built.
    pub facts: Facts,
    catalogue: &'c Catalogue,
    lines: LineIndex,
    scopes: Vec<Scope>,
    bindings: FxHashMap<(u32, Seg), Binding>,
    redirects: FxHashMap<(u32, Seg), u32>,
    /// The current scope.
    pub scope: u32,
    /// The current definition.
    pub def: DefId,
    /// What surrounds the expression being read.
    pub context: Context,
    /// The innermost guard.
    pub guard: u32,
    /// How many conditional blocks of the current scope are open: a binding in one does not end the one before.
    pub depth: u32,
    kinds: Vec<Option<Kind>>,
    nodes: u32,
    edges: Vec<(Node, Node)>,
    node_of_call: Vec<(u32, Node)>,
    returns: Vec<(Node, DefId)>,
    sinks: Vec<(Node, u32)>,
    reads: Vec<(Call, Node)>,
    attributes: FxHashMap<(DefId, Seg), Value>,
    members: FxHashSet<(DefId, Seg)>,
}

impl<'c> Builder<'c> {
    /// For a file of `source` whose module has this dotted name.
    pub fn new(language: Language, module: &str, source: &str, catalogue: &'c Catalogue) -> Self {
        let mut names = Names::default();
        // The module's name is one step in languages whose names hold dots of their own.
        let module = names.dotted(module);
        let lines = LineIndex::new(source.as_bytes());
        let root = module_def(module, source, &lines);
        let facts = Facts {
            language,
            names,
            module,
            imports: Vec::new(),
            calls: Vec::new(),
            reads: Vec::new(),
            defs: vec![root],
            strings: Vec::new(),
            comments: Vec::new(),
            rows: Vec::new(),
            fallbacks: Vec::new(),
            guards: Vec::new(),
            errors: Vec::new(),
            exports: Vec::new(),
            held: Vec::new(),
            import_at: 0,
            lines: lines.count(),
            has_tests: false,
            partial: false,
        };
        Self {
            facts,
            catalogue,
            lines,
            scopes: vec![Scope { parent: NOWHERE, kind: ScopeKind::Module, def: 0, has_star: false }],
            bindings: FxHashMap::default(),
            redirects: FxHashMap::default(),
            scope: 0,
            def: 0,
            context: Context::default(),
            guard: NOWHERE,
            depth: 0,
            kinds: Vec::new(),
            nodes: 0,
            edges: Vec::new(),
            node_of_call: Vec::new(),
            returns: Vec::new(),
            sinks: Vec::new(),
            reads: Vec::new(),
            attributes: FxHashMap::default(),
            members: FxHashSet::default(),
        }
    }

    /// Adds an import and gives its index.
    pub fn import(&mut self, import: Import) -> u32 {
        self.facts.imports.push(import);
        self.facts.imports.len() as u32 - 1
    }

    /// A string literal that is no documentation.
    pub fn string(&mut self, place: Place, text: &str) {
        if suspect::in_string(text) {
            self.facts.strings.push(Text { place, text: clip(text), def: self.def });
        }
    }

    /// A comment.
    pub fn comment(&mut self, place: Place, text: &str) {
        if suspect::in_comment(text) {
            self.facts.comments.push(Text { place, text: clip(text), def: 0 });
        }
    }

    /// Something that did not parse. More than a few of one file tell nothing new.
    pub fn error(&mut self, place: Place, message: &str) {
        if self.facts.errors.len() < 20 {
            self.facts.errors.push(SyntaxError { place, message: message.to_owned() });
        }
    }

    /// Opens a guard around what follows; gives the one to restore.
    pub fn guarded_by(&mut self, callee: Sym) -> u32 {
        let outer = self.guard;
        if callee.is_some() {
            self.facts.guards.push(Guard { callee, parent: outer });
            self.guard = self.facts.guards.len() as u32 - 1;
        }
        outer
    }

    /// The facts, every name settled and every flow followed.
    pub fn finish(mut self) -> Facts {
        self.settle();
        self.follow();
        self.keep_reads();
        self.hold();
        self.facts.names.freeze();
        let order = sort_calls(&mut self.facts.calls);
        let Facts { calls, reads, .. } = &mut self.facts;
        for call in calls.iter_mut().chain(reads) {
            if let Some(at) = order.get(call.sink as usize) {
                call.sink = *at;
            }
        }
        self.facts
    }
}

/// The definition that the whole file is.
fn module_def(module: Sym, source: &str, lines: &LineIndex) -> Def {
    let whole = Place { start: 0, end: source.len() as u32 };
    Def {
        path: module,
        kind: DefKind::Module,
        parent: NOWHERE,
        place: whole,
        name: Place::default(),
        decorators: Vec::new(),
        bases: Vec::new(),
        result: Sym::NONE,
        complexity: 1,
        first_line: 1,
        last_line: lines.count(),
        public: true,
        documented: true,
        stub: false,
        test: false,
    }
}

/// Longest text that is kept of a string or comment.
const LONGEST_TEXT: usize = 400;

fn clip(text: &str) -> Box<str> {
    text[..text.floor_char_boundary(LONGEST_TEXT)].into()
}

/// Sorts calls by place and gives for each old index the new one.
fn sort_calls(calls: &mut [Call]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..calls.len() as u32).collect();
    order.sort_by_key(|at| calls[*at as usize].place);
    let mut new_index = vec![0; calls.len()];
    for (new, old) in order.iter().enumerate() {
        new_index[*old as usize] = new as u32;
    }
    calls.sort_by_key(|c| c.place);
    new_index
}
