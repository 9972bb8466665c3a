//! `[checks]`: rule ids that exist, paths that can match, examples of rules, allowances that have expired.

use fastrand::Rng;

use super::cursor::Cursor;
use super::rule_ids::Known;
use super::{Judge, names, rule_ids};
use crate::policy::codes;
use crate::policy::formats;
use crate::policy::mistake::{Mistake, closest};
use crate::policy::raw::checks::SecretRule;
use crate::policy::raw::values::{Glob, Template};
use crate::policy::walk::printable;
use crate::rules::{pattern, proof, template};

/// Judges it.
pub fn judge(j: &mut Judge<'_>) {
    let checks = &j.file.checks;
    let at = j.root.key("checks");
    relative(j, &at.key("exclude"), &checks.exclude);
    relative(j, &at.keys(&["classes", "test"]), &checks.classes.test);
    relative(j, &at.keys(&["classes", "example"]), &checks.classes.example);
    relative(j, &at.keys(&["secrets", "allow", "paths"]), &checks.secrets.allow.paths);
    for (i, name) in checks.required_trailers.iter().enumerate().filter(|(_, n)| !is_trailer(n)) {
        let message = format!("`{}` is not the name of a trailer", printable(name));
        j.tell(
            Mistake::new(&codes::FORMAT, at.key("required_trailers").item(i).place(), message)
                .label("expected letters, digits and `-`, such as `Signed-off-by`"),
        );
    }
    let ids = Known::of(j.file);
    rule_ids::all(j, &at.key("disable"), &checks.disable, &ids);
    rule_ids::all(j, &at.keys(&["suppressions", "forbid"]), &checks.suppressions.forbid, &ids);
    for key in checks.severity.keys() {
        let here = at.key("severity").key(key);
        if key_format(j, &here, key, "rule-pattern") {
            rule_ids::one(j, here.key_place(), key, &ids);
        }
    }
    for (glob, rules) in &checks.per_path {
        let here = at.key("per_path").key(glob);
        if key_format(j, &here, glob, "glob") {
            one_relative(j, here.key_place(), glob);
        }
        rule_ids::all(j, &here, rules, &ids);
    }
    secrets(j, &at.key("secrets"));
    synthetic(j, &at.key("synthetic"), &ids);
}

