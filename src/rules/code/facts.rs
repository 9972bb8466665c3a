//! What every rule over code reads: one [`Facts`] per file, whatever its language.
//!
//! An adapter (one per language) walks its syntax tree once and tells a `Builder`; nothing of the tree
//! stays. Places are byte offsets into the file.

use std::ops::Range;

use super::catalogue::Kind;
use super::names::{Names, Sym};

/// A language that has an adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Python 3, notebooks among them.
    Python,
    /// Rust.
    Rust,
    /// JavaScript, with JSX.
    JavaScript,
    /// TypeScript, with TSX.
    TypeScript,
    /// Go.
    Go,
}

impl Language {
    /// By the file's name.
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (stem, extension) = name.rsplit_once('.')?;
        match extension {
            "py" | "pyi" | "pyw" | "ipynb" if !stem.is_empty() => Some(Language::Python),
            "rs" => Some(Language::Rust),
            "js" | "jsx" | "mjs" | "cjs" => Some(Language::JavaScript),
            "ts" | "tsx" | "mts" | "cts" => Some(Language::TypeScript),
            "go" => Some(Language::Go),
            _ => None,
        }
    }

    /// As the policy writes it.
    pub fn name(self) -> &'static str {
        match self {
            Language::Python => "python",
            Language::Rust => "rust",
            Language::JavaScript => "javascript",
            Language::TypeScript => "typescript",
            Language::Go => "go",
        }
    }

    /// What stands before a comment that runs to the end of its line.
    pub fn comment(self) -> &'static str {
        if self == Language::Python { "#" } else { "//" }
    }
}

/// A byte range of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// First byte.
    pub start: u32,
    /// Past the last byte.
    pub end: u32,
}

impl Place {
    /// As a range of offsets.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The index of a definition in [`Facts::defs`]; 0 is the module itself.
pub type DefId = u32;
/// No definition, no call.
pub const NOWHERE: u32 = u32::MAX;
/// In [`Call::sink`]: a table of metrics that no call names.
pub const METRICS: u32 = u32::MAX - 1;

/// How a callee was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// Not at all; the callee then is the bare method name, where a rule asks for it.
    Unresolved,
    /// A name of the language itself.
    Builtin,
    /// Through an import alone.
    Import,
    /// A definition of this file.
    Local,
    /// Through an assignment.
    Assigned,
    /// Through `self` or `this`.
    Own,
}

/// What is special about an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportKind {
    /// `from x import *`.
    pub star: bool,
    /// `importlib.import_module("x")`, `require("x")`, `import("x")`.
    pub dynamic: bool,
    /// A dynamic import whose name is computed: `module` is empty.
    pub computed: bool,
    /// For the type checker alone: under `TYPE_CHECKING`, `import type`.
    pub type_only: bool,
    /// In a `try` whose handler does not raise.
    pub fallible: bool,
    /// `export … from`.
    pub reexport: bool,
    /// No statement: a path written out where it is used.
    pub inline: bool,
    /// Its name occurs elsewhere in the file.
    pub used: bool,
}

/// One imported name, or one imported module.
#[derive(Clone, Copy, Debug)]
pub struct Import {
    /// The statement's part that names it.
    pub place: Place,
    /// The whole statement.
    pub statement: Place,
    /// The module, absolute where it can be known.
    pub module: Sym,
    /// The name taken from it.
    pub name: Sym,
    /// The name it has here.
    pub bound: Sym,
    /// The definition it stands in.
    pub def: DefId,
    /// What is special about it.
    pub kind: ImportKind,
}

/// What surrounds a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context(pub u16);

