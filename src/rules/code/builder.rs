//! What the adapters share: scopes and bindings, definitions, and the flow of values from calls to where they end up.
//!
//! An adapter walks its tree in order and defers the bodies of functions until the scope around them is complete, so that
//! a name in a body means what it means when the body runs. Values flow through a graph of numbered nodes that lives only
//! while one file is read; what remains of it is [`Call::returned_by`] and [`Call::sink`].

use rustc_hash::{FxHashMap, FxHashSet};

use super::catalogue::{Catalogue, Kind};
use super::facts::{
    Call, Context, Def, DefId, DefKind, Facts, Guard, How, Import, Language, METRICS, NOWHERE, Place, SyntaxError, Text,
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
        let whole = Place { start: 0, end: source.len() as u32 };
        let root = Def {
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
        };
        let facts = Facts {
            language,
            names,
            module,
            imports: Vec::new(),
            calls: Vec::new(),
            defs: vec![root],
            strings: Vec::new(),
            comments: Vec::new(),
            rows: Vec::new(),
            fallbacks: Vec::new(),
            guards: Vec::new(),
            errors: Vec::new(),
            exports: Vec::new(),
            import_at: 0,
            lines: lines.count(),
            has_tests: false,
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
            attributes: FxHashMap::default(),
            members: FxHashSet::default(),
        }
    }

    // ── scopes and names ──

    /// Opens a scope inside the current one.
    pub fn open(&mut self, kind: ScopeKind, def: DefId) -> u32 {
        self.scopes.push(Scope { parent: self.scope, kind, def, has_star: false });
        self.scope = self.scopes.len() as u32 - 1;
        self.def = def;
        self.scope
    }

    /// Goes (back) to a scope.
    pub fn enter(&mut self, scope: u32) {
        self.scope = scope;
        self.def = self.scopes[scope as usize].def;
    }

    /// The kind of the current scope.
    pub fn scope_kind(&self) -> ScopeKind {
        self.scopes[self.scope as usize].kind
    }

    /// Notes that the current scope holds names nobody can list.
    pub fn star(&mut self) {
        self.scopes[self.scope as usize].has_star = true;
    }

    /// Sends bindings of `name` in the current scope to another one (`global`, `nonlocal`).
    pub fn redirect(&mut self, name: &str, to_module: bool) {
        let seg = self.facts.names.seg(name);
        let mut target = 0;
        if !to_module {
            let mut at = self.scopes[self.scope as usize].parent;
            while at != NOWHERE && at != 0 && !self.bindings.contains_key(&(at, seg)) {
                at = self.scopes[at as usize].parent;
            }
            target = if at == NOWHERE { 0 } else { at };
        }
        self.redirects.insert((self.scope, seg), target);
    }

    /// Binds a name in the current scope.
    pub fn bind(&mut self, name: &str, value: Value) -> Seg {
        self.bind_import(name, value, NOWHERE)
    }

    /// Binds a name to what the import of this index brings.
    pub fn bind_import(&mut self, name: &str, mut value: Value, mut import: u32) -> Seg {
        let seg = self.facts.names.seg(name);
        let scope = self.redirects.get(&(self.scope, seg)).copied().unwrap_or(self.scope);
        if value.node == 0 {
            value.node = self.node();
        }
        let key = (scope, seg);
        if let Some(old) = self.bindings.get(&key).copied().filter(|_| self.depth > 0 || scope != self.scope) {
            let joined = self.merge(old.value.node, value.node);
            value.node = joined;
            // What a branch rebinds may still be what was imported.
            import = if import == NOWHERE { old.import } else { import };
            if value.path.is_none() {
                value = Value { node: joined, ..old.value };
            }
        }
        if self.scopes[scope as usize].kind == ScopeKind::Class {
            let class = self.scopes[scope as usize].def;
            self.attribute_is(class, seg, value);
        }
        self.bindings.insert(key, Binding { value, import });
        seg
    }

    /// What a name stands for here; `None`: it is bound nowhere in this file, and no star import may have brought it.
    pub fn lookup(&mut self, name: &str) -> Option<Value> {
        let seg = self.facts.names.seg(name);
        let mut at = self.scope;
        let mut first = true;
        let mut star = false;
        while at != NOWHERE {
            let scope = &self.scopes[at as usize];
            let visible = first || scope.kind != ScopeKind::Class;
            star |= scope.has_star;
            let next = scope.parent;
            if visible && let Some(binding) = self.bindings.get(&(at, seg)).copied() {
                if let Some(import) = self.facts.imports.get_mut(binding.import as usize) {
                    import.kind.used = true;
                }
                return Some(binding.value);
            }
            first = false;
            at = next;
        }
        star.then_some(Value::UNKNOWN)
    }

    /// The names a scope binds, with their values.
    pub fn bound_in(&self, scope: u32) -> Vec<(Seg, Value)> {
        let mut bound: Vec<_> =
            self.bindings.iter().filter(|((s, _), _)| *s == scope).map(|((_, seg), b)| (*seg, b.value)).collect();
        bound.sort_by_key(|(seg, _)| *seg);
        bound
    }

    /// `value.name`.
    pub fn attribute(&mut self, value: Value, name: &str) -> Value {
        let seg = self.facts.names.seg(name);
        if value.path.is_none() {
            return Value { node: value.node, ..Value::UNKNOWN };
        }
        let node = match self.facts.names.instance_class(value.path) {
            Some(class) => self.attribute_node(class, seg),
            None => value.node,
        };
        Value { path: self.facts.names.join(value.path, seg), how: value.how, node }
    }

    /// The value of a `self` in methods of this class.
    pub fn this(&mut self, class: DefId) -> Value {
        Value { path: self.facts.names.instance(class), how: How::Own, node: 0 }
    }

    /// `self.name = value` in a class, or a name bound in its body.
    pub fn attribute_is(&mut self, class: DefId, name: Seg, value: Value) {
        let known = self.attributes.get(&(class, name)).copied();
        let mut next = known.unwrap_or(Value { node: self.node(), ..Value::UNKNOWN });
        self.edge(value.node, next.node);
        if next.path.is_none() {
            next.path = value.path;
            next.how = value.how;
        }
        self.attributes.insert((class, name), next);
    }

    fn attribute_node(&mut self, class: DefId, name: Seg) -> Node {
        if let Some(value) = self.attributes.get(&(class, name)) {
            return value.node;
        }
        let node = self.node();
        self.attributes.insert((class, name), Value { node, ..Value::UNKNOWN });
        node
    }

    /// Assigns to an attribute: of the instance itself, or of some object, which then carries the value.
    pub fn assign_attribute(&mut self, object: Value, name: &str, value: Value) {
        match self.facts.names.instance_class(object.path) {
            Some(class) => {
                let seg = self.facts.names.seg(name);
                self.attribute_is(class, seg, value);
            }
            None => self.edge(value.node, object.node),
        }
    }

    // ── definitions ──

    /// Adds a definition inside the current one and gives its index.
    pub fn define(&mut self, name: &str, kind: DefKind, place: Place, name_place: Place) -> DefId {
        let seg = self.facts.names.seg(name);
        let parent = self.def;
        let base = self.facts.defs[parent as usize].path;
        let path = self.facts.names.join(base, seg);
        let last = self.lines.line(place.end.saturating_sub(1).max(place.start));
        let def = Def {
            path,
            kind,
            parent,
            place,
            name: name_place,
            decorators: Vec::new(),
            bases: Vec::new(),
            result: Sym::NONE,
            complexity: 1,
            first_line: self.lines.line(place.start),
            last_line: last,
            public: true,
            documented: false,
            stub: false,
            test: false,
        };
        self.facts.defs.push(def);
        if self.facts.defs[parent as usize].kind == DefKind::Class {
            self.members.insert((parent, seg));
        }
        self.facts.defs.len() as DefId - 1
    }

    /// The definition being built.
    pub fn def_mut(&mut self, id: DefId) -> &mut Def {
        &mut self.facts.defs[id as usize]
    }

    /// One more way through the current function.
    pub fn branch(&mut self) {
        self.facts.defs[self.def as usize].complexity += 1;
    }

    /// One more way through, if so.
    pub fn branch_if(&mut self, condition: bool) {
        self.facts.defs[self.def as usize].complexity += u32::from(condition);
    }

    // ── flow ──

    /// A fresh node.
    pub fn node(&mut self) -> Node {
        self.nodes += 1;
        self.nodes
    }

    /// What is in `from` also is in `to`.
    pub fn edge(&mut self, from: Node, to: Node) {
        if from != 0 && to != 0 && from != to {
            self.edges.push((from, to));
        }
    }

    /// A node that carries both.
    pub fn merge(&mut self, a: Node, b: Node) -> Node {
        if a == 0 || a == b {
            return b;
        }
        if b == 0 {
            return a;
        }
        let node = self.node();
        self.edges.push((a, node));
        self.edges.push((b, node));
        node
    }

    /// What this node carries is recorded as a metric, by no call.
    pub fn recorded(&mut self, node: Node) {
        if node != 0 {
            self.sinks.push((node, METRICS));
        }
    }

    /// The current function returns this.
    pub fn ret(&mut self, value: Value) {
        if value.node != 0 {
            self.returns.push((value.node, self.def));
        }
        if value.path.is_some() {
            let def = &mut self.facts.defs[self.def as usize];
            if def.result.is_none() {
                def.result = value.path;
            }
        }
    }

    // ── calls ──

    /// What the catalogue says of a callee.
    pub fn kind(&mut self, callee: Sym) -> Kind {
        if callee.is_none() {
            return Kind::Other;
        }
        let at = callee.index();
        if at >= self.kinds.len() {
            self.kinds.resize(self.facts.names.len().max(at + 1), None);
        }
        if let Some(kind) = self.kinds[at] {
            return kind;
        }
        let kind = self.catalogue.kind(self.facts.language, &self.facts.names.text(callee));
        self.kinds[at] = Some(kind);
        kind
    }

    /// What is in force while the arguments of a call of this kind are read.
    pub fn argument_context(&self, kind: Kind) -> Context {
        let base = self.context.without(Context::DISCARDED);
        match kind {
            Kind::Seed => base.with(Context::SEED),
            Kind::Delay => base.with(Context::DELAY),
            Kind::Init => base.with(Context::INIT),
            _ => base,
        }
    }

    /// A call: `arguments` is the merged node of all arguments, `method` the callee's last name where it is an attribute.
    pub fn call(
        &mut self,
        place: Place,
        callee: Value,
        kind: Kind,
        arguments: Node,
        method: Option<&str>,
        extra: Context,
    ) -> Value {
        let by_name = match method {
            Some(name) if kind == Kind::Other => self.catalogue.method(self.facts.language, name),
            _ => Kind::Other,
        };
        let kind = if by_name == Kind::Other { kind } else { by_name };
        if callee.path.is_none() && !kind.is_sink() {
            return self.unnamed(callee, method, arguments);
        }
        let (path, how) = match (callee.path.is_none(), method) {
            (true, Some(name)) => {
                let seg = self.facts.names.seg(name);
                (self.facts.names.join(Sym::NONE, seg), How::Unresolved)
            }
            _ => (callee.path, callee.how),
        };
        let at = self.facts.calls.len() as u32;
        let context = self.context.with(extra);
        self.facts.calls.push(Call {
            place,
            callee: path,
            how,
            kind,
            context,
            def: self.def,
            guard: self.guard,
            returned_by: NOWHERE,
            sink: NOWHERE,
        });
        if kind.is_sink() {
            for node in [arguments, if method.is_some() { callee.node } else { 0 }] {
                if node != 0 {
                    self.sinks.push((node, at));
                }
            }
        }
        if how == How::Builtin && matches!(kind, Kind::Other) {
            return Value { path: self.facts.names.called(path), how: How::Assigned, node: 0 };
        }
        let node = self.node();
        self.node_of_call.push((at, node));
        if method.is_some() {
            self.edge(callee.node, node);
        }
        if matches!(kind, Kind::Pass | Kind::Table) {
            self.edge(arguments, node);
        }
        let result = if how == How::Unresolved { Sym::NONE } else { self.facts.names.called(path) };
        Value { path: result, how: if how == How::Own { How::Own } else { How::Assigned }, node }
    }

    /// A call of something without a name: a method of a value yields what is in the value, and may put its arguments there.
    fn unnamed(&mut self, callee: Value, method: Option<&str>, arguments: Node) -> Value {
        if method.is_some_and(|m| MUTATORS.contains(&m)) {
            self.edge(arguments, callee.node);
        }
        Value { node: if method.is_some() { callee.node } else { 0 }, ..Value::UNKNOWN }
    }

    /// Marks the calls from `first` on: the handler they stand in lets nobody know.
    pub fn swallow(&mut self, first: usize, context: Context) {
        for call in self.facts.calls.iter_mut().skip(first) {
            call.context = call.context.with(context);
        }
    }

    // ── the rest ──

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
        self.facts.names.freeze();
        let order = sort_calls(&mut self.facts.calls);
        for call in &mut self.facts.calls {
            if let Some(at) = order.get(call.sink as usize) {
                call.sink = *at;
            }
        }
        self.facts
    }

    /// Replaces names that start from an instance by what its class says.
    fn settle(&mut self) {
        let mut cache: FxHashMap<Sym, Sym> = FxHashMap::default();
        for at in 0..self.facts.calls.len() {
            let Call { callee, kind, .. } = self.facts.calls[at];
            if self.facts.names.instance_root(callee).is_none() {
                continue;
            }
            let settled = self.settled(callee, &mut cache);
            self.facts.calls[at].callee = settled;
            if kind == Kind::Other {
                self.facts.calls[at].kind = self.kind(settled);
            }
        }
        for at in 0..self.facts.defs.len() {
            let result = self.facts.defs[at].result;
            if self.facts.names.instance_root(result).is_some() {
                self.facts.defs[at].result = self.settled(result, &mut cache);
            }
        }
        for at in 0..self.facts.guards.len() {
            let callee = self.facts.guards[at].callee;
            if self.facts.names.instance_root(callee).is_some() {
                self.facts.guards[at].callee = self.settled(callee, &mut cache);
            }
        }
        self.facts.calls.iter_mut().filter(|c| c.callee.is_none()).for_each(|c| c.how = How::Unresolved);
    }

    fn settled(&mut self, sym: Sym, cache: &mut FxHashMap<Sym, Sym>) -> Sym {
        if let Some(known) = cache.get(&sym) {
            return *known;
        }
        let view = Classes { attributes: &self.attributes, members: &self.members, defs: &self.facts.defs };
        let mut at = sym;
        // Each round follows one assignment; a chain that is longer, or a ring, is given up.
        for _ in 0..8 {
            if self.facts.names.instance_root(at).is_none() {
                break;
            }
            at = self.facts.names.rebase(at, &mut |names, class, attr| view.resolve(names, class, attr, 0));
        }
        if self.facts.names.instance_root(at).is_some() {
            at = Sym::NONE;
        }
        cache.insert(sym, at);
        at
    }

    /// Walks the flow graph backwards from results and sinks to calls.
    fn follow(&mut self) {
        if self.returns.is_empty() && self.sinks.is_empty() {
            return;
        }
        let size = self.nodes as usize + 1;
        let mut returned = vec![NOWHERE; size];
        let mut sunk = vec![NOWHERE; size];
        for (node, def) in &self.returns {
            let mark = &mut returned[*node as usize];
            *mark = (*mark).min(*def);
        }
        for (node, call) in &self.sinks {
            let mark = &mut sunk[*node as usize];
            *mark = (*mark).min(*call);
        }
        // Nearly every edge leads from an older node to a younger one: two rounds settle all but odd loops.
        for _ in 0..3 {
            let mut changed = false;
            for (from, to) in self.edges.iter().rev() {
                for marks in [&mut returned, &mut sunk] {
                    let (mark, source) = (marks[*to as usize], marks[*from as usize]);
                    if mark < source {
                        marks[*from as usize] = mark;
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        for (call, node) in &self.node_of_call {
            let call = &mut self.facts.calls[*call as usize];
            call.returned_by = returned[*node as usize];
            call.sink = sunk[*node as usize];
        }
    }
}

/// Methods that put their arguments into what they are called on.
const MUTATORS: [&str; 14] = [
    "append",
    "extend",
    "add",
    "insert",
    "update",
    "setdefault",
    "appendleft",
    "push",
    "unshift",
    "set",
    "concat",
    "push_back",
    "extend_from_slice",
    "insert_all",
];

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

struct Classes<'a> {
    attributes: &'a FxHashMap<(DefId, Seg), Value>,
    members: &'a FxHashSet<(DefId, Seg)>,
    defs: &'a [Def],
}

impl Classes<'_> {
    fn resolve(&self, names: &mut Names, class: DefId, attr: Seg, depth: u32) -> Sym {
        let Some(def) = self.defs.get(class as usize) else { return Sym::NONE };
        if self.members.contains(&(class, attr)) {
            return names.join(def.path, attr);
        }
        if let Some(value) = self.attributes.get(&(class, attr)).filter(|v| v.path.is_some()) {
            return value.path;
        }
        if depth > 8 {
            return Sym::NONE;
        }
        for base in &def.bases {
            let local = self.defs.iter().position(|d| d.kind == DefKind::Class && d.path == *base);
            let found = match local {
                Some(id) if id != class as usize => self.resolve(names, id as DefId, attr, depth + 1),
                Some(_) => Sym::NONE,
                None => Sym::NONE,
            };
            if found.is_some() {
                return found;
            }
        }
        // A base elsewhere may have it; the whole program knows.
        let outside =
            def.bases.iter().copied().find(|base| base.is_some() && !self.defs.iter().any(|d| d.path == *base));
        outside.map_or(Sym::NONE, |base| names.join(base, attr))
    }
}
