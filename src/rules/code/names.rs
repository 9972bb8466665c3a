//! Interned names: a dotted name is a path in a tree, so that `numpy.random.default_rng().normal` costs eight bytes a step.

use std::fmt;
use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// One step of a dotted name: `numpy`, or `default_rng`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Seg(u32);

impl Seg {
    /// Its number: dense from 0, in order of first use.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A dotted name. [`Sym::NONE`] is no name at all: what could not be resolved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Sym(u32);

impl Sym {
    /// No name.
    pub const NONE: Sym = Sym(0);

    /// Whether there is a name.
    pub fn is_some(self) -> bool {
        self.0 != 0
    }

    /// Whether there is none.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Its number: dense from 0, in order of first use.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a step hangs on the one before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Step {
    /// `.name`, or the first step.
    Name(Seg),
    /// `()`: the value of a call.
    Call,
    /// The instance of a class under construction; resolved before the facts are handed out.
    Instance(u32),
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    parent: Sym,
    step: Step,
}

/// The names of one file. The texts of all steps stand one behind the other; the tables hold numbers only.
#[derive(Debug)]
pub struct Names {
    texts: String,
    ends: Vec<u32>,
    seg_ids: HashTable<u32>,
    entries: Vec<Entry>,
    ids: HashTable<u32>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            texts: String::new(),
            ends: Vec::new(),
            seg_ids: HashTable::new(),
            entries: vec![Entry { parent: Sym::NONE, step: Step::Call }],
            ids: HashTable::new(),
        }
    }
}

fn hash(value: impl Hash) -> u64 {
    FxBuildHasher.hash_one(value)
}

/// The text of the step of this number.
fn part<'a>(texts: &'a str, ends: &[u32], at: u32) -> &'a str {
    let at = at as usize;
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    ends.get(at).and_then(|end| texts.get(start as usize..*end as usize)).unwrap_or_default()
}

impl Names {
    /// Interns one step.
    pub fn seg(&mut self, text: &str) -> Seg {
        let key = hash(text);
        let Self { texts, ends, seg_ids, .. } = self;
        if let Some(seg) = seg_ids.find(key, |at| part(texts, ends, *at) == text) {
            return Seg(*seg);
        }
        let seg = ends.len() as u32;
        texts.push_str(text);
        ends.push(texts.len() as u32);
        seg_ids.insert_unique(key, seg, |at| hash(part(texts, ends, *at)));
        Seg(seg)
    }

    /// The text of a step.
    pub fn seg_text(&self, seg: Seg) -> &str {
        part(&self.texts, &self.ends, seg.0)
    }

    /// Interns a whole dotted name.
    pub fn dotted(&mut self, text: &str) -> Sym {
        let mut at = Sym::NONE;
        for part in text.split('.').filter(|p| !p.is_empty()) {
            let seg = self.seg(part);
            at = self.join(at, seg);
        }
        at
    }

    /// `base.seg`.
    pub fn join(&mut self, base: Sym, seg: Seg) -> Sym {
        self.enter(base, Step::Name(seg))
    }

    /// `base()`: the value that a call of `base` yields.
    pub fn called(&mut self, base: Sym) -> Sym {
        self.enter(base, Step::Call)
    }

    /// The instance of the class with this number.
    pub fn instance(&mut self, class: u32) -> Sym {
        self.enter(Sym::NONE, Step::Instance(class))
    }

    fn enter(&mut self, parent: Sym, step: Step) -> Sym {
        let key = hash((parent, step));
        let Self { entries, ids, .. } = self;
        let is = |at: &u32| entries.get(*at as usize).is_some_and(|e| e.parent == parent && e.step == step);
        if let Some(id) = ids.find(key, is) {
            return Sym(*id);
        }
        let next = entries.len() as u32;
        entries.push(Entry { parent, step });
        ids.insert_unique(key, next, |at| entries.get(*at as usize).map_or(0, |e| hash((e.parent, e.step))));
        Sym(next)
    }

    /// The class a name is an instance of, if it is one and nothing more.
    pub fn instance_class(&self, sym: Sym) -> Option<u32> {
        match self.entry(sym).step {
            Step::Instance(class) => Some(class),
            _ => None,
        }
    }

    /// The class whose instance a name starts from.
    pub fn instance_root(&self, sym: Sym) -> Option<u32> {
        let mut at = sym;
        while self.entry(at).parent.is_some() {
            at = self.entry(at).parent;
        }
        self.instance_class(at)
    }

    /// Rewrites a name that starts from an instance: `resolve` gets class and first attribute and gives what it stands for.
    pub fn rebase(&mut self, sym: Sym, resolve: &mut dyn FnMut(&mut Names, u32, Seg) -> Sym) -> Sym {
        let Entry { parent, step } = self.entry(sym);
        if parent.is_none() {
            return sym;
        }
        if let (Some(class), Step::Name(attr)) = (self.instance_class(parent), step) {
            return resolve(self, class, attr);
        }
        let base = self.rebase(parent, resolve);
        if base.is_none() { Sym::NONE } else { self.enter(base, step) }
    }

    /// Its first named step; empty where it starts from an instance.
    pub fn first(&self, sym: Sym) -> &str {
        let mut at = sym;
        while self.entry(at).parent.is_some() {
            at = self.entry(at).parent;
        }
        self.last(at)
    }

