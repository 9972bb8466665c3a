//! Calls of functions that fabricate, through any number of others: a fixpoint over all files.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rustc_hash::FxHashMap;

use super::super::catalogue::{Catalogue, Kind};
use super::super::facts::{Call, Context, DefId, How, NOWHERE};
use super::super::incidental::{self, Grade};
use super::super::names::{Seg, Sym};
use super::super::program::{Program, last};
use super::super::rule::{CodeRule, Draft, File, Found, Level, info};
use super::borrowed::{self, Borrowed};
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
pub fn check(program: &Program<'_>, catalogue: &Catalogue) -> Called {
    let mut out = Called::default();
    let (borrowed, given) = borrowed::all(program, catalogue);
    for found in &borrowed {
        let view = program.file(found.file);
        out.drafts.extend(borrowed::report(&view, found).into_iter().map(|draft| (found.file, draft)));
    }
    let fabricators = spread(program, &borrowed, |file, view, call, found, grade| {
        out.drafts.extend(report(view, call, &found.chain, grade).into_iter().map(|draft| (file, draft)));
    });
    if !fabricators.is_empty() {
        let names = Renamed::of(program);
        out.words = fabricators.keys().flat_map(|name| names.of_last(last(name))).map(str::to_owned).collect();
    }
    out.words.extend(given);
    out
}

/// From those that fabricate to those that call them, and on; `seen` gets every such call.
fn spread(
    program: &Program<'_>,
    borrowed: &[Borrowed],
    mut seen: impl FnMut(usize, &File<'_>, &Call, &Fabricator, Grade),
) -> BTreeMap<String, Fabricator> {
    let mut fabricators = seeds(program, borrowed);
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
                let Some(call) = view.facts.call_or_read(at) else { continue };
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
fn seeds(program: &Program<'_>, borrowed: &[Borrowed]) -> BTreeMap<String, Fabricator> {
    let mut out: BTreeMap<String, Fabricator> = BTreeMap::new();
    let mut add = |file: &File<'_>, call: &Call, means: Option<&String>| {
        let grade = super::grade(file, call);
        let Some(name) = passed_on(file, call, grade) else { return };
        let known = out.get(&name).map_or(Grade::Never, |f| f.grade);
        if grade > known {
            let chain = [name.clone(), super::super::rule::callee(file.facts, call)];
            out.insert(name, Fabricator { chain: chain.into_iter().chain(means.cloned()).collect(), grade });
        }
    };
    for index in 0..program.len() {
        let file = program.file(index);
        file.facts.calls.iter().filter(|c| c.returned_by != NOWHERE).for_each(|call| add(&file, call, None));
    }
    for found in borrowed {
        add(&program.file(found.file), &found.call, Some(&found.means));
    }
    out
}

/// Where callees of a last name are called, looked at when a function of that name fabricates.
struct Callers<'a> {
    program: &'a Program<'a>,
    names: Renamed<'a>,
    /// (file, the name as that file has it)
    by_last: FxHashMap<&'a str, Vec<(usize, Seg)>>,
    /// (file, call) of what has no last name, by the function that is called: `make()()`.
    unnamed: FxHashMap<String, Vec<(usize, usize)>>,
    functions: FxHashMap<(usize, Sym), Option<String>>,
}

impl<'a> Callers<'a> {
    fn of(program: &'a Program<'a>) -> Self {
        let mut by_last: FxHashMap<&str, Vec<(usize, Seg)>> = FxHashMap::default();
        let mut unnamed: FxHashMap<String, Vec<(usize, usize)>> = FxHashMap::default();
        for (index, member) in program.members().iter().enumerate() {
            let facts = &member.facts;
            let mut known = vec![false; facts.names.segs()];
            let calls = facts.calls.iter().chain(&facts.reads).enumerate();
            for (at, call) in calls.filter(|(_, c)| may_lead_on(c)) {
                let Some(seg) = facts.names.last_seg(call.callee) else {
                    if let Some(function) = program.function(&facts.text(call.callee)) {
                        unnamed.entry(function).or_default().push((index, at));
                    }
                    continue;
                };
                if !std::mem::replace(&mut known[seg.index()], true) {
                    by_last.entry(last(facts.names.seg_text(seg))).or_default().push((index, seg));
                }
            }
        }
        Self { program, names: Renamed::of(program), by_last, unnamed, functions: FxHashMap::default() }
    }

    /// Every call of the function of this name, as (file, call), in order.
    fn of_function(&mut self, name: &str) -> Vec<(usize, usize)> {
        let places = self.names.of_last(last(name)).into_iter().filter_map(|l| self.by_last.get(l)).flatten();
        let mut calls: Vec<(usize, usize)> =
            places.flat_map(|(file, seg)| calls_of(self.program, *file, *seg).map(|at| (*file, at))).collect();
        calls.sort_unstable();
        calls.retain(|(file, at)| self.means(*file, *at, name));
        calls.extend(self.unnamed.get(name).into_iter().flatten());
        calls
    }

    /// Whether a call, or a read of a property, means this function.
    fn means(&mut self, file: usize, at: usize, name: &str) -> bool {
        let program = self.program;
        let facts = program.file(file).facts;
        let Some(call) = facts.call_or_read(at) else { return false };
        let means = || {
            let text = facts.text(call.callee);
            if call.how == How::Unresolved { program.star_function(file, &text) } else { program.function(&text) }
        };
        let is = self.functions.entry((file, call.callee)).or_insert_with(means).as_deref() == Some(name);
        is && (at < facts.calls.len() || program.is_property(name))
    }
}

/// Whether a call may be one of a function of this program.
fn may_lead_on(call: &Call) -> bool {
    call.how != How::Builtin && !call.kind.fabricates() && (call.how != How::Unresolved || call.kind == Kind::Other)
}

fn calls_of<'a>(program: &'a Program<'_>, file: usize, seg: Seg) -> impl Iterator<Item = usize> + use<'a> {
    let facts = program.file(file).facts;
    let is = move |call: &Call| may_lead_on(call) && facts.names.last_seg(call.callee) == Some(seg);
    facts.calls.iter().chain(&facts.reads).enumerate().filter(move |(_, call)| is(call)).map(|(at, _)| at)
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
