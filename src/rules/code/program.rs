//! All files together: who defines what, and what a name in one file means in another.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::config::{CodeConfig, Roots};
use super::facts::{DefKind, Facts};
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

/// Everything by its full name, made when first asked for.
#[derive(Default)]
struct Index {
    defs: FxHashMap<String, (usize, usize)>,
    exports: FxHashMap<String, String>,
}

/// Longest chain of re-exports and results that is followed.
const LONGEST: u32 = 8;

impl Index {
    fn of(members: &[Member]) -> Self {
        let Self { mut defs, mut exports } = Self::default();
        for (index, member) in members.iter().enumerate() {
            for (at, def) in member.facts.defs.iter().enumerate().skip(1) {
                defs.entry(member.facts.text(def.path)).or_insert((index, at));
            }
            for (name, target) in &member.facts.exports {
                exports.entry(member.facts.text(*name)).or_insert_with(|| member.facts.text(*target));
            }
            // A folder is imported by its own name, its index file is meant.
            if let Some(folder) = member.module.strip_suffix("/index") {
                let names =
                    member.facts.defs.iter().skip(1).map(|d| d.path).chain(member.facts.exports.iter().map(|e| e.0));
                for name in names.map(|n| member.facts.text(n)) {
                    let rest = name.strip_prefix(&member.module).unwrap_or_default();
                    exports.entry(format!("{folder}{rest}")).or_insert_with(|| name.clone());
                }
            }
        }
        Self { defs, exports }
    }
}

impl<'a> Program<'a> {
    /// Over files that are sorted by path.
    pub fn new(members: &'a [Member], config: &'a CodeConfig) -> Self {
        Self { members, config, index: OnceCell::new(), asked_for: RefCell::default() }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(self.members))
    }

    /// The names that a module gives to something of another last name: (the one it has, the one it is given).
    pub fn renamed(&self) -> impl Iterator<Item = (&str, &str)> {
        let lasts = self.index().exports.iter().map(|(given, target)| (last(target), last(given)));
        lasts.filter(|(own, given)| own != given)
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
        if let Some((file, at)) = self.index().defs.get(name) {
            let def = &self.members[*file].facts.defs[*at];
            return (def.kind == DefKind::Function).then(|| name.to_owned());
        }
        // `make().run`: the result of `make`, or the instance of a class.
        if let Some(at) = name.rfind("()") {
            let (maker, rest) = (&name[..at], &name[at + 2..]);
            return self.find(&format!("{}{rest}", self.result_of(maker, depth)?), depth + 1);
        }
        if let Some(target) = self.index().exports.get(name) {
            return self.find(target, depth + 1);
        }
        let (owner, last) = name.rsplit_once('.')?;
        if let Some((file, at)) = self.index().defs.get(owner) {
            return self.inherited(*file, *at, last, depth);
        }
        let target = self.index().exports.get(owner)?;
        self.find(&format!("{target}.{last}"), depth + 1)
    }

    /// The type that a call of `maker` yields.
    fn result_of(&self, maker: &str, depth: u32) -> Option<String> {
        if depth > LONGEST {
            return None;
        }
        if let Some((file, at)) = self.index().defs.get(maker) {
            let facts = &self.members[*file].facts;
            let def = &facts.defs[*at];
            self.need(*file, def.kind == DefKind::Function);
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
        if let Some(target) = self.index().exports.get(maker) {
            return self.result_of(target, depth + 1);
        }
        let (owner, last) = maker.rsplit_once('.')?;
        let target = self.index().exports.get(owner)?;
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
