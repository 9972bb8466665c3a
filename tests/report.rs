//! Every output format on one shared sample: snapshots, outside schemas, and text that tries to forge output.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use clap::ValueEnum;
use proptest::prelude::*;
use serde_json::Value;

use govctl::finding::{
    Action, Commit, Confidence, Excerpt, Finding, Fingerprint, RuleInfo, Severity, Span, Suppressed,
};
use govctl::report::{self, Format, Report, Style, escape, github, statistics};
use govctl::source::coverage::{CoverageRecord, Skip, SkipReason};

const HOSTILE: &str = "src/a\u{1b}[2K\n::error::x, <b>|`@team`\u{202e}.py";

fn rule(id: &'static str, severity: Severity, summary: &'static str, help: &'static str) -> RuleInfo {
    RuleInfo {
        id: id.into(),
        summary: summary.into(),
        severity,
        explain: "Whoever has it can act as its owner.".into(),
        help: help.into(),
        hit: Cow::Borrowed(&[]),
        miss: Cow::Borrowed(&[]),
    }
}

fn rules() -> Vec<RuleInfo> {
    vec![
        rule("imports/layer", Severity::Medium, "Import against the layers", "Depend on `api` instead."),
        rule(
            "secrets/github-personal-access-token",
            Severity::Critical,
            "GitHub personal access token",
            "Revoke it at https://github.com/settings/tokens, then read it from the environment (GITHUB_TOKEN) or from \
             a secret manager; whoever cloned the repository has seen it.",
        ),
        rule("secrets/private-key", Severity::High, "Private key", "Make a new key pair and keep the key out of git."),
        rule("synthetic/lorem-ipsum", Severity::Low, "Placeholder text", ""),
    ]
}

fn span(line: u32, column: u32, end_line: u32, end_column: u32) -> Span {
    Span { line, column, end_line, end_column }
}

/// A finding of the rule with that number; the excerpt's place is where the masks are.
fn finding(rule: usize, path: &str, span: Span, excerpt: &str) -> Finding {
    let info = &rules()[rule];
    let start = excerpt.chars().position(|c| c == '*').unwrap_or(0);
    let stars = excerpt.chars().filter(|c| *c == '*').count().max(1);
    Finding {
        rule: info.id.clone(),
        severity: info.severity,
        action: Action::Block,
        confidence: Confidence::High,
        path: path.into(),
        span,
        message: info.summary.to_string(),
        help: info.help.clone(),
        excerpt: Excerpt { text: excerpt.into(), start: start as u32, end: (start + stars) as u32 },
        fingerprint: Fingerprint::new(&info.id, path, excerpt, b"", span.line),
        evidence: Vec::new(),
        commit: None,
        suppressed: None,
    }
}

