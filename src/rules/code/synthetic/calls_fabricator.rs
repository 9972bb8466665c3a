//! Calls of functions that fabricate, through any number of others: a fixpoint over all files.

use std::collections::{BTreeMap, VecDeque};

use super::super::catalogue::Kind;
use super::super::facts::{Call, Context, DefId, How, NOWHERE};
use super::super::incidental::{self, Grade};
use super::super::program::Program;
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

/// Runs over the whole program; gives (index of the file, draft).
pub fn check(program: &Program<'_>) -> Vec<(usize, Draft)> {
    let mut fabricators = seeds(program);
    if fabricators.is_empty() {
        return Vec::new();
    }
    let callers = callers(program);
    // Those whose whole way is told come first: a function that is both is told.
    let (loud, quiet): (Vec<String>, Vec<String>) =
        fabricators.keys().cloned().partition(|name| fabricators[name].grade == Grade::Loud);
    let mut out = Vec::new();
    for names in [loud, quiet] {
        let mut queue = VecDeque::from(names);
        while let Some(name) = queue.pop_front() {
            let Some(found) = fabricators.get(&name).cloned() else { continue };
            for (file, at) in callers.get(&name).into_iter().flatten() {
                let view = program.file(*file);
                let Some(call) = view.facts.calls.get(*at) else { continue };
                let grade = found.grade.min(incidental::grade(&view, &Call { kind: Kind::Scalar, ..*call }));
                out.extend(report(&view, call, &found.chain, grade).into_iter().map(|draft| (*file, draft)));
                let caller = passed_on(&view, call, grade).filter(|c| !fabricators.contains_key(c));
                if let Some(caller) = caller {
                    let chain = std::iter::once(&caller).chain(&found.chain).cloned().collect();
                    fabricators.insert(caller.clone(), Fabricator { chain, grade });
                    queue.push_back(caller);
                }
            }
        }
    }
    out
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

/// Every call of a function of the program: its name → (file, call).
fn callers(program: &Program<'_>) -> BTreeMap<String, Vec<(usize, usize)>> {
    let mut out: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for index in 0..program.len() {
        let facts = program.file(index).facts;
        let mut known = rustc_hash::FxHashMap::default();
        for (at, call) in facts.calls.iter().enumerate() {
            if matches!(call.how, How::Unresolved | How::Builtin) || call.kind.fabricates() {
                continue;
            }
            let target = known.entry(call.callee).or_insert_with(|| program.function(&facts.text(call.callee)));
            if let Some(name) = target {
                out.entry(name.clone()).or_default().push((index, at));
            }
        }
    }
    out
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
