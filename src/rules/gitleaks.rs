//! Reads the rule format that this field shares: gitleaks' TOML (`[[rules]]`, `[[rules.allowlists]]`, `[extend]`), as
//! documented in gitleaks' README for its versions 8.0 to 8.30. Pure: files that it extends are the caller's to read.

use std::borrow::Cow;

use regex::bytes::Regex;
use serde::Deserialize;

use super::exception::{Exception, Target};
use super::pattern::{self, PatternRule};
use super::{go_regex, required};
use crate::finding::{RuleInfo, Severity, Text};

/// What a file gave.
#[derive(Debug, Default)]
pub struct Imported {
    /// Its rules, with its global allow lists in each.
    pub rules: Vec<PatternRule>,
    /// Allow lists that also hold for the built-in rules (`[extend] useDefault = true`).
    pub exceptions: Vec<Exception>,
    /// A file that it extends, as written.
    pub extends: Option<String>,
    /// Ids that it takes out of what it extends, in our form (`secrets/…`).
    pub disabled: Vec<String>,
    /// What could not be carried, in words.
    pub lost: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(default)]
    rules: Vec<Rule>,
    allowlist: Option<AllowList>,
    #[serde(default)]
    allowlists: Vec<AllowList>,
    extend: Option<Extend>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Extend {
    use_default: bool,
    path: Option<String>,
    url: Option<String>,
    disabled_rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    #[serde(default)]
    description: String,
    regex: Option<String>,
    secret_group: Option<usize>,
    entropy: Option<f32>,
    #[serde(default)]
    keywords: Vec<String>,
    path: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    allowlist: Option<AllowList>,
    #[serde(default)]
    allowlists: Vec<AllowList>,
    #[serde(default)]
    required: Vec<toml::Value>,
    #[serde(default)]
    skip_report: bool,
}

#[derive(Deserialize, Clone, Default)]
#[serde(rename_all = "camelCase", default)]
struct AllowList {
    condition: String,
    paths: Vec<String>,
    regexes: Vec<String>,
    regex_target: String,
    stopwords: Vec<String>,
    commits: Vec<String>,
    target_rules: Vec<String>,
}

/// Whether a text is in this format rather than in the policy's.
pub fn is_gitleaks(text: &str) -> bool {
    text.parse::<toml::Table>()
        .is_ok_and(|t| ["rules", "extend", "allowlist", "allowlists"].iter().any(|k| t.contains_key(*k)))
}

/// Reads a file.
///
/// # Errors
/// TOML that does not parse or has another shape; a regex that does not compile, with its rule.
pub fn parse(text: &str) -> Result<Imported, String> {
    let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
    let mut out = Imported::default();
    let global = file.allowlist.into_iter().chain(file.allowlists).collect::<Vec<_>>();
    for rule in file.rules {
        let id = rule.id.clone();
        if let Some(rule) = convert(rule, &global, &mut out.lost).map_err(|e| format!("rule `{id}`: {e}"))? {
            out.rules.push(rule);
        }
    }
    if let Some(extend) = file.extend {
        out.lost.extend(extend.url.map(|url| format!("[extend] url = {url:?}: nothing is read from the network")));
        out.extends = extend.path;
        out.disabled = extend.disabled_rules.iter().map(|id| our_id(id)).collect();
        if extend.use_default {
            let for_all = global.iter().filter(|a| a.target_rules.is_empty());
            out.exceptions = for_all.map(|a| exception(a, "allowlist", &mut out.lost)).collect::<Result<_, _>>()?;
        }
    }
    Ok(out)
}

fn convert(rule: Rule, global: &[AllowList], lost: &mut Vec<String>) -> Result<Option<PatternRule>, String> {
    let id = our_id(&rule.id);
    let Some(source) = &rule.regex else {
        lost.push(format!("{id}: it has no regex; a rule on file names alone is not carried"));
        return Ok(None);
    };
    let regex = go_regex::translate(source);
    let compiled = pattern::compile(&regex)?;
    if compiled.is_match(b"") {
        return Err("its regex matches the empty string; it would report everywhere".to_owned());
    }
    if !rule.required.is_empty() {
        lost.push(format!("{id}: its `required` parts; it now reports without them"));
    }
    if rule.skip_report {
        lost.push(format!("{id}: `skipReport`; it now reports by itself"));
    }
    let mine = rule.allowlist.iter().chain(&rule.allowlists);
    let theirs = global.iter().filter(|a| a.target_rules.is_empty() || a.target_rules.contains(&rule.id));
    let exceptions = mine.chain(theirs).map(|a| exception(a, &id, lost)).collect::<Result<Vec<_>, _>>()?;
    // Its value is the group that is named, or the first one there is.
    let groups = compiled.group_info().group_len(regex_automata::PatternID::ZERO);
    let group = rule.secret_group.filter(|g| *g > 0).or((groups > 1).then_some(1));
    if group.is_some_and(|g| g >= groups) {
        return Err(format!("secretGroup = {} and the regex has {} groups", group.unwrap_or(0), groups - 1));
    }
    let keywords: Vec<Text> =
        rule.keywords.iter().filter(|k| !k.is_empty()).map(|k| Cow::Owned(k.to_ascii_lowercase())).collect();
    let words: Vec<String> = keywords.iter().map(ToString::to_string).collect();
    let anywhere = !words.is_empty() && !required::every_match_has_one(&regex, &words);
    Ok(Some(PatternRule {
        info: info(&rule, id),
        keywords: Cow::Owned(keywords),
        regex: Cow::Owned(regex),
        group,
        near: Cow::Borrowed(&[]),
        min_entropy: rule.entropy.filter(|e| *e > 0.0),
        paths: Cow::Borrowed(&[]),
        path: rule.path.as_deref().map(path_regex).transpose()?,
        proof: None,
        priority: 0,
        anywhere,
        made_up: true,
        exceptions,
        credential: None,
    }))
}

