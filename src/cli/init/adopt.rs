//! What other scanners were told, taken over: rules, disabled rules, excluded files, findings that were accepted. What
//! cannot be taken over is named, so that nobody believes it to be in force.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::detect::{DETECT_SECRETS, GITLEAKS, GITLEAKS_IGNORE, GITLEAKS_REPORTS};
use crate::cli::rules;
use crate::rules::{export, gitleaks};

/// What was taken over.
#[derive(Debug, Default)]
pub struct Adopted {
    /// Rules, as text for governance.toml.
    pub rules: String,
    /// How many.
    pub rule_count: usize,
    /// Ids of built-in rules that are off.
    pub disable: Vec<String>,
    /// Globs of files that are not looked at.
    pub exclude: Vec<String>,
    /// Findings that were accepted.
    pub accepted: Vec<Accepted>,
    /// What was not carried, in words.
    pub lost: Vec<String>,
}

/// A finding that another scanner was told to leave alone.
#[derive(Debug)]
pub struct Accepted {
    /// Which file says so.
    pub by: &'static str,
    /// Where the finding is.
    pub path: String,
    /// In which line, from 1.
    pub line: u64,
    /// As the file has it.
    pub text: String,
}

/// Reads whatever there is in `root`.
///
/// # Errors
/// A file that is there and cannot be read.
pub fn read(root: &Path) -> Result<Adopted> {
    let mut adopted = Adopted::default();
    for name in GITLEAKS {
        if let Some(text) = read_file(root, name)? {
            adopted.rule_file(name, &text);
        }
    }
    if let Some(text) = read_file(root, GITLEAKS_IGNORE)? {
        text.lines().for_each(|line| adopted.ignored(line));
    }
    for name in GITLEAKS_REPORTS {
        if let Some(text) = read_file(root, name)? {
            adopted.report(name, &text);
        }
    }
    if let Some(text) = read_file(root, DETECT_SECRETS)? {
        adopted.secrets_baseline(&text);
    }
    Ok(adopted)
}

fn read_file(root: &Path, name: &str) -> Result<Option<String>> {
    let path = root.join(name);
    if !path.is_file() {
        return Ok(None);
    }
    fs::read_to_string(&path)
        .map(Some)
        .with_context(|| format!("cannot read {}; move it away, or mend it", path.display()))
}

impl Adopted {
    fn rule_file(&mut self, name: &str, text: &str) {
        let imported = gitleaks::parse(text).and_then(|mut imported| {
            let disabled = std::mem::take(&mut imported.disabled);
            export::to_policy(&imported).map(|(policy, lost)| (policy, lost, disabled, imported.rules.len()))
        });
        let (policy, lost, disabled, count) = match imported {
            Ok(imported) => imported,
            Err(why) => return self.lost.push(format!("{name}: {why}")),
        };
        self.lost.extend(lost.into_iter().map(|l| format!("{name}: {l}")));
        let known = rules::all();
        for id in disabled {
            if known.iter().any(|r| r.id == *id) {
                self.disable.push(id);
            } else {
                self.lost.push(format!("{name}: it turns {id} off, which is no rule here"));
            }
        }
        if count > 0 {
            self.rules.push_str(&policy);
            self.rule_count += count;
        }
    }

