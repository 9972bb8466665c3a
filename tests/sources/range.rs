//! `check --range` and `check --stdin`.

use govctl::source::git::Location;
use govctl::source::range::{Options, visit};
use govctl::source::{SkipReason, exclude::Excludes, stdin};

use crate::kit::{Looked, Place, error_of, try_look};

fn options(place: &Place, range: &str) -> Options {
    let location = Location { dir: place.path().to_owned(), ..Location::default() };
    Options { location, range: range.to_owned(), exclude: Excludes::default(), max_file_size: 1 << 20 }
}

fn look(place: &Place, range: &str) -> Looked {
    try_look(|coverage, sink| visit(&options(place, range), coverage, sink)).unwrap()
}

/// `subject: path: lines` of everything that counts, sorted.
fn added(looked: &Looked) -> Vec<String> {
    let tell = |s: &crate::kit::Seen| {
        format!("{}: {}: {}", s.subject.as_deref().unwrap(), s.path.as_deref().unwrap(), s.counted().trim_end())
    };
    let mut all: Vec<_> = looked.seen.iter().map(tell).collect();
    all.sort();
    all
}

#[test]
fn only_added_lines_count_and_each_commit_is_named() {
    let place = Place::repository();
    place.commit("zero", &[("a", "old 1\nold 2\n")]);
    let id = place.commit("add secret", &[("a", "old 1\nsecret\nold 2\n"), ("b c", "new\n")]);
    place.commit("remove secret", &[("a", "old 1\nold 2\n")]);
    let looked = look(&place, "HEAD~2..HEAD");
    assert_eq!(added(&looked), ["add secret: a: secret", "add secret: b c: new"]);
    let seen = &looked.seen[0];
    assert_eq!(seen.lines.as_deref(), Some(&[2][..]));
    assert_eq!(seen.commit.as_deref(), Some(id.as_str()));
    assert_eq!(seen.author.as_deref(), Some("Ada <ada@example.org>"));
    assert_eq!(seen.date.as_deref(), Some("2024-03-01T10:20:30+02:00"));
    assert_eq!(looked.coverage.commits, 2);
}

#[test]
fn two_dots_and_three_dots() {
    let place = Place::repository();
    place.commit("base", &[("a", "base\n")]);
    place.git(&["checkout", "-q", "-b", "topic"]);
    place.commit("topic", &[("t", "topic\n")]);
    place.git(&["checkout", "-q", "main"]);
    place.commit("main", &[("m", "main\n")]);
    assert_eq!(added(&look(&place, "main..topic")), ["topic: t: topic"]);
    assert_eq!(added(&look(&place, "main...topic")), ["topic: t: topic"]);
    assert_eq!(added(&look(&place, "topic..")), ["main: m: main"]);
    let all = format!("{}..main", "0".repeat(40));
    assert_eq!(added(&look(&place, &all)), ["base: a: base", "main: m: main"]);
}

#[test]
fn a_merge_adds_only_what_is_in_no_parent() {
    let place = Place::repository();
    place.commit("base", &[("a", "1\n2\n3\n4\n5\n6\n7\n8\n")]);
    place.git(&["checkout", "-q", "-b", "topic"]);
    place.commit("topic", &[("a", "topic\n2\n3\n4\n5\n6\n7\n8\n"), ("t", "t\n")]);
    place.git(&["checkout", "-q", "main"]);
    place.commit("main", &[("a", "1\n2\n3\n4\n5\n6\n7\nmain\n")]);
    place.git(&["merge", "-q", "--no-commit", "topic"]);
    // An evil merge: a line and a file that neither side has.
    place.write("a", "topic\n2\n3\nevil\n4\n5\n6\n7\nmain\n");
    place.commit("merge", &[("e", "evil file\n")]);
    let looked = look(&place, "HEAD^1..HEAD");
    assert_eq!(added(&looked), ["merge: a: evil", "merge: e: evil file", "topic: a: topic", "topic: t: t"]);
}