fn sample() -> Report {
    let token = "*".repeat(36);
    let mut findings = vec![
        finding(1, "app/config.py", span(12, 14, 12, 54), &format!("\tTOKEN = \"ghp_{token}\"  # für 漢字")),
        finding(1, "app/config.py", span(140, 9, 140, 49), &format!("token = 'ghp_{token}'")),
        finding(2, "deploy/id_rsa", span(1, 1, 28, 30), "-----BEGIN RSA PRIVATE KEY-----"),
        finding(3, "docs/größe 漢字.md", span(3, 1, 3, 12), "漢字: ***********, and so on"),
        finding(0, HOSTILE, span(7, 1, 7, 20), "import \u{1b}[31mdb\u{202e} # ::warning::</script>"),
        finding(0, "=cmd|x.py", span(2, 1, 2, 4), "***"),
        finding(1, "test/old.py", span(5, 1, 5, 41), &format!("ghp_{token}")),
        finding(3, "test/logged.md", span(1, 1, 1, 6), "*****"),
    ];
    findings[0].evidence = vec!["the checksum holds".into(), "the name is TOKEN".into()];
    findings[1].commit = Some(Commit {
        id: "9f2c4e".repeat(6) + "9f2c",
        author: "Ann Author <ann@example.org>".into(),
        date: "2024-05-06T07:08:09Z".into(),
        subject: "Add the client".into(),
    });
    findings[4].action = Action::Warn;
    findings[4].confidence = Confidence::Low;
    findings[6].suppressed = Some(Suppressed::Comment { reason: "a revoked example".into() });
    findings[7].action = Action::Log;
    let skip = |reason, path: &str, detail: &str| Skip { reason, path: path.into(), detail: detail.into() };
    Report {
        findings,
        rules: rules(),
        coverage: CoverageRecord {
            files: 1234,
            bytes: 12_345_678,
            commits: 45,
            skipped: BTreeMap::from([(SkipReason::Binary, 2), (SkipReason::Submodule, 1), (SkipReason::Unreadable, 4)]),
            named: vec![
                skip(SkipReason::Binary, "logo.png", ""),
                skip(SkipReason::Binary, "photo.jpg", ""),
                skip(SkipReason::Submodule, "vendor/lib", ""),
                skip(SkipReason::Unreadable, "private/a", "Permission denied"),
                skip(SkipReason::Unreadable, HOSTILE, "Permission denied"),
            ],
        },
        notes: vec!["2 entries of the baseline no longer occur: `govctl check --write-baseline` removes them".into()],
        errors: vec!["data/big.bin: the read stopped after 4.0 MB: Input/output error".into()],
        elapsed: Duration::from_millis(1240),
        rules_enabled: 512,
        scanned_at: Some(("2024-05-06T07:08:09Z".into(), "2024-05-06T07:08:10Z".into())),
    }
}

fn clean() -> Report {
    let coverage = CoverageRecord { files: 3, bytes: 4500, ..CoverageRecord::default() };
    Report { coverage, rules_enabled: 512, elapsed: Duration::from_millis(8), ..Report::default() }
}

