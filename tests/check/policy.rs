//! What governance.toml changes about a check.

use crate::place::{Place, RULE, Ran, leak, token};

/// A policy, and what is then found in the files of [`policies`].
const POLICIES: &[(&str, &[&str])] = &[
    ("", &["app/a.py:1 high", "docs/d.md:1 high", "tests/t.py:1 high"]),
    ("[checks]\ndisable = ['secrets/slack-bot-token']", &[]),
    ("[checks]\ndisable = ['secrets/slack-*']", &[]),
    ("[checks]\ndisable = ['secrets/github-*']", &["app/a.py:1 high", "docs/d.md:1 high", "tests/t.py:1 high"]),
    ("[checks]\nexclude = ['docs/**', 'tests/*.py']", &["app/a.py:1 high"]),
    ("[checks.per_path]\n'docs/**' = ['secrets/*']", &["app/a.py:1 high", "tests/t.py:1 high"]),
    (
        "[checks.per_path]\n'docs/**' = ['secrets/github-*']",
        &["app/a.py:1 high", "docs/d.md:1 high", "tests/t.py:1 high"],
    ),
    ("[checks.per_path]\n'**' = ['secrets/slack-bot-token']\n", &[]),
    ("[checks.secrets.allow]\npaths = ['app/**']", &["docs/d.md:1 high", "tests/t.py:1 high"]),
    ("[checks.secrets.allow]\nvalues = ['^xoxb-1']", &["docs/d.md:1 high", "tests/t.py:1 high"]),
    ("[checks.secrets.allow]\nstopwords = ['XoXb-2']", &["app/a.py:1 high", "tests/t.py:1 high"]),
    (
        "[checks.severity]\n'secrets/slack-bot-token' = 'critical'",
        &["app/a.py:1 critical", "docs/d.md:1 critical", "tests/t.py:1 critical"],
    ),
    ("[checks.severity]\n'secrets/slack-bot-token' = 'off'", &[]),
    ("[checks.severity]\n'secrets/*@test' = 'low'", &["app/a.py:1 high", "docs/d.md:1 high", "tests/t.py:1 low"]),
    ("[checks.severity]\n'secrets/*@test' = 'off'", &["app/a.py:1 high", "docs/d.md:1 high"]),
    (
        "[checks.severity]\n'secrets/*@example' = 'medium'\n[checks.classes]\nexample = ['docs/**']\ntest = []",
        &["app/a.py:1 high", "docs/d.md:1 medium", "tests/t.py:1 high"],
    ),
    // An id goes before a glob, one with a class before one without, whatever their order.
    (
        "[checks.severity]\n'secrets/slack-bot-token' = 'critical'\n'secrets/*' = 'low'",
        &["app/a.py:1 critical", "docs/d.md:1 critical", "tests/t.py:1 critical"],
    ),
    ("[checks.severity]\n'secrets/*@test' = 'low'\n'secrets/*' = 'off'", &["tests/t.py:1 low"]),
    ("include = ['more.toml']", &["app/a.py:1 high", "tests/t.py:1 high"]),
];

#[test]
fn policies() {
    let slack = |lead: &str| {
        let template = format!("connect('xoxb-{lead}{{digit:11}}-{{digit:12}}-{{alnum:24}}')\n");
        govctl::rules::template::expand(&template, &mut fastrand::Rng::with_seed(7)).unwrap()
    };
    let place = Place::with(&[
        ("app/a.py", &slack("1")),
        ("docs/d.md", &slack("2")),
        ("tests/t.py", &slack("3")),
        ("more.toml", "[checks]\nexclude = ['docs/**']\n"),
    ]);
    for (policy, expected) in POLICIES {
        // Keys before the first table belong to none.
        let text = policy.strip_prefix("include").map_or_else(
            || format!("[policies]\nversion = '1.0'\n{policy}\n"),
            |_| format!("{policy}\n[policies]\nversion = '1.0'\n"),
        );
        place.write("governance.toml", text);
        let ran = place.check(&[]);
        let found: Vec<_> = ran
            .findings()
            .iter()
            .map(|f| {
                assert_eq!(f["rule"], "secrets/slack-bot-token", "{policy}");
                format!("{}:{} {}", f["path"].as_str().unwrap(), f["line"], f["severity"].as_str().unwrap())
            })
            .collect();
        assert_eq!(found, *expected, "{policy}: {ran:?}");
        assert_eq!(ran.status, i32::from(!expected.is_empty()), "{policy}");
    }
}

