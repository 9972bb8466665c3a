//! Rules as a policy has them: `[[checks.secrets.rule]]` in TOML.

use serde::Serialize;

use super::gitleaks::Imported;
use super::go_regex::name_group;
use super::pattern::PatternRule;

#[derive(Serialize)]
struct Document<'a> {
    checks: Checks<'a>,
}

#[derive(Serialize)]
struct Checks<'a> {
    secrets: Secrets<'a>,
}

#[derive(Serialize)]
struct Secrets<'a> {
    rule: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    summary: &'a str,
    severity: &'a str,
    keywords: &'a [crate::finding::Text],
    regex: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_entropy: Option<f64>,
    help: &'a str,
}

/// The rules as text for governance.toml, and what a policy cannot say of them, in words.
///
/// # Errors
/// A rule that TOML cannot hold.
pub fn to_policy(imported: &Imported) -> Result<(String, Vec<String>), String> {
    let mut lost = imported.lost.clone();
    for rule in &imported.rules {
        if rule.path.is_some() {
            lost.push(format!("{}: its `path`, a regex; a policy has globs (`paths`)", rule.info.id));
        }
        if !rule.exceptions.is_empty() {
            lost.push(format!("{}: {} allow lists; `--rules FILE` keeps them", rule.info.id, rule.exceptions.len()));
        }
    }
    lost.extend(imported.extends.iter().map(|base| format!("[extend] path = {base:?}: import that file, too")));
    lost.extend(imported.disabled.iter().map(|id| format!("{id} is disabled there; add it to `checks.disable`")));
    let rule = imported.rules.iter().map(policy_rule).collect();
    let text =
        toml::to_string(&Document { checks: Checks { secrets: Secrets { rule } } }).map_err(|e| e.to_string())?;
    Ok((text, lost))
}

fn policy_rule(rule: &PatternRule) -> Rule<'_> {
    Rule {
        id: &rule.info.id,
        summary: &rule.info.summary,
        severity: rule.info.severity.name(),
        keywords: &rule.keywords,
        regex: rule.group.map_or_else(|| rule.regex.to_string(), |group| name_group(&rule.regex, group)),
        // Through the decimal text, so that 3.2 does not become 3.2000000476837158.
        min_entropy: rule.min_entropy.and_then(|e| e.to_string().parse().ok()),
        help: &rule.info.help,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::gitleaks;

    #[test]
    fn what_is_written_is_a_valid_policy_that_finds_the_same() {
        let file = "[[rules]]\nid = \"acme\"\ndescription = \"Acme\"\nregex = '''(?i)(acme)_([a-z0-9]{20})'''\n\
                    secretGroup = 2\nentropy = 3.2\nkeywords = [\"acme\"]\npath = '''x$'''\n";
        let (text, lost) = to_policy(&gitleaks::parse(file).unwrap()).unwrap();
        assert!(text.contains("(?P<secret>[a-z0-9]{20})") && text.contains("min_entropy = 3.2\n"), "{text}");
        assert!(lost.iter().any(|l| l.contains("path")), "{lost:?}");
        let policy = format!("[policies]\nversion = \"1.0\"\n{text}");
        let verdict = crate::policy::validate_bytes(policy.as_bytes());
        assert!(!verdict.has_errors(), "{:?}", verdict.mistakes);
        assert_eq!(verdict.policy.unwrap().checks.secrets.rules.len(), 1);
    }
}