#[test]
fn a_renamed_file_adds_only_its_changed_lines() {
    let place = Place::repository();
    let text: String = (0..30).map(|n| format!("line {n}\n")).collect();
    place.commit("one", &[("before", &text)]);
    place.git(&["mv", "before", "after"]);
    place.commit("rename", &[("after", &(text.clone() + "secret\n"))]);
    assert_eq!(added(&look(&place, "HEAD~1..HEAD")), ["rename: after: secret"]);
    place.git(&["mv", "after", "last"]);
    place.commit("pure rename", &[]);
    assert!(look(&place, "HEAD~1..HEAD").seen.is_empty());
}

#[test]
fn unknown_revisions_are_named() {
    let place = Place::repository();
    place.commit("one", &[("a", "a")]);
    for (range, part) in [("nope..HEAD", "`nope`"), ("HEAD..gone", "`gone`"), ("HEAD", "write `A..B`")] {
        let error = error_of(try_look(|c, s| visit(&options(&place, range), c, s)));
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn bare_and_shallow_clones() {
    let place = Place::repository();
    let first = place.commit("one", &[("a", "1\n")]);
    place.commit("two", &[("a", "1\n2\n")]);
    place.commit("three", &[("a", "1\n2\n3\n")]);
    let url = format!("file://{}", place.path().display());
    let clones = Place::new();
    clones.git(&["clone", "-q", "--bare", &url, "bare"]);
    clones.git(&["clone", "-q", "--depth=2", &url, "shallow"]);
    let at = |name: &str, range: &str| {
        let mut options = options(&place, range);
        options.location.dir = clones.path().join(name);
        try_look(|c, s| visit(&options, c, s))
    };
    assert_eq!(added(&at("bare", "HEAD~1..HEAD").unwrap()), ["three: a: 3"]);
    assert_eq!(added(&at("shallow", "HEAD~1..HEAD").unwrap()), ["three: a: 3"]);
    let error = error_of(at("shallow", &format!("{first}..HEAD")));
    assert!(error.contains(&first) && error.contains("shallow"), "{error}");
    let cut = at("shallow", &format!("{}..HEAD", "0".repeat(40))).unwrap();
    assert!(cut.coverage.is_complete() && cut.seen.is_empty(), "the remote has them all");
    clones.git_in(&clones.path().join("shallow"), &["remote", "remove", "origin"], &[]);
    let cut = at("shallow", &format!("{}..HEAD", "0".repeat(40))).unwrap();
    assert_eq!(cut.coverage.skipped.get(&SkipReason::ShallowHistory), Some(&1));
}

#[test]
fn what_a_partial_clone_lacks_is_named() {
    let place = Place::repository();
    let text: String = (0..30).map(|n| format!("line {n}\n")).collect();
    place.commit("one", &[("before", &text)]);
    place.git(&["mv", "before", "after"]);
    place.commit("two", &[("after", &(text + "more\n")), ("b", "b\n")]);
    place.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", place.path().display());
    let clones = Place::new();
    clones.git(&["clone", "-q", "--bare", "--filter=blob:none", &url, "partial"]);
    let mut there = options(&place, "HEAD~1..HEAD");
    there.location.dir = clones.path().join("partial");
    let looked = try_look(|c, s| visit(&there, c, s)).unwrap();
    assert_eq!(looked.skipped(SkipReason::MissingObject), ["after", "b"]);
    assert!(looked.seen.is_empty() && !looked.coverage.is_complete());
}

#[test]
fn standard_input_has_the_name_it_is_given() {
    let looked = try_look(|c, s| stdin::visit(&mut &b"text\0more"[..], "dir/name.py", c, s)).unwrap();
    assert_eq!(looked.text("dir/name.py"), "text\0more");
    assert_eq!(looked.coverage.bytes, 9);
    let looked = try_look(|c, s| stdin::visit(&mut &b"\x1f\x8b\x08\0"[..], "x.gz", c, s)).unwrap();
    assert_eq!(looked.skipped(SkipReason::Binary), ["x.gz"]);
}
