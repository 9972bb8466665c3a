//! `check --history`.

use crate::place::{Place, RULE, leak, token};

/// Findings of [`RULE`] at these places.
fn at(places: &[&'static str]) -> Vec<&'static str> {
    places.iter().map(|p| &*format!("{p} {RULE}").leak()).collect()
}

#[test]
fn history_is_every_blob_of_every_ref_once_with_the_commit_that_brought_it() {
    let place = Place::repository(&[]);
    place.commit("base", &[("a.py", "x = 1\n")]);
    let brought = place.commit("bring", &[("gone.py", &leak(1))]);
    place.commit("copy", &[("copy.py", &leak(1))]);
    place.git(&["rm", "-q", "gone.py", "copy.py"]);
    place.commit("remove", &[]);
    place.git(&["checkout", "-q", "-b", "other"]);
    let elsewhere = place.commit("elsewhere", &[("other.py", &leak(2))]);
    place.git(&["checkout", "-q", "main"]);
    place.check(&[]).finds(&[]);
    for arguments in [&["--history"][..], &["--history"], &["--history", "--no-cache"]] {
        let ran = place.check(arguments);
        ran.finds(&at(&["gone.py:1", "other.py:1"]));
        let commits: Vec<_> = ran.findings().iter().map(|f| f["commit"]["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(commits, [brought.as_str(), &elsewhere], "{arguments:?}");
    }
    // What is new since the last run is seen.
    place.commit("again", &[("again.py", &leak(3))]);
    place.check(&["--history"]).finds(&at(&["again.py:1", "gone.py:1", "other.py:1"]));
}

#[test]
fn outside_a_repository_there_is_none() {
    Place::with(&[("a.py", "x = 1\n")]).check(&["--history"]).fails(&["not in a git repository"]);
}

#[test]
fn the_words_of_a_commit_are_masked() {
    let place = Place::repository(&[]);
    place.commit(&format!("Use {} at last", token(2)), &[("a.py", &leak(1))]);
    for format in ["human", "json", "sarif", "gitlab"] {
        let ran = place.govctl(&["check", "--history", "--format", format]);
        assert!(ran.status == 1 && ran.out.contains("a.py"), "{ran:?}");
        assert!(!ran.out.contains(&token(2)[4..]) && !ran.out.contains(&token(1)[4..]), "{format}: {}", ran.out);
    }
}
