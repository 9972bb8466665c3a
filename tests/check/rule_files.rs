//! `--rules FILE`: gitleaks' TOML as it is in the wild, and the policy's own form.

use crate::place::{Place, RULE, leak};

fn fill(text: &str) -> String {
    govctl::rules::template::expand(text, &mut fastrand::Rng::with_seed(11)).unwrap()
}

const ACME: &str = r#"
title = "Acme"
[[rules]]
id = "acme-token"
description = "Acme token"
regex = '''(?i)\b(acme)[_-]([a-z0-9]{20,24})\b'''
secretGroup = 2
entropy = 3.1
keywords = ["ACME_", "acme-"]
tags = ["key", "acme"]
"#;

/// More of a rule file after [`ACME`], the file it is run on, and whether the rule finds it there.
const FILES: &[(&str, &str, &str, bool)] = &[
    ("", "a.txt", "Acme_{lowernum:22}", true),
    ("", "a.txt", "acme_{lowernum:19}", false),
    // Upper case, and the keyword elsewhere in the file than the match, as gitleaks has it.
    (
        "[[rules]]\nid = \"far\"\nregex = '''\\bz[0-9a-f]{31}\\b'''\nkeywords = [\"faraway\"]",
        "a.txt",
        "FarAway\n\n\n\nz{hex:31}",
        true,
    ),
    (
        "[[rules]]\nid = \"far\"\nregex = '''\\bz[0-9a-f]{31}\\b'''\nkeywords = [\"faraway\"]",
        "a.txt",
        "\n\n\n\nz{hex:31}",
        false,
    ),
    // Less entropy than asked for.
    ("", "a.txt", "acme_ababab1212ababab1212", false),
    ("path = '''\\.env$'''", "a.txt", "acme_{lowernum:22}", false),
    ("path = '''\\.env$'''", "b/.env", "acme_{lowernum:22}", true),
    ("[[rules.allowlists]]\nstopwords = [\"SAMPLE\"]", "a.txt", "acme_sample{lowernum:16}", false),
    ("[[rules.allowlists]]\nregexes = ['''^z''']", "a.txt", "acme_z{lowernum:20}", false),
    ("[[rules.allowlists]]\nregexes = ['''^acme''']", "a.txt", "acme_{lowernum:20}", true),
    ("[[rules.allowlists]]\nregexTarget = \"match\"\nregexes = ['''^acme''']", "a.txt", "acme_{lowernum:20}", false),
    (
        "[[rules.allowlists]]\nregexTarget = \"line\"\nregexes = ['''test''']",
        "a.txt",
        "acme_{lowernum:20} # test",
        false,
    ),
    ("[[rules.allowlists]]\npaths = ['''_test\\.go$''']", "a_test.go", "acme_{lowernum:20}", false),
    ("[[rules.allowlists]]\npaths = ['''_test\\.go$''']", "a.go", "acme_{lowernum:20}", true),
    (
        "[[rules.allowlists]]\ncondition = \"AND\"\npaths = ['''\\.go$''']\nregexes = ['''^z''']",
        "a.go",
        "acme_y{lowernum:20}",
        true,
    ),
    (
        "[[rules.allowlists]]\ncondition = \"AND\"\npaths = ['''\\.go$''']\nregexes = ['''^z''']",
        "a.go",
        "acme_z{lowernum:20}",
        false,
    ),
    ("[rules.allowlist]\nstopwords = [\"sample\"]", "a.txt", "acme_sample{lowernum:16}", false),
    ("[allowlist]\npaths = ['''^docs/''']", "docs/a.txt", "acme_{lowernum:20}", false),
    ("[[allowlists]]\ntargetRules = [\"other\"]\npaths = ['''^docs/''']", "docs/a.txt", "acme_{lowernum:20}", true),
    (
        "[[allowlists]]\ntargetRules = [\"acme-token\"]\npaths = ['''^docs/''']",
        "docs/a.txt",
        "acme_{lowernum:20}",
        false,
    ),
];

