//! Findings accepted as they are.

use crate::place::{Place, RULE, leak};

fn accepted(files: &[(&str, &str)]) -> Place {
    let place = Place::with(files);
    let ran = place.govctl(&["check", "--write-baseline", "--baseline", "known.json"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    place
}

#[test]
fn what_is_accepted_no_longer_counts_and_what_is_new_does() {
    let first = format!("x = 1\n{}y = 2\n", leak(1));
    // The file afterwards, and what is found in it.
    let cases: &[(&str, String, &[&str])] = &[
        ("unchanged", first.clone(), &[]),
        ("moved down", format!("a = 1\n\n\n{first}"), &[]),
        ("moved up", leak(1), &[]),
        ("indented", format!("if x:\n    {}", leak(1)), &[]),
        ("windows line ends", first.replace('\n', "\r\n"), &[]),
        ("a new secret on the old line", first.replace(leak(1).trim(), leak(2).trim()), &["2"]),
        ("a second one", format!("{first}{}", leak(2)), &["4"]),
        ("the same once more", format!("{first}{}", leak(1)), &["4"]),
    ];
    for (what, text, expected) in cases {
        let place = accepted(&[("a.py", &first)]);
        place.check(&[]).finds(&[&format!("a.py:2 {RULE}")]);
        place.write("a.py", text);
        let ran = place.check(&["--baseline", "known.json"]);
        let expected: Vec<_> = expected.iter().map(|line| format!("a.py:{line} {RULE}")).collect();
        assert_eq!(ran.found(), expected, "{what}");
        assert_eq!(ran.status, i32::from(!expected.is_empty()), "{what}");
    }
}

#[test]
fn in_another_file_it_is_another_finding() {
    let place = accepted(&[("a.py", &leak(1))]);
    place.write("b.py", leak(1));
    place.check(&["--baseline", "known.json"]).finds(&[&format!("b.py:1 {RULE}")]);
}

#[test]
fn entries_that_no_longer_occur_are_reported() {
    let place = accepted(&[("a.py", &leak(1)), ("b.py", &leak(2))]);
    place.write("a.py", "x = 1\n");
    let ran = place.govctl(&["check", "--baseline", "known.json"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.out.contains("no longer occur") && ran.out.contains("a.py"), "{ran:?}");
    let json = place.govctl(&["check", "--baseline", "known.json", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let notes = document["notes"].to_string();
    assert!(notes.contains("a.py") && !notes.contains("b.py"), "{notes}");
    // Writing it again drops them and keeps the rest.
    place.govctl(&["check", "--write-baseline", "--baseline", "known.json"]);
    let text = place.read("known.json");
    assert!(!text.contains("a.py") && text.contains("b.py"), "{text}");
    // What was not looked at stays accepted.
    place.write("c.py", leak(3));
    place.govctl(&["check", "--write-baseline", "--baseline", "known.json", "c.py"]);
    let text = place.read("known.json");
    assert!(text.contains("b.py") && text.contains("c.py"), "{text}");
    // … and is not called gone.
    let part = place.govctl(&["check", "--baseline", "known.json", "--format", "json", "a.py"]);
    assert!(!part.out.contains("no longer occurs"), "{}", part.out);
}

#[test]
fn the_file_is_sorted_one_entry_a_line_and_the_same_again() {
    let place = accepted(&[("b.py", &leak(2)), ("a.py", &leak(1)), ("c/d.py", &leak(3))]);
    let text = place.read("known.json");
    let entries: Vec<_> = text.lines().filter(|l| l.starts_with("{\"path\"")).collect();
    assert!(entries.len() == 3 && entries.is_sorted(), "{text}");
    place.govctl(&["check", "--write-baseline", "--baseline", "known.json"]);
    assert_eq!(place.read("known.json"), text);
}

#[test]
fn the_policy_names_it() {
    let place = Place::repository(&[("a.py", &leak(1)), ("sub/b.py", "x = 1\n")]);
    place.policy("checks.baseline = \"known.json\"\n");
    // Not there yet: everything is new.
    assert_eq!(place.check(&[]).status, 1);
    let written = place.govctl(&["check", "--write-baseline"]);
    assert!(written.status == 0 && written.err.contains("1 "), "{written:?}");
    place.read("known.json");
    place.check(&[]).finds(&[]);
    let mut below = place.command(&["check", ".."]);
    assert_eq!(below.current_dir(place.path().join("sub")).output().unwrap().status.code(), Some(0));
    // Without a name anywhere it has one of its own.
    place.policy("");
    assert_eq!(place.govctl(&["check", "--write-baseline"]).status, 0);
    assert!(place.read(".govctl-baseline.json").contains(RULE));
}

#[test]
fn what_a_comment_allows_needs_no_entry() {
    let place = accepted(&[("a.py", &leak(1).replace('\n', "  # gitleaks:allow\n")), ("b.py", &leak(2))]);
    let text = place.read("known.json");
    assert!(!text.contains("a.py") && text.contains("b.py"), "{text}");
}

#[test]
fn a_broken_one_names_the_line() {
    let place = Place::with(&[("a.py", &leak(1))]);
    for (text, says) in [
        ("{\"schema_version\":\"1\",\"findings\":[\n{\"path\":\"a.py\",}\n]}", "line 2"),
        ("{\"schema_version\":\"1\",\"findings\":[\n\n{\"path\":\"a.py\",\"rule\":\"r\"}\n]}", "line 3"),
        ("", "line 1"),
        ("[]", "line 1"),
        ("{\"schema_version\":\"2\",\"findings\":[]}", "schema_version"),
        (
            "{\"schema_version\":\"1\",\"findings\":[\n{\"path\":\"a\",\"rule\":\"r\",\"fingerprint\":\"x\"}]}",
            "fingerprint",
        ),
    ] {
        place.write("known.json", text);
        place.check(&["--baseline", "known.json"]).fails(&["known.json", "broken", says]);
    }
    place.check(&["--baseline", "none.json"]).fails(&["none.json", "--write-baseline"]);
}
