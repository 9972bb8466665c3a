//! What spoke for a candidate and what against it, in words.

use super::candidate::{Joint, Quote};
use super::features::{COUNT, Features, NAMES, Subject, index};
use super::model;

const COMMENT: usize = index("comment");
const LINE_MADE_UP: usize = index("line.made_up");
const NAME_ABOUT: usize = index("name.about");
const NAME_HARMLESS: usize = index("name.harmless");
const VALUE_BLANKS: usize = index("value.blanks");
const VALUE_DIGITS: usize = index("value.digits");
const VALUE_ENTROPY: usize = index("value.entropy");
const VALUE_FOREIGN: usize = index("value.foreign");
const VALUE_KNOWN: usize = index("value.known");
const VALUE_LENGTH: usize = index("value.length");
const VALUE_LOWER: usize = index("value.lower");
const VALUE_MADE_UP: usize = index("value.made_up");
const VALUE_SIGNS: usize = index("value.signs");
const VALUE_SLUG: usize = index("value.slug");
const VALUE_UPPER: usize = index("value.upper");

/// What people think of as one thing: how its features' names begin, and what to call it.
const GROUPS: [(&str, &str); 4] =
    [("name.", "its name"), ("value.", "its characters"), ("line.", "its line"), ("", "its place")];

/// The group of each feature.
const GROUP_OF: [usize; COUNT] = {
    let (mut groups, mut at) = ([0; COUNT], 0);
    while at < COUNT {
        while !starts(NAMES[at].as_bytes(), GROUPS[groups[at]].0.as_bytes()) {
            groups[at] += 1;
        }
        at += 1;
    }
    groups
};

const fn starts(name: &[u8], with: &[u8]) -> bool {
    let mut at = 0;
    while at < with.len() && at < name.len() && name[at] == with[at] {
        at += 1;
    }
    at == with.len()
}

/// A few sentences: name, shape, and the scorer's reasons.
pub fn of(subject: &Subject<'_>, features: &Features) -> Vec<String> {
    let get = |at: usize| features[at];
    let mut out = vec![
        said_by_name(subject),
        said_by_place(subject, get(COMMENT) > 0),
        format!(
            "shape: {} characters ({}), entropy {:.1} bits a character, {}% of the letters in known words",
            get(VALUE_LENGTH),
            classes(&get),
            f32::from(get(VALUE_ENTROPY)) / 16.0,
            get(VALUE_KNOWN),
        ),
    ];
    out.extend(against(&get));
    let sums = sums(&model::contributions(features));
    for (sign, verb) in [(1, "for it"), (-1, "against it")] {
        let told = strongest(&sums, sign);
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

fn classes(get: &impl Fn(usize) -> i16) -> String {
    let kinds = [
        (VALUE_LOWER, "lower case"),
        (VALUE_UPPER, "upper case"),
        (VALUE_DIGITS, "digits"),
        (VALUE_SIGNS, "signs"),
        (VALUE_BLANKS, "spaces"),
        (VALUE_FOREIGN, "no ASCII"),
    ];
    kinds.iter().filter(|(n, _)| get(*n) > 0).map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
}

/// Plain facts that make a value doubtful.
fn against(get: &impl Fn(usize) -> i16) -> Vec<String> {
    let doubts = [
        (VALUE_MADE_UP, "it has a word of made-up values"),
        (NAME_ABOUT, "its name may only describe a secret"),
        (NAME_HARMLESS, "its name has a harmless word"),
        (LINE_MADE_UP, "its line speaks of tests or examples"),
        (VALUE_SLUG, "it reads like words joined by signs"),
    ];
    doubts.iter().filter(|(n, _)| get(*n) > 0).map(|(_, word)| format!("doubt: {word}")).collect()
}

/// How far the features of each group moved the score.
fn sums(weights: &[i32; COUNT]) -> [i32; GROUPS.len()] {
    let mut sums = [0; GROUPS.len()];
    GROUP_OF.iter().zip(weights).for_each(|(group, weight)| sums[*group] += weight);
    sums
}

/// The groups whose features moved the score furthest in one direction, with their share in logits.
fn strongest(sums: &[i32; GROUPS.len()], sign: i32) -> Vec<String> {
    let groups = GROUPS.iter().zip(sums).map(|((_, name), sum)| (*name, *sum));
    let mut far: Vec<(&str, i32)> = groups.filter(|(_, sum)| sum * sign >= 200).collect();
    far.sort_by_key(|(group, sum)| (-sum.abs(), *group));
    far.iter().map(|(group, sum)| format!("{group} ({:+.1})", *sum as f32 / 1000.0)).collect()
}
