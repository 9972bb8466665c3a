//! `govctl init`: what it writes holds, and nothing is overwritten.

#![allow(clippy::unwrap_used)]

#[path = "common/place.rs"]
mod place;

use place::Place;

#[test]
fn a_repository_starts_with_a_valid_policy_at_its_root() {
    let place = Place::repository(&[("src/a.py", "x = 1\n")]);
    std::fs::create_dir(place.path().join("deep")).unwrap();
    let mut command = place.command(&["init"]);
    let ran = place::Ran::of(command.current_dir(place.path().join("deep")));
    assert_eq!((ran.status, &*ran.out), (0, ""), "{ran:?}");
    assert!(ran.err.contains("wrote") && ran.err.contains("govctl check"), "{ran:?}");
    assert!(place.read("governance.toml").starts_with("#:schema ./governance.schema.json\n"));

    let ran = place.govctl(&["policy", "validate", "--strict"]);
    assert_eq!((ran.status, &*ran.out), (0, "governance.toml is valid\n"), "{ran:?}");
    assert_eq!(place.read("governance.schema.json"), place.govctl(&["policy", "schema"]).out);
    let schema: serde_json::Value = serde_json::from_str(&place.read("governance.schema.json")).unwrap();
    let policy: toml::Table = place.read("governance.toml").parse().unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&serde_json::to_value(policy).unwrap()));
    let ran = place.govctl(&["check"]);
    assert_eq!(ran.status, 0, "what init writes has no finding: {ran:?}");
}

/// The commented examples are right, too, once their signs are taken away.
#[test]
fn the_examples_of_the_first_policy_are_valid() {
    let place = Place::new();
    let text: String = govctl::cli::init::FIRST_POLICY
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = ") || rest.starts_with('[') => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    assert!(text.contains("\n[[policies.rule]]\n") && text.contains("\n\"docs/**\""), "{text}");
    place.write("governance.toml", text);
    let ran = place.govctl(&["policy", "validate", "--strict"]);
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn a_dry_run_writes_nothing_and_shows_what_it_would() {
    let place = Place::repository(&[]);
    let ran = place.govctl(&["init", "--dry-run"]);
    assert_eq!((ran.status, &*ran.err), (0, ""), "{ran:?}");
    assert!(
        ran.out.contains(govctl::cli::init::FIRST_POLICY) && ran.out.contains("governance.schema.json:"),
        "{ran:?}"
    );
    assert!(!place.path().join("governance.toml").exists() && !place.path().join("governance.schema.json").exists());
}

#[test]
fn nothing_is_overwritten() {
    for name in ["governance.toml", "config/governance.toml", "governance.schema.json"] {
        for args in [&["init"][..], &["init", "--dry-run"]] {
            let place = Place::repository(&[(name, "# mine\n")]);
            let ran = place.govctl(args);
            assert_eq!((ran.status, &*ran.out), (2, ""), "{name}: {ran:?}");
            assert!(ran.err.contains(name) && ran.err.contains("nothing was written"), "{ran:?}");
            assert_eq!(place.read(name), "# mine\n");
            let others = ["governance.toml", "governance.schema.json"].into_iter().filter(|n| *n != name);
            assert!(others.into_iter().all(|n| !place.path().join(n).exists()), "{name}");
        }
    }
}

#[test]
fn a_named_policy_is_written_where_it_is_named() {
    let place = Place::with(&[("rules/readme", "")]);
    let ran = place.govctl(&["init", "--policy", "rules/mine.toml"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(place.read("rules/mine.toml").contains("[policies]"));
    assert!(place.path().join("rules/governance.schema.json").exists());
    assert_eq!(place.govctl(&["init", "--policy", "none/mine.toml"]).status, 2, "a folder that is not there");
}

/// Every file of the work tree with its bytes.
fn everything(place: &Place) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    let mut folders = vec![place.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.clone(), std::fs::read(path).unwrap());
            }
        }
    }
    files
}

