//! All files together: who defines what, and what a name in one file means in another.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::config::{CodeConfig, Roots};
use super::facts::{DefKind, Facts, Language};
use super::names::{Names, Sym};
use super::rule::{Class, File};

/// A file whose facts are kept for the whole program.
pub struct Member {
    /// Its path.
    pub path: String,
    /// Its class.
    pub class: Class,
    /// Its module's dotted name.
    pub module: String,
    /// Its facts.
    pub facts: Facts,
}

/// The files of a run, sorted by path.
pub struct Program<'a> {
    members: &'a [Member],
    config: &'a CodeConfig,
    index: OnceCell<Index>,
    asked_for: RefCell<BTreeSet<usize>>,
}

/// What a [`Program`] knows of its names: it stays true while no file defines or exports something else.
#[derive(Default)]
pub struct Known(OnceCell<Index>);

/// Everything by its full name, made when first asked for. The tables hold where a name is written, not its text.
#[derive(Default)]
struct Index {
    /// (file, definition)
    defs: HashTable<Entry>,
    /// (file, export)
    exports: HashTable<Entry>,
    /// (file, what an instance holds)
    held: HashTable<Entry>,
    /// What is exported from the index file of a folder, by the folder's name: (file, full name there).
    folders: FxHashMap<String, String>,
    /// The files that import everything from somewhere, by module.
    starred: FxHashMap<String, usize>,
}

/// The hash of a name, and where it is written.
type Entry = (u64, (u32, u32));

/// Longest chain of re-exports and results that is followed.
const LONGEST: u32 = 8;

impl Index {
    fn of(members: &[Member]) -> Self {
        let mut out = Self::default();
        out.defs.reserve(members.iter().map(|m| m.facts.defs.len()).sum(), |entry| entry.0);
        out.exports.reserve(members.iter().map(|m| m.facts.exports.len()).sum(), |entry| entry.0);
        for (file, member) in (0u32..).zip(members) {
            let facts = &member.facts;
            let mut spelled = Spelled { names: &facts.names, owner: Sym::NONE, length: 0, text: String::new() };
            for (at, def) in (0u32..).zip(&facts.defs).skip(1) {
                insert(&mut out.defs, (file, at), spelled.of(def.path), |at| def_name(members, at));
            }
            for (at, (name, _)) in (0u32..).zip(&facts.exports) {
                insert(&mut out.exports, (file, at), spelled.of(*name), |at| export_name(members, at));
            }
            for (at, (name, _)) in (0u32..).zip(&facts.held) {
                insert(&mut out.held, (file, at), spelled.of(*name), |at| held_name(members, at));
            }
            if facts.imports.iter().any(|i| i.kind.star) {
                out.starred.insert(member.module.clone(), file as usize);
                if let Some(folder) = member.module.strip_suffix("/index") {
                    out.starred.insert(folder.to_owned(), file as usize);
                }
            }
            out.folder(member);
        }
        out
    }

    /// A folder is imported by its own name, its index file is meant.
    fn folder(&mut self, member: &Member) {
        let Some(folder) = member.module.strip_suffix("/index") else { return };
        let facts = &member.facts;
        let names = facts.defs.iter().skip(1).map(|d| d.path).chain(facts.exports.iter().map(|e| e.0));
        for name in names.map(|n| facts.text(n)) {
            let rest = name.strip_prefix(&member.module).unwrap_or_default();
            self.folders.entry(format!("{folder}{rest}")).or_insert(name);
        }
    }
}

/// The texts of names, many of one owner in a row: what leads to it is written once.
struct Spelled<'m> {
    names: &'m Names,
    owner: Sym,
    length: usize,
    text: String,
}

impl Spelled<'_> {
    fn of(&mut self, name: Sym) -> &str {
        let owner = self.names.parent(name);
        if owner != self.owner {
            self.text.clear();
            self.names.write(owner, &mut self.text);
            (self.owner, self.length) = (owner, self.text.len());
        }
        self.text.truncate(self.length);
        self.names.write_last(name, &mut self.text);
        &self.text
    }
}

/// Enters what has no name yet; the first of a name stays.
fn insert<'m>(
    table: &mut HashTable<Entry>,
    at: (u32, u32),
    text: &str,
    name_of: impl Fn((u32, u32)) -> (&'m Facts, Sym),
) {
    let key = hash(text);
    if find(table, key, text, name_of).is_none() {
        table.insert_unique(key, (key, at), |entry| entry.0);
    }
}

/// Where this name is written.
fn find<'m>(
    table: &HashTable<Entry>,
    key: u64,
    text: &str,
    name_of: impl Fn((u32, u32)) -> (&'m Facts, Sym),
) -> Option<(usize, usize)> {
    let is = |entry: &Entry| {
        let (facts, name) = name_of(entry.1);
        entry.0 == key && facts.names.reads(name, text)
    };
    table.find(key, is).map(|(_, (file, at))| (*file as usize, *at as usize))
}

