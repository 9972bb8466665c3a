//! The rules' own examples: every `hit` is found by its rule and no other, every `miss` by none.

use fastrand::Rng;

use super::{Engine, Scratch, settings::Settings};
use crate::finding::{Confidence, Finding};
use crate::rules::pattern::{self, Held, PatternRule};
use crate::rules::template;
use crate::source::Source;

/// How often each template is expanded.
const ROUNDS: u64 = 3;

/// What is wrong with a rule, in words.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// The rule's id.
    pub rule: String,
    /// What is wrong.
    pub what: String,
}

/// Runs the examples of `rules` against all of them at once. No problem: an empty list.
pub fn run(rules: &[Held]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = rules.iter().flat_map(|rule| check_shape(rule)).collect();
    if !problems.is_empty() {
        return problems;
    }
    match Engine::new(Settings { rules: rules.to_vec(), min_confidence: Confidence::Low, ..Settings::default() }) {
        Ok(engine) => problems.extend(rules.iter().flat_map(|rule| check_examples(&engine, rule))),
        Err(what) => problems.push(Problem { rule: String::new(), what }),
    }
    problems
}

fn check_shape(rule: &PatternRule) -> Option<Problem> {
    if rule.credential.is_some() {
        return None;
    }
    let problem = |what: String| Some(Problem { rule: rule.info.id.to_string(), what });
    match pattern::compile(&rule.regex) {
        Err(e) => problem(format!("its regex does not compile: {e}")),
        Ok(regex) if regex.is_match(b"") => problem("its regex matches the empty string".to_owned()),
        Ok(_) => None,
    }
}

fn check_examples(engine: &Engine, rule: &PatternRule) -> Vec<Problem> {
    let mut problems = Vec::new();
    let hits = rule.info.hit.iter().map(|t| (t, true));
    for (template, must_hit) in hits.chain(rule.info.miss.iter().map(|t| (t, false))) {
        for round in 0..ROUNDS {
            let seed = crc32fast::hash(format!("{} {template}", rule.info.id).as_bytes());
            let what = template::expand(template, &mut Rng::with_seed(u64::from(seed) + round))
                .and_then(|text| check_example(engine, rule, &text, must_hit));
            if let Err(what) = what {
                let kind = if must_hit { "hit" } else { "miss" };
                problems.push(Problem { rule: rule.info.id.to_string(), what: format!("{kind} `{template}`: {what}") });
                break;
            }
        }
    }
    problems
}

fn check_example(engine: &Engine, rule: &PatternRule, text: &str, must_hit: bool) -> Result<(), String> {
    let path = example_path(rule);
    let found = engine.scan(&Source::file(&path, text.as_bytes()), &mut Scratch::default()).findings;
    // A scorer may well take the near miss of a format for a credential of no known vendor.
    let scored = |f: &Finding| engine.rules().any(|r| r.info.id == f.rule && r.credential.is_some());
    let counts = |f: &Finding| !scored(f) || rule.credential.is_some() && f.confidence >= Confidence::Medium;
    let found: Vec<_> = found.iter().filter(|f| counts(f)).map(|f| &*f.rule).collect();
    let others: Vec<_> = found.iter().copied().filter(|id| !must_hit || *id != rule.info.id).collect();
    if !others.is_empty() {
        return Err(format!("{} finds it", others.join(", ")));
    }
    if !must_hit {
        return Ok(());
    }
    let lower = text.to_ascii_lowercase();
    if !rule.keywords.is_empty() && !rule.keywords.iter().any(|k| lower.contains(&k.to_ascii_lowercase())) {
        return Err("it contains none of the rule's keywords".to_owned());
    }
    if found.is_empty() { Err("the rule does not find it".to_owned()) } else { Ok(()) }
}

/// A path that the rule applies to.
fn example_path(rule: &PatternRule) -> String {
    rule.paths.first().map_or_else(
        || "example.txt".to_owned(),
        |glob| {
            let first = glob.split_once('{').map_or_else(
                || glob.to_string(),
                |(before, rest)| {
                    let (choice, after) = rest.split_once('}').unwrap_or((rest, ""));
                    format!("{before}{}{after}", choice.split(',').next().unwrap_or_default())
                },
            );
            first.replace("**", "dir").replace('*', "name").replace('?', "x")
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_stands_up_to_its_examples() {
        let problems = run(&crate::rules::built_in());
        let told: Vec<_> = problems.iter().map(|p| format!("{}: {}", p.rule, p.what)).collect();
        assert!(told.is_empty(), "{} problems:\n{}", told.len(), told.join("\n"));
    }
}
