//! Draws through what another module holds: `from lab.tools import rng`, then `rng.normal()`; `Source().rng.normal()`.
//!
//! One file alone does not tell what they draw from, so its own rules find nothing in them.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::catalogue::{self, Catalogue, Kind};
use super::super::facts::{Call, How, Language, NOWHERE};
use super::super::incidental::{self, Grade};
use super::super::names::{Names, Sym};
use super::super::program::{Member, Program, last};
use super::super::rule::{CodeRule, Draft, File, Found, callee};
use super::{array_draw, fake_records, reaches_sink, returns_fabricated, scalar_draw, silent_fallback, tensor_draw};

/// A call of a catalogue's function under a name that a module gives to it.
pub struct Borrowed {
    /// Index of the file.
    pub file: usize,
    /// The call, with what it does.
    pub call: Call,
    /// The name that the catalogue knows.
    pub means: String,
}

/// All of them, and the last names that modules give to what fabricates, or makes what does.
pub fn all(program: &Program<'_>, catalogue: &Catalogue) -> (Vec<Borrowed>, Vec<String>) {
    let given = given(program, catalogue);
    let mut out = Vec::new();
    let mut by_language = FxHashMap::default();
    for (file, member) in program.members().iter().enumerate() {
        let facts = &member.facts;
        let language = facts.language;
        let names = &*by_language.entry(language).or_insert_with(|| names_of(language));
        let may = |call: &&Call| {
            let last = facts.names.last(call.callee);
            let open = call.kind == Kind::Other && !matches!(call.how, How::Unresolved | How::Builtin);
            open && (names.contains(last) || given.contains(last))
        };
        let known = |name: &str| catalogue.knows(language, name);
        let mut seen = FxHashMap::default();
        for call in facts.calls.iter().filter(may) {
            let means = seen.entry(call.callee).or_insert_with(|| program.foreign(&facts.text(call.callee), &known));
            let Some(means) = means.clone() else { continue };
            let kind = catalogue.kind(language, &means);
            if kind.fabricates() {
                out.push(Borrowed { file, call: Call { kind, ..*call }, means: catalogue::settle(&means) });
            }
        }
    }
    (out, given.into_iter().collect())
}

/// What a catalogue calls what fabricates, by last name.
fn names_of(language: Language) -> FxHashSet<&'static str> {
    const NUMPY: &str = "rand randn randint integers random random_sample ranf sample normal uniform standard_normal \
                         exponential poisson binomial beta gamma lognormal laplace geometric gumbel logistic pareto \
                         triangular vonmises wald weibull zipf chisquare multivariate_normal dirichlet";
    let mut out: FxHashSet<&str> = catalogue::fabricating(language).map(last).filter(|l| !l.contains('*')).collect();
    if language == Language::Python {
        out.extend(NUMPY.split_ascii_whitespace());
    }
    out
}

/// The last names of exports that stand for a fabricating function, or for an object that fabricates.
fn given(program: &Program<'_>, catalogue: &Catalogue) -> FxHashSet<String> {
    let mut out = FxHashSet::default();
    for Member { facts, .. } in program.members() {
        let (names, language) = (&facts.names, facts.language);
        for (name, target) in facts.exports.iter().chain(&facts.held) {
            let last = names.last(*name);
            let may =
                catalogue.knows(language, names.first(*target)) && catalogue.may_lead(language, ends(names, *target));
            if last.len() < 2 || !may {
                continue;
            }
            let target = names.text(*target);
            let object = target.ends_with("()") && catalogue.makes(language, &target);
            if object || catalogue.kind(language, &target).fabricates() {
                out.insert(last.to_owned());
            }
        }
    }
    out
}

/// The first, the last but one and the last step of a name that are no calls.
fn ends(names: &Names, name: Sym) -> [&str; 3] {
    let named = |mut at: Sym| {
        while at.is_some() && names.last_seg(at).is_none() {
            at = names.parent(at);
        }
        at
    };
    let last = named(name);
    [names.first(last), names.last(named(names.parent(last))), names.last(last)]
}

/// What the rules over one file would have said, had they known.
pub fn report(file: &File<'_>, borrowed: &Borrowed) -> Vec<Draft> {
    let Borrowed { call, means, .. } = borrowed;
    let mut out = Vec::new();
    let mut add = |rule: &CodeRule, message: String| {
        let draft = super::level_of(rule, file, Found { place: call.place, def: call.def, message: Some(message) });
        out.extend(draft);
    };
    let way = format!("{} → {means}", callee(file.facts, call));
    let grade = incidental::grade(file, call);
    if super::is_fabrication(file, call) {
        let (rule, words) = match call.kind {
            Kind::Record => (&fake_records::RULE, "a fake record is made by"),
            Kind::Tensor => (&tensor_draw::RULE, "a tensor is drawn by"),
            _ if super::is_scalar(call) => (&scalar_draw::RULE, "a number is drawn by"),
            _ => (&array_draw::RULE, "an array is drawn by"),
        };
        add(rule, format!("{words} {way}"));
    }
    if let Some(words) = reaches_sink::sink(file.facts, call, grade) {
        add(&reaches_sink::RULE, format!("what {way} makes up {words}"));
    }
    if grade == Grade::Loud && call.returned_by != NOWHERE {
        let name = file.facts.symbol(call.returned_by);
        add(&returns_fabricated::RULE, format!("{name} returns what {way} makes up"));
        if silent_fallback::stands_in(call) {
            add(&silent_fallback::RULE, format!("where the real thing fails, {way} makes something up"));
        }
    }
    out
}
