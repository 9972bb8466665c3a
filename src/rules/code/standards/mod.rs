//! Thresholds of the code: `[policies.quality.code_standards]`.

mod complexity;
mod documentation;
mod file_lines;
mod function_lines;
pub mod tests_required;

use super::config::Standards;
use super::facts::{Def, DefKind};
use super::rule::{Class, Draft, File, Found, Level};
use crate::finding::{RuleInfo, Severity};

/// A rule of the family: what it says of itself, and its check against the limits.
struct StandardRule {
    info: RuleInfo,
    check: fn(&File<'_>, &Standards, &mut Vec<Found>),
}

/// Every rule of the family over one file, sorted by id.
const RULES: [&StandardRule; 4] = [&complexity::RULE, &documentation::RULE, &file_lines::RULE, &function_lines::RULE];

/// Runs the family over one file; tests and examples are not held to it.
pub fn check(file: &File<'_>, out: &mut Vec<Draft>) {
    let Some(limits) = file.config.standards.as_ref().filter(|_| file.class == Class::Source) else { return };
    let mut found = Vec::new();
    for rule in RULES {
        (rule.check)(file, limits, &mut found);
        let level = Level::Block(rule.info.severity);
        out.extend(found.drain(..).filter_map(|f| Draft::new(&rule.info, level, file, f)));
    }
}

/// What the rules say of themselves.
pub fn infos() -> Vec<RuleInfo> {
    RULES.iter().map(|r| r.info.clone()).chain([tests_required::INFO]).collect()
}

/// How bad a broken threshold is.
const SEVERITY: Severity = Severity::Medium;

/// The functions of a file that are no tests, with their indexes.
fn functions<'a>(file: &'a File<'_>) -> impl Iterator<Item = (u32, &'a Def)> {
    let defs = file.facts.defs.iter().enumerate().skip(1).map(|(at, def)| (at as u32, def));
    defs.filter(|(_, def)| def.kind == DefKind::Function && !def.test)
}
