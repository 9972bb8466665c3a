//! Draws that are no data: initial values, augmentation, exploration, noise.
//!
//! What stands around a draw may excuse the draw itself; its flow is excused only as far as learning goes. A `*noise*` whose
//! value reaches a table, a store, a response or a metric is found whatever its function is called ([`Grade::Quiet`]).

mod distribution;
mod vocabulary;

use self::vocabulary::{
    ABOUT, FIRM, INTEGERS, LEARNING, LIBRARIES, NOISE, PARAMETERS, POSITIONS, SEEDS, TENSOR, VAGUE,
};
use super::catalogue::Kind;
use super::facts::{Call, Context, DefId, Facts};
use super::rule::{File, words};
use super::synthetic::allow;

/// How a fabricated value is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Not at all.
    Never,
    /// Until it reaches what counts as real outside of learning; on the way nothing is said.
    Quiet,
    /// Everything it becomes is reported.
    Loud,
}

/// Uses of a draw that make it no datum at all.
const USES: [Context; 6] =
    [Context::GATE, Context::INDEX, Context::SEED, Context::INIT, Context::DELAY, Context::DISCARDED];

/// Whether a draw is used for what is no datum: a condition, an index, a seed, an initial weight, a pause.
pub fn is_incidental(file: &File<'_>, call: &Call) -> bool {
    if file.config.synthetic.forbids_all_draws() || !call.kind.draws() {
        return false;
    }
    let noise = call.kind == Kind::Tensor && call.context.has(Context::NOISE);
    is_used_up(call) || ((noise || is_told(file.facts, call)) && !allow::names(file, call))
}

/// Whether what is drawn has a name, or stands in what has one, that says what it is for.
fn is_told(facts: &Facts, call: &Call) -> bool {
    call.context.has(Context::PARAMETER)
        || any_word(facts, call.def, |w| FIRM.contains(&w) || VAGUE.contains(&w))
        || negatives(facts, call)
        || distribution::samples(facts, call.def)
}

/// Whether the file, the class or the function around a draw says what its draws are for.
fn stands_in(facts: &Facts, call: &Call) -> bool {
    let module = facts.text(facts.module);
    let says = |list: &[&str]| module.rsplit(['.', '/']).take(2).flat_map(words).any(|w| list.contains(&w.as_str()));
    let learning = || call.kind == Kind::Tensor || learns(facts);
    says(&ABOUT) || (says(&LEARNING) && learning()) || negatives(facts, call) || distribution::samples(facts, call.def)
}

/// Pairs that were not seen, drawn to learn the others from.
fn negatives(facts: &Facts, call: &Call) -> bool {
    const OF: [&str; 9] = ["sample", "samples", "sampling", "sampler", "indices", "items", "item", "pairs", "edges"];
    facts.symbol(call.def).split('.').any(|name| {
        let all: Vec<String> = words(name).collect();
        let has = |list: &[&str]| all.iter().any(|w| list.contains(&w.as_str()));
        has(&["neg", "negative", "negatives"]) && has(&OF)
    })
}

/// Whether two vague words say the same: `AddNoise._perturb`.
fn says_twice(facts: &Facts, call: &Call) -> bool {
    let symbol = facts.symbol(call.def);
    let names = symbol.split('.').filter(|n| *n != "__init__" && *n != "init");
    let mut said: Vec<String> = names.flat_map(words).filter(|w| VAGUE.contains(&w.as_str())).collect();
    said.sort_unstable();
    said.dedup();
    said.len() > 1
}

/// Whether a function that is called after seeds draws one.
fn seeds(facts: &Facts, call: &Call) -> bool {
    let name = facts.def(call.def).map_or("", |def| facts.names.last(def.path));
    draws_integers(facts.names.last(call.callee)) && of_integers(name).has(Context::SEED)
}

/// Whether a draw picks a position: a sampler's integers.
fn picks(facts: &Facts, call: &Call) -> bool {
    draws_integers(facts.names.last(call.callee))
        && any_word(facts, call.def, |w| matches!(w, "sampler" | "samplers" | "sampling"))
}