#[test]
fn what_is_there_is_told_and_a_baseline_accepts_it() {
    let place = Place::repository(&[
        ("src/a.py", &place::leak(3)),
        ("src/b.py", "x = 1\n"),
        ("web/a.ts", "export const x = 1;\n"),
        (".pre-commit-config.yaml", "repos: []\n"),
        (".gitlab-ci.yml", "test:\n  script: make\n"),
    ]);
    let ran = place.govctl(&["init", "--yes"]);
    assert_eq!((ran.status, &*ran.out), (0, ""), "{ran:?}");
    for part in ["Python, TypeScript", "pre-commit", "GitLab CI", ".govctl-baseline.json", "1 findings", "govctl check"]
    {
        assert!(ran.err.contains(part), "{part}: {ran:?}");
    }
    assert!(place.read("governance.toml").contains("baseline = \".govctl-baseline.json\""));
    place.check(&["--only", "secrets"]).finds(&[]);
    place.write("src/c.py", place::leak(4));
    place.check(&["--only", "secrets"]).finds(&[&format!("src/c.py:1 {}", place::RULE)]);
    assert_eq!(place.govctl(&["policy", "validate", "--strict"]).status, 0);
}

const GITLEAKS: &str = "[extend]\nuseDefault = true\ndisabledRules = [\"slack-bot-token\", \"no-such-rule\"]\n\
    [[rules]]\nid = \"acme\"\ndescription = \"Acme\"\nregex = '''acme_[a-z]{12}'''\nkeywords = [\"acme_\"]\n\
    [[rules]]\nid = \"keys\"\npath = '''id_rsa$'''\n";

