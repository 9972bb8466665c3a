//! Calls: what they do, and what they hand on.

use super::super::catalogue::Kind;
use super::super::facts::{Call, Context, Facts, How, NOWHERE, Place};
use super::super::incidental;
use super::super::names::Sym;
use super::{Builder, Node, Value};

impl Builder<'_> {
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
        let (language, names) = (self.facts.language, &self.facts.names);
        let kind = if self.catalogue.knows(language, names.first(callee)) {
            self.catalogue.kind(language, &names.text(callee))
        } else {
            Kind::Other
        };
        self.kinds[at] = Some(kind);
        kind
    }

    /// Whether the catalogue knows anything of names that start like this one.
    pub fn is_known(&self, name: Sym) -> bool {
        name.is_some() && self.catalogue.knows(self.facts.language, self.facts.names.first(name))
    }

    /// The same, and where its full name does not say, what it is called on: `res.write(…)`.
    pub fn kind_as_written(&mut self, callee: Sym, object: Option<&str>, method: Option<&str>) -> Kind {
        let kind = self.kind(callee);
        match (object, method) {
            (Some(object), Some(method)) if kind == Kind::Other => {
                self.catalogue.written(self.facts.language, object, method)
            }
            _ => kind,
        }
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
        if method.is_some() || callee.how == How::Assigned {
            self.edge(callee.node, node);
        }
        if let Some(name) = method {
            // `rows = deque(); rows.append(…)`
            if kind == Kind::Other && MUTATORS.contains(&name) {
                self.edge(arguments, callee.node);
            }
        }
        if matches!(kind, Kind::Pass | Kind::Table) {
            self.edge(arguments, node);
        }
        let result = if how == How::Unresolved { Sym::NONE } else { self.facts.names.called(path) };
        Value { path: result, how: if how == How::Own { How::Own } else { How::Assigned }, node }
    }

    /// A call of something without a name yields what is in it; a method may put its arguments there.
    fn unnamed(&mut self, callee: Value, method: Option<&str>, arguments: Node) -> Value {
        if method.is_some_and(|m| MUTATORS.contains(&m)) {
            self.edge(arguments, callee.node);
        }
        callee.anonymous()
    }

    /// Marks the draws of whole numbers from `first` on.
    pub fn swallow_integers(&mut self, first: usize, context: Context) {
        let Facts { calls, names, .. } = &mut self.facts;
        for call in calls.iter_mut().skip(first).filter(|c| incidental::draws_integers(names.last(c.callee))) {
            call.context = call.context.with(context);
        }
    }

    /// Marks the calls from `first` on: the handler they stand in lets nobody know.
    pub fn swallow(&mut self, first: usize, context: Context) {
        for call in self.facts.calls.iter_mut().skip(first) {
            call.context = call.context.with(context);
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
