//! Comments that allow a finding.

use crate::place::{Place, RULE, leak, token};

/// A file in which TOKEN stands for a token, and what a check says of it.
const COMMENTS: &[(&str, &[&str])] = &[
    ("t = 'TOKEN'  # govctl: allow RULE -- a fixture", &[]),
    ("# govctl: allow RULE -- a fixture\nt = 'TOKEN'", &[]),
    ("// govctl: allow RULE -- a fixture\nlet t = \"TOKEN\";", &[]),
    ("/* govctl: allow RULE -- a fixture */\nt = 'TOKEN'", &[]),
    ("<!-- govctl: allow RULE -- a fixture -->\nTOKEN", &[]),
    ("-- govctl: allow RULE -- a fixture\nselect 'TOKEN'", &[]),
    ("t = 'TOKEN'  # govctl: allow secrets/* -- a fixture", &[]),
    ("t = 'TOKEN'  # govctl: allow secrets/aws-access-key-id, RULE -- a fixture", &[]),
    ("t = 'TOKEN'  # govctl: allow RULE until 2999-12-31 -- a fixture", &[]),
    ("t = 'TOKEN'  # gitleaks:allow", &[]),
    ("t = 'TOKEN'  // gitleaks:allow", &[]),
    ("t = 'TOKEN'  # pragma: allowlist secret", &[]),
    ("# pragma: allowlist nextline secret\nt = 'TOKEN'", &[]),
    // The rule must be the one.
    ("t = 'TOKEN'  # govctl: allow secrets/slack-bot-token -- a fixture", &["1 RULE", "1 suppressions/unused"]),
    ("t = 'TOKEN'  # govctl: allow synthetic/* -- a fixture", &["1 RULE", "1 suppressions/unused"]),
    // A reason must be there, a date must not have passed and be one.
    ("t = 'TOKEN'  # govctl: allow RULE", &["1 RULE", "1 suppressions/no-reason"]),
    ("t = 'TOKEN'  # govctl: allow RULE -- ", &["1 RULE", "1 suppressions/no-reason"]),
    ("t = 'TOKEN'  # govctl: allow RULE until 2001-01-31 -- a fixture", &["1 RULE", "1 suppressions/expired"]),
    ("t = 'TOKEN'  # govctl: allow RULE until tomorrow -- a fixture", &["1 RULE", "1 suppressions/expired"]),
    // It must be a comment, and stand where it speaks of.
    ("t = 'TOKEN' + \"govctl: allow RULE -- a fixture\"", &["1 RULE"]),
    ("# govctl: allow RULE -- a fixture\n\nt = 'TOKEN'", &["1 suppressions/unused", "3 RULE"]),
    ("t = 'TOKEN'\n# govctl: allow RULE -- a fixture", &["1 RULE", "2 suppressions/unused"]),
    ("x = 1  # govctl: allow RULE -- a fixture", &["1 suppressions/unused"]),
    ("# govctl: allow RULE -- a fixture\nt = 'TOKEN'\nu = 'TOKEN'", &["3 RULE"]),
];

#[test]
fn comments() {
    for (text, expected) in COMMENTS {
        let place = Place::with(&[("a.txt", &text.replace("TOKEN", &token(1)).replace("RULE", RULE))]);
        let ran = place.check(&[]);
        let expected: Vec<_> = expected.iter().map(|e| format!("a.txt:{}", e.replace("RULE", RULE))).collect();
        let mut found = ran.found();
        found.sort();
        assert_eq!(found, expected, "{text}");
        // An unused comment only warns.
        let blocks = expected.iter().any(|e| !e.ends_with("/unused"));
        assert_eq!(ran.status, i32::from(blocks), "{text}: {ran:?}");
    }
}

#[test]
fn a_suppressed_finding_is_still_told_to_machines() {
    let place = Place::with(&[("a.py", &format!("t = '{}'  # govctl: allow {RULE} -- a fixture\n", token(1)))]);
    let ran = place.govctl(&["check", "--format", "json"]);
    let [finding] = &ran.all()[..] else { panic!("{ran:?}") };
    assert_eq!(finding["suppressed"]["kind"], "comment");
    assert_eq!(finding["suppressed"]["reason"], "a fixture");
    let human = place.govctl(&["check"]);
    assert!(human.out.contains("1 suppressed") && !human.out.contains("a.py"), "{human:?}");
}

