//! Calls of functions that fabricate, through any number of others: a fixpoint over all files.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rustc_hash::FxHashMap;

use super::super::catalogue::Kind;
use super::super::facts::{Call, Context, DefId, How, NOWHERE};
use super::super::incidental::{self, Grade};
use super::super::names::{Seg, Sym};
use super::super::program::{Program, last};
use super::super::rule::{CodeRule, Draft, File, Found, Level, info};
use super::{BLOCK, reaches_sink, silent_fallback};
use crate::finding::Severity;

/// The rule. It needs every file, so its check over one file finds nothing.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/calls-fabricator",
        "A function that fabricates is called",
        Severity::High,
        "The value comes from a function of yours that returns fabricated data, perhaps through several others; the message \
         shows the way.",
        "Call what reads the real value; remove the function that makes it up.",
    ),
    levels: BLOCK,
    check: |_, _| {},
};

/// Longest chain that a message shows.
const SHOWN: usize = 6;

/// A function that fabricates.
#[derive(Clone)]
struct Fabricator {
    /// Its name, those it calls, and what draws in the end.
    chain: Vec<String>,
    /// How far its value is followed.
    grade: Grade,
}

/// What one look at the whole program gives.
#[derive(Debug, Default)]
pub struct Called {
    /// (index of the file, draft)
    pub drafts: Vec<(usize, Draft)>,
    /// The last names of all that fabricates, and those that modules give to it.
    pub words: BTreeSet<String>,
}

/// Runs over the whole program.
pub fn check(program: &Program<'_>) -> Called {
    let mut out = Called::default();
    let fabricators = spread(program, |file, view, call, found, grade| {
        out.drafts.extend(report(view, call, &found.chain, grade).into_iter().map(|draft| (file, draft)));
    });
    if !fabricators.is_empty() {
        let names = Renamed::of(program);
        out.words = fabricators.keys().flat_map(|name| names.of_last(last(name))).map(str::to_owned).collect();
    }
    out
}

/// From those that fabricate to those that call them, and on; `seen` gets every such call.
fn spread(
    program: &Program<'_>,
    mut seen: impl FnMut(usize, &File<'_>, &Call, &Fabricator, Grade),
) -> BTreeMap<String, Fabricator> {
    let mut fabricators = seeds(program);
    if fabricators.is_empty() {
        return fabricators;
    }
    let mut callers = Callers::of(program);
    // Those whose whole way is told come first: a function that is both is told.
    let (loud, quiet): (Vec<String>, Vec<String>) =
        fabricators.keys().cloned().partition(|name| fabricators[name].grade == Grade::Loud);
    for names in [loud, quiet] {
        let mut queue = VecDeque::from(names);
        while let Some(name) = queue.pop_front() {
            let Some(found) = fabricators.get(&name).cloned() else { continue };
            for (file, at) in callers.of_function(&name) {
                let view = program.file(file);
                let Some(call) = view.facts.calls.get(at) else { continue };
                let grade = found.grade.min(incidental::grade(&view, &Call { kind: Kind::Scalar, ..*call }));
                seen(file, &view, call, &found, grade);
                let caller = passed_on(&view, call, grade).filter(|c| !fabricators.contains_key(c));
                if let Some(caller) = caller {
                    let chain = std::iter::once(&caller).chain(&found.chain).cloned().collect();
                    fabricators.insert(caller.clone(), Fabricator { chain, grade });
                    queue.push_back(caller);
                }
            }
        }
    }
    fabricators
}

/// The function that returns what this call yields.
fn passed_on(file: &File<'_>, call: &Call, grade: Grade) -> Option<String> {
    let returned = grade != Grade::Never && call.returned_by != NOWHERE;
    file.facts.def(call.returned_by).filter(|_| returned).map(|def| file.facts.text(def.path))
}

/// The functions that fabricate themselves, by name.
fn seeds(program: &Program<'_>) -> BTreeMap<String, Fabricator> {
    let mut out: BTreeMap<String, Fabricator> = BTreeMap::new();
    for index in 0..program.len() {
        let file = program.file(index);
        for call in file.facts.calls.iter().filter(|c| c.returned_by != NOWHERE) {
            let grade = super::grade(&file, call);
            let Some(name) = passed_on(&file, call, grade) else { continue };
            let known = out.get(&name).map_or(Grade::Never, |f| f.grade);
            if grade > known {
                let chain = vec![name.clone(), super::super::rule::callee(file.facts, call)];
                out.insert(name, Fabricator { chain, grade });
            }
        }
    }
    out
}

/// Where callees of a last name are called, looked at when a function of that name fabricates.
struct Callers<'a> {
    program: &'a Program<'a>,
    names: Renamed<'a>,
    /// (file, the name as that file has it)
    by_last: FxHashMap<&'a str, Vec<(usize, Seg)>>,
    functions: FxHashMap<(usize, Sym), Option<String>>,
}