fn hash(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

fn def_name(members: &[Member], (file, at): (u32, u32)) -> (&Facts, Sym) {
    let facts = &members[file as usize].facts;
    (facts, facts.defs[at as usize].path)
}

fn export_name(members: &[Member], (file, at): (u32, u32)) -> (&Facts, Sym) {
    let facts = &members[file as usize].facts;
    (facts, facts.exports[at as usize].0)
}

fn held_name(members: &[Member], (file, at): (u32, u32)) -> (&Facts, Sym) {
    let facts = &members[file as usize].facts;
    (facts, facts.held[at as usize].0)
}

impl<'a> Program<'a> {
    /// Over files that are sorted by path.
    pub fn new(members: &'a [Member], config: &'a CodeConfig) -> Self {
        Self::with(members, config, Known::default())
    }

    /// Over the same files with the same definitions and exports as another one, which is where `known` is from.
    pub fn with(members: &'a [Member], config: &'a CodeConfig, known: Known) -> Self {
        Self { members, config, index: known.0, asked_for: RefCell::default() }
    }

    /// What was found out about names, for another look.
    pub fn known(self) -> Known {
        Known(self.index)
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(self.members))
    }

    /// The definition of this full name: (file, definition).
    fn defined(&self, name: &str) -> Option<(usize, usize)> {
        let here = |name: &str| find(&self.index().defs, hash(name), name, |at| def_name(self.members, at));
        // Go writes the path of the whole module before that of the folder.
        let inside = || name.match_indices('/').find_map(|(at, _)| here(&name[at + 1..]));
        here(name).or_else(|| inside().filter(|(file, _)| self.members[*file].facts.language == Language::Go))
    }

    /// What a name stands for that a module re-exports or binds.
    fn exported(&self, name: &str) -> Option<String> {
        let here = |name: &str| find(&self.index().exports, hash(name), name, |at| export_name(self.members, at));
        let inside = || name.match_indices('/').find_map(|(at, _)| here(&name[at + 1..]));
        let found =
            here(name).or_else(|| inside().filter(|(file, _)| self.members[*file].facts.language == Language::Go));
        let target = |(file, at): (usize, usize)| {
            let facts = &self.members[file].facts;
            facts.text(facts.exports[at].1)
        };
        found.map(target).or_else(|| self.index().folders.get(name).cloned())
    }

    /// The names that a module gives to something of another last name: (the one it has, the one it is given).
    pub fn renamed(&self) -> impl Iterator<Item = (&str, &str)> {
        let exports = self.members.iter().flat_map(|m| m.facts.exports.iter().map(|e| (&m.facts.names, *e)));
        let lasts = exports.map(|(names, (given, target))| (last(names.last(target)), last(names.last(given))));
        let folders = self.index().folders.iter().map(|(given, target)| (last(target), last(given)));
        lasts.chain(folders).filter(|(own, given)| own != given)
    }

    /// The files whose outline did not say enough.
    pub fn asked_for(&self) -> BTreeSet<usize> {
        self.asked_for.borrow().clone()
    }

    /// Where absolute imports start.
    pub fn roots(&self) -> &'a Roots {
        &self.config.imports.roots
    }

    /// How many files.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The files.
    pub fn members(&self) -> &'a [Member] {
        self.members
    }

    /// A file as rules see it.
    pub fn file(&self, index: usize) -> File<'a> {
        let member = &self.members[index];
        File { path: &member.path, class: member.class, facts: &member.facts, config: self.config }
    }

    /// The function of this program that a callee's name means, through re-exports, instances and bases.
    pub fn function(&self, name: &str) -> Option<String> {
        self.find(name, 0)
    }

    fn find(&self, name: &str, depth: u32) -> Option<String> {
        if depth > LONGEST {
            return None;
        }
        if let Some((file, at)) = self.defined(name) {
            let def = &self.members[file].facts.defs[at];
            return (def.kind == DefKind::Function).then(|| self.members[file].facts.text(def.path));
        }
        // `make().run`: the result of `make`, or the instance of a class.
        if let Some(at) = name.rfind("()") {
            let (maker, rest) = (&name[..at], &name[at + 2..]);
            if rest.is_empty() {
                return self.called(maker, depth);
            }
            return self.find(&format!("{}{rest}", self.result_of(maker, depth)?), depth + 1);
        }
        if let Some(target) = self.exported(name) {
            return self.find(&target, depth + 1);
        }
        let (owner, last) = name.rsplit_once('.')?;
        if let Some((file, at)) = self.defined(owner) {
            return self.inherited(file, at, last, depth);
        }
        if let Some(target) = self.exported(owner) {
            return self.find(&format!("{target}.{last}"), depth + 1);
        }
        self.starred(owner, last, depth)
    }

    /// What the value of a call is when it is called itself: a function that was returned, or an instance's `__call__`.
    fn called(&self, maker: &str, depth: u32) -> Option<String> {
        if let Some(class) = self.result_of(maker, depth) {
            return self.find(&format!("{class}.__call__"), depth + 1);
        }
        let result = self.result(&self.find(maker, depth + 1)?)?;
        if result.ends_with("()") { None } else { self.find(&result, depth + 1) }
    }

    /// The name of what a function returns.
    fn result(&self, function: &str) -> Option<String> {
        let (file, at) = self.defined(function)?;
        let facts = &self.members[file].facts;
        let def = &facts.defs[at];
        self.need(file, def.kind == DefKind::Function);
        (def.kind == DefKind::Function && def.result.is_some()).then(|| facts.text(def.result))
    }

    /// What a module has from a star import.
    fn starred(&self, module: &str, name: &str, depth: u32) -> Option<String> {
        let file = *self.index().starred.get(module)?;
        self.by_star(file, name, depth)
    }

    fn by_star(&self, file: usize, name: &str, depth: u32) -> Option<String> {
        let facts = &self.members[file].facts;
        let stars = facts.imports.iter().filter(|i| i.kind.star);
        stars.map(|i| facts.text(i.module)).find_map(|module| self.find(&format!("{module}.{name}"), depth + 1))
    }

    /// The function that a name means in a file which has it from a star import.
    pub fn star_function(&self, file: usize, name: &str) -> Option<String> {
        self.by_star(file, name, 0)
    }

    /// Whether a function is read like an attribute.
    pub fn is_property(&self, name: &str) -> bool {
        let Some((file, at)) = self.defined(name) else { return false };
        let facts = &self.members[file].facts;
        facts.defs[at].decorators.iter().any(|d| facts.names.last(*d).ends_with("property"))
    }

    /// What a name stands for that only leads out of this program: `lab.rng.normal` may be `numpy.random.normal`.
    /// `known` says whether a name needs to be followed no further.
    pub fn foreign(&self, name: &str, known: &dyn Fn(&str) -> bool) -> Option<String> {
        self.lead_out(name, known, 0)
    }

    fn lead_out(&self, name: &str, known: &dyn Fn(&str) -> bool, depth: u32) -> Option<String> {
        if depth > LONGEST {
            return None;
        }
        if known(name) {
            return Some(name.to_owned());
        }
        let ends = name.match_indices(['.', '(']).map(|(at, _)| at).filter(|at| *at > 0);
        let ends: Vec<usize> = ends.chain([name.len()]).collect();
        ends.iter().rev().find_map(|end| {
            let (start, rest) = name.split_at(*end);
            let go_on = |to: String| self.lead_out(&format!("{to}{rest}"), known, depth + 1);
            if let Some(out) = self.exported(start).or_else(|| self.held(start)).and_then(go_on) {
                return Some(out);
            }
            if let Some(out) = rest.strip_prefix("()").filter(|r| !r.is_empty()).and_then(|rest| {
                let result = self.result_of(start, depth).or_else(|| self.result(start))?;
                self.lead_out(&format!("{result}{rest}"), known, depth + 1)
            }) {
                return Some(out);
            }
            let (file, at) = self.defined(start).filter(|_| rest.starts_with('.'))?;
            let facts = &self.members[file].facts;
            let bases: Vec<String> = facts.defs[at].bases.iter().map(|b| facts.text(*b)).collect();
            bases.into_iter().filter(|b| !b.is_empty()).find_map(go_on)
        })
    }

    /// What an attribute of the instances of a class stands for.
    fn held(&self, name: &str) -> Option<String> {
        let (file, at) = find(&self.index().held, hash(name), name, |at| held_name(self.members, at))?;
        let facts = &self.members[file].facts;
        Some(facts.text(facts.held[at].1))
    }

    /// The type that a call of `maker` yields.
    fn result_of(&self, maker: &str, depth: u32) -> Option<String> {
        if depth > LONGEST {
            return None;
        }
        if let Some((file, at)) = self.defined(maker) {
            let facts = &self.members[file].facts;
            let def = &facts.defs[at];
            self.need(file, def.kind == DefKind::Function);
            return match def.kind {
                DefKind::Class => Some(maker.to_owned()),
                _ if def.result.is_some() => {
                    let result = facts.text(def.result);
                    let inner = result.strip_suffix("()")?;
                    self.result_of(inner, depth + 1)
                }
                _ => None,
            };
        }
        if let Some(target) = self.exported(maker) {
            return self.result_of(&target, depth + 1);
        }
        let (owner, last) = maker.rsplit_once('.')?;
        let target = self.exported(owner)?;
        self.result_of(&format!("{target}.{last}"), depth + 1)
    }

    fn inherited(&self, file: usize, at: usize, name: &str, depth: u32) -> Option<String> {
        let facts = &self.members[file].facts;
        let mut around = facts.def(facts.defs[at].parent);
        while let Some(def) = around {
            self.need(file, def.kind == DefKind::Function);
            around = facts.def(def.parent);
        }
        let bases = facts.defs[at].bases.iter().filter(|b| b.is_some());
        bases.map(|b| facts.text(*b)).find_map(|base| self.find(&format!("{base}.{name}"), depth + 1))
    }

    /// Notes a file that says less than is asked, being an outline.
    fn need(&self, file: usize, more: bool) {
        if more && self.members[file].facts.partial {
            self.asked_for.borrow_mut().insert(file);
        }
    }
}

/// What follows the last dot of a name.
pub fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