#[test]
fn a_comment_for_a_family_that_did_not_run_is_not_unused() {
    let place = Place::with(&[("a.py", "x = 1  # govctl: allow secrets/slack-bot-token -- a fixture\n")]);
    place.check(&["--only", "synthetic"]).finds(&[]);
    assert_eq!(place.check(&["--only", "secrets"]).found(), ["a.py:1 suppressions/unused"]);
}

#[test]
fn a_range_knows_no_unused_comments() {
    let place = Place::repository(&[]);
    place.commit("one", &[("a.py", "x = 1\n")]);
    let text = format!("x = 1\n# govctl: allow {RULE} -- a fixture\nx = 2\nt = '{}'  # gitleaks:allow\n", token(1));
    place.commit("two", &[("a.py", &text)]);
    place.check(&["--range", "HEAD~1..HEAD"]).finds(&[]);
}

#[test]
fn a_comment_on_a_line_that_was_there_holds_for_a_range_and_the_index() {
    let place = Place::repository(&[]);
    place.commit("one", &[("a.py", &format!("# govctl: allow {RULE} -- a fixture\nt = ''\n"))]);
    place.write("a.py", format!("# govctl: allow {RULE} -- a fixture\nt = '{}'\n", token(1)));
    place.git(&["add", "-A"]);
    place.check(&["--staged"]).finds(&[]);
    place.git(&["commit", "-q", "-m", "two"]);
    place.check(&["--range", "HEAD~1..HEAD"]).finds(&[]);
}

#[test]
fn the_policy_bounds_comments() {
    let allowed = |seed| format!("t = '{}'  # govctl: allow {RULE} -- a fixture\n", token(seed));
    let place = Place::with(&[("a.py", &allowed(1)), ("b.py", &allowed(2)), ("c.py", &allowed(3))]);
    place.policy("checks.suppressions.max = 2\n");
    place.check(&[]).finds(&["c.py:1 suppressions/too-many"]);
    place.policy("checks.suppressions.max = 3\n");
    place.check(&[]).finds(&[]);
    for forbid in [RULE, "secrets/*"] {
        place.policy(&format!("checks.suppressions.forbid = [\"{forbid}\"]\n"));
        let ran = place.check(&["a.py"]);
        assert!(ran.found().contains(&format!("a.py:1 {RULE}")), "{forbid}: {ran:?}");
        assert!(ran.found().contains(&"a.py:1 suppressions/forbidden".to_owned()), "{forbid}: {ran:?}");
        assert_eq!(ran.status, 1);
    }
    // A comment in another dialect is no way around it.
    place.write("a.py", leak(1).replace('\n', "  # gitleaks:allow\n"));
    assert!(place.check(&["a.py"]).found().contains(&format!("a.py:1 {RULE}")));
}

#[test]
fn every_suppression_is_listed_with_age_reason_and_expiry() {
    let place = Place::repository(&[]);
    place.policy(
        "[[checks.synthetic.allow]]\nrules = [\"synthetic/*\"]\npaths = [\"lab/**\"]\nreason = \"a simulation\"\nexpires = 2999-01-01\n",
    );
    let old = format!("t = '{}'  # govctl: allow {RULE} until 2998-12-31 -- a fixture\n", token(1));
    place.commit("first", &[("a.py", &old)]);
    place.write("a.py", format!("{old}u = '{}'  # gitleaks:allow\n", token(2)));
    let ran = place.govctl(&["rules", "suppressions", "--json"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(!ran.out.contains(&token(1)) && !ran.out.contains(&token(2)));
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let all = document["suppressions"].as_array().unwrap();
    let brief: Vec<_> = all
        .iter()
        .map(|s| format!("{} {} {} {} {}", s["kind"], s["line"], s["expires"], s["reason"], s["age_days"].is_i64()))
        .collect();
    let expected = [
        r#""comment" 1 "2998-12-31" "a fixture" true"#,
        r#""comment" 2 null "gitleaks:allow" false"#,
        r#""policy" null "2999-01-01" "a simulation" true"#,
    ];
    assert_eq!(brief, expected);
    let people = place.govctl(&["rules", "suppressions"]);
    assert!(people.out.contains("until 2998-12-31: a fixture") && people.out.contains("policy: lab/**"), "{people:?}");
}