impl Context {
    /// Part of a comparison or a condition.
    pub const GATE: Context = Context(1);
    /// An index into something.
    pub const INDEX: Context = Context(1 << 1);
    /// An argument of a call that seeds.
    pub const SEED: Context = Context(1 << 2);
    /// In a handler that does not raise.
    pub const HANDLER: Context = Context(1 << 3);
    /// On the right of an `or`.
    pub const OTHERWISE: Context = Context(1 << 4);
    /// An argument of a call that initialises parameters.
    pub const INIT: Context = Context(1 << 5);
    /// Made with a size, so that it yields many.
    pub const SIZED: Context = Context(1 << 6);
    /// A file opened, or a statement run, for writing.
    pub const WRITES: Context = Context(1 << 7);
    /// Its value is not used.
    pub const DISCARDED: Context = Context(1 << 8);
    /// Under `if __name__ == "__main__"`.
    pub const MAIN: Context = Context(1 << 9);
    /// The value decides how long something waits.
    pub const DELAY: Context = Context(1 << 10);
    /// Shaped after a value that is there.
    pub const SHAPED: Context = Context(1 << 11);
    /// Bound to a name that says noise.
    pub const NOISE: Context = Context(1 << 12);
    /// In a branch that runs in training, or in exploration, only.
    pub const TRAINING: Context = Context(1 << 13);
    /// Bound to a name that says parameter of a model.
    pub const PARAMETER: Context = Context(1 << 14);

    /// Whether all of `other` holds.
    pub fn has(self, other: Context) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other` holds.
    pub fn any(self, other: Context) -> bool {
        self.0 & other.0 != 0
    }

    /// Both.
    pub fn with(self, other: Context) -> Self {
        Context(self.0 | other.0)
    }

    /// This without `other`.
    pub fn without(self, other: Context) -> Self {
        Context(self.0 & !other.0)
    }
}

/// A call whose callee has a name.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The whole call.
    pub place: Place,
    /// The callee's dotted name, `()` standing for the value of a call on the way.
    pub callee: Sym,
    /// How it was resolved.
    pub how: How,
    /// What the catalogue says of it.
    pub kind: Kind,
    /// What surrounds it.
    pub context: Context,
    /// The definition it stands in.
    pub def: DefId,
    /// The innermost `with` (or callback) around it, in [`Facts::guards`].
    pub guard: u32,
    /// The definition whose result its value becomes part of.
    pub returned_by: DefId,
    /// The call (in [`Facts::calls`]) that its value is handed to where it counts as real.
    pub sink: u32,
}

/// What a definition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefKind {
    /// The file itself.
    Module,
    /// A class, struct, trait, interface.
    Class,
    /// A function or method.
    Function,
}

/// A definition.
#[derive(Clone, Debug)]
pub struct Def {
    /// Its dotted name.
    pub path: Sym,
    /// What it is.
    pub kind: DefKind,
    /// What it stands in.
    pub parent: DefId,
    /// All of it, decorators apart.
    pub place: Place,
    /// Its name.
    pub name: Place,
    /// Its decorators or attributes.
    pub decorators: Vec<Sym>,
    /// The classes it derives from.
    pub bases: Vec<Sym>,
    /// What its result is an instance of, where every path says the same.
    pub result: Sym,
    /// Cyclomatic complexity: 1 and one more for each branch.
    pub complexity: u32,
    /// First line, from 1.
    pub first_line: u32,
    /// Last line.
    pub last_line: u32,
    /// Whether others can see it.
    pub public: bool,
    /// Whether it is documented, or needs no documentation.
    pub documented: bool,
    /// Declared only: overloads, abstract methods, trait signatures.
    pub stub: bool,
    /// Runs in tests only (`#[cfg(test)]`).
    pub test: bool,
}

/// A string that a rule may care for.
#[derive(Clone, Debug)]
pub struct Text {
    /// The literal, quotes among it.
    pub place: Place,
    /// Its text.
    pub text: Box<str>,
    /// The definition it stands in.
    pub def: DefId,
}

/// A name bound to rows that were written by hand.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    /// The name and the literal.
    pub place: Place,
    /// The name.
    pub name: Sym,
    /// How many rows.
    pub count: u32,
    /// The definition it stands in.
    pub def: DefId,
}

