//! Calls of functions that fabricate, through any number of others: a fixpoint over all files.

use std::collections::{BTreeMap, VecDeque};

use super::super::facts::{Call, Context, DefId, How, NOWHERE};
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

/// Runs over the whole program; gives (index of the file, draft).
pub fn check(program: &Program<'_>) -> Vec<(usize, Draft)> {
    let mut fabricators = seeds(program);
    if fabricators.is_empty() {
        return Vec::new();
    }
    let callers = callers(program);
    let mut queue: VecDeque<String> = fabricators.keys().cloned().collect();
    let mut out = Vec::new();
    while let Some(name) = queue.pop_front() {
        let chain = fabricators.get(&name).cloned().unwrap_or_default();
        for (file, at) in callers.get(&name).into_iter().flatten() {
            let view = program.file(*file);
            let Some(call) = view.facts.calls.get(*at) else { continue };
            if super::super::rule::is_incidental(&view, &Call { kind: super::super::catalogue::Kind::Scalar, ..*call })
            {
                continue;
            }
            out.extend(report(&view, call, &chain).into_iter().map(|draft| (*file, draft)));
            if call.returned_by == NOWHERE {
                continue;
            }
            let Some(def) = view.facts.def(call.returned_by) else { continue };
            let caller = view.facts.text(def.path);
            if !fabricators.contains_key(&caller) {
                let mut longer = vec![caller.clone()];
                longer.extend(chain.iter().cloned());
                fabricators.insert(caller.clone(), longer);
                queue.push_back(caller);
            }
        }
    }
    out
}

/// The functions that fabricate themselves: name → (name, what draws).
fn seeds(program: &Program<'_>) -> BTreeMap<String, Vec<String>> {
    let mut out = BTreeMap::new();
    for index in 0..program.len() {
        let file = program.file(index);
        for call in file.facts.calls.iter().filter(|c| c.returned_by != NOWHERE && super::is_fabrication(&file, c)) {
            let Some(def) = file.facts.def(call.returned_by) else { continue };
            let name = file.facts.text(def.path);
            out.entry(name.clone()).or_insert_with(|| vec![name, super::super::rule::callee(file.facts, call)]);
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

fn report(file: &File<'_>, call: &Call, chain: &[String]) -> Vec<Draft> {
    let mut shown: Vec<&str> = chain.iter().take(SHOWN).map(String::as_str).collect();
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
    add(&RULE, format!("calls {way}"));
    if call.sink != NOWHERE
        && let Some(words) = reaches_sink::sink(file.facts, call)
    {
        add(&reaches_sink::RULE, format!("what {way} makes up {words}"));
    }
    if call.returned_by != NOWHERE && call.context.any(Context::HANDLER.with(Context::OTHERWISE)) {
        add(&silent_fallback::RULE, format!("where the real thing fails, {way} makes something up"));
    }
    out
}
