//! The policy file: the whole schema, every mistake at its place, hostile input.

#![allow(clippy::unwrap_used)]

mod common;

use govctl::policy::{self, Context, Verdict};

fn context() -> Context {
    Context { today: jiff::civil::date(2026, 11, 20), environment: None }
}

fn judge(text: &str) -> Verdict {
    policy::judge_text("governance.toml", text, &context())
}

fn told(verdict: &Verdict) -> Vec<String> {
    let (findings, _) = verdict.findings();
    findings
        .iter()
        .map(|f| {
            format!("{}:{}:{} {} {} [{}]", f.path, f.span.line, f.span.column, f.rule, f.message, f.evidence.join("; "))
        })
        .collect()
}

#[test]
fn the_reference_has_no_mistake_and_the_samples_no_error() {
    let Some(shared) = common::shared() else { return };
    let reference = std::fs::read_to_string(shared.join("governance.reference.toml")).unwrap();
    assert_eq!(told(&judge(&reference)), Vec::<String>::new());
    for entry in std::fs::read_dir(shared.join("data/policies")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "toml") {
            let verdict = judge(&std::fs::read_to_string(&path).unwrap());
            assert!(verdict.policy.is_some(), "{}: {:#?}", path.display(), told(&verdict));
        }
    }
}

#[test]
fn files_include_others_and_both_places_are_shown() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write(
        "governance.toml",
        "include = [\"more.toml\"]\n[policies]\nversion = \"1.0\"\n[audit]\nretention_days = 100\n[[policies.rule]]\nid = \"a\"\neffect = \"forbid\"\n",
    );
    write(
        "more.toml",
        "[audit]\nretention_days = 200\ncheckpoint_every = 7\n[[policies.rule]]\nid = \"b\"\neffect = \"warn\"\n",
    );
    let path = dir.path().join("governance.toml");
    let verdict = policy::load::judge_file(&path, dir.path(), &context()).unwrap();
    let all = told(&verdict);
    assert_eq!(all.len(), 2, "{all:#?}");
    assert!(
        all.iter()
            .any(|t| t.starts_with("more.toml:2:1 policy/key-in-two-files")
                && t.contains("governance.toml:5:1: and here")),
        "{all:#?}"
    );

    write("more.toml", "include = [\"governance.toml\"]\n[audit]\ncheckpoint_every = 7\n");
    let all = told(&policy::load::judge_file(&path, dir.path(), &context()).unwrap());
    assert!(
        all.iter().any(|t| t.starts_with("more.toml:1:12 policy/include-cycle") && t.contains("governance.toml:1:12")),
        "{all:#?}"
    );

    write("more.toml", "[audit]\ncheckpoint_every = 7\n");
    let verdict = policy::load::judge_file(&path, dir.path(), &context()).unwrap();
    assert_eq!(verdict.policy.unwrap().sections().audit.checkpoint_every, 7);
    std::fs::remove_file(dir.path().join("more.toml")).unwrap();
    let all = told(&policy::load::judge_file(&path, dir.path(), &context()).unwrap());
    assert!(all.iter().any(|t| t.contains("policy/include") && t.contains("no such file")), "{all:#?}");
}

#[test]
fn a_syntax_error_hides_no_other_mistake() {
    let verdict = judge(
        "[policies]\nversion = \"1.0\"\nbroken line\nenforcement_mode = \"strct\"\nx = = 3\n[audit]\nretention_days = \"no\"\nretention_days = 3\n",
    );
    let codes: Vec<_> = verdict.mistakes.iter().map(|m| m.code.id.as_ref()).collect();
    for code in ["policy/syntax", "policy/unknown-value", "policy/wrong-type", "policy/duplicate-key"] {
        assert!(codes.contains(&code), "{code} is missing: {:#?}", told(&verdict));
    }
    assert_eq!(codes.iter().filter(|c| **c == "policy/syntax").count(), 2, "{:#?}", told(&verdict));
}

