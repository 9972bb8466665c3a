//! `check --history`.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicUsize, Ordering};

use govctl::source::git::Location;
use govctl::source::history::{Cache, History, Options};
use govctl::source::{Coverage, SkipReason, exclude::Excludes};

use crate::kit::{Looked, Place, error_of, try_look};

fn options(place: &Place) -> Options {
    let location = Location { dir: place.path().to_owned(), ..Location::default() };
    Options { location, exclude: Excludes::default(), max_file_size: 1 << 20, cache: None }
}

/// A finding is a line that holds this word.
const WORD: &str = "SECRET";

fn probe(text: &[u8]) -> bool {
    memchr::memmem::find(text, WORD.as_bytes()).is_some()
}

fn try_with(options: &Options) -> anyhow::Result<Looked> {
    try_look(|coverage, sink| History::open(options)?.visit(coverage, &probe, sink))
}

fn look(place: &Place) -> Looked {
    try_with(&options(place)).unwrap()
}

/// `subject: path: line` of every finding.
fn found(looked: &Looked) -> Vec<String> {
    let mut all = Vec::new();
    for seen in &looked.seen {
        let subject = seen.subject.as_deref().unwrap_or("-");
        for line in seen.counted().lines().filter(|l| l.contains(WORD)) {
            all.push(format!("{subject}: {}: {line}", seen.path.as_deref().unwrap()));
        }
    }
    all.sort();
    all
}

#[test]
fn a_secret_is_reported_once_at_the_commit_that_introduced_it() {
    let place = Place::repository();
    place.commit("zero", &[("a", "x\n")]);
    place.commit("one", &[("a", "x\nSECRET 1\n")]);
    place.commit("two", &[("a", "x\nSECRET 1\ny\n")]);
    place.commit("three", &[("a", "x\ny\n"), ("sub/with space", "SECRET 2\n")]);
    place.git(&["mv", "sub/with space", "moved"]);
    place.commit("four", &[]);
    place.git(&["gc", "-q"]);
    let looked = look(&place);
    assert_eq!(found(&looked), ["one: a: SECRET 1", "three: sub/with space: SECRET 2"]);
    assert_eq!((looked.coverage.files, looked.coverage.commits), (5, 5));
    assert!(looked.coverage.is_complete());
}

#[test]
fn every_kind_of_reference_counts_and_nothing_else() {
    let place = Place::repository();
    place.commit("base", &[("a", "base\n")]);
    place.git(&["checkout", "-q", "-b", "branch"]);
    place.commit("on a branch", &[("b", "SECRET branch\n")]);
    place.git(&["checkout", "-q", "--detach", "main"]);
    place.commit("tagged", &[("t", "SECRET tag\n")]);
    place.git(&["tag", "-a", "-m", "tag", "v1"]);
    place.git(&["checkout", "-q", "main"]);
    place.commit("remote", &[("r", "SECRET remote\n")]);
    place.git(&["update-ref", "refs/remotes/origin/x", "HEAD"]);
    place.git(&["reset", "-q", "--hard", "HEAD~1"]);
    place.write("a", "SECRET stash\n");
    place.git(&["stash", "-q"]);
    place.git(&["notes", "add", "-m", "SECRET note"]);
    place.commit("lost", &[("l", "SECRET lost\n")]);
    place.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let blob = place.write("x", "SECRET blob\n");
    let blob = place.git(&["hash-object", "-w", blob.to_str().unwrap()]);
    place.git(&["tag", "blob", &blob]);
    place.git(&["checkout", "-q", "--detach"]);
    place.commit("detached", &[("d", "SECRET detached\n")]);
    let texts: BTreeSet<_> = found(&look(&place)).iter().map(|f| f.rsplit(' ').next().unwrap().to_owned()).collect();
    let expected = ["blob", "branch", "detached", "note", "remote", "stash", "tag"];
    assert_eq!(texts, expected.iter().map(ToString::to_string).collect());
}

