//! What others can see says what it is.

use super::super::facts::DefKind;
use super::super::rule::{Found, info};
use super::{SEVERITY, StandardRule};

/// The rule.
pub(super) const RULE: StandardRule = StandardRule {
    info: info(
        "standards/documentation",
        "A public definition is not documented",
        SEVERITY,
        "Public functions and classes are read by people who did not write them; asked for by require_documentation.",
        "Say in a line what it does: a docstring, ///, /** */ or // comment, as the language has it.",
    ),
    check: |file, limits, out| {
        if !limits.require_documentation {
            return;
        }
        for (at, def) in file.facts.defs.iter().enumerate().skip(1) {
            let special = file.facts.names.last(def.path).starts_with("__");
            let parent_public = file.facts.def(def.parent).is_none_or(|p| p.public);
            if def.kind != DefKind::Module
                && def.public
                && parent_public
                && !def.documented
                && !def.test
                && !def.stub
                && !special
            {
                let message = format!("{} is public and not documented", file.facts.symbol(at as u32));
                out.push(Found { place: def.name, def: at as u32, message: Some(message) });
            }
        }
    },
};
