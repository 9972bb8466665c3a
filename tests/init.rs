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