#[test]
fn a_policy_is_found_upwards_and_can_be_named() {
    let place = Place::repository(&[("sub/a.py", &leak(1))]);
    let off = "policies.version = \"1.0\"\nchecks.disable = [\"secrets/*\"]\n";
    place.write("config/governance.toml", off);
    let mut below = place.command(&["check"]);
    assert_eq!(below.current_dir(place.path().join("sub")).output().unwrap().status.code(), Some(0));
    std::fs::rename(place.path().join("config/governance.toml"), place.path().join("elsewhere.toml")).unwrap();
    assert_eq!(place.check(&[]).status, 1);
    assert_eq!(place.check(&["--policy", "elsewhere.toml"]).status, 0);
    let named_by_environment = place.command(&["check"]).env("GOVCTL_POLICY", "elsewhere.toml").output().unwrap();
    assert_eq!(named_by_environment.status.code(), Some(0));
}

#[test]
fn actions_say_what_a_finding_does() {
    let place = Place::with(&[("a.py", &leak(1))]);
    for (action, status, human) in [("block", 1, true), ("warn", 0, true), ("log", 0, false)] {
        place.policy(&format!("checks.secrets.action = \"{action}\"\n"));
        let ran = place.govctl(&["check", "--format", "json"]);
        assert_eq!((ran.status, ran.all().len()), (status, 1), "{action}: {ran:?}");
        assert_eq!(ran.all()[0]["action"], action);
        assert_eq!(place.govctl(&["check"]).out.contains("a.py:1"), human, "{action}");
    }
}

#[test]
fn enforcement_modes_and_environments() {
    let place = Place::with(&[("a.py", &leak(1))]);
    place.policy(
        "policies.enforcement_mode = \"strict\"\n\
         policies.environments.development.enforcement_mode = \"permissive\"\n\
         policies.environments.night.enforcement_mode = \"audit-only\"\n\
         policies.environments.production.enforcement_mode = \"strict\"\n",
    );
    for (environment, status, told) in [
        (None, 1, true),
        (Some("production"), 1, true),
        (Some("development"), 0, true),
        (Some("night"), 0, false),
        // A name that is not listed gets the strictest of all that are.
        (Some("elsewhere"), 1, true),
    ] {
        let arguments: Vec<&str> = environment.iter().flat_map(|e| ["--env", *e]).collect();
        let ran = place.govctl(&[&["check"], &arguments[..]].concat());
        assert_eq!((ran.status, ran.out.contains("a.py:1")), (status, told), "{environment:?}: {ran:?}");
        let by_variable = place.command(&["check"]).env("GOVCTL_ENV", environment.unwrap_or("")).output().unwrap();
        assert_eq!(by_variable.status.code(), Some(status), "{environment:?}");
    }
    let permissive = place.govctl(&["check", "--env", "development"]);
    assert!(permissive.err.contains("permissive"), "{permissive:?}");
    // What could not be looked at is 2 in every mode.
    for environment in ["development", "night"] {
        assert_eq!(place.govctl(&["check", "--env", environment, "missing.py"]).status, 2);
    }
}

#[test]
fn rules_of_the_policy() {
    let rule = "[[checks.secrets.rule]]\nid = \"secrets/acme-token\"\nsummary = \"Acme API token\"\nseverity = \"medium\"\n\
                keywords = [\"ACME_\"]\nregex = '\\bacme_(?P<secret>[A-Za-z0-9]{32})\\b'\nhelp = \"Revoke it.\"\n\
                hit = [\"token = acme_{alnum:32}\"]\nmiss = [\"token = acme_{alnum:31}\"]\npaths = [\"src/**\"]\n";
    let line = govctl::rules::template::expand("t = acme_{alnum:32}\n", &mut fastrand::Rng::with_seed(3)).unwrap();
    let place = Place::with(&[("src/a.txt", &line), ("other/a.txt", &line)]);
    place.policy(rule);
    let ran = place.check(&[]);
    ran.finds(&["src/a.txt:1 secrets/acme-token"]);
    let finding = &ran.findings()[0];
    assert_eq!(
        (&finding["severity"], &finding["message"], &finding["help"]),
        (&"medium".into(), &"Acme API token".into(), &"Revoke it.".into())
    );
    assert!(
        finding["excerpt"].to_string().contains("acme_") && !ran.out.contains(line.trim().split_at(9).1),
        "{ran:?}"
    );
    // A rule with the id of a built-in one takes its place.
    place.policy(&rule.replace("secrets/acme-token", RULE).replace("[\"src/**\"]", "[]"));
    place.write("b.txt", token(1));
    let (a, b) = (format!("other/a.txt:1 {RULE}"), format!("src/a.txt:1 {RULE}"));
    place.check(&["--only", "secrets"]).finds(&[&a, &b]);
}

