//! Bad input: a clear error, exit status 2, and nothing that was found before is lost.

use crate::place::{Place, RULE, leak};

/// Arguments, and what standard error must say.
const BAD: &[(&[&str], &[&str])] = &[
    (&["check", "missing.py"], &["missing.py", "no such file"]),
    (&["check", "--range", "nope..HEAD"], &["nope"]),
    (&["check", "--range", "HEAD..nope"], &["nope"]),
    (&["check", "--range", "HEAD"], &["HEAD", ".."]),
    (&["check", "--range", ""], &[".."]),
    (&["check", "--format", "yaml"], &["yaml", "sarif"]),
    (&["check", "--format", "jsn"], &["jsn", "similar", "'json'"]),
    (&["check", "--fail-on", "hig"], &["hig", "high"]),
    (&["check", "--min-confidence", "sure"], &["sure", "medium"]),
    (&["check", "--only", "secret"], &["secret", "secrets"]),
    (&["check", "--stage"], &["--stage", "--staged"]),
    (&["check", "--staged", "--history"], &["--staged", "--history"]),
    (&["check", "--stdin"], &["--path"]),
    (&["check", "--path", "a.py"], &["--stdin"]),
    (&["check", "-j", "many"], &["many"]),
    (&["check", "--rules", "none.toml"], &["none.toml"]),
    (&["check", "--policy", "none.toml"], &["none.toml"]),
    (&["check", "--baseline", "none.json"], &["none.json"]),
    (&["check", "--output", "no/such/folder/out.json"], &["no/such/folder/out.json"]),
    (&["chekc"], &["chekc", "check"]),
    (&["rules", "explain", "github-personal-acess-token"], &["did you mean", RULE]),
    (&["rules", "explain", "zzzzzzzzzzzzzzzzzzzzzz"], &["no rule", "rules list"]),
];

#[test]
fn bad_input_is_2_and_says_what_and_where() {
    let place = Place::repository(&[]);
    place.commit("one", &[("a.py", "x = 1\n")]);
    for (arguments, says) in BAD {
        let ran = place.govctl(arguments);
        assert_eq!(ran.status, 2, "{arguments:?}: {ran:?}");
        assert!(ran.out.is_empty() || arguments.contains(&"--output"), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("error"), "{arguments:?}: {ran:?}");
        for part in *says {
            assert!(ran.err.to_lowercase().contains(&part.to_lowercase()), "{arguments:?}: no `{part}` in {}", ran.err);
        }
    }
}

#[test]
fn a_missing_path_beside_others_loses_nothing() {
    let place = Place::with(&[("a.py", &leak(1))]);
    for arguments in [&["missing.py", "a.py"], &["a.py", "missing.py"]] {
        let ran = place.check(arguments);
        assert!(ran.status == 2 && ran.out.contains("a.py") && ran.err.contains("missing.py"), "{ran:?}");
    }
}

#[test]
fn outside_a_repository() {
    let place = Place::with(&[("a.py", "x = 1\n")]);
    for arguments in [&["--staged"][..], &["--range", "a..b"]] {
        place.check(arguments).fails(&["not in a git repository"]);
    }
    place.check(&[]).finds(&[]);
}

#[test]
fn a_bare_repository_and_one_with_sha256() {
    let bare = Place::new();
    bare.git(&["init", "-q", "--bare"]);
    bare.check(&["--staged"]).fails(&["bare repository"]);
    let sha256 = Place::new();
    sha256.git(&["init", "-q", "--object-format=sha256"]);
    sha256.write("a.py", leak(1));
    sha256.check(&["--staged"]).fails(&["sha256"]);
    sha256.check(&[]).finds(&[&format!("a.py:1 {RULE}")]);
}

#[test]
fn invalid_policies_and_rules() {
    let place = Place::with(&[("a.py", &leak(1))]);
    let rule = |rest: &str| {
        format!(
            "[[checks.secrets.rule]]\nid = \"secrets/x\"\nsummary = \"X\"\nseverity = \"low\"\nregex = 'abc'\n{rest}"
        )
    };
    for (policy, says) in [
        ("checks.disabel = []\n".to_owned(), "governance.toml:2:8: unknown key `disabel`"),
        ("[checks\n".to_owned(), "governance.toml:2"),
        ("checks.max_file_size = \"large\"\n".to_owned(), "governance.toml:2"),
        (rule("").replace("abc", "ab("), "governance.toml:6"),
        (rule("hit = [\"xyz\"]"), "governance.toml:7"),
        (rule("miss = [\"abc\"]"), "governance.toml:7"),
        (rule("").replace("low", "lo"), "governance.toml:5:12: unknown value `lo`"),
    ] {
        place.policy(&policy);
        let ran = place.govctl(&["check"]);
        assert_eq!(ran.status, 2, "{policy}: {ran:?}");
        assert!(ran.err.contains(says) && ran.err.contains("policy validate"), "{policy}: {}", ran.err);
    }
}

#[test]
fn invalid_rule_files_name_the_file_and_the_rule() {
    let place = Place::with(&[("a.py", &leak(1))]);
    for (text, says) in [
        ("[[rules]]\nid = \"x\"\nregex = '('\n", "`x`"),
        ("[[rules]]\nid = \"x\"\nregex = 'a*'\nkeywords = [\"a\"]\n", "empty string"),
        ("[[rules]]\nregex = 'abc'\n", "id"),
        ("[[rules]]\nid = \"x\"\nregex = '(a)'\nsecretGroup = 2\n", "secretGroup"),
        ("[[rules]\n", "line 1"),
        ("[[rules]]\nid = \"x\"\nregex = 'abc'\n[[rules.allowlists]]\nregexes = ['''[''']\n", "`x`"),
    ] {
        place.write("rules.toml", text);
        let ran = place.check(&["--rules", "rules.toml"]);
        assert_eq!(ran.status, 2, "{text}: {ran:?}");
        assert!(ran.err.contains("rules.toml") && ran.err.contains(says), "{text}: {}", ran.err);
    }
}

#[test]
fn what_was_found_before_an_error_is_told_and_the_error_too() {
    let place = Place::repository(&[("a.py", &leak(1)), ("b.py", &leak(2))]);
    place.git(&["add", "-A"]);
    let id = place.git(&["rev-parse", ":b.py"]);
    std::fs::remove_file(place.path().join(format!(".git/objects/{}/{}", &id[..2], &id[2..]))).unwrap();
    for format in ["human", "concise", "json", "jsonl", "csv", "markdown", "junit", "sarif", "github", "gitlab"] {
        let ran = place.govctl(&["check", "--staged", "--format", format]);
        assert_eq!(ran.status, 2, "{format}: {ran:?}");
        assert!(ran.out.contains("a.py"), "{format}: {ran:?}");
        assert!(format!("{}{}", ran.out, ran.err).contains("b.py"), "{format} does not say what is missing: {ran:?}");
        let ran = place.govctl(&["check", "--staged", "--format", format, "--output", "report.out"]);
        assert!(ran.status == 2 && ran.err.contains("b.py"), "{format}: {ran:?}");
    }
    place.policy("policies.enforcement_mode = \"audit-only\"\n");
    place.check(&["--staged"]).fails(&["b.py"]);
    place.policy("");
    place.check(&["--staged", "--write-baseline"]).fails(&["b.py"]);
}