fn is_trailer(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn secrets(j: &mut Judge<'_>, at: &Cursor<'_>) {
    let rules = &j.file.checks.secrets.rule;
    names::unique(j, &at.key("rule"), "id", rules.iter().map(|r| r.id.as_str()));
    for (i, rule) in rules.iter().enumerate() {
        let here = at.key("rule").item(i);
        id(j, &here.key("id"), &rule.id, None);
        relative(j, &here.key("paths"), &rule.paths);
        for (k, word) in rule.keywords.iter().enumerate().filter(|(_, w)| w.len() < 3) {
            let message = format!("the keyword `{}` is too short to make the rule cheap", printable(word));
            j.tell(
                Mistake::new(&codes::FORMAT, here.key("keywords").item(k).place(), message)
                    .label("expected 3 bytes or more"),
            );
        }
        if let Some(name) = rule.proof.as_deref().filter(|n| proof::find(n).is_none()) {
            let known = || proof::PROOFS.iter().map(|(n, _)| *n);
            let mistake = Mistake::new(
                &codes::UNKNOWN_VALUE,
                here.key("proof").place(),
                format!("no proof is called `{}`", printable(name)),
            );
            let label = format!("expected one of {}", known().collect::<Vec<_>>().join(", "));
            j.tell(mistake.label(label).did_you_mean(closest(name, known())));
        }
        examples(j, &here, rule);
    }
    let scanning = j.root.keys(&["policies", "security", "secret_scanning"]);
    if at.key("enabled").is_there() && j.file.checks.secrets.enabled && !j.file.policies.security.secret_scanning {
        let mistake =
            Mistake::new(&codes::CONTRADICTION, at.key("enabled").place(), "secrets are both searched for and not");
        j.tell(mistake.label("on here").also(scanning.place(), "off here"));
    }
}

/// Whether the templates of a rule are found, and those of `miss` not.
fn examples(j: &mut Judge<'_>, at: &Cursor<'_>, rule: &SecretRule) {
    let Ok(regex) = pattern::compile(&rule.regex) else { return };
    let keywords: Vec<_> = rule.keywords.iter().map(|k| k.to_lowercase()).collect();
    let found = |template: &Template| {
        let text = template::expand(template, &mut Rng::with_seed(7)).ok()?;
        let lower = text.to_lowercase();
        let near = keywords.is_empty() || keywords.iter().any(|k| lower.contains(k));
        Some((regex.is_match(text.as_bytes()), near))
    };
    for (i, hit) in rule.hit.iter().enumerate() {
        let label = match found(hit) {
            Some((true, true)) | None => continue,
            Some((false, _)) => "the regular expression does not match it",
            Some((true, false)) => "it contains none of the keywords",
        };
        let message = format!("the rule `{}` does not find its own example", printable(&rule.id));
        j.tell(Mistake::new(&codes::EXAMPLE, at.key("hit").item(i).place(), message).label(label));
    }
    // A value may be refused for its entropy, its neighbours or its proof; only the engine can tell.
    let decided_here = rule.min_entropy.is_none() && rule.near.is_empty() && rule.proof.is_none();
    for (i, miss) in rule.miss.iter().enumerate().filter(|_| decided_here) {
        if found(miss) == Some((true, true)) {
            let message = format!("the rule `{}` finds what it must not", printable(&rule.id));
            let mistake = Mistake::new(&codes::EXAMPLE, at.key("miss").item(i).place(), message);
            j.tell(mistake.label("the regular expression matches it"));
        }
    }
}

fn synthetic(j: &mut Judge<'_>, at: &Cursor<'_>, ids: &Known<'_>) {
    let synthetic = &j.file.checks.synthetic;
    let ids = ids.starting("synthetic/");
    for (i, allow) in synthetic.allow.iter().enumerate() {
        let here = at.key("allow").item(i);
        rule_ids::all(j, &here.key("rules"), &allow.rules, &ids);
        relative(j, &here.key("paths"), &allow.paths);
        if here.key("expires").is_there() && allow.expires.0 < j.context.today {
            let message = format!("this allowance expired on {}", allow.expires);
            j.tell(Mistake::new(&codes::EXPIRED, here.key("expires").place(), message).label("its findings are back"));
        }
        if here.key("reason").is_there() && allow.reason.trim().is_empty() {
            j.tell(
                Mistake::new(&codes::FORMAT, here.key("reason").place(), "the reason is empty")
                    .label("expected a reason"),
            );
        }
        if allow.max == Some(0) {
            let message = "an allowance of no finding";
            j.tell(Mistake::new(&codes::NEVER_MATCHES, here.key("max").place(), message).label("covers nothing"));
        }
    }
    names::unique(j, &at.key("rule"), "id", synthetic.rule.iter().map(|r| r.id.as_str()));
    for (i, rule) in synthetic.rule.iter().enumerate() {
        let here = at.key("rule").item(i);
        id(j, &here.key("id"), &rule.id, Some("synthetic"));
        if rule.calls.is_empty() && rule.imports.is_empty() {
            let message = format!("the rule `{}` looks for nothing", printable(&rule.id));
            j.tell(Mistake::new(&codes::NEVER_MATCHES, here.place(), message).label("expected `calls` or `imports`"));
        }
    }
}

/// `<family>/<kebab-case>`.
fn id(j: &mut Judge<'_>, at: &Cursor<'_>, id: &str, family: Option<&str>) {
    let word = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let fine =
        id.split_once('/').is_some_and(|(f, name)| word(f) && word(name) && family.is_none_or(|wanted| wanted == f));
    if at.is_there() && !id.is_empty() && !fine {
        let label = format!("expected `{}/<kebab-case>`", family.unwrap_or("<family>"));
        j.tell(Mistake::new(&codes::ID, at.place(), format!("`{}` is no rule id", printable(id))).label(label));
    }
}

/// A key that must pass the check of a format.
fn key_format(j: &mut Judge<'_>, at: &Cursor<'_>, key: &str, format: &str) -> bool {
    let value = crate::policy::tree::Value::Text(key.to_owned());
    match formats::check(format, &serde_json::Map::new(), &value) {
        Ok(()) | Err(formats::Problem::Type) => true,
        Err(formats::Problem::Wrong(code, label) | formats::Problem::Doubtful(code, label)) => {
            j.tell(Mistake::new(code, at.key_place(), format!("`{}`: {}", printable(key), code.summary)).label(label));
            false
        }
    }
}

/// Globs over the paths of the repository, which are relative.
pub fn relative(j: &mut Judge<'_>, at: &Cursor<'_>, globs: &[Glob]) {
    for (i, glob) in globs.iter().enumerate() {
        one_relative(j, at.item(i).place(), glob);
    }
    names::no_twins(j, at, globs);
}

fn one_relative(j: &mut Judge<'_>, place: std::ops::Range<usize>, glob: &str) {
    if glob.starts_with('/') || glob.starts_with('~') {
        let message = format!("`{}` matches no path of the repository", printable(glob));
        j.tell(Mistake::new(&codes::DEAD_GLOB, place, message).label("paths are relative to the repository"));
    }
}