fn print(format: Format, report: &Report, style: Style) -> String {
    let mut out = Vec::new();
    report::write(format, report, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn plain(format: Format, report: &Report) -> String {
    print(format, report, Style::default())
}

fn parsed(format: Format, report: &Report) -> Value {
    serde_json::from_str(&plain(format, report)).unwrap()
}

/// Snapshots that do not change with the version of the tool.
fn snapshot(name: &str, text: &str) {
    let version = env!("CARGO_PKG_VERSION").replace('.', r"\.");
    insta::with_settings!({filters => vec![(&*format!(r#"ersion": "{version}""#), r#"ersion": "[VERSION]""#)]}, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn every_format_prints_the_sample_as_it_always_did() {
    for format in Format::value_variants() {
        snapshot(&format!("{format}"), &plain(*format, &sample()));
        snapshot(&format!("{format}-clean"), &plain(*format, &clean()));
    }
    let terminal = Style { color: true, width: Some(80) };
    snapshot("human-color", &print(Format::Human, &sample(), terminal).replace('\u{1b}', "␛"));
    snapshot("human-80", &print(Format::Human, &sample(), Style { color: false, width: Some(80) }));
    snapshot("concise-color", &print(Format::Concise, &sample(), terminal).replace('\u{1b}', "␛"));
    let mut counted = Vec::new();
    statistics::write(&sample(), Style::default(), &mut counted).unwrap();
    snapshot("statistics", &String::from_utf8(counted).unwrap());
}

#[test]
fn colours_change_nothing_but_colours() {
    let style = Style { color: true, width: Some(80) };
    let sgr = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    for format in Format::value_variants() {
        let colored = print(*format, &sample(), style);
        let uncolored = print(*format, &sample(), Style { color: false, ..style });
        assert_eq!(sgr.replace_all(&colored, ""), uncolored, "{format}");
    }
}

#[test]
fn people_at_80_columns_see_no_broken_lines() {
    for line in print(Format::Human, &sample(), Style { color: false, width: Some(80) }).lines() {
        assert!(textwrap::core::display_width(line) <= 80 || line.contains("-->"), "{line}");
    }
}

#[test]
fn machine_formats_do_not_depend_on_time() {
    let mut later = sample();
    later.elapsed = Duration::from_secs(99);
    for format in Format::value_variants().iter().filter(|f| **f != Format::Human) {
        assert_eq!(plain(*format, &sample()), plain(*format, &later), "{format}");
    }
}

#[test]
fn what_is_suppressed_shows_where_it_should() {
    for format in Format::value_variants() {
        let shows = plain(*format, &sample()).contains("test/old.py");
        assert_eq!(shows, matches!(format, Format::Json | Format::Sarif), "{format}");
    }
}

#[test]
fn json_says_everything_of_a_finding() {
    let report = sample();
    let document = parsed(Format::Json, &report);
    assert_eq!(document["schema_version"], report::SCHEMA_VERSION);
    assert_eq!(document["summary"]["total"], 6);
    assert_eq!(document["summary"]["by_severity"]["critical"], 2);
    assert_eq!(document["summary"]["suppressed"]["comment"], 1);
    assert_eq!(document["summary"]["complete"], false);
    let findings = document["findings"].as_array().unwrap();
    assert_eq!(findings.len(), report.findings.len());
    for (json, finding) in findings.iter().zip(&report.findings) {
        assert_eq!(json["rule"], *finding.rule);
        assert_eq!(json["path"], finding.path);
        assert_eq!(json["end_column"], finding.span.end_column);
        assert_eq!(json["excerpt"], finding.excerpt.text);
        assert_eq!(json["fingerprint"], finding.fingerprint.as_str());
        assert_eq!(json.get("commit").is_some(), finding.commit.is_some());
        assert_eq!(json.get("evidence").is_some(), !finding.evidence.is_empty());
    }
    let coverage: CoverageRecord = serde_json::from_value(document["coverage"].clone()).unwrap();
    assert_eq!(coverage, report.coverage);
    let lines: Vec<Value> =
        plain(Format::Jsonl, &report).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let active: Vec<_> = findings.iter().filter(|f| f.get("suppressed").is_none() && f["action"] != "log").collect();
    assert_eq!(lines.iter().collect::<Vec<_>>(), active);
}

#[test]
fn sarif_has_what_code_scanning_reads() {
    let document = parsed(Format::Sarif, &sample());
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        for part in ["name", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"] {
            assert!(rule.get(part).is_some(), "{part}");
        }
        assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.is_ascii() && !uri.contains([' ', '<', '|', '\\', ':']), "{uri}");
    }
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run["results"][6]["suppressions"][0]["kind"], "inSource");
    assert_eq!(run["results"][7]["level"], "none");
    assert_eq!(parsed(Format::Sarif, &clean())["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn outside_schemas_agree() {
    let Some(shared) = common::shared() else { return };
    for (format, schema) in [
        (Format::Sarif, "sarif-schema-2.1.0.json"),
        (Format::Gitlab, "gitlab-secret-detection-report-format-15.0.7.json"),
    ] {
        let text = std::fs::read_to_string(shared.join("data/formats").join(schema)).unwrap();
        // Stray in a pattern for languages, which only the grammar of old JavaScript accepts.
        let text = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
        let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
        for report in [sample(), clean(), Report { scanned_at: None, rules: Vec::new(), ..sample() }] {
            let document = parsed(format, &report);
            let errors: Vec<_> =
                validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{format}: {errors:#?}");
        }
    }
}

#[test]
fn gitlab_ids_tell_findings_apart_and_stay() {
    let ids = |report: &Report| -> Vec<String> {
        let document = parsed(Format::Gitlab, report);
        let list = document["vulnerabilities"].as_array().unwrap();
        list.iter().map(|v| v["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = ids(&sample());
    assert_eq!(first, ids(&sample()));
    assert_eq!(first.iter().collect::<std::collections::BTreeSet<_>>().len(), 6);
    assert_eq!(parsed(Format::Gitlab, &sample())["scan"]["start_time"], "2024-05-06T07:08:09");
    assert_eq!(parsed(Format::Gitlab, &clean())["scan"]["start_time"], "1970-01-01T00:00:00");
}

#[test]
fn junit_is_xml_and_counts_right() {
    let text = plain(Format::Junit, &sample());
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    let elements = |name: &str| root.descendants().filter(|n| n.has_tag_name(name)).count().to_string();
    assert_eq!(root.attribute("failures").unwrap(), elements("failure"));
    assert_eq!(root.attribute("errors").unwrap(), elements("error"));
    assert_eq!(root.attribute("tests").unwrap(), elements("testcase"));
    assert_eq!(elements("failure"), "6");
}

#[test]
fn csv_reads_back_and_starts_no_formula() {
    let text = plain(Format::Csv, &sample());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 6);
    assert_eq!(&rows[3][9], "漢字: ***********, and so on");
    assert_eq!(&rows[5][2], "'=cmd|x.py");
    assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])));
}

#[test]
fn workflow_commands_are_one_line_each() {
    let text = plain(Format::Github, &sample());
    assert!(text.lines().all(|line| line.starts_with("::") || line.starts_with("govctl: ")), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("::error file=")).count(), 3);
    let hostile = text.lines().find(|line| line.contains("2K")).unwrap();
    assert!(hostile.starts_with("::warning file=src/a\\x1b[2K\\n%3A%3Aerror%3A%3Ax%2C <b>"), "{hostile}");
    assert_eq!(github::job_summary(&sample()), plain(Format::Markdown, &sample()));
}

#[test]
fn an_incomplete_report_never_looks_clean() {
    let mut report = clean();
    report.coverage.skipped = BTreeMap::from([(SkipReason::MissingObject, 1)]);
    for format in Format::value_variants().iter().filter(|f| !matches!(f, Format::Csv | Format::Jsonl)) {
        assert_ne!(plain(*format, &report), plain(*format, &clean()), "{format}");
    }
    assert!(plain(Format::Human, &report).contains("so the result is not complete"));
}

proptest! {
    #[test]
    fn no_text_forges_output(
        path in hostile(), message in hostile(), excerpt in hostile(), help in hostile(), color: bool, a in 0u32..60, b in 0u32..60,
    ) {
        let mut report = sample();
        for f in &mut report.findings {
            (f.path, f.message, f.help) = (path.clone(), message.clone(), help.clone().into());
            f.excerpt = Excerpt { text: excerpt.clone(), start: a.min(b), end: a.max(b) };
            f.evidence = vec![message.clone()];
            if let Some(commit) = &mut f.commit {
                (commit.author, commit.subject) = (message.clone(), message.clone());
            }
        }
        report.notes = vec![message.clone()];
        report.errors = vec![path.clone()];
        report.coverage.named = vec![Skip { reason: SkipReason::Unreadable, path, detail: message }];
        let sgr = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
        for format in Format::value_variants() {
            let text = print(*format, &report, Style { color, width: Some(80) });
            let text = if color { sgr.replace_all(&text, "").into_owned() } else { text };
            let line_breaks = |c: char| c == '\n' || (*format == Format::Csv && c == '\r');
            let forged = text.chars().find(|c| escape::is_unsafe(*c) && !line_breaks(*c));
            prop_assert!(forged.is_none(), "{} prints {:?} in {}", format, forged, text);
            match format {
                Format::Json | Format::Sarif | Format::Gitlab => {
                    prop_assert!(serde_json::from_str::<Value>(&text).is_ok(), "{}: {}", format, text);
                }
                Format::Jsonl => prop_assert_eq!(text.lines().count(), 6),
                Format::Concise => prop_assert_eq!(text.lines().count(), 6 + 2 + 1),
                Format::Github => prop_assert_eq!(text.lines().count(), 6 + 3 + 1),
                Format::Junit => prop_assert!(roxmltree::Document::parse(&text).is_ok(), "{}", text),
                Format::Csv => {
                    prop_assert_eq!(csv::Reader::from_reader(text.as_bytes()).records().filter_map(Result::ok).count(), 6);
                }
                Format::Human | Format::Markdown => {}
            }
        }
    }
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        "(?s).{0,40}",
        "[\\x00-\\x7f]{0,40}",
        "[\\u{80}-\\u{9f}\\u{202a}-\\u{202e}\\u{2066}-\\u{2069}\\u{fff0}-\\u{ffff}]{0,10}",
        "([=+@|<>&\"'`:,%\\n\\r\\t\\\\]|::error|\\]\\]>|</|\\x1b\\[2J){0,12}",
    ]
}
