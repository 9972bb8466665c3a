//! `check [PATH…]`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Command;

use govctl::source::exclude::Excludes;
use govctl::source::read::PIECE;
use govctl::source::worktree::{Options, visit};
use govctl::source::{SkipReason, coverage::CoverageRecord};

use crate::kit::{Looked, Place, error_of, try_look};

fn options(place: &Place, paths: &[&str]) -> Options {
    Options {
        dir: place.path().to_owned(),
        root: place.path().to_owned(),
        paths: paths.iter().map(PathBuf::from).collect(),
        exclude: Excludes::default(),
        force_exclude: false,
        no_ignore: false,
        max_file_size: 5 << 20,
        threads: 2,
    }
}

fn look_with(options: &Options) -> Looked {
    try_look(|coverage, sink| visit(options, coverage, sink)).unwrap()
}

fn look(place: &Place, paths: &[&str]) -> Looked {
    look_with(&options(place, paths))
}

#[test]
fn ignore_files_are_respected_and_hidden_files_read() {
    let place = Place::repository();
    place.write(".gitignore", "*.log\n/build\n");
    place.write(".git/info/exclude", "private\n");
    place.write("sub/.gitignore", "local.txt\n");
    place.write("sub/.ignore", "cache\n");
    place.write("sub/.govctlignore", "fixtures/\n");
    for name in ["a.log", "build/x", "private", "sub/local.txt", "sub/cache", "sub/fixtures/f"] {
        place.write(name, "ignored");
    }
    for name in [".env", ".hidden/x", "a.txt", "sub/b.txt", "local.txt"] {
        place.write(name, "read");
    }
    let all = [".env", ".gitignore", ".hidden/x", "a.txt", "local.txt"];
    let sub = ["sub/.gitignore", "sub/.govctlignore", "sub/.ignore", "sub/b.txt"];
    assert_eq!(look(&place, &[]).paths(), [&all[..], &sub].concat());
    let everything = look_with(&Options { no_ignore: true, ..options(&place, &[]) });
    assert_eq!(everything.seen.len(), 15, "{everything:?}");
    assert!(everything.coverage.is_complete());
}

#[test]
fn names_of_any_bytes_are_reported() {
    let place = Place::new();
    for name in ["with space", "quo\"te'", "new\nline"] {
        place.write(name, name);
    }
    place.write(OsStr::from_bytes(b"caf\xe9"), "latin");
    let looked = look(&place, &[]);
    assert_eq!(looked.paths(), ["caf\\xe9", "new\nline", "quo\"te'", "with space"]);
    assert_eq!(looked.text("new\nline"), "new\nline");
}

#[test]
fn named_files_are_read_once_even_if_ignored() {
    let place = Place::repository();
    place.write(".gitignore", "secret.env\n");
    place.write("secret.env", "x");
    place.write("src/a", "a");
    let paths = ["./secret.env", "secret.env", "src", "src/a", "./src/../src/a", ".", "src/"];
    assert_eq!(look(&place, &paths).paths(), [".gitignore", "secret.env", "src/a"]);
    assert_eq!(look(&place, &["secret.env"]).paths(), ["secret.env"]);
}

#[test]
fn an_ignored_folder_that_is_named_is_read() {
    let place = Place::repository();
    place.write(".gitignore", "build\n");
    place.write("build/x", "x");
    assert_eq!(look(&place, &[".", "build"]).paths(), [".gitignore", "build/x"]);
}

#[test]
fn many_named_files_are_read_by_threads() {
    let place = Place::new();
    let names: Vec<String> = (0..40).map(|n| format!("f{n:02}")).collect();
    for name in &names {
        place.write(name, name);
    }
    assert_eq!(look(&place, &names.iter().map(String::as_str).collect::<Vec<_>>()).paths(), names);
}

#[test]
fn excluded_files_are_counted_and_stay_excluded_when_forced() {
    let place = Place::new();
    for name in ["vendor/a", "vendor/b", "app.min.js", "app.js"] {
        place.write(name, "x");
    }
    let exclude = Excludes::new(&["vendor/**", "**/*.min.js"]).unwrap();
    let plain = Options { exclude, ..options(&place, &[]) };
    let looked = look_with(&plain);
    assert_eq!(looked.paths(), ["app.js"]);
    assert_eq!(looked.skipped(SkipReason::Excluded), ["app.min.js", "vendor/"]);
    let named = Options { paths: vec!["vendor/a".into(), "app.js".into()], ..plain };
    assert_eq!(look_with(&named).paths(), ["app.js", "vendor/a"]);
    assert_eq!(look_with(&Options { force_exclude: true, ..named }).paths(), ["app.js"]);
}

#[test]
fn paths_are_relative_to_the_root_from_any_folder() {
    let place = Place::new();
    place.write("sub/a", "a");
    let outside = Place::new();
    outside.write("b", "b");
    let given = outside.path().to_str().unwrap();
    let from_sub = Options { dir: place.path().join("sub"), ..options(&place, &[".", given]) };
    assert_eq!(look_with(&from_sub).paths(), [&format!("{given}/b"), "sub/a"]);
}

#[test]
fn links_are_not_followed_out_of_the_tree() {
    let outside = Place::new();
    let secret = outside.write("secret", "outside");
    let place = Place::new();
    place.write("real/a", "a");
    symlink("real/a", place.path().join("inside")).unwrap();
    symlink("real", place.path().join("folder")).unwrap();
    symlink("..", place.path().join("real/loop")).unwrap();
    symlink(&secret, place.path().join("out")).unwrap();
    symlink("nowhere", place.path().join("dangling")).unwrap();
    let looked = look(&place, &[]);
    assert_eq!(looked.paths(), ["real/a"]);
    assert_eq!(looked.skipped(SkipReason::Symlink), ["dangling", "out"]);
    let named = look(&place, &["inside", "out", "dangling"]);
    assert_eq!(named.paths(), ["real/a"]);
    assert_eq!(named.skipped(SkipReason::Symlink), ["dangling", "out"]);
}

