//! Classes that are distributions: what their `sample` or `rvs` draws is what they are for.

use super::super::facts::{Def, DefId, DefKind, Facts};
use super::super::rule::words;

/// Densities and the like: whoever defines one beside what samples is a distribution.
const DENSITIES: [&str; 14] = [
    "pdf",
    "_pdf",
    "logpdf",
    "_logpdf",
    "pmf",
    "_pmf",
    "logpmf",
    "_logpmf",
    "cdf",
    "_cdf",
    "log_prob",
    "log_likelihood",
    "ppf",
    "_ppf",
];

/// What such classes, and those they derive from, are called.
const WORDS: [&str; 11] = [
    "distribution",
    "distributions",
    "likelihood",
    "posterior",
    "copula",
    "bayesian",
    "quantile",
    "quantiles",
    "noise",
    "space",
    "spaces",
];

/// What samples is called.
const SAMPLES: [&str; 7] = ["sample", "samples", "rsample", "rvs", "sampling", "draw", "sampler"];

/// Whether a place is in what samples from a distribution that the program defines or fitted.
pub fn samples(facts: &Facts, at: DefId) -> bool {
    let mut id = at;
    while let Some(def) = facts.def(id).filter(|d| d.kind != DefKind::Module) {
        if def.kind == DefKind::Function && is_named(facts, def, &SAMPLES) && of_a_distribution(facts, def) {
            return true;
        }
        id = def.parent;
    }
    false
}

/// Whether a function is a method of a distribution, or names one itself: `sample_from_quantiles`.
fn of_a_distribution(facts: &Facts, function: &Def) -> bool {
    if is_named(facts, function, &WORDS) {
        return true;
    }
    let Some(class) = facts.def(function.parent).filter(|d| d.kind == DefKind::Class) else { return false };
    let bases = class.bases.iter().map(|base| facts.names.last(*base));
    let derived = bases.clone().any(|base| base.starts_with("rv_") || has_word(base, &WORDS));
    let dense = || {
        let members = facts.defs.iter().filter(|d| facts.def(d.parent).is_some_and(|p| p.place == class.place));
        members.map(|d| facts.names.last(d.path)).any(|name| DENSITIES.contains(&name))
    };
    derived || is_named(facts, class, &WORDS) || dense()
}

fn is_named(facts: &Facts, def: &Def, list: &[&str]) -> bool {
    has_word(facts.names.last(def.path), list)
}

fn has_word(name: &str, list: &[&str]) -> bool {
    words(name).any(|w| list.contains(&w.as_str()))
}