/// A history with branches, merges, moves and secrets that come, go and return.
fn random_history(seed: u64) -> Place {
    let mut rng = fastrand::Rng::with_seed(seed);
    let place = Place::repository();
    let names = ["a", "dir/b", "dir/deep/c", "copy/b"];
    for step in 0..24 {
        if step > 2 && rng.u8(..4) == 0 {
            let back = format!("HEAD~{}", rng.u8(1..3));
            // Near the root there is no such commit; then it goes on where it is.
            place.try_git(place.path(), &["checkout", "-q", "-b", &format!("branch{step}"), &back], &[]);
        }
        if rng.u8(..4) == 0 {
            let merge = ["merge", "-q", "--no-edit", "-X", "ours", "main"];
            if !place.try_git(place.path(), &merge, &[]).0 {
                place.try_git(place.path(), &["merge", "--abort"], &[]);
            }
        }
        let name = names[rng.usize(..names.len())];
        let old = std::fs::read_to_string(place.path().join(name)).unwrap_or_default();
        let mut lines: Vec<String> = old.lines().map(str::to_owned).collect();
        for _ in 0..rng.usize(1..6) {
            let at = rng.usize(..=lines.len());
            match rng.u8(..5) {
                0 => lines.insert(at, format!("{WORD} {}", rng.u8(..12))),
                1 if at < lines.len() => drop(lines.remove(at)),
                _ => lines.insert(at, format!("line {}", rng.u8(..40))),
            }
        }
        place.commit(&format!("step {step}"), &[(name, &(lines.join("\n") + "\n"))]);
    }
    place
}

/// Every line with the word in every blob of every reachable commit, by git alone.
fn by_whole_blobs(place: &Place) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for commit in place.git(&["rev-list", "--all"]).lines() {
        for entry in place.git(&["ls-tree", "-r", commit]).lines() {
            let blob = entry.split_whitespace().nth(2).unwrap();
            let text = place.git(&["cat-file", "blob", blob]);
            lines.extend(text.lines().filter(|l| l.contains(WORD)).map(str::to_owned));
        }
    }
    lines
}

#[test]
fn a_history_is_the_same_as_whole_blobs_of_every_commit() {
    for seed in 0..3 {
        let place = random_history(seed);
        for packed in [false, true] {
            if packed {
                place.git(&["gc", "-q"]);
            }
            let counted = look(&place).counted();
            let lines: BTreeSet<_> = counted.into_values().flatten().filter(|l| l.contains(WORD)).collect();
            assert_eq!(lines, by_whole_blobs(&place), "seed {seed}");
            assert!(!lines.is_empty());
        }
    }
}

