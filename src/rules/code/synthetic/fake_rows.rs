//! `mock_users = [{…}, {…}]`: rows written by hand under a name that admits it.

use super::super::rule::{CodeRule, File, Found, info, words};
use super::BLOCK;
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/fake-rows",
        "Made-up rows under a name that says so",
        Severity::High,
        "A name that starts with mock, fake, dummy or sample and holds two or more literal rows is a data set written by hand.",
        "Load the rows from where they are kept; move made-up ones to tests.",
    ),
    levels: BLOCK,
    check,
};

fn check(file: &File<'_>, out: &mut Vec<Found>) {
    for rows in &file.facts.rows {
        let name = file.facts.text(rows.name);
        if words(&name).next().is_some_and(|w| ["mock", "fake", "dummy", "sample"].contains(&w.as_str())) {
            let message = format!("{name} holds {} made-up rows", rows.count);
            out.push(Found { place: rows.place, def: rows.def, message: Some(message) });
        }
    }
}