    /// Whether this is the name, in full: `is(sym, &["builtins", "super"])`.
    pub fn is(&self, sym: Sym, steps: &[&str]) -> bool {
        let mut at = sym;
        for step in steps.iter().rev() {
            if at.is_none() || self.last(at) != *step {
                return false;
            }
            at = self.entry(at).parent;
        }
        at.is_none()
    }

    /// The name without its last step.
    pub fn parent(&self, sym: Sym) -> Sym {
        self.entry(sym).parent
    }

    /// The last named step.
    pub fn last(&self, sym: Sym) -> &str {
        self.last_seg(sym).map_or("", |seg| self.seg_text(seg))
    }

    /// The name in full: `numpy.random.default_rng().normal`.
    pub fn text(&self, sym: Sym) -> String {
        let mut out = String::new();
        self.write(sym, &mut out);
        out
    }

    /// Puts the name in full behind what is in `out`, which is empty or ends a name that this one goes on from.
    pub fn write(&self, sym: Sym, out: &mut String) {
        const STEPS: usize = 16;
        let (mut way, mut count, mut at) = ([Sym::NONE; STEPS], 0, sym);
        while at.is_some() && count < STEPS {
            way[count] = at;
            count += 1;
            at = self.entry(at).parent;
        }
        if at.is_some() {
            self.write(at, out);
        }
        way[..count].iter().rev().for_each(|at| self.write_last(*at, out));
    }

    /// Puts the last step of a name behind the rest of it.
    pub fn write_last(&self, sym: Sym, out: &mut String) {
        match self.entry(sym).step {
            Step::Name(seg) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(self.seg_text(seg));
            }
            Step::Call => out.push_str("()"),
            Step::Instance(_) => out.push_str("self"),
        }
    }

    /// Whether this is the name's text in full.
    pub fn reads(&self, sym: Sym, text: &str) -> bool {
        let (mut at, mut rest) = (sym, text);
        while at.is_some() {
            let Entry { parent, step } = self.entry(at);
            let end = match step {
                Step::Name(seg) => self.seg_text(seg),
                Step::Call => "()",
                Step::Instance(_) => "self",
            };
            let Some(before) = rest.strip_suffix(end) else { return false };
            let dotted = matches!(step, Step::Name(_)) && !before.is_empty();
            let Some(before) = (if dotted { before.strip_suffix('.') } else { Some(before) }) else { return false };
            (at, rest) = (parent, before);
        }
        rest.is_empty()
    }

    /// The last step, where it is a name.
    pub fn last_seg(&self, sym: Sym) -> Option<Seg> {
        match self.entry(sym).step {
            Step::Name(seg) if sym.is_some() => Some(seg),
            _ => None,
        }
    }

    /// How many steps were interned; a [`Seg`]'s number is less.
    pub fn segs(&self) -> usize {
        self.ends.len()
    }

    /// How many names there are, [`Sym::NONE`] among them.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was interned.
    pub fn is_empty(&self) -> bool {
        self.entries.len() == 1
    }

    /// Gives up the maps that only building needs.
    pub fn freeze(&mut self) {
        self.seg_ids = HashTable::new();
        self.ids = HashTable::new();
        self.texts.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.entries.shrink_to_fit();
    }

    fn entry(&self, sym: Sym) -> Entry {
        self.entries.get(sym.index()).copied().unwrap_or(Entry { parent: Sym::NONE, step: Step::Call })
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} names", self.entries.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_steps() {
        let mut names = Names::default();
        let random = names.dotted("numpy.random");
        let make = names.seg("default_rng");
        let make = names.join(random, make);
        let rng = names.called(make);
        let normal = names.seg("normal");
        let normal = names.join(rng, normal);
        assert_eq!(names.text(normal), "numpy.random.default_rng().normal");
        assert_eq!(names.last(normal), "normal");
        assert_eq!(names.parent(normal), rng);
        assert_eq!(names.dotted("numpy.random"), random);
        assert_eq!(names.text(Sym::NONE), "");
        assert!(names.reads(normal, "numpy.random.default_rng().normal") && names.reads(Sym::NONE, ""));
        assert!(!names.reads(normal, "random.default_rng().normal") && !names.reads(rng, "numpy.random.default_rng"));
        let long = "a.".repeat(40) + "b";
        let deep = names.dotted(&long);
        assert_eq!(names.text(deep), long);
        assert_eq!((names.first(normal), names.first(Sym::NONE)), ("numpy", ""));
        assert!(names.is(random, &["numpy", "random"]) && !names.is(random, &["random"]));
    }

    #[test]
    fn an_instance_is_replaced_by_what_its_attribute_holds() {
        let mut names = Names::default();
        let this = names.instance(3);
        let (rng, normal) = (names.seg("rng"), names.seg("normal"));
        let attr = names.join(this, rng);
        let call = names.join(attr, normal);
        assert_eq!(names.instance_root(call), Some(3));
        let out = names.rebase(call, &mut |names, class, seg| {
            assert_eq!((class, seg), (3, rng));
            names.dotted("random.Random")
        });
        assert_eq!(names.text(out), "random.Random.normal");
        let gone = names.rebase(call, &mut |_, _, _| Sym::NONE);
        assert!(gone.is_none());
    }
}