/// Contradictions and dead settings: a piece of policy and the code it must draw.
#[test]
fn what_the_shape_does_not_show_is_judged() {
    let rows: &[(&str, &str)] = &[
        (
            "[policies.operational]\nauto_approval.operations = [\"a\"]\nrequire_approval.operations = [\"a\"]",
            "contradiction",
        ),
        ("[policies.risk]\nhigh = [\"a\"]\nlow = [\"a\"]", "contradiction"),
        ("[policies.risk]\nhigh = [\"a\", \"a\"]", "duplicate-entry"),
        ("[audit]\nretention_days = 30\n[compliance.iso27001]\nenabled = true", "retention-too-short"),
        ("[approvals.multi-approval]\nmin_approvers = 9", "quorum-unreachable"),
        ("[reputation.permission_levels]\na = { min_score = 5 }", "permission-levels"),
        ("[reputation.permission_levels]\na = { min_score = 0 }\nb = { min_score = 0 }", "permission-levels"),
        ("[approvals.strategies]\nhigh_risk_operations = \"time-based\"", "time-based-above-medium"),
        ("[audit.filters]\nalways_log = [\"x\"]\nnever_log = [\"x\"]", "contradiction"),
        ("[audit.filters]\nnever_log = [\"approval_decision\"]", "contradiction"),
        ("[audit.filters]\nsampling_rates = { policy_violation = 0.5 }", "contradiction"),
        ("[audit]\nenabled = false", "audit-off"),
        ("[audit]\nproof_of_work = true", "proof-of-work"),
        ("[policies.agents.a]\ncan_write = [\"src/*\"]\ncannot_write = [\"src/gen/*\"]", "unenforceable"),
        (
            "[[policies.rule]]\nid = \"a\"\neffect = \"permit\"\nwhen = { \"params.n\" = { gt = 5, lt = 5 } }",
            "rule-never-matches",
        ),
        (
            "[[policies.rule]]\nid = \"a\"\neffect = \"forbid\"\n[[policies.rule]]\nid = \"b\"\neffect = \"permit\"\nactions = [\"x\"]",
            "rule-shadowed",
        ),
        (
            "[[policies.rule]]\nid = \"a\"\neffect = \"forbid\"\n[[policies.rule]]\nid = \"a\"\neffect = \"warn\"",
            "duplicate-id",
        ),
        (
            "[[policies.rule]]\nid = \"a\"\neffect = \"permit\"\nactors = [\"agent:x\"]\nmatch = [{ actor = \"agent:y\" }]",
            "example-fails",
        ),
        ("[[policies.rule]]\nid = \"a\"\neffect = \"permit\"\nactors = [\"level:none\"]", "unknown-name"),
        ("[[policies.rule]]\nid = \"a\"\neffect = \"permit\"\nwhen = { acton = \"x\" }", "unknown-key"),
        ("[policies.security]\nsecret_patterns.patterns = [\"a*\"]", "matches-empty"),
        ("[policies.security]\nsecret_patterns.patterns = [\"(\"]", "invalid-regex"),
        ("[checks]\nexclude = [\"../x\"]", "glob-never-matches"),
        ("[checks]\nexclude = [\"/abs\"]", "glob-never-matches"),
        ("[checks]\nexclude = [\"a[\"]", "invalid-glob"),
        ("[checks]\ndisable = [\"secrets/no-such-rule-at-all\"]", "unknown-rule"),
        ("[checks]\ndisable = [\"synthtic/*\"]", "unknown-rule"),
        ("[checks.severity]\n\"standards/no-such\" = \"low\"", "unknown-rule"),
        ("[checks.per_path]\n\"docs/**\" = [\"imports/no-such\"]", "unknown-rule"),
        ("[checks.suppressions]\nforbid = [\"synthetic/reach-sink\"]", "unknown-rule"),
        ("[[checks.synthetic.allow]]\nreason = \"r\"\nexpires = 2030-01-01\nrules = [\"secrets/*\"]", "unknown-rule"),
        (
            "[[checks.secrets.rule]]\nid = \"secrets/x\"\nsummary = \"x\"\nregex = \"abc\"\nhit = [\"abd\"]",
            "example-fails",
        ),
        (
            "[[checks.secrets.rule]]\nid = \"secrets/x\"\nsummary = \"x\"\nregex = \"abc\"\nmiss = [\"abc\"]",
            "example-fails",
        ),
        ("[[checks.synthetic.allow]]\nreason = \"r\"\nexpires = 2020-01-01", "expired"),
        (
            "[[approvers.user]]\nid = \"a\"\nrole = \"r\"\n[[approvers.delegation]]\nfrom = \"a\"\nto = \"b\"\nuntil = 2030-01-01",
            "unknown-name",
        ),
        ("[audit]\norigin = \"${HOME}\"", "environment-variable"),
        ("[security.incident_response.alerts]\npagerduty_key = \"abc\"", "literal-secret"),
        (
            "[[checks.imports.contract]]\nid = \"a\"\nkind = \"layers\"\nlayers = [\"a\"]\nany_of = [\"b\"]",
            "key-not-of-this-kind",
        ),
        ("[[checks.imports.contract]]\nid = \"a\"\nkind = \"required\"\nmodules = [\"a\"]", "missing-key"),
        ("[reputation.scoring_rules]\ntest_pased = 1", "near-name"),
        ("[budgets.alerts]\nwarning = 0.9\ncritical = 0.8", "contradiction"),
        ("[[policies.rule]]\nid = \"a\"\neffect = \"permit\"\nwhen = { \"params.x\" = { gt = 1.5 } }", "fraction"),
    ];
    for (piece, code) in rows {
        let verdict = judge(&format!("{piece}\n"));
        let found = verdict.mistakes.iter().find(|m| m.code.id == format!("policy/{code}"));
        let at_its_place = found.is_some_and(|m| m.place.end > 0);
        assert!(at_its_place, "{piece}\nexpected {code}, told {:#?}", told(&verdict));
    }
}