#[test]
fn special_files_are_counted_and_never_opened() {
    let place = Place::new();
    place.write("a", "a");
    assert!(Command::new("mkfifo").arg(place.path().join("fifo")).status().unwrap().success());
    let _socket = UnixListener::bind(place.path().join("socket")).unwrap();
    let looked = look(&place, &[]);
    assert_eq!(looked.paths(), ["a"]);
    assert_eq!(looked.skipped(SkipReason::Special), ["fifo", "socket"]);
    assert!(looked.coverage.is_complete());
    assert_eq!(look(&place, &["fifo"]).skipped(SkipReason::Special), ["fifo"]);
}

#[test]
fn an_unreadable_file_fails_after_the_rest_was_read() {
    let place = Place::new();
    place.write("a", "a");
    place.write("z", "z");
    let locked = place.write("locked", "x");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&locked).is_ok() {
        // Permissions do not bind root; a process's memory at address 0 cannot be read by anybody.
        return unreadable_even_for_root(&place);
    }
    let looked = look(&place, &[]);
    assert_eq!(looked.paths(), ["a", "z"]);
    assert_eq!(looked.skipped(SkipReason::Unreadable), ["locked"]);
    assert!(!looked.coverage.is_complete());
}

fn unreadable_even_for_root(place: &Place) {
    let looked = look(place, &["/proc/self/mem", "a", "z"]);
    assert_eq!(looked.paths(), ["a", "z"]);
    assert_eq!(looked.skipped(SkipReason::Unreadable), ["/proc/self/mem"]);
    assert!(!looked.coverage.is_complete());
}

#[test]
fn a_missing_path_fails_after_the_rest_was_read() {
    let place = Place::new();
    place.write("a", "a");
    let error = error_of(try_look(|c, s| visit(&options(&place, &["no such"]), c, s)));
    assert!(error.contains("`no such`"), "{error}");
    let looked = look(&place, &["no such", "a"]);
    assert_eq!((looked.paths(), looked.skipped(SkipReason::Unreadable)), (vec!["a"], vec!["no such"]));
    assert!(!looked.coverage.is_complete());
}

#[test]
fn kinds_of_content_are_told_apart() {
    let place = Place::new();
    place.write("nul", b"a\0b\nkey\0");
    place.write("latin", b"caf\xe9");
    place.write("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    place.write("utf16", "\u{feff}schlüssel".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    place.write("pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n");
    place.write("large", vec![b'x'; 2000]);
    let looked = look_with(&Options { max_file_size: 1999, ..options(&place, &[]) });
    assert_eq!(looked.paths(), ["latin", "nul", "utf16"]);
    assert_eq!(looked.text("utf16"), "schlüssel");
    assert_eq!(looked.text("nul"), "a\0b\nkey\0");
    let CoverageRecord { files, bytes, skipped, .. } = &looked.coverage;
    assert_eq!((*files, *bytes), (3, 8 + 4 + 10));
    let expected = [(SkipReason::TooLarge, 1), (SkipReason::Binary, 1), (SkipReason::LfsPointer, 1)];
    assert_eq!(*skipped, expected.into());
}

#[test]
fn a_large_file_comes_in_pieces_with_right_line_numbers() {
    let place = Place::new();
    let line = "0123456789 abcdefghijklmnopqrstuvwxyz\n";
    let count = PIECE * 5 / 2 / line.len();
    place.write("large", line.repeat(count) + "the end");
    let looked = look_with(&Options { max_file_size: u64::MAX, ..options(&place, &[]) });
    assert_eq!(looked.seen.len(), 3);
    assert!(looked.seen.iter().all(|s| !s.whole && s.text.len() <= PIECE));
    let last = looked.seen.iter().max_by_key(|s| s.first_line).unwrap();
    let end = last.first_line as usize + last.text.lines().count() - 1;
    assert_eq!((end, last.text.lines().last()), (count + 1, Some("the end")));
}

#[test]
fn other_repositories_inside_are_named() {
    let inner = Place::repository();
    inner.commit("one", &[("x", "x")]);
    let place = Place::repository();
    place.commit("one", &[("a", "a")]);
    place.git(&["submodule", "--quiet", "add", inner.path().to_str().unwrap(), "libs/inner"]);
    place.git(&["init", "-q", "nested"]);
    place.write("nested/n", "n");
    let looked = look(&place, &[]);
    assert_eq!(looked.paths(), [".gitmodules", "a"]);
    assert_eq!(looked.skipped(SkipReason::Submodule), ["libs/inner", "nested"]);
    assert!(looked.coverage.is_complete());
    // A folder of many repositories is no repository: all of them were asked for.
    let many = Place::new();
    many.git(&["init", "-q", "one"]);
    many.write("one/x", "x");
    assert_eq!(look(&many, &[]).paths(), ["one/x"]);
}

#[test]
fn a_repository_with_sha256_objects_and_none_at_all() {
    let place = Place::new();
    place.git(&["init", "-q", "--object-format=sha256"]);
    place.write(".gitignore", "b\n");
    place.write("a", "a");
    place.write("b", "b");
    assert_eq!(look(&place, &[]).paths(), [".gitignore", "a"]);
    assert!(look(&Place::new(), &[]).seen.is_empty());
}