fn info(rule: &Rule, id: String) -> RuleInfo {
    let summary = if rule.description.trim().is_empty() { rule.id.clone() } else { rule.description.trim().to_owned() };
    let tags = if rule.tags.is_empty() { String::new() } else { format!(" Tags: {}.", rule.tags.join(", ")) };
    RuleInfo {
        id: Cow::Owned(id),
        explain: Cow::Owned(format!("A rule read from a rule file.{tags}")),
        summary: Cow::Owned(summary.trim_end_matches('.').to_owned()),
        severity: Severity::High,
        help: Cow::Borrowed("Revoke it where it was issued, and read it from the environment or a secret manager."),
        hit: Cow::Borrowed(&[]),
        miss: Cow::Borrowed(&[]),
    }
}

fn our_id(id: &str) -> String {
    if id.contains('/') {
        id.to_owned()
    } else {
        format!("secrets/{}", id.to_ascii_lowercase().replace(['_', ' ', '.'], "-"))
    }
}

fn path_regex(source: &str) -> Result<Regex, String> {
    Regex::new(&go_regex::translate(source)).map_err(|e| e.to_string())
}

fn exception(list: &AllowList, owner: &str, lost: &mut Vec<String>) -> Result<Exception, String> {
    if !list.commits.is_empty() {
        lost.push(format!("{owner}: {} allowed commits; use a baseline instead", list.commits.len()));
    }
    let regexes = |sources: &[String]| sources.iter().map(|s| path_regex(s)).collect::<Result<Vec<_>, _>>();
    let target = match list.regex_target.as_str() {
        "match" => Target::Match,
        "line" => Target::Line,
        _ => Target::Secret,
    };
    Ok(Exception {
        all: matches!(list.condition.to_ascii_uppercase().as_str(), "AND" | "&&"),
        paths: regexes(&list.paths)?,
        values: regexes(&list.regexes)?,
        target,
        stopwords: list.stopwords.iter().map(|w| w.to_lowercase()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
title = "ours"
[extend]
useDefault = true
url = "https://example.org/rules.toml"
disabledRules = ["generic-api-key"]
[allowlist]
paths = ['''(?i)\.lock$''']
commits = ["abc"]
[[rules]]
id = "acme-token"
description = "Acme token."
regex = '''(?i)(acme)[_-]([a-z0-9[{]{20})'''
secretGroup = 2
entropy = 3.2
keywords = ["ACME"]
path = '''\.env$'''
tags = ["key"]
  [[rules.allowlists]]
  condition = "AND"
  regexTarget = "line"
  regexes = ['''sample''']
  stopwords = ["Test"]
[[rules]]
id = "only_a_path"
path = '''id_rsa$'''
"#;

    #[test]
    fn carries_what_it_can_and_names_the_rest() {
        let imported = parse(FILE).unwrap();
        assert!(is_gitleaks(FILE) && !is_gitleaks("[checks.secrets]\nenabled = true"));
        let [rule] = &imported.rules[..] else { panic!("one rule") };
        assert_eq!((&*rule.info.id, &*rule.info.summary, rule.group), ("secrets/acme-token", "Acme token", Some(2)));
        assert_eq!((rule.min_entropy, &*rule.keywords[0]), (Some(3.2), "acme"));
        assert_eq!(rule.exceptions.len(), 2);
        assert!(rule.exceptions[0].all && rule.exceptions[0].target == Target::Line);
        assert_eq!(imported.disabled, ["secrets/generic-api-key"]);
        assert_eq!(imported.exceptions.len(), 1);
        let lost = imported.lost.join("\n");
        for word in ["url", "only-a-path", "allowed commits"] {
            assert!(lost.contains(word), "{lost}");
        }
    }

    #[test]
    fn mistakes_name_their_rule() {
        let bad = |rule: &str| parse(&format!("[[rules]]\nid = \"r\"\n{rule}")).unwrap_err();
        assert!(bad("regex = '('").contains("rule `r`"));
        assert!(bad("regex = 'a'\nsecretGroup = 3").contains("secretGroup"));
        assert!(parse("[[rules]]\nregex = 'a'").unwrap_err().contains("id"));
    }
}