/// Ids of rules: what is written, and what was meant (nothing: it is known).
#[test]
fn rule_ids_are_corrected() {
    let own = "[[checks.synthetic.rule]]\nid = \"synthetic/acme\"\nsummary = \"x\"\ncalls = [\"a.b\"]\n\
               [[checks.imports.contract]]\nid = \"layers\"\nkind = \"layers\"\nlayers = [\"a\", \"b\"]\n";
    let rows: &[(&str, Option<&str>)] = &[
        ("synthetic/array-drw", Some("synthetic/array-draw")),
        ("array-draw", Some("synthetic/array-draw")),
        ("synthtic/*", Some("synthetic/*")),
        ("imports/layrs", Some("imports/layers")),
        ("synthetic/acne", Some("synthetic/acme")),
        ("suppressions/unusd", Some("suppressions/unused")),
        ("synthetic/acme@test", None),
        ("imports/layers", None),
        ("*-draw", None),
        ("standards/*", None),
    ];
    for (written, meant) in rows {
        let verdict = judge(&format!("{own}[checks.severity]\n\"{written}\" = \"low\"\n"));
        let told: Vec<_> = verdict.mistakes.iter().filter(|m| m.code.id == "policy/unknown-rule").collect();
        assert_eq!(told.len(), usize::from(meant.is_some()), "{written}: {told:?}");
        let helped = meant.is_none_or(|m| told.iter().any(|t| t.help.contains(&format!("`{m}`"))));
        assert!(helped, "{written}: {told:?}");
    }
}

/// An array that is not closed hides neither what follows nor its own key.
#[test]
fn an_open_value_hides_nothing() {
    let verdict = judge(
        "[policies]\nversion = \"1.0\"\n[checks]\nexclud = [\n  \"a\",\nmax_file_size = \"5XB\"\n[audit]\nretention_days = 0\n",
    );
    let codes: Vec<_> = verdict.mistakes.iter().map(|m| m.code.id.trim_start_matches("policy/")).collect();
    assert_eq!(codes, ["unknown-key", "syntax", "invalid-value", "out-of-range"], "{:#?}", told(&verdict));
}