/// Rows written by hand that a handler, or the right side of an `or`, returns.
#[derive(Clone, Copy, Debug)]
pub struct Fallback {
    /// The literal.
    pub place: Place,
    /// How many rows.
    pub count: u32,
    /// The definition it stands in.
    pub def: DefId,
}

/// Something that wraps calls: `with f():`, or a closure handed to `f`.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    /// What it calls.
    pub callee: Sym,
    /// The one around it.
    pub parent: u32,
}

/// A place the parser did not understand.
#[derive(Clone, Debug)]
pub struct SyntaxError {
    /// Where.
    pub place: Place,
    /// The parser's words.
    pub message: String,
}

/// What a language's adapter found in one file.
#[derive(Debug)]
pub struct Facts {
    /// The language.
    pub language: Language,
    /// The names everything else refers to.
    pub names: Names,
    /// The module's dotted name.
    pub module: Sym,
    /// Imports, in order.
    pub imports: Vec<Import>,
    /// Calls whose callee has a name, in order of place.
    pub calls: Vec<Call>,
    /// Attributes of instances whose values are returned or handed on: they may be properties.
    pub reads: Vec<Call>,
    /// Definitions; the first is the module.
    pub defs: Vec<Def>,
    /// Strings that a rule may care for; docstrings are none.
    pub strings: Vec<Text>,
    /// Comments that a rule may care for.
    pub comments: Vec<Text>,
    /// Names bound to hand-written rows.
    pub rows: Vec<Rows>,
    /// Hand-written rows that stand in for what failed.
    pub fallbacks: Vec<Fallback>,
    /// What wraps calls.
    pub guards: Vec<Guard>,
    /// What did not parse.
    pub errors: Vec<SyntaxError>,
    /// Names this module re-exports or binds: (name, what it stands for).
    pub exports: Vec<(Sym, Sym)>,
    /// What instances of the classes here hold that the catalogue knows: (name, what it stands for).
    pub held: Vec<(Sym, Sym)>,
    /// Where a new import may stand: after docstring and `__future__`.
    pub import_at: u32,
    /// Lines of the file.
    pub lines: u32,
    /// Whether it declares tests itself.
    pub has_tests: bool,
    /// Whether functions' bodies were read for an outline only: no calls, no names.
    pub partial: bool,
}

impl Facts {
    /// The definition with this index; the module's where there is none.
    pub fn def(&self, id: DefId) -> Option<&Def> {
        self.defs.get(id as usize)
    }

    /// A call, or what comes after the calls, a read.
    pub fn call_or_read(&self, at: usize) -> Option<&Call> {
        self.calls.get(at).or_else(|| self.reads.get(at.checked_sub(self.calls.len())?))
    }

    /// Gives up what only the rules over one file look at, and spare room.
    pub fn forget_what_one_file_needs(&mut self) {
        self.strings = Vec::new();
        self.comments = Vec::new();
        self.rows = Vec::new();
        self.fallbacks = Vec::new();
        self.calls.shrink_to_fit();
        self.reads.shrink_to_fit();
        self.imports.shrink_to_fit();
        self.defs.shrink_to_fit();
        self.exports.shrink_to_fit();
        self.held.shrink_to_fit();
    }

    /// A name's text.
    pub fn text(&self, sym: Sym) -> String {
        self.names.text(sym)
    }

    /// The dotted name of what a place stands in, without the module; empty at module level.
    pub fn symbol(&self, def: DefId) -> String {
        let Some(def) = self.def(def).filter(|d| d.kind != DefKind::Module) else { return String::new() };
        let mut full = self.text(def.path);
        let module = self.text(self.module);
        if let Some(rest) = full.strip_prefix(&module) {
            let inside = full.len() - rest.trim_start_matches('.').len();
            full.drain(..inside);
        }
        full
    }
}