/// Whether a function of this name draws whole numbers.
pub fn draws_integers(name: &str) -> bool {
    INTEGERS.contains(&name)
}

/// How far the value of a call is followed.
pub fn grade(file: &File<'_>, call: &Call) -> Grade {
    if file.config.synthetic.forbids_all_draws() {
        return Grade::Loud;
    }
    if call.kind == Kind::Dataset && distribution::samples(file.facts, call.def) {
        return Grade::Quiet;
    }
    if !call.kind.draws() {
        return Grade::Loud;
    }
    if is_used_up(call) || seeds(file.facts, call) {
        return Grade::Never;
    }
    let tensor = call.kind == Kind::Tensor;
    let one = matches!(call.kind, Kind::Scalar | Kind::Draw) && !call.context.has(Context::SIZED);
    let quiet = call.context.any(Context::SHAPED.with(Context::PARAMETER))
        || (tensor && call.context.has(Context::NOISE))
        || (one && call.context.has(Context::TRAINING))
        || any_word(file.facts, call.def, |w| FIRM.contains(&w) || (tensor && TENSOR.contains(&w)))
        || (any_word(file.facts, call.def, |w| VAGUE.contains(&w)) && (tensor || learns(file.facts)))
        || says_twice(file.facts, call)
        || stands_in(file.facts, call)
        || picks(file.facts, call);
    if quiet { Grade::Quiet } else { Grade::Loud }
}

fn is_used_up(call: &Call) -> bool {
    USES.iter().any(|u| call.context.has(*u))
}

/// Whether a file is part of something that learns.
fn learns(facts: &Facts) -> bool {
    facts.imports.iter().any(|i| {
        let module = facts.text(i.module);
        module.split('.').next().is_some_and(|first| LIBRARIES.contains(&first))
    })
}

/// What the name of a variable says of the whole numbers that are drawn for it.
pub fn of_integers(name: &str) -> Context {
    let all: Vec<String> = words(name).collect();
    let has = |list: &[&str]| all.iter().any(|w| list.contains(&w.as_str()));
    let seed = has(&SEEDS) || (has(&["random"]) && has(&["state"]));
    let position = if has(&POSITIONS) { Context::INDEX } else { Context::default() };
    if seed { position.with(Context::SEED) } else { position }
}

/// What the name of a variable says of what is drawn for it.
pub fn of_name(name: &str) -> Context {
    let mut out = Context::default();
    for word in words(name) {
        if NOISE.contains(&word.as_str()) {
            out = out.with(Context::NOISE);
        }
        if PARAMETERS.contains(&word.as_str()) {
            out = out.with(Context::PARAMETER);
        }
    }
    out
}

/// Whether a name says that the code in its branch runs in training only.
pub fn is_training(name: &str) -> bool {
    words(name).any(|w| {
        matches!(w.as_str(), "train" | "training" | "augment" | "augmentation" | "aug" | "epsilon" | "eps" | "explore")
    })
}

/// Whether a word of the names around a place passes.
fn any_word(facts: &Facts, def: DefId, test: impl Fn(&str) -> bool) -> bool {
    let symbol = facts.symbol(def);
    // `__init__` builds objects, most of them no parameters of a model.
    symbol.split('.').filter(|n| *n != "__init__" && *n != "init").any(|name| words(name).any(|w| test(&w)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_say_what_is_drawn_for_them() {
        assert_eq!(of_name("fixed_noise"), Context::NOISE);
        assert_eq!(of_name("weights"), Context::PARAMETER);
        assert_eq!(of_name("prices"), Context::default());
        assert_eq!(of_integers("batch_idxs"), Context::INDEX);
        assert_eq!(of_integers("random_state"), Context::SEED);
        assert_eq!(of_integers("quantity"), Context::default());
        assert!(is_training("training") && is_training("is_train") && !is_training("trained"));
    }
}
