//! Kind `forbidden`: not directly and, with `indirect`, not through any chain.

use super::super::pattern::NamePattern;
use super::super::rule::Draft;
use super::{Case, covers, dotted, patterns};

/// Checks the contract.
pub(super) fn check(case: &Case<'_>, out: &mut Vec<(usize, Draft)>) {
    let banned: Vec<NamePattern> = case.contract.imports.iter().map(|i| NamePattern::new(&dotted(i))).collect();
    let within = patterns(&case.contract.except_within);
    let allowed = |file: usize| covers(&within, case.graph.name(file));
    let direct = |file: usize| {
        let facts = case.program.file(file).facts;
        let imports = facts.imports.iter().enumerate().filter(|(_, i)| case.counts(i));
        let is_banned = |at: usize| {
            covers(&banned, case.graph.target(file, at)) || case.leads(file, at).is_some_and(|to| covers(&banned, to))
        };
        imports.map(|(at, _)| at).filter(|at| is_banned(*at)).collect::<Vec<_>>()
    };
    for file in case.bound().into_iter().filter(|f| !allowed(*f)) {
        let facts = case.program.file(file).facts;
        let found = direct(file);
        for at in &found {
            let import = &facts.imports[*at];
            let message = format!("{} must not import {}", case.graph.name(file), case.graph.target(file, *at));
            out.push(case.draft(file, import.place, import.def, message));
        }
        if found.is_empty() && case.contract.indirect {
            out.extend(indirect(case, file, &allowed, &direct));
        }
    }
}

fn indirect(
    case: &Case<'_>,
    file: usize,
    allowed: &impl Fn(usize) -> bool,
    direct: &impl Fn(usize) -> Vec<usize>,
) -> Option<(usize, Draft)> {
    let counts =
        |from: usize, import: usize| case.program.file(from).facts.imports.get(import).is_some_and(|i| case.counts(i));
    let passes = |to: usize| !allowed(to) && case.speaks_of(to);
    let ends = |to: usize| passes(to) && !direct(to).is_empty();
    let (first, way) = case.graph.way(file, counts, passes, ends)?;
    let last = *way.last()?;
    let target = case.graph.target(last, *direct(last).first()?).to_owned();
    let import = case.program.file(file).facts.imports.get(first)?;
    let message = format!("{} imports {target} through {} → {target}", case.graph.name(file), case.graph.chain(&way));
    Some(case.draft(file, import.place, import.def, message))
}
