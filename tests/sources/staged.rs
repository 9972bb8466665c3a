//! `check --staged`.

use std::path::PathBuf;

use govctl::source::git::Location;
use govctl::source::staged::{Options, visit};
use govctl::source::{SkipReason, exclude::Excludes};

use crate::kit::{Looked, Place, error_of, try_look};

fn options(place: &Place) -> Options {
    let location = Location { dir: place.path().to_owned(), ..Location::default() };
    Options { location, max_file_size: 1 << 20, ..Options::default() }
}

fn look_with(options: &Options) -> Looked {
    try_look(|coverage, sink| visit(options, coverage, sink)).unwrap()
}

fn look(place: &Place) -> Looked {
    look_with(&options(place))
}

#[test]
fn the_index_counts_and_not_the_work_tree() {
    let place = Place::repository();
    place.commit("one", &[("same", "same"), ("changed", "old"), ("gone", "x"), ("moved", "moved")]);
    place.write("changed", "staged");
    place.write("sub/new file", "new");
    place.git(&["mv", "moved", "elsewhere"]);
    place.git(&["rm", "-q", "gone"]);
    place.git(&["add", "-A"]);
    place.write("changed", "only in the work tree");
    place.write("untracked", "x");
    let looked = look(&place);
    assert_eq!(looked.paths(), ["changed", "sub/new file"]);
    assert_eq!(looked.text("changed"), "staged");
    // From a folder below, paths still start at the root.
    let mut below = options(&place);
    below.location.dir = place.path().join("sub");
    assert_eq!(look_with(&below).paths(), ["changed", "sub/new file"]);
}

#[test]
fn what_is_named_is_looked_at_beside_it_as_it_is_in_the_index() {
    let place = Place::repository();
    place.commit("one", &[("a", "a"), ("b", "b"), ("dir/c", "c"), ("dirt", "d")]);
    place.write("b", "staged");
    place.git(&["add", "b"]);
    place.write("a", "only in the work tree");
    let mut named = options(&place);
    named.named = ["a", "dir", "b", "nowhere"].map(PathBuf::from).to_vec();
    let looked = look_with(&named);
    assert_eq!(looked.paths(), ["a", "b", "dir/c"]);
    assert_eq!((looked.text("a"), looked.text("b")), ("a", "staged"));
    assert_eq!(looked.skipped(SkipReason::Unreadable), ["nowhere"]);
    // From a folder below.
    named.location.dir = place.path().join("dir");
    named.named = vec![PathBuf::from("c")];
    assert_eq!(look_with(&named).paths(), ["b", "dir/c"]);
}

#[test]
fn an_unborn_branch_has_everything_staged_but_what_is_only_announced() {
    let place = Place::repository();
    assert!(look(&place).seen.is_empty());
    place.write("a", "a");
    place.write("later", "later");
    place.git(&["add", "a"]);
    place.git(&["add", "--intent-to-add", "later"]);
    assert_eq!(look(&place).paths(), ["a"]);
}

#[test]
fn commit_all_and_commit_path_use_another_index() {
    let place = Place::repository();
    place.commit("one", &[("a", "1"), ("b", "1")]);
    // A hook that keeps what git tells it; cp takes the index before git takes it away.
    let keep = place.path().join(".git/kept");
    let hook =
        place.write(".git/hooks/pre-commit", format!("#!/bin/sh\ncp \"$GIT_INDEX_FILE\" '{}'\n", keep.display()));
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for (arguments, expected) in [
        (&["commit", "-q", "-a", "-m", "all"][..], &["a", "b"][..]),
        (&["commit", "-q", "-m", "path", "--", "b"][..], &["b"][..]),
    ] {
        place.write("a", arguments.join(" "));
        place.write("b", arguments.join(" "));
        place.git(arguments);
        place.git(&["reset", "-q", "--soft", "HEAD~1"]);
        let mut with_index = options(&place);
        with_index.location.index_file = Some(PathBuf::from(&keep));
        assert_eq!(look_with(&with_index).paths(), expected, "{arguments:?}");
        place.git(&["commit", "-q", "--no-verify", "-a", "-m", "again"]);
    }
}

#[test]
fn a_linked_worktree_has_its_own_index() {
    let place = Place::repository();
    place.commit("one", &[("a", "1")]);
    let linked = Place::new();
    let tree = linked.path().join("tree");
    place.git(&["worktree", "add", "-q", tree.to_str().unwrap()]);
    std::fs::write(tree.join("b"), "b").unwrap();
    place.git_in(&tree, &["add", "b"], &[]);
    let mut there = options(&place);
    there.location.dir = tree.clone();
    assert_eq!(look_with(&there).paths(), ["b"]);
    assert!(look(&place).seen.is_empty());
    // As git sets it for hooks.
    there.location.git_dir = Some(place.git_in(&tree, &["rev-parse", "--absolute-git-dir"], &[]).into());
    assert_eq!(look_with(&there).paths(), ["b"]);
}

#[test]
fn conflicts_and_submodules_are_named() {
    let place = Place::repository();
    place.commit("base", &[("a", "1")]);
    place.git(&["checkout", "-q", "-b", "other"]);
    place.commit("other", &[("a", "2")]);
    place.git(&["checkout", "-q", "main"]);
    place.commit("main", &[("a", "3")]);
    assert!(!place.try_git(place.path(), &["merge", "-q", "other"], &[]).0);
    let looked = look(&place);
    assert_eq!(looked.skipped(SkipReason::Unreadable), ["a"]);
    assert!(!looked.coverage.is_complete());

    let outer = Place::repository();
    outer.git(&["submodule", "--quiet", "add", place.path().to_str().unwrap(), "inner"]);
    let looked = look(&outer);
    assert_eq!((looked.paths(), looked.skipped(SkipReason::Submodule)), (vec![".gitmodules"], vec!["inner"]));
}

#[test]
fn what_cannot_be_looked_at_is_said_in_plain_words() {
    let nowhere = Place::new();
    let try_it = |place: &Place| error_of(try_look(|c, s| visit(&options(place), c, s)));
    assert!(try_it(&nowhere).contains("not in a git repository"));
    let bare = Place::new();
    bare.git(&["init", "-q", "--bare"]);
    assert!(try_it(&bare).contains("bare repository"));
    let sha256 = Place::new();
    sha256.git(&["init", "-q", "--object-format=sha256"]);
    assert!(try_it(&sha256).contains("sha256"), "{}", try_it(&sha256));
}

#[test]
fn excluded_and_large_blobs_are_counted() {
    let place = Place::repository();
    place.write("vendor/a", "a");
    place.write("large", "x".repeat(2 << 20));
    place.git(&["add", "-A"]);
    let looked = look_with(&Options { exclude: Excludes::new(&["vendor/**"]).unwrap(), ..options(&place) });
    assert!(looked.seen.is_empty());
    assert_eq!(looked.skipped(SkipReason::Excluded), ["vendor/a"]);
    assert_eq!(looked.skipped(SkipReason::TooLarge), ["large"]);
}