#[test]
fn rules_of_gitleaks() {
    for (more, name, text, finds) in FILES {
        let place = Place::with(&[(name, &format!("{}\n", fill(text)))]);
        let rules = place.write("../rules.toml", format!("{ACME}{more}\n"));
        let ran = place.check(&["--only", "secrets", "--rules", rules.to_str().unwrap()]);
        std::fs::remove_file(rules).unwrap();
        let expected =
            if text.contains("hex") { format!("{name}:5 secrets/far") } else { format!("{name}:1 secrets/acme-token") };
        assert_eq!(ran.found(), if *finds { vec![expected] } else { vec![] }, "{more} {name} {text}: {ran:?}");
    }
}

#[test]
fn a_rule_from_a_file_says_itself_what_is_made_up() {
    let place = Place::with(&[("a.txt", "acme_abcdefghijklmnopqrst\n")]);
    place.write("rules.toml", ACME.replace("entropy", "#"));
    place.check(&["--rules", "rules.toml"]).finds(&["a.txt:1 secrets/acme-token"]);
}

#[test]
fn what_cannot_be_carried_is_said() {
    let place = Place::with(&[("a.txt", "x\n")]);
    place.write(
        "rules.toml",
        format!("{ACME}[[rules]]\nid = \"pkcs12\"\npath = '''\\.p12$'''\n[allowlist]\ncommits = [\"abc\", \"def\"]\n"),
    );
    let ran = place.govctl(&["check", "--rules", "rules.toml"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for part in ["pkcs12", "file names", "2 allowed commits"] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
}

#[test]
fn files_extend_each_other_and_the_catalogue() {
    let place = Place::with(&[("a.py", &leak(1)), ("b.txt", &fill("acme_{lowernum:20}\n"))]);
    let github = format!("a.py:1 {RULE}");
    place.write("rules/base.toml", ACME);
    place.write("rules/top.toml", "[extend]\npath = \"base.toml\"\n");
    place.check(&["--rules", "rules/top.toml"]).finds(&[&github, "b.txt:1 secrets/acme-token"]);
    place.write("rules/top.toml", "[extend]\npath = \"base.toml\"\ndisabledRules = [\"acme-token\"]\n");
    place.check(&["--rules", "rules/top.toml"]).finds(&[&github]);
    place.write("rules/top.toml", "[extend]\nuseDefault = true\ndisabledRules = [\"github-personal-access-token\"]\n");
    place.check(&["--rules", "rules/top.toml"]).finds(&[]);
    place.write("rules/top.toml", "[extend]\nuseDefault = true\n[allowlist]\npaths = ['''\\.py$''']\n");
    place.check(&["--rules", "rules/top.toml"]).finds(&[]);
    place.write("rules/top.toml", "[extend]\npath = \"top.toml\"\n");
    place.check(&["--rules", "rules/top.toml"]).fails(&["top.toml", "cycle"]);
    place.write("rules/top.toml", "[extend]\npath = \"none.toml\"\n");
    place.check(&["--rules", "rules/top.toml"]).fails(&["none.toml", "top.toml"]);
}

#[test]
fn the_policys_own_form() {
    let place = Place::with(&[("a.txt", &fill("acme_{alnum:32}\n"))]);
    let rule = "[[checks.secrets.rule]]\nid = \"secrets/acme-api\"\nsummary = \"Acme\"\nseverity = \"low\"\n\
                keywords = [\"acme_\"]\nregex = '\\bacme_[A-Za-z0-9]{32}\\b'\n";
    place.write("rules.toml", rule);
    place.check(&["--rules", "rules.toml"]).finds(&["a.txt:1 secrets/acme-api"]);
    place.write("rules.toml", rule.replace("{32}", "{32"));
    place.check(&["--rules", "rules.toml"]).fails(&["rules.toml"]);
    // What holds no rule in either form is a mistake, not an empty list.
    place.write("rules.toml", "[something]\nelse = 1\n");
    place.check(&["--rules", "rules.toml"]).fails(&["rules.toml"]);
}
