//! A file that does not parse: what is in it was not, or not wholly, looked at.

use super::rule::{Class, Draft, File, Found, Level, info};
use crate::finding::{RuleInfo, Severity};

/// The rule.
pub const INFO: RuleInfo = info(
    "code/unparsed",
    "The file does not parse",
    Severity::High,
    "What does not parse cannot be checked wholly: the rules over code saw what the parser could recover.",
    "Mend the syntax; where the file is not meant to be code (a template, an old dialect), exclude it.",
);

/// Reports the first error of a file.
pub fn check(file: &File<'_>, out: &mut Vec<Draft>) {
    let Some(error) = file.facts.errors.first() else { return };
    let more = file.facts.errors.len() - 1;
    let rest = if more == 0 { String::new() } else { format!(" (and {more} more)") };
    let message = format!("{} does not parse: {}{rest}", file.facts.language.name(), error.message);
    let level = if file.class == Class::Source { Level::Block(Severity::High) } else { Level::Warn(Severity::Low) };
    out.extend(Draft::new(&INFO, level, file, Found { place: error.place, def: 0, message: Some(message) }));
}