impl<'a> Callers<'a> {
    fn of(program: &'a Program<'a>) -> Self {
        let mut by_last: FxHashMap<&str, Vec<(usize, Seg)>> = FxHashMap::default();
        for (index, member) in program.members().iter().enumerate() {
            let facts = &member.facts;
            let mut known = vec![false; facts.names.segs()];
            for seg in facts.calls.iter().filter(|c| may_lead_on(c)).filter_map(|c| facts.names.last_seg(c.callee)) {
                if !std::mem::replace(&mut known[seg.index()], true) {
                    by_last.entry(last(facts.names.seg_text(seg))).or_default().push((index, seg));
                }
            }
        }
        Self { program, names: Renamed::of(program), by_last, functions: FxHashMap::default() }
    }

    /// Every call of the function of this name, as (file, call), in order.
    fn of_function(&mut self, name: &str) -> Vec<(usize, usize)> {
        let places = self.names.of_last(last(name)).into_iter().filter_map(|l| self.by_last.get(l)).flatten();
        let mut calls: Vec<(usize, usize)> =
            places.flat_map(|(file, seg)| calls_of(self.program, *file, *seg).map(|at| (*file, at))).collect();
        calls.sort_unstable();
        calls.retain(|(file, at)| {
            let facts = self.program.file(*file).facts;
            let callee = facts.calls[*at].callee;
            let means = || self.program.function(&facts.text(callee));
            self.functions.entry((*file, callee)).or_insert_with(means).as_deref() == Some(name)
        });
        calls
    }
}

/// Whether a call may be one of a function of this program.
fn may_lead_on(call: &Call) -> bool {
    !matches!(call.how, How::Unresolved | How::Builtin) && !call.kind.fabricates()
}

fn calls_of<'a>(program: &'a Program<'_>, file: usize, seg: Seg) -> impl Iterator<Item = usize> + use<'a> {
    let facts = program.file(file).facts;
    let is = move |call: &Call| may_lead_on(call) && facts.names.last_seg(call.callee) == Some(seg);
    facts.calls.iter().enumerate().filter(move |(_, call)| is(call)).map(|(at, _)| at)
}

/// Last names that modules give to what has another.
struct Renamed<'a>(FxHashMap<&'a str, BTreeSet<&'a str>>);

impl<'a> Renamed<'a> {
    fn of(program: &'a Program<'_>) -> Self {
        let mut out: FxHashMap<&str, BTreeSet<&str>> = FxHashMap::default();
        program.renamed().for_each(|(own, given)| {
            out.entry(own).or_default().insert(given);
        });
        Self(out)
    }

    /// A last name and all that lead to it.
    fn of_last<'b>(&'b self, name: &'b str) -> BTreeSet<&'b str> {
        let mut out = BTreeSet::from([name]);
        let mut queue = vec![name];
        while let Some(next) = queue.pop() {
            for given in self.0.get(next).into_iter().flatten() {
                if out.insert(given) {
                    queue.push(given);
                }
            }
        }
        out
    }
}

fn report(file: &File<'_>, call: &Call, chain: &[String], grade: Grade) -> Vec<Draft> {
    // A package of Go at the root of the repository has no name of its own.
    let mut shown: Vec<&str> = chain.iter().take(SHOWN).map(|name| name.trim_start_matches('.')).collect();
    if chain.len() > SHOWN {
        shown.push("…");
        shown.extend(chain.last().map(String::as_str));
    }
    let way = shown.join(" → ");
    let mut out = Vec::new();
    let mut add = |rule: &CodeRule, message: String| {
        let level = rule.level(file.class);
        let draft = Draft::new(
            &rule.info,
            level,
            file,
            Found { place: call.place, def: call.def as DefId, message: Some(message) },
        );
        out.extend(draft.filter(|_| level != Level::Off).map(|d| super::recommend(d, file)));
    };
    if let Some(words) = reaches_sink::sink(file.facts, call, grade) {
        add(&reaches_sink::RULE, format!("what {way} makes up {words}"));
    }
    if grade < Grade::Loud {
        return out;
    }
    add(&RULE, format!("calls {way}"));
    if call.returned_by != NOWHERE && call.context.any(Context::HANDLER.with(Context::OTHERWISE)) {
        add(&silent_fallback::RULE, format!("where the real thing fails, {way} makes something up"));
    }
    out
}
