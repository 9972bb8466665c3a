//! Kind `required`: every module named must import, at run time, one of these; decorate with it; activate it.

use super::super::config::{Activate, Decorate};
use super::super::facts::{Call, Context, Def, DefKind, Facts, Import, Place};
use super::super::rule::Draft;
use super::{Case, dotted, plain};

/// Checks the contract.
pub(super) fn check(case: &Case<'_>, out: &mut Vec<(usize, Draft)>) {
    for file in case.bound() {
        import(case, file, out);
        if let Some(decorate) = &case.contract.decorate {
            decorated(case, file, decorate, out);
        }
        if let Some(activate) = &case.contract.activate {
            activated(case, file, activate, out);
        }
    }
}

fn import(case: &Case<'_>, file: usize, out: &mut Vec<(usize, Draft)>) {
    if case.contract.any_of.is_empty() {
        return;
    }
    let facts = case.program.file(file).facts;
    let mut almost = None;
    for (at, import) in facts.imports.iter().enumerate() {
        if !case.contract.any_of.iter().any(|wanted| names(case.graph.target(file, at), import, facts, wanted)) {
            continue;
        }
        match excuse(facts, import, case.contract.must_use) {
            None => return,
            Some(excuse) => almost = Some((import, excuse)),
        }
    }
    let module = case.graph.name(file);
    let wanted = case.contract.any_of.join(" or ");
    let (place, message) = match almost {
        Some((import, excuse)) => (import.place, format!("{module} imports {} {excuse}", facts.text(import.module))),
        None => (first_line(facts), format!("{module} does not import {wanted}")),
    };
    out.push(case.draft(file, place, 0, message));
}

/// Whether an import is the one that is asked for: by name, by its module as a whole, or all of it.
fn names(target: &str, import: &Import, facts: &Facts, wanted: &str) -> bool {
    let full = dotted(wanted);
    if target == full {
        return true;
    }
    let Some((module, _)) = wanted.rsplit_once(':').filter(|(m, _)| !m.ends_with(':')) else { return false };
    let whole = import.kind.star || import.name.is_none();
    whole && plain(&facts.text(import.module)) == dotted(module)
}

/// Why an import does not count.
fn excuse(facts: &Facts, import: &Import, must_use: bool) -> Option<&'static str> {
    if import.kind.type_only {
        Some("for the type checker only")
    } else if import.kind.fallible {
        Some("in a try that goes on without it")
    } else if must_use && !is_used(facts, import) {
        Some("but never uses it")
    } else {
        None
    }
}

/// Whether its name is used, or that of another import that binds the same.
fn is_used(facts: &Facts, import: &Import) -> bool {
    let same = |other: &&Import| other.bound == import.bound && import.bound.is_some();
    import.kind.used || import.kind.reexport || facts.imports.iter().filter(same).any(|other| other.kind.used)
}

fn first_line(facts: &Facts) -> Place {
    Place { start: facts.import_at, end: facts.import_at }
}

fn decorated(case: &Case<'_>, file: usize, decorate: &Decorate, out: &mut Vec<(usize, Draft)>) {
    let facts = case.program.file(file).facts;
    let wanted = dotted(&decorate.with);
    for (at, def) in facts.defs.iter().enumerate().skip(1) {
        if !must_have(facts, def, decorate) {
            continue;
        }
        if !def.decorators.iter().any(|d| plain(facts.text(*d).trim_end_matches("()")) == wanted) {
            let name = facts.symbol(at as u32);
            let message = format!("{name} is not decorated with {}", decorate.with);
            out.push(case.draft(file, def.name, at as u32, message));
        }
    }
}

/// Whether a contract wants a definition to be decorated; not what stands in for the decorator itself.
pub(super) fn must_have(facts: &Facts, def: &Def, decorate: &Decorate) -> bool {
    let wanted = dotted(&decorate.with);
    let itself = facts.names.last(def.path) == wanted.rsplit('.').next().unwrap_or_default();
    !def.stub && !def.test && !itself && decorate.on.iter().any(|on| is(facts, def, on))
}

/// Whether a definition is what a contract calls so.
fn is(facts: &Facts, def: &Def, what: &str) -> bool {
    let parent = facts.def(def.parent).map(|d| d.kind);
    let (class, function) = (def.kind == DefKind::Class, def.kind == DefKind::Function);
    match what {
        "class" => class,
        "public_class" => class && def.public,
        "function" => function && parent == Some(DefKind::Module),
        "public_function" => function && parent == Some(DefKind::Module) && def.public,
        "method" => function && parent == Some(DefKind::Class),
        "public_method" => function && parent == Some(DefKind::Class) && def.public,
        _ => false,
    }
}

fn activated(case: &Case<'_>, file: usize, activate: &Activate, out: &mut Vec<(usize, Draft)>) {
    let facts = case.program.file(file).facts;
    let wanted = dotted(&activate.call);
    let region: Vec<&Call> = facts.calls.iter().filter(|c| stands_in(facts, c, &activate.place)).collect();
    let Some(first) = region.first() else { return };
    let found = region.iter().position(|c| plain(&facts.text(c.callee)) == wanted);
    let where_ = match activate.place.as_str() {
        "module" => "at module level",
        "main_function" => "in main",
        _ => "under the main guard",
    };
    let module = case.graph.name(file);
    match found {
        None => {
            let message = format!("{module} does not call {} {where_}", activate.call);
            out.push(case.draft(file, first.place, first.def, message));
        }
        Some(nth) if nth > 0 && activate.before_other_calls => {
            let earlier = facts.text(first.callee);
            let message = format!("{module} calls {earlier} before {} {where_}", activate.call);
            out.push(case.draft(file, first.place, first.def, message));
        }
        Some(_) => {}
    }
}

fn stands_in(facts: &Facts, call: &Call, place: &str) -> bool {
    match place {
        "module" => call.def == 0 && !call.context.has(Context::MAIN),
        "main_function" => facts.symbol(call.def) == "main",
        _ => call.def == 0 && call.context.has(Context::MAIN),
    }
}
