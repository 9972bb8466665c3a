//! What spoke for a candidate and what against it, in words.

use super::candidate::{Joint, Quote};
use super::features::{COUNT, Features, NAMES, Subject};
use super::model;

/// Groups of features that people think of as one thing, with what to call them.
const GROUPS: [(&str, &str); 5] = [
    ("name.", "its name"),
    ("value.", "its characters"),
    ("line.", "its line"),
    ("joint", "its place"),
    ("", "its place"),
];

/// A few sentences: name, shape, and the scorer's reasons.
pub fn of(subject: &Subject<'_>, features: &Features) -> Vec<String> {
    let get = |name: &str| NAMES.iter().position(|n| *n == name).map_or(0, |i| features[i]);
    let mut out = vec![
        said_by_name(subject),
        said_by_place(subject, get("comment") > 0),
        format!(
            "shape: {} characters ({}), entropy {:.1} bits a character, {}% of the letters in known words",
            get("value.length"),
            classes(&get),
            f32::from(get("value.entropy")) / 16.0,
            get("value.known"),
        ),
    ];
    out.extend(against(&get));
    let weights = model::contributions(features);
    for (sign, verb) in [(1, "for it"), (-1, "against it")] {
        let told = strongest(&weights, sign);
        if !told.is_empty() {
            out.push(format!("{verb}: {}", told.join(", ")));
        }
    }
    out
}

fn said_by_name(subject: &Subject<'_>) -> String {
    let n = &subject.name;
    let kinds = [
        (n.password, "a password"),
        (n.secret, "a secret"),
        (n.token, "a token"),
        (n.key, "a key"),
        (n.credential, "credentials"),
        (n.auth, "authentication"),
    ];
    let said: Vec<_> = kinds.iter().filter(|(yes, _)| *yes).map(|(_, word)| *word).collect();
    if said.is_empty() {
        "name: says nothing of a credential, which a word beside it does".into()
    } else {
        format!("name: speaks of {}", said.join(", "))
    }
}

fn said_by_place(subject: &Subject<'_>, in_text: bool) -> String {
    let place = match subject.candidate.joint {
        Joint::Assignment => "an assignment",
        Joint::Colon => "a field",
        Joint::Arrow => "an entry behind an arrow",
        Joint::Comparison => "a comparison",
        Joint::Argument => "an argument beside its name",
        Joint::Call => "the argument of a call",
        Joint::Space => "the word behind its name",
        Joint::Flag => "a flag of a command",
        Joint::Element => "an element",
        Joint::Pair => "a value beside its name",
        Joint::Url => "a URL",
        Joint::Scheme => "an authorization header",
        Joint::Curl => "a user with a password",
    };
    let quoted = if subject.candidate.quote == Quote::None { "" } else { ", in quotes" };
    let within = if in_text { ", within a text or comment" } else { "" };
    format!("context: {place}{quoted}{within}")
}

fn classes(get: &impl Fn(&str) -> i16) -> String {
    let kinds = [
        ("value.lower", "lower case"),
        ("value.upper", "upper case"),
        ("value.digits", "digits"),
        ("value.signs", "signs"),
        ("value.blanks", "spaces"),
        ("value.foreign", "no ASCII"),
    ];
    kinds.iter().filter(|(n, _)| get(n) > 0).map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
}

/// Plain facts that make a value doubtful.
fn against(get: &impl Fn(&str) -> i16) -> Vec<String> {
    let doubts = [
        ("value.made_up", "it has a word of made-up values"),
        ("name.about", "its name may only describe a secret"),
        ("name.harmless", "its name has a harmless word"),
        ("line.made_up", "its line speaks of tests or examples"),
        ("value.slug", "it reads like words joined by signs"),
    ];
    doubts.iter().filter(|(n, _)| get(n) > 0).map(|(_, word)| format!("doubt: {word}")).collect()
}

/// The groups whose features moved the score furthest in one direction, with their share in logits.
fn strongest(weights: &[i32; COUNT], sign: i32) -> Vec<String> {
    let mut sums: Vec<(&str, i32)> = Vec::new();
    for (name, weight) in NAMES.iter().zip(weights) {
        let Some((_, group)) = GROUPS.iter().find(|(prefix, _)| name.starts_with(prefix)) else { continue };
        match sums.iter_mut().find(|(g, _)| g == group) {
            Some((_, sum)) => *sum += weight,
            None => sums.push((group, *weight)),
        }
    }
    sums.retain(|(_, sum)| sum * sign >= 200);
    sums.sort_by_key(|(group, sum)| (-sum.abs(), *group));
    sums.iter().map(|(group, sum)| format!("{group} ({:+.1})", *sum as f32 / 1000.0)).collect()
}