#[test]
fn a_token_in_the_policy_is_never_printed() {
    let token = format!("tok{}", "q7".repeat(12));
    let verdict =
        judge(&format!("[security.incident_response.alerts]\npagerduty_key = \"{token}\" # key\nslack_webhok = 1\n"));
    let drawn: String = verdict.mistakes.iter().map(|m| policy::render::render(m, &verdict.sources, false)).collect();
    let (findings, _) = verdict.findings();
    assert!(drawn.contains("literal-secret") && drawn.contains("slack_webhok"), "{drawn}");
    assert!(!drawn.contains(&token) && !format!("{findings:?}").contains(&token), "{drawn}");
}

#[test]
fn environments_resolve_and_an_unknown_one_is_the_strictest() {
    let text = "[policies]\nversion = \"1.0\"\nenforcement_mode = \"permissive\"\n[policies.environments.a]\nenforcement_mode = \"audit-only\"\noverride = \"approved\"\n[policies.environments.b]\nenforcement_mode = \"strict\"\nsandbox = true\n";
    let environment = |name: Option<&str>| {
        let context = Context { environment: name.map(ToOwned::to_owned), ..context() };
        policy::judge_text("governance.toml", text, &context).policy.unwrap().environment
    };
    assert_eq!(environment(None).enforcement_mode.name(), "permissive");
    assert_eq!(environment(Some("a")).r#override.name(), "approved");
    let unknown = environment(Some("prodution"));
    assert!(!unknown.listed && unknown.sandbox);
    assert_eq!((unknown.enforcement_mode.name(), unknown.r#override.name()), ("strict", "forbidden"));
}

#[test]
fn the_hash_is_of_the_meaning() {
    let hash = |text: &str| policy::hash::policy_hash(&judge(text).policy.unwrap());
    let plain = hash("[policies]\nversion = \"1.0\"\n");
    assert_eq!(
        plain,
        hash("# comment\npolicies = { enforcement_mode = \"strict\", version = \"1.0\" }\naudit.retention_days = 90\n")
    );
    assert_eq!(plain, policy::hash::policy_hash(&policy::Policy::built_in(&context())));
    assert_ne!(plain, hash("[policies]\nversion = \"1.0\"\n[audit]\nretention_days = 91\n"));
    assert_eq!(hash("[approvals]\nuse_within = \"60m\"\n"), hash("[approvals]\nuse_within = \"1h\"\n"));
}

/// What is too large, too deep or no text: a clean error, quickly.
#[test]
fn hostile_files_cost_little() {
    let rules = "[[policies.rule]]\nid=\"r\"\neffect=\"permit\"\n".repeat(100_000);
    let many = "[[policies.rule]]\neffect=\"x\"\n".repeat(60_000);
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("10 MB", vec![b'#'; 10 << 20]),
        ("100,000 rules", rules.into_bytes()),
        ("60,000 rules with mistakes", many.into_bytes()),
        ("nested arrays", [b"a = ".to_vec(), b"[".repeat(10_000), b"]".repeat(10_000)].concat()),
        ("nested tables", [b"a = ".to_vec(), b"{a=".repeat(10_000), b"1".to_vec(), b"}".repeat(10_000)].concat()),
        ("a long dotted key", [b"a".to_vec(), b".a".repeat(10_000), b" = 1".to_vec()].concat()),
        ("a long header", [b"[a".to_vec(), b".a".repeat(100_000), b"]\nx = 1".to_vec()].concat()),
        (
            "deep conditions",
            [b"[[policies.rule]]\nwhen.".to_vec(), b"not.".repeat(10_000), b"action = \"x\"".to_vec()].concat(),
        ),
        ("NUL bytes", vec![0; 1 << 20]),
        ("NUL in a string", b"a = \"\0\"".to_vec()),
        ("no UTF-8", b"a = \"\xff\"".to_vec()),
        ("only equals signs", vec![b'='; 1 << 20]),
        ("only brackets", vec![b'['; 1 << 20]),
        ("many broken lines", b"a b\n".repeat(100_000)),
        (
            "a huge regex",
            [
                b"[policies.security]\nsecret_patterns.patterns = [\"".to_vec(),
                b"((a{1000}){1000}){1000}".to_vec(),
                b"\"]".to_vec(),
            ]
            .concat(),
        ),
    ];
    for (name, bytes) in rows {
        let started = std::time::Instant::now();
        let verdict = policy::validate_bytes(&bytes);
        let (findings, _) = verdict.findings();
        assert!(verdict.policy.is_none() && !findings.is_empty(), "{name} was accepted");
        assert!(verdict.mistakes.len() <= 1000);
        if name == "10 MB" || name.starts_with("NUL") {
            let ids: Vec<_> = verdict.mistakes.iter().map(|m| m.code.id.as_ref()).collect();
            assert!(!ids.contains(&"policy/missing-version"), "{name} was not read: {ids:?}");
        }
        assert!(started.elapsed().as_secs() < 20, "{name} took {:?}", started.elapsed());
    }
}

#[test]
fn every_toml_file_of_the_corpus_is_judged_rightly() {
    let Some(shared) = common::shared() else { return };
    let is_syntax = |v: &Verdict| {
        v.mistakes.iter().any(|m| {
            matches!(
                m.code.id.as_ref(),
                "policy/syntax" | "policy/duplicate-key" | "policy/not-text" | "policy/out-of-range"
            )
        })
    };
    for (folder, valid) in [("valid", true), ("invalid", false)] {
        let mut count = 0;
        for path in files(&shared.join("data/toml").join(folder)) {
            if path.extension().is_some_and(|e| e == "toml") {
                count += 1;
                let verdict = policy::validate_bytes(&std::fs::read(&path).unwrap());
                if valid {
                    let bad: Vec<_> = verdict
                        .mistakes
                        .iter()
                        .filter(|m| {
                            matches!(m.code.id.as_ref(), "policy/syntax" | "policy/duplicate-key" | "policy/not-text")
                        })
                        .collect();
                    assert!(bad.is_empty(), "{}: {bad:?}", path.display());
                } else {
                    assert!(is_syntax(&verdict), "{}: {:#?}", path.display(), told(&verdict));
                }
            }
        }
        assert!(count > 20, "{folder} has {count} files");
    }
}

fn files(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(dir)
        .unwrap()
        .flat_map(|e| {
            let path = e.unwrap().path();
            if path.is_dir() { files(&path) } else { vec![path] }
        })
        .collect()
}

#[test]
fn the_schema_accepts_what_validation_accepts() {
    let schema = policy::shape::json_schema();
    let validator = jsonschema::validator_for(schema).unwrap();
    let whole: toml::Table = include_str!("fixtures/policy/whole.toml").parse().unwrap();
    let whole = with_dates_as_text(serde_json::to_value(whole).unwrap());
    let errors: Vec<_> = validator.iter_errors(&whole).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert!(!validator.is_valid(&serde_json::json!({ "audit": { "retention_days": 0 } })));
    assert!(!validator.is_valid(&serde_json::json!({ "adit": {} })));
}

fn with_dates_as_text(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(members) => match members.get("$__toml_private_datetime") {
            Some(text) => text.clone(),
            None => Value::Object(members.into_iter().map(|(k, v)| (k, with_dates_as_text(v))).collect()),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(with_dates_as_text).collect()),
        other => other,
    }
}

#[test]
fn the_yaml_dialect_imports_into_a_valid_policy() {
    let Some(shared) = common::shared() else { return };
    let text = std::fs::read_to_string(shared.join("data/policies/agent-policies.yaml")).unwrap();
    let imported = policy::import::import(&text).unwrap();
    let verdict = judge(&imported.toml);
    assert!(verdict.policy.is_some(), "{:#?}\n{}", told(&verdict), imported.toml);
    for section in ["monitoring.", "rollback.", "violation_detection.alert_channels"] {
        assert!(imported.lost.iter().any(|l| l.starts_with(section)), "{section}: {:#?}", imported.lost);
    }
}

#[test]
fn the_policy_of_the_readme_is_valid() {
    let readme = include_str!("../README.md");
    let section = readme.split("## The policy").nth(1).unwrap();
    let text = section.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(told(&judge(text)), Vec::<String>::new());
}