#[test]
fn what_gitleaks_was_told_is_taken_over() {
    let leak = place::leak(3);
    let report = r#"[{"RuleID":"github-pat","File":"src/a.py","StartLine":1,"Fingerprint":"src/a.py:github-pat:1"},
        {"RuleID":"github-pat","File":"gone.py","StartLine":7,"Fingerprint":"x"}]"#;
    let place = Place::repository(&[
        ("src/a.py", &leak),
        (".gitleaks.toml", GITLEAKS),
        (".gitleaksignore", "# ours\nsrc/a.py:github-pat:1\n0123abc:old.py:github-pat:3\nnonsense\n"),
        ("gitleaks-report.json", report),
    ]);
    let ran = place.govctl(&["init"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for part in
        ["secrets/no-such-rule", "a rule on file names", "old.py:github-pat:3", "gone.py:github-pat:7", "nonsense"]
    {
        assert!(ran.err.contains(part), "{part}: {ran:?}");
    }
    assert!(!ran.err.contains("src/a.py:github-pat:1"), "{ran:?}");
    let policy = place.read("governance.toml");
    assert!(policy.contains("disable = [\"secrets/slack-bot-token\"]") && policy.contains("secrets/acme"), "{policy}");
    let validated = place.govctl(&["policy", "validate"]);
    assert_eq!(validated.status, 0, "{validated:?}");
    place.write("b.txt", "acme_abcdefghijkl\n");
    place.check(&["--only", "secrets"]).finds(&["b.txt:1 secrets/acme"]);
}

#[test]
fn what_detect_secrets_was_told_is_taken_over() {
    let baseline = r#"{"version":"1.5.0","plugins_used":[],
        "filters_used":[{"path":"detect_secrets.filters.regex.should_exclude_file","pattern":["generated/.*|(a|b)"]},
            {"path":"detect_secrets.filters.regex.should_exclude_line","pattern":["x"]}],
        "results":{"src/a.py":[{"type":"GitHub Token","filename":"src/a.py","hashed_secret":"0","line_number":1}],
            "old.py":[{"type":"Secret Keyword","filename":"old.py","hashed_secret":"0","line_number":4}]}}"#;
    let leak = place::leak(3);
    let place = Place::repository(&[("src/a.py", &leak), ("generated/b.py", &leak), (".secrets.baseline", baseline)]);
    let ran = place.govctl(&["init"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for part in ["old.py:4: Secret Keyword", "should_exclude_line", "1 findings", "no glob"] {
        assert!(ran.err.contains(part), "{part}: {ran:?}");
    }
    assert!(place.read("governance.toml").contains("**/generated/**"));
    place.check(&["--only", "secrets"]).finds(&[]);
    let broken = Place::with(&[(".secrets.baseline", "{"), (".gitleaks.toml", "[[rules]]\nid = \"x\"\nregex = '('\n")]);
    let ran = broken.govctl(&["init"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.err.contains("not carried: .secrets.baseline") && ran.err.contains("rule `x`"), "{ran:?}");
}

#[test]
fn undo_restores_byte_for_byte() {
    let place = Place::repository(&[("src/a.py", &place::leak(3)), (".github/workflows/test.yml", "on: push\n")]);
    let before = everything(&place);
    assert_eq!(place.govctl(&["init", "--ci", "github"]).status, 0);
    assert!(everything(&place).len() >= before.len() + 4);
    let ran = place.govctl(&["init", "--undo"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.err.contains("governance.toml") && ran.err.contains(".github/workflows/govctl.yml"), "{ran:?}");
    assert!(everything(&place) == before);
    place.govctl(&["init", "--undo"]).fails(&["nothing to undo"]);
    assert_eq!(place.govctl(&["init"]).status, 0, "and it starts anew");
}

#[test]
fn undo_leaves_what_was_changed_and_names_it() {
    let place = Place::repository(&[("src/a.py", &place::leak(3))]);
    assert_eq!(place.govctl(&["init"]).status, 0);
    place.write("governance.toml", format!("{}# mine\n", place.read("governance.toml")));
    let after = everything(&place);
    place.govctl(&["init", "--undo"]).fails(&["changed since", "governance.toml", "nothing was undone"]);
    assert!(everything(&place) == after);
}

#[test]
fn a_file_for_ci_is_written_where_it_is_asked_for() {
    let place = Place::repository(&[]);
    let ran = place.govctl(&["init", "--ci", "github", "--dry-run"]);
    assert!(ran.status == 0 && ran.out.contains("upload-sarif"), "{ran:?}");
    assert!(!place.path().join(".github").exists());
    assert_eq!(place.govctl(&["init", "--ci", "github"]).status, 0);
    assert!(place.read(".github/workflows/govctl.yml").contains("govctl check --format sarif"));
    let place = Place::repository(&[(".gitlab-ci.yml", "test:\n  script: make\n")]);
    let ran = place.govctl(&["init", "--ci", "gitlab"]);
    assert!(ran.status == 0 && ran.err.contains("include:"), "{ran:?}");
    assert_eq!(place.read(".gitlab-ci.yml"), "test:\n  script: make\n");
    assert!(place.read(".gitlab/govctl.yml").contains("secret_detection"));
    let place = Place::repository(&[(".github/workflows/govctl.yml", "mine\n")]);
    place.govctl(&["init", "--ci", "github"]).fails(&["govctl.yml exists", "nothing was written"]);
    assert!(!place.path().join("governance.toml").exists());
}

/// Many files cost next to nothing beside the look at them.
#[test]
fn it_is_quick_beside_the_look() {
    let place = Place::repository(&[]);
    for n in 0..5000 {
        place.write(&format!("d{}/f{n}.py", n % 50), "x = 1\n");
    }
    let timed = |args: &[&str]| {
        let started = std::time::Instant::now();
        let ran = place.govctl(args);
        assert_eq!(ran.status, 0, "{ran:?}");
        started.elapsed()
    };
    let look = timed(&["check"]);
    let all = timed(&["init"]);
    eprintln!("5,000 files: check {look:?}, init {all:?}");
    assert!(all < look * 3 + std::time::Duration::from_secs(10), "check {look:?}, init {all:?}");
}

#[test]
fn hooks_are_put_in_place_and_taken_away_again() {
    let place = Place::repository(&[("a.py", "x = 1\n")]);
    place.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    let before = everything(&place);
    let ran = place.govctl(&["init", "--dry-run"]);
    assert!(ran.out.contains("would write") && ran.out.contains("pre-push") && everything(&place) == before, "{ran:?}");
    assert_eq!(place.govctl(&["init"]).status, 0);
    place.write("b.py", place::leak(3));
    place.git(&["add", "-A"]);
    let (ok, told) = place.try_git(&["commit", "-m", "Leak"]);
    assert!(!ok && told.contains(place::RULE), "{told}");
    std::fs::remove_file(place.path().join("b.py")).unwrap();
    assert_eq!(place.govctl(&["init", "--undo"]).status, 0);
    let hooks = |files: &std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>| -> Vec<_> {
        files
            .iter()
            .filter(|(p, _)| p.to_string_lossy().contains("/hooks/"))
            .map(|(p, b)| (p.clone(), b.clone()))
            .collect()
    };
    assert!(hooks(&everything(&place)) == hooks(&before));
    assert_eq!(place.govctl(&["init", "--no-hooks"]).status, 0);
    assert!(hooks(&everything(&place)) == hooks(&before));
}

/// Runs its arguments at a terminal, answers a question with the first of them, and prints what the terminal showed.
const AT_A_TERMINAL: &str = r#"
import os, pty, select, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
shown, asked = b"", 0
while select.select([fd], [], [], 120)[0]:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    shown += part
    answers = sys.argv[1].split(",")
    if shown.count(b"[Y/n] ") > asked and asked < len(answers):
        os.write(fd, b"\x04" if answers[asked] == "END" else answers[asked].encode() + b"\n")
        asked += 1
print(shown.decode().replace("\r\n", "\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

#[test]
fn at_a_terminal_all_of_it_is_shown_and_only_a_yes_writes() {
    let place = Place::repository(&[("a.py", "x = 1\n"), (".git/at.py", AT_A_TERMINAL)]);
    let init = |answers: &str, more: &str| {
        let line = format!("NO_COLOR=1 python3 .git/at.py '{answers}' '{}' init {more}", env!("CARGO_BIN_EXE_govctl"));
        place::Ran::of(&mut place.shell(&line))
    };
    let before = everything(&place);
    for answers in ["n", "No", "END", "what,END"] {
        let ran = init(answers, "");
        assert!(ran.status == 0 && ran.out.contains("nothing was written"), "{answers}: {ran:?}");
        for part in [govctl::cli::init::FIRST_POLICY, "would write", "/.git/hooks/pre-commit", "found: Python"] {
            assert!(ran.out.contains(part), "{part}: {ran:?}");
        }
        assert_eq!(ran.out.matches("[Y/n]").count(), answers.split(',').count());
        assert!(everything(&place) == before);
    }
    let ran = init("what,y", "");
    assert!(ran.status == 0 && ran.out.contains("wrote governance.schema.json"), "{ran:?}");
    assert_eq!(place.govctl(&["init", "--undo"]).status, 0);
    let ran = init("", "--yes");
    assert!(ran.status == 0 && !ran.out.contains("[Y/n]") && ran.out.contains("wrote"), "{ran:?}");
}

#[test]
fn a_bare_repository_gets_what_a_server_runs() {
    let place = Place::new();
    place.git(&["init", "-q", "--bare", "-b", "main", "."]);
    let ran = place.govctl(&["init"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(place.path().join("hooks/pre-receive").exists() && !place.path().join("hooks/pre-commit").exists());
    let ran = place.govctl(&["doctor"]);
    assert!(ran.out.contains("✓ canary through pre-receive: a change with a secret is refused"), "{ran:?}");
    assert_eq!(place.govctl(&["init", "--undo"]).status, 0);
    assert!(!place.path().join("hooks/pre-receive").exists());
    let ran = place.govctl(&["hook", "install", "--dry-run"]);
    assert!(ran.err.contains("--server"), "{ran:?}");
}
