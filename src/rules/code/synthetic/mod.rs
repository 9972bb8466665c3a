//! Fabricated data. A draw is a warning; a draw that becomes a result, or reaches what counts as real, is an error.
//!
//! # How to add a rule
//!
//! One file with a `pub const RULE: CodeRule`, its row in [`RULES`] (sorted by id), and `fixtures/rules/<id>/hit.*` and
//! `miss.*`, each line that must be found ending in a comment `expect: <rule id>`.

mod admitted_placeholder;
pub mod allow;
mod array_draw;
mod borrowed;
pub mod calls_fabricator;
mod clock_seeded;
mod custom;
mod dataset_generator;
mod fake_records;
mod fake_rows;
mod lorem_ipsum;
mod placeholder_email;
mod placeholder_number;
mod placeholder_person;
mod reaches_sink;
pub mod returns_fabricated;
mod scalar_draw;
mod silent_fallback;
mod tensor_draw;
mod toy_dataset;

pub use allow::Unmet;
pub use allow::apply as apply_allowances;
pub use custom::infos as custom_infos;

use super::catalogue::Kind;
use super::facts::{Call, Context};
use super::incidental::{self, Grade};
use super::rule::{CodeRule, Draft, File, Found, Level};
use crate::finding::Severity;

/// Every rule of the family, sorted by id.
pub const RULES: [&CodeRule; 17] = [
    &admitted_placeholder::RULE,
    &array_draw::RULE,
    &calls_fabricator::RULE,
    &clock_seeded::RULE,
    &dataset_generator::RULE,
    &fake_records::RULE,
    &fake_rows::RULE,
    &lorem_ipsum::RULE,
    &placeholder_email::RULE,
    &placeholder_number::RULE,
    &placeholder_person::RULE,
    &reaches_sink::RULE,
    &returns_fabricated::RULE,
    &scalar_draw::RULE,
    &silent_fallback::RULE,
    &tensor_draw::RULE,
    &toy_dataset::RULE,
];

/// Warn in source, nothing in examples and tests.
const WARN: [Level; 3] = [Level::Warn(Severity::Medium), Level::Off, Level::Off];
/// Block in source, warn in examples, nothing in tests.
const BLOCK: [Level; 3] = [Level::Block(Severity::High), Level::Warn(Severity::Low), Level::Off];
/// Block in source as the worst, warn in examples, nothing in tests.
const BLOCK_CRITICAL: [Level; 3] = [Level::Block(Severity::Critical), Level::Warn(Severity::Medium), Level::Off];

/// Runs the family over one file.
pub fn check(file: &File<'_>, out: &mut Vec<Draft>) {
    let mut found = Vec::new();
    for rule in RULES {
        let level = level(rule, file);
        if level == Level::Off {
            continue;
        }
        (rule.check)(file, &mut found);
        out.extend(found.drain(..).filter_map(|f| Draft::new(&rule.info, level, file, f)).map(|d| recommend(d, file)));
    }
    custom::check(file, out);
}

/// What a rule found by looking at all files, at its level.
fn level_of(rule: &CodeRule, file: &File<'_>, found: Found) -> Option<Draft> {
    let level = level(rule, file);
    let draft = if level == Level::Off { None } else { Draft::new(&rule.info, level, file, found) };
    draft.map(|d| recommend(d, file))
}

/// Its level; a draw is an error where the policy says so.
fn level(rule: &CodeRule, file: &File<'_>) -> Level {
    match rule.level(file.class) {
        Level::Warn(_) if rule.info.id.ends_with("-draw") && file.config.synthetic.forbids_all_draws() => {
            Level::Block(Severity::High)
        }
        level => level,
    }
}

/// Adds where real data come from.
pub(super) fn recommend(mut draft: Draft, file: &File<'_>) -> Draft {
    let sources = &file.config.synthetic.real_sources;
    if !sources.is_empty() && !draft.rule.contains("placeholder") {
        draft.help = format!("{} Real data: {}.", draft.help, sources.join(", ")).into();
    }
    draft
}

/// Whether a call makes data that are not real, and is no condition, index, seed, initial weight …
fn is_fabrication(file: &File<'_>, call: &Call) -> bool {
    fabricates(file, call) && !incidental::is_incidental(file, call)
}

fn fabricates(file: &File<'_>, call: &Call) -> bool {
    call.kind.fabricates() || (call.kind == Kind::Resample && file.config.synthetic.resampling)
}

/// How far the value of a call is followed.
fn grade(file: &File<'_>, call: &Call) -> Grade {
    if fabricates(file, call) { incidental::grade(file, call) } else { Grade::Never }
}

/// Whether a call draws one number.
fn is_scalar(call: &Call) -> bool {
    call.kind == Kind::Scalar || (call.kind == Kind::Draw && !call.context.has(Context::SIZED))
}

/// Reports every call that `test` picks, with `verb` before the callee.
fn each_call(file: &File<'_>, out: &mut Vec<Found>, verb: &str, test: impl Fn(&Call) -> bool) {
    for call in file.facts.calls.iter().filter(|c| test(c)) {
        out.push(Found::at(call, format!("{verb} {}", super::rule::callee(file.facts, call))));
    }
}