#[test]
fn plain_patterns_of_the_policy() {
    let place = Place::with(&[("a.txt", "the word is Xyzzy-17-plugh\n")]);
    place.policy("policies.security.secret_patterns.patterns = [\"Xyzzy-[0-9]+-plugh\"]\n");
    place.check(&[]).finds(&["a.txt:1 secrets/policy-pattern-1"]);
    // Also where it looks like a placeholder: the pattern says what it wants.
    place.write("a.txt", "the word is Xyzzy-123456789012-plugh\n");
    place.check(&[]).finds(&["a.txt:1 secrets/policy-pattern-1"]);
    place.policy(
        "policies.security.secret_patterns.patterns = [\"Xyzzy-[0-9]+-plugh\"]\n\
         policies.security.secret_patterns.action = \"warn\"\n",
    );
    assert_eq!(place.check(&[]).status, 0);
}

#[test]
fn where_trust_is_asked_for_nothing_passes_without_it() {
    let place = Place::repository(&[("a.py", "pass\n"), ("plan.json", "{}\n")]);
    let me = Ran::of(&mut place.shell("id -un")).out;
    let policy = |more: &str| {
        place.policy(&format!(
            "policies.environments.prod.trusted_policy = true\npolicies.risk.medium = [\"build\"]\n{more}\
             [[approvers.user]]\nid = \"ann\"\nrole = \"owner\"\ncan_approve = [\"*\"]\nos_user = \"{}\"\n",
            me.trim()
        ));
    };
    let prod = |args: &[&str]| place.govctl(&[args, &["--env", "prod"]].concat());
    let refused = || {
        for args in [
            &["check"][..],
            &["check", "--staged"],
            &["hook", "run", "pre-commit"],
            &["plan", "validate", "plan.json"],
            &["approvals", "request", "--action", "build", "--resource", "r", "--justification", "x"],
            &["approvals", "list"],
            &["override", "request", "--scope", "**/a", "--reason", "x"],
            &["audit", "prune"],
        ] {
            prod(args).fails(&["govctl policy trust --hash sha256:"]);
        }
    };
    policy("");
    refused();
    assert_eq!(place.check(&[]).status, 0, "elsewhere nobody asks for it");
    assert_eq!(prod(&["policy", "trust"]).status, 0);
    assert_eq!(prod(&["check"]).status, 0);
    assert_eq!(prod(&["approvals", "list"]).status, 0);
    assert_eq!(prod(&["plan", "validate", "plan.json"]).status, 1, "it is judged, and no good");
    policy("checks.exclude = [\"*.py\"]\n");
    refused();
}

/// An allowance, and the lines of `src/augment/mix.py` where draws are found then, and whether the report names the allowance.
const ALLOWANCES: &[(&str, &[u64], bool)] = &[
    ("functions = ['other']\nexpires = 2999-12-31\nmax = 12", &[], false),
    ("functions = ['mixup*']\nexpires = 2999-12-31\nmax = 12", &[10], false),
    ("functions = ['mixup*', '_get_action']\nexpires = 2999-12-31\nmax = 1", &[10, 14], true),
    ("expires = 2999-12-31\nmax = 3", &[14], true),
    ("expires = 2020-12-31", &[4, 6, 10, 14], true),
];

#[test]
fn allowances_cover_no_more_than_they_say() {
    let text = "import numpy as np\n\ndef mixup(x):\n    return x + np.random.normal(size=3)\n\n\
                lam = np.random.beta(1, 1, size=2)\n\ndef other(x):\n    y = x * 2\n    \
                return y + np.random.normal(size=3)\n\ndef _get_action(x):\n    y = x * 2\n    return y + np.random.normal(size=3)\n";
    let place = Place::with(&[("src/augment/mix.py", text)]);
    for (allowance, lines, named) in ALLOWANCES {
        place.policy(&format!(
            "[[checks.synthetic.allow]]\nrules = ['synthetic/array-draw']\npaths = ['src/augment/**']\nreason = 'why'\n{allowance}\n"
        ));
        let ran = place.check(&["--only", "synthetic"]);
        let found: Vec<_> = ran.findings().iter().map(|f| f["line"].as_u64().unwrap()).collect();
        assert_eq!(found, *lines, "{allowance}: {ran:?}");
        let told = place.govctl(&["check", "--only", "synthetic"]);
        assert_eq!(told.out.contains("the allowance “why”"), *named, "{allowance}: {told:?}");
    }
}
