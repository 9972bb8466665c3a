//! Findings accepted as they are: a JSON file, sorted, one entry a line, without time stamps, so that it merges and does
//! not churn. The key is the fingerprint, so that moving lines changes nothing; rule and path are there for people.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Fingerprint};

/// Accepted findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeSet<Entry>,
}

/// One accepted finding. The order of the fields is the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Where.
    pub path: String,
    /// Which rule.
    pub rule: String,
    /// Its identity.
    pub fingerprint: Fingerprint,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema_version: String,
    findings: Vec<Entry>,
}

impl Baseline {
    /// The baseline that accepts `findings`.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let entry =
            |f: &Finding| Entry { path: f.path.clone(), rule: f.rule.to_string(), fingerprint: f.fingerprint.clone() };
        Self { entries: findings.into_iter().map(entry).collect() }
    }

    /// This and what another accepts.
    #[must_use]
    pub fn with(mut self, other: Baseline) -> Self {
        self.entries.extend(other.entries);
        self
    }

    /// Reads a baseline file.
    ///
    /// # Errors
    /// What is wrong with it, with the line and column.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let file: File = serde_json::from_slice(text).map_err(|e| e.to_string())?;
        if file.schema_version != "1" {
            return Err(format!("schema_version is `{}`, and this govctl reads `1`", file.schema_version));
        }
        let bad = file.findings.iter().find(|e| Fingerprint::parse(e.fingerprint.as_str()).is_none());
        if let Some(entry) = bad {
            return Err(format!("the fingerprint of the entry for {} is not 32 hex digits", entry.path));
        }
        Ok(Self { entries: file.findings.into_iter().collect() })
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        let lines: Vec<_> = self.entries.iter().filter_map(|e| serde_json::to_string(e).ok()).collect();
        let body = if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join(",\n")) };
        format!("{{\"schema_version\":\"1\",\"findings\":[{body}]}}\n")
    }

    /// How many findings it accepts.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it accepts none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether it accepts a finding.
    pub fn accepts(&self, finding: &Finding) -> bool {
        self.entries.contains(&Entry {
            path: finding.path.clone(),
            rule: finding.rule.to_string(),
            fingerprint: finding.fingerprint.clone(),
        })
    }

    /// The entries that none of `findings` needs any more.
    pub fn stale<'a>(&self, findings: impl IntoIterator<Item = &'a Finding>) -> Vec<&Entry> {
        let current = Self::of(findings);
        self.entries.iter().filter(|e| !current.entries.contains(*e)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str) -> Entry {
        Entry {
            path: path.into(),
            rule: "secrets/a".into(),
            fingerprint: Fingerprint::new("secrets/a", path, "", &[], 0),
        }
    }

    #[test]
    fn text_and_back_sorted_one_a_line() {
        let baseline = Baseline { entries: [entry("b"), entry("a")].into() };
        let text = baseline.to_text();
        assert_eq!(text.lines().count(), 4);
        assert!(text.find("\"a\"") < text.find("\"b\""));
        assert_eq!(Baseline::parse(text.as_bytes()).unwrap(), baseline);
        assert_eq!(Baseline::parse(Baseline::default().to_text().as_bytes()).unwrap(), Baseline::default());
    }

    #[test]
    fn mistakes_are_placed() {
        let broken = "{\"schema_version\":\"1\",\"findings\":[\n{\"path\":\"a\"}\n]}";
        assert!(Baseline::parse(broken.as_bytes()).unwrap_err().contains("line 2"));
        assert!(Baseline::parse(b"{\"schema_version\":\"9\",\"findings\":[]}").unwrap_err().contains('9'));
        let forged = r#"{"schema_version":"1","findings":[{"path":"a","rule":"r","fingerprint":"zz"}]}"#;
        assert!(Baseline::parse(forged.as_bytes()).is_err());
    }
}