#[test]
fn a_second_run_reads_only_what_is_new() {
    let place = Place::repository();
    place.commit("one", &[("a", "SECRET 1\n"), ("b", "b\n")]);
    let folder = Place::new();
    let path = folder.path().join("cache/history");
    let with_key = |key: &str| {
        let cache = Cache { path: path.clone(), key: key.to_owned() };
        Options { cache: Some(cache), ..options(&place) }
    };
    let run = |key: &str, payload: &str| {
        let options = with_key(key);
        let history = History::open(&options).unwrap();
        let before = history.stored().map(|p| String::from_utf8(p.to_vec()).unwrap());
        let calls = AtomicUsize::new(0);
        let counting = |text: &[u8]| {
            calls.fetch_add(1, Ordering::Relaxed);
            probe(text)
        };
        let looked = try_look(|coverage, sink| history.visit(coverage, &counting, sink)).unwrap();
        history.store(payload.as_bytes()).unwrap();
        (before, found(&looked), calls.into_inner() > 0)
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(run("k", "first\n\npayload"), (None, vec!["one: a: SECRET 1".to_owned()], true));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(run("k", "second"), (some("first\n\npayload"), vec![], false));
    place.commit("two", &[("a", "SECRET 1\nSECRET 2\n")]);
    assert_eq!(run("k", "third"), (some("second"), vec!["two: a: SECRET 2".to_owned()], false));
    assert!(History::open(&with_key("k")).unwrap().is_current());
    // Other rules, a rewritten history, a damaged file: everything is read again.
    assert_eq!(run("other", "fourth").0, None);
    place.git(&["commit", "-q", "--amend", "-m", "rewritten"]);
    assert_eq!(run("other", "fifth"), (None, vec!["one: a: SECRET 1".into(), "rewritten: a: SECRET 2".into()], true));
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(run("other", "sixth").0, None);
    std::fs::write(&path, "short").unwrap();
    assert_eq!(run("other", "last").0, None);
    assert_eq!(run("other", "").0, some("last"));
}

#[test]
fn kinds_of_content_and_excludes_are_as_in_a_work_tree() {
    let place = Place::repository();
    let utf16: Vec<u8> = "\u{feff}SECRET wide\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    place.write("wide", utf16);
    place.write("image.png", b"\x89PNG\r\n\x1a\n\0\0SECRET");
    place.write("large", format!("{WORD}{}", "x".repeat(1 << 20)));
    place.write("vendor/v", "SECRET vendor\n");
    place.write("lib/v", "SECRET both\n");
    place.write("vendor/both", "SECRET both\n");
    place.write("nul", b"\0\0SECRET nul\n");
    place.commit("one", &[]);
    let exclude = Excludes::new(&["vendor/**"]).unwrap();
    let looked = try_with(&Options { exclude, ..options(&place) }).unwrap();
    assert_eq!(found(&looked), ["one: lib/v: SECRET both", "one: nul: \0\0SECRET nul", "one: wide: SECRET wide"]);
    assert_eq!(looked.skipped(SkipReason::Excluded), ["vendor/v"]);
    assert_eq!(looked.skipped(SkipReason::Binary).len() + looked.skipped(SkipReason::TooLarge).len(), 2);
}

#[test]
fn empty_bare_shallow_and_foreign_repositories() {
    let empty = Place::repository();
    assert!(look(&empty).seen.is_empty());
    let place = Place::repository();
    place.commit("one", &[("a", "SECRET 1\n")]);
    place.commit("two", &[("b", "SECRET 2\n")]);
    let url = format!("file://{}", place.path().display());
    let clones = Place::new();
    place.git(&["config", "uploadpack.allowFilter", "true"]);
    clones.git(&["clone", "-q", "--bare", &url, "bare"]);
    clones.git(&["clone", "-q", "--depth=1", &url, "shallow"]);
    clones.git(&["clone", "-q", "--shared", place.path().to_str().unwrap(), "shared"]);
    clones.git(&["clone", "-q", "--bare", "--filter=blob:none", &url, "partial"]);
    clones.git(&["init", "-q", "--object-format=sha256", "sha256"]);
    let at = |name: &str| {
        let mut options = options(&place);
        options.location.dir = clones.path().join(name);
        try_with(&options)
    };
    let both = ["one: a: SECRET 1", "two: b: SECRET 2"];
    assert_eq!(found(&at("bare").unwrap()), both);
    assert_eq!(found(&at("shared").unwrap()), both);
    let shallow = at("shallow").unwrap();
    assert_eq!(found(&shallow).len(), 2);
    assert_eq!(shallow.coverage.skipped.get(&SkipReason::ShallowHistory), Some(&1));
    let partial = at("partial").unwrap();
    assert_eq!(partial.skipped(SkipReason::MissingObject), ["a", "b"]);
    assert!(!partial.coverage.is_complete());
    assert!(error_of(at("sha256")).contains("sha256"));
    assert!(error_of(at(".")).contains("not in a git repository"));
}

#[test]
fn an_object_that_is_missing_is_no_silence() {
    let place = Place::repository();
    place.commit("one", &[("a", "SECRET 1\n"), ("dir/b", "b\n")]);
    let tree = place.git(&["rev-parse", "HEAD:dir"]);
    std::fs::remove_file(place.path().join(".git/objects").join(&tree[..2]).join(&tree[2..])).unwrap();
    let looked = look(&place);
    assert_eq!(found(&looked), ["one: a: SECRET 1"]);
    assert_eq!(looked.coverage.skipped.get(&SkipReason::MissingObject), Some(&1));
    assert!(Coverage::default().finish().is_complete() && !looked.coverage.is_complete());
}

/// Versions of a text long enough that git stores them as deltas, some with the word.
fn many_versions(place: &Place) {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut lines: Vec<String> = (0..400).map(|n| format!("line {n} {}", rng.u32(..))).collect();
    for step in 0..30 {
        let at = rng.usize(..lines.len());
        match step % 5 {
            0 => lines.insert(at, format!("{WORD} {step}")),
            1 => drop(lines.drain(at..(at + 9).min(lines.len()))),
            2 => lines.rotate_left(at),
            3 => lines.retain(|l| !l.starts_with(WORD)),
            _ => lines[at].push_str(" changed"),
        }
        place.commit(&format!("step {step}"), &[("text", &lines.join("\n"))]);
    }
}

/// How many blobs git counts, and their bytes.
fn by_git(place: &Place, dir: &std::path::Path) -> (u64, u64) {
    let format = "--batch-check=%(objecttype) %(objectsize)";
    let listed = place.git_in(dir, &["cat-file", "--batch-all-objects", format], &[]);
    let sizes = listed.lines().filter_map(|line| line.strip_prefix("blob ")).map(|size| size.parse::<u64>().unwrap());
    sizes.fold((0, 0), |(count, sum), size| (count + 1, sum + size))
}

#[test]
fn packs_of_every_kind_give_all_blobs() {
    let place = Place::repository();
    many_versions(&place);
    let expected: BTreeSet<_> = by_whole_blobs(&place);
    let check = |dir: &std::path::Path| {
        let mut options = options(&place);
        options.location.dir = dir.to_owned();
        let looked = try_with(&options).unwrap();
        assert_eq!((looked.coverage.files, looked.coverage.bytes), by_git(&place, dir));
        assert_eq!(looked.coverage.commits, 30);
        let lines = looked.counted().into_values().flatten().filter(|l| l.contains(WORD));
        assert_eq!(lines.collect::<BTreeSet<_>>(), expected);
    };
    let clones = Place::new();
    clones.git(&["clone", "-q", "--shared", "--bare", place.path().to_str().unwrap(), "shared"]);
    for deltas in ["true", "false"] {
        // Deltas that tell where their base is, and deltas that name it.
        place.git(&[
            "-c",
            &format!("repack.useDeltaBaseOffset={deltas}"),
            "repack",
            "-q",
            "-a",
            "-d",
            "-f",
            "--depth=40",
        ]);
        let packed = place.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(deltabase)"]);
        assert!(packed.lines().filter(|l| l.starts_with("blob") && !l.ends_with(&"0".repeat(40))).count() > 20);
        check(place.path());
        check(&clones.path().join("shared"));
    }
    // The same object in two packs, and some in none.
    place.git(&["repack", "-q", "-a", "-f", "--depth=2", "-k"]);
    place.write("loose", "a loose blob\n");
    place.git(&["hash-object", "-w", "loose"]);
    check(place.path());
}

#[test]
fn a_damaged_pack_is_no_silence() {
    let place = Place::repository();
    many_versions(&place);
    place.git(&["gc", "-q"]);
    let pack = std::fs::read_dir(place.path().join(".git/objects/pack")).unwrap().map(|e| e.unwrap().path());
    let pack = pack.into_iter().find(|p| p.extension().is_some_and(|x| x == "pack")).unwrap();
    let whole = std::fs::read(&pack).unwrap();
    std::fs::set_permissions(&pack, std::fs::Permissions::from_mode(0o644)).unwrap();
    let blobs = place.git(&["verify-pack", "-v", pack.to_str().unwrap()]);
    let blob = blobs.lines().find(|l| l.contains(" blob ")).unwrap();
    let start: usize = blob.split_whitespace().nth(4).unwrap().parse().unwrap();
    for (at, cut) in [(start + 40, 0), (start, 0), (whole.len(), whole.len() / 3)] {
        let mut bytes = whole.clone();
        bytes.truncate(whole.len() - cut);
        bytes.get_mut(at..).into_iter().flatten().take(8).for_each(|b| *b ^= 0x55);
        std::fs::write(&pack, bytes).unwrap();
        assert!(try_with(&options(&place)).map_or(true, |looked| !looked.coverage.is_complete()), "{at} {cut}");
    }
}