    /// `[commit:]path:rule:line`.
    fn ignored(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            return;
        }
        let mut parts = text.rsplitn(3, ':');
        let (line, rule, rest) = (parts.next().and_then(|l| l.parse().ok()), parts.next(), parts.next());
        let (Some(line), Some(_), Some(path)) = (line, rule, rest) else {
            return self.lost.push(format!("{GITLEAKS_IGNORE}: `{text}` is not `path:rule:line`"));
        };
        self.accept(GITLEAKS_IGNORE, path.split_once(':').map_or(path, |(_, path)| path), line, text);
    }

    fn accept(&mut self, by: &'static str, path: &str, line: u64, text: &str) {
        let path = path.trim_start_matches("./").replace('\\', "/");
        self.accepted.push(Accepted { by, path, line, text: text.to_owned() });
    }

    fn report(&mut self, name: &'static str, text: &str) {
        match serde_json::from_str::<Vec<Leak>>(text) {
            Ok(leaks) => leaks.iter().for_each(|l| {
                self.accept(name, &l.file, l.line, &format!("{}:{}:{}", l.file, l.rule, l.line));
            }),
            Err(why) => self.lost.push(format!("{name}: it is no report of gitleaks: {why}")),
        }
    }

    fn secrets_baseline(&mut self, text: &str) {
        let baseline: Baseline = match serde_json::from_str(text) {
            Ok(baseline) => baseline,
            Err(why) => return self.lost.push(format!("{DETECT_SECRETS}: it is no baseline of detect-secrets: {why}")),
        };
        for (path, secrets) in &baseline.results {
            for s in secrets {
                self.accept(DETECT_SECRETS, path, s.line_number, &format!("{path}:{}: {}", s.line_number, s.kind));
            }
        }
        let filters = baseline.filters_used.iter().filter(|f| f.path.ends_with("should_exclude_file"));
        let old = baseline.exclude.and_then(|e| e.files).filter(|f| !f.is_empty());
        for regex in filters.flat_map(|f| f.pattern.clone()).chain(old) {
            for part in regex.split('|') {
                match glob(part) {
                    Some(glob) => self.exclude.push(glob),
                    None => self
                        .lost
                        .push(format!("{DETECT_SECRETS}: it leaves out the files of `{part}`, which is no glob")),
                }
            }
        }
        let other = |f: &&Filter| ["should_exclude_line", "should_exclude_secret"].iter().any(|n| f.path.ends_with(n));
        for filter in baseline.filters_used.iter().filter(other) {
            self.lost.push(format!("{DETECT_SECRETS}: its filter {}", filter.path));
        }
    }
}

#[derive(Deserialize)]
struct Leak {
    #[serde(rename = "RuleID")]
    rule: String,
    #[serde(rename = "File")]
    file: String,
    #[serde(rename = "StartLine")]
    line: u64,
}

#[derive(Deserialize)]
struct Baseline {
    results: std::collections::BTreeMap<String, Vec<Secret>>,
    #[serde(default)]
    filters_used: Vec<Filter>,
    exclude: Option<Exclude>,
}

#[derive(Deserialize)]
struct Secret {
    #[serde(rename = "type")]
    kind: String,
    line_number: u64,
}

#[derive(Deserialize)]
struct Filter {
    path: String,
    #[serde(default)]
    pattern: Vec<String>,
}

#[derive(Deserialize)]
struct Exclude {
    files: Option<String>,
}

/// The glob of a regex that is little more than one. Where in doubt it leaves out less than the regex.
fn glob(regex: &str) -> Option<String> {
    let anchored = regex.starts_with('^');
    let body = regex.trim_start_matches('^').trim_end_matches('$');
    let mut glob = String::new();
    let mut rest = body;
    while let Some(c) = rest.chars().next() {
        let (taken, text) = match c {
            '.' if rest.starts_with(".*") => (2, "**".to_owned()),
            '\\' => (2, rest.chars().nth(1).filter(char::is_ascii_punctuation)?.to_string()),
            c if c.is_alphanumeric() || "/_- ".contains(c) => (c.len_utf8(), c.to_string()),
            _ => return None,
        };
        glob.push_str(&text);
        rest = rest.get(taken..)?;
    }
    let whole = |g: &str| g.starts_with("**") || anchored;
    let glob = if whole(&glob) { glob } else { format!("**/{glob}") };
    // `**` stands alone between slashes; elsewhere it is a `*`.
    let parts: Vec<_> = glob.split('/').map(|p| if p == "**" { p.to_owned() } else { p.replace("**", "*") }).collect();
    let glob = parts.join("/");
    let glob = glob.strip_prefix('*').filter(|g| g.starts_with('.')).map_or(glob.clone(), |g| format!("**/*{g}"));
    let ended = if glob.ends_with('/') { format!("{glob}**") } else { glob };
    (!matches!(&*ended, "**" | "*" | "**/" | "**/*" | "**/**")).then_some(ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_regexes_are_globs() {
        let cases = [
            (r"package-lock\.json", Some("**/package-lock.json")),
            (r".*\.lock$", Some("**/*.lock")),
            (r"^vendor/.*", Some("vendor/**")),
            ("tests/", Some("**/tests/**")),
            (".*", None),
            (r"(a|b)", None),
            (r"\d+", None),
        ];
        for (regex, expected) in cases {
            assert_eq!(glob(regex).as_deref(), expected, "{regex}");
        }
    }
}
