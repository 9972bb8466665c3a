//! The log in its file: appending, crashes, races, tampering, retention, and the errors people will meet.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use govctl::audit::filter::Filters;
use govctl::audit::note::Verifier;
use govctl::audit::query::{Field, Query};
use govctl::audit::stats::GroupBy;
use govctl::audit::verdict::{Note, Verdict};
use govctl::audit::{Actor, Event, EventType};
use govctl::store::{Appended, Archive, Location, Options, Store, StoreError};
use rusqlite::Connection;
use serde_json::json;

fn open(dir: &Path) -> Store {
    Store::open(&Location::file(dir.join("govctl.db")), Options::default()).unwrap()
}

fn event(n: u64) -> Event {
    let mut event = Event::new(EventType::CheckCompleted, Actor::new("user", &format!("u{}", n % 7)));
    event.action = Some(format!("check-{}", n % 3));
    event.resource = Some(format!("repo:acme/{n}"));
    event.correlation = Some(format!("run-{n}"));
    event.tags = vec![format!("t{}", n % 5)];
    event
}

fn events(n: u64) -> Vec<Event> {
    (0..n).map(event).collect()
}

fn codes(verdict: &Verdict) -> Vec<(u64, &'static str)> {
    verdict.walked.problems.iter().map(|p| (p.seq, p.fault.code())).collect()
}

/// Changes the file behind the log's back, as somebody with the file in hand can.
fn tamper(dir: &Path, sql: &str) {
    let conn = Connection::open(dir.join("govctl.db")).unwrap();
    let triggers: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |r| r.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let definitions: Vec<String> = conn
        .prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |r| r.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    triggers.iter().for_each(|t| conn.execute_batch(&format!("DROP TRIGGER {t}")).unwrap());
    conn.execute_batch(sql).unwrap();
    definitions.iter().for_each(|d| conn.execute_batch(d).unwrap());
}

#[test]
fn what_is_appended_is_there() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("state");
    let mut store = open(&dir);
    assert_eq!(store.append(&event(1)).unwrap().seq(), Some(1));
    assert_eq!(store.append_all(&events(5)).unwrap().last().unwrap().seq(), Some(6));
    drop(store);
    let store = open(&dir);
    assert_eq!((store.size().unwrap(), store.origin().unwrap().as_str()), (7, "govctl.local/state"));
    let verdict = store.verify(&[], &[]).unwrap();
    assert!(verdict.is_good(), "{verdict:?}");
    assert!(verdict.not_ruled_out[0].contains("cut off"), "{:?}", verdict.not_ruled_out);
    let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(&dir.join("govctl.db"))), (0o700, 0o600));
}

#[test]
fn a_failing_transaction_leaves_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path());
    let failed: Result<(), StoreError> = store.write(|tx| {
        tx.append(&event(1))?;
        Err(StoreError::other("no"))
    });
    assert!(failed.is_err());
    let mut bad = event(2);
    bad.data = Some(json!({ "x": 0.5 }));
    assert!(store.append_all(&[event(1), bad]).unwrap_err().to_string().contains("canonical"));
    assert_eq!(store.size().unwrap(), 1);
}

#[test]
fn the_log_only_grows() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path());
    store.append_all(&events(1030)).unwrap();
    let conn = Connection::open(temp.path().join("govctl.db")).unwrap();
    for sql in [
        "UPDATE entry SET body = '{}'",
        "DELETE FROM entry",
        "DELETE FROM posting",
        "UPDATE posting SET value = 'x'",
        "DELETE FROM sealed",
        "UPDATE sealed SET last = ''",
        "UPDATE payload SET data = '1'",
        "INSERT INTO entry (seq, body, leaf) VALUES (1, '{}', zeroblob(32))",
        "INSERT INTO entry (seq, body, leaf) VALUES (9999, '{}', zeroblob(32))",
    ] {
        let refused = conn.execute_batch(sql);
        assert!(refused.is_err() || sql.contains("payload"), "{sql}");
    }
    assert!(store.verify(&[], &[]).unwrap().is_good());
}

/// One tampering: its name, what it does to the file, the first bad entry and how that one is called.
type Tampering = (&'static str, &'static str, u64, &'static str);

const TAMPERINGS: &[Tampering] = &[
    (
        "flip a byte",
        "UPDATE entry SET body = replace(body, 'acme/399', 'acme/398') WHERE seq = 400",
        400,
        "body-changed",
    ),
    (
        "flip a byte of the last",
        "UPDATE entry SET body = replace(body, 'check-', 'chock-') WHERE seq = 1100",
        1100,
        "body-changed",
    ),
    ("delete", "PRAGMA foreign_keys=OFF; DELETE FROM entry WHERE seq = 500", 500, "missing"),
    ("change a leaf", "UPDATE entry SET leaf = zeroblob(32) WHERE seq = 7", 7, "column-disagrees"),
    (
        "swap",
        "CREATE TEMP TABLE t AS SELECT seq, body, leaf FROM entry WHERE seq IN (20, 30); \
         UPDATE entry SET (body, leaf) = (SELECT body, leaf FROM t WHERE seq = 50 - entry.seq) WHERE seq IN (20, 30)",
        20,
        "reordered",
    ),
    (
        "insert",
        "PRAGMA foreign_keys=OFF; UPDATE entry SET seq = -1 - seq WHERE seq >= 600; UPDATE entry SET seq = -seq WHERE seq < 0; \
         INSERT INTO entry (seq, body, leaf) SELECT 600, body, leaf FROM entry WHERE seq = 10",
        600,
        "reordered",
    ),
    (
        "a value of the index",
        "UPDATE posting SET value = 'repo:acme/x' WHERE value = 'repo:acme/32'",
        33,
        "column-disagrees",
    ),
    ("entries of the index", "UPDATE posting SET entries = x'2100' WHERE value = 'check-1'", 2, "column-disagrees"),
    ("no set of entries", "UPDATE posting SET entries = x'21' WHERE value = 'repo:acme/32'", 0, "column-disagrees"),
    ("a tag", "DELETE FROM posting WHERE field = 8 AND value = 't3'", 4, "column-disagrees"),
    ("a time", "UPDATE sealed SET last = '2026'", 0, "column-disagrees"),
    (
        "no index",
        "DELETE FROM posting; DELETE FROM sealed; INSERT INTO sealed VALUES (0, '', '')",
        0,
        "column-disagrees",
    ),
    (
        "an index beyond its end",
        "INSERT INTO posting VALUES (0, 'x', 7000000, x'0100')",
        7_168_000_000,
        "column-disagrees",
    ),
    (
        "the index of suspensions",
        "DROP INDEX entry_suspension; CREATE INDEX entry_suspension ON entry(seq) WHERE instr(body, 'never said') > 0; \
         PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = replace(sql, 'instr(body, ''never said'') > 0', \
         'instr(body, ''\"type\":\"actor.suspended\"'') > 0 OR instr(body, ''\"type\":\"actor.resumed\"'') > 0') \
         WHERE name = 'entry_suspension'; PRAGMA writable_schema=RESET",
        1061,
        "column-disagrees",
    ),
];

#[test]
fn every_tampering_is_found_and_its_place_named() {
    let temp = tempfile::tempdir().unwrap();
    let original = temp.path().join("original");
    let mut store = open(&original);
    let mut events = events(1100);
    events[1060] = Event::new(EventType::ActorSuspended, Actor::new("user", "ann"));
    store.append_all(&events).unwrap();
    let checkpoint = Note { name: "outside".into(), text: store.checkpoint().unwrap().note };
    drop(store);
    let verify = |dir: &Path| {
        let options = Options { verify_on_open: govctl::store::VerifyOnOpen::Off, ..Options::default() };
        let store = Store::open_existing(&Location::file(dir.join("govctl.db")), options).unwrap();
        store.verify(std::slice::from_ref(&checkpoint), &[]).unwrap()
    };
    assert!(verify(&original).is_good());
    for (name, sql, first, code) in TAMPERINGS {
        let dir = temp.path().join(name);
        fs::create_dir(&dir).unwrap();
        fs::copy(original.join("govctl.db"), dir.join("govctl.db")).unwrap();
        tamper(&dir, sql);
        let verdict = verify(&dir);
        assert!(!verdict.is_good(), "{name}");
        assert_eq!(verdict.first_bad, Some(*first), "{name}: {:?}", verdict.walked.problems.first());
        assert_eq!(codes(&verdict).first(), Some(&(*first, *code)), "{name}");
    }
}

#[test]
fn truncation_old_copies_and_rewriting_need_an_outside_checkpoint() {
    let temp = tempfile::tempdir().unwrap();
    let (first, old, second) = (temp.path().join("log"), temp.path().join("old"), temp.path().join("rewritten"));
    let mut store = open(&first);
    store.append_all(&events(400)).unwrap();
    drop(store);
    fs::create_dir(&old).unwrap();
    fs::copy(first.join("govctl.db"), old.join("govctl.db")).unwrap();
    let mut store = open(&first);
    store.append_all(&events(599)).unwrap();
    let key = store.signer().unwrap().verifier();
    let outside = [Note { name: "outside".into(), text: store.checkpoint().unwrap().note }];
    assert!(store.verify(&outside, std::slice::from_ref(&key)).unwrap().is_good());
    drop(store);

    let restored = open(&old).verify(&outside, std::slice::from_ref(&key)).unwrap();
    assert_eq!((restored.first_bad, restored.is_good()), (Some(401), false));
    assert!(restored.failures.iter().any(|f| f.contains("cut off, or it is an old copy")), "{:?}", restored.failures);

    let options = Options { origin: Some("govctl.local/log".into()), ..Options::default() };
    let mut rewritten = Store::open(&Location::file(second.join("govctl.db")), options).unwrap();
    rewritten.append_all(&events(999)).unwrap();
    assert!(rewritten.verify(&[], &[]).unwrap().is_good(), "a chain alone does not show it");
    let verdict = rewritten.verify(&outside, std::slice::from_ref(&key)).unwrap();
    assert_eq!((verdict.first_bad, verdict.is_good()), (Some(0), false));

    tamper(&first, "PRAGMA foreign_keys=OFF; DELETE FROM entry WHERE seq >= 900; DELETE FROM checkpoint");
    assert!(open(&first).verify(&[], &[]).unwrap().is_good(), "a chain alone does not show it");
    let cut = open(&first).verify(&outside, std::slice::from_ref(&key)).unwrap();
    assert_eq!(cut.first_bad, Some(900));
}

#[test]
fn a_changed_key_is_found() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path());
    store.append_all(&events(10)).unwrap();
    let outside = [Note { name: "outside".into(), text: store.checkpoint().unwrap().note }];
    let key = store.signer().unwrap().verifier();
    let other = govctl::audit::note::Signer::from_seed(key.name(), &[9; 32]).unwrap();
    let note = govctl::audit::checkpoint::Checkpoint::parse(&outside[0].text).unwrap().sign(&[&other]).unwrap();
    tamper(
        temp.path(),
        &format!("UPDATE log_key SET vkey = '{}'; UPDATE checkpoint SET note = '{note}'", other.verifier().vkey()),
    );
    let verdict = store.verify(&outside, &[]).unwrap();
    assert!(verdict.failures.iter().any(|f| f.contains("not signed by a known key")), "{:?}", verdict.failures);
    assert!(!store.verify(&[], &[key]).unwrap().is_good());
}

#[test]
fn any_changed_byte_of_the_bodies_is_found() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path());
    store.append_all(&events(1000)).unwrap();
    drop(store);
    let bodies: Vec<String> = {
        let store = open(temp.path());
        let mut bodies = Vec::new();
        store
            .entries_from::<StoreError>(0, u64::MAX, |_, b| {
                bodies.push(b.to_owned());
                Ok(())
            })
            .unwrap();
        bodies
    };
    let file = fs::read(temp.path().join("govctl.db")).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..40 {
        let seq = random.usize(..bodies.len());
        let at = file.windows(bodies[seq].len()).position(|w| w == bodies[seq].as_bytes());
        // A body that is split over pages cannot be found as a whole.
        let Some(at) = at else { continue };
        let mut changed = file.clone();
        changed[at + random.usize(..bodies[seq].len())] ^= 1 << random.u8(..7);
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("govctl.db"), changed).unwrap();
        let options = Options { verify_on_open: govctl::store::VerifyOnOpen::Off, ..Options::default() };
        let store = Store::open(&Location::file(dir.path().join("govctl.db")), options).unwrap();
        let verdict = store.verify(&[], &[]);
        assert_eq!(verdict.unwrap().first_bad, Some(seq as u64));
    }
}

#[test]
fn rotated_keys_vouch_for_each_other() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path());
    store.append_all(&events(3)).unwrap();
    store.checkpoint().unwrap();
    let mode = fs::metadata(store.key_path()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let (old, new) = store.rotate_key().unwrap();
    let both = store.checkpoints().unwrap().pop().unwrap();
    for key in [old.unwrap(), new.clone()] {
        let note = Note { name: "rotation".into(), text: both.note.clone() };
        assert!(store.verify(&[note], &[key]).unwrap().outside.len() == 1);
    }
    store.append(&event(9)).unwrap();
    store.checkpoint().unwrap();
    assert_eq!(store.keys().unwrap().len(), 2);
    assert_eq!(store.signer().unwrap().verifier(), new);
    assert!(store.verify(&[], &[]).unwrap().is_good());
    fs::remove_file(store.key_path()).unwrap();
    assert!(store.signer().err().unwrap().to_string().contains("is gone"));
}

#[test]
fn a_proof_holds_without_the_database() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path());
    store.append_all(&events(300)).unwrap();
    let proof = store.prove(299).unwrap();
    let key = store.signer().unwrap().verifier();
    drop(store);
    let read = govctl::audit::proof::Proof::parse(&proof.to_string()).unwrap();
    assert_eq!(read.verify(None, &[Verifier::parse(&key.vkey()).unwrap()]).unwrap().size, 301);
    assert!(open(temp.path()).prove(301).unwrap_err().to_string().contains("there is no entry 301"));
}

#[test]
fn queries_and_counts() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path());
    store.append_all(&events(100)).unwrap();
    let found = |q: Query| {
        let mut found = Vec::new();
        store
            .query::<StoreError>(&q, |seq, _| {
                found.push(seq);
                Ok(())
            })
            .unwrap();
        assert_eq!(store.count(&q).unwrap(), found.len() as u64);
        found
    };
    let by = |field, pattern: &str| Query::default().filter(field, &[pattern.to_owned()]);
    assert_eq!(found(by(Field::Actor, "user:u3")).len(), 14);
    assert_eq!(found(by(Field::Actor, "u3")).len(), 14);
    assert_eq!(found(by(Field::Type, "check.*")).len(), 100);
    assert_eq!(found(by(Field::Tag, "t1")), found(by(Field::Tag, "t[1]")));
    assert_eq!(found(by(Field::Correlation, "run-42")), [43]);
    assert_eq!(found(Query { limit: Some(2), reverse: true, ..Query::default() }), [100, 99]);
    assert_eq!(found(by(Field::Resource, "x' OR 1=1 --")), [0; 0]);
    let future = Query::default().between(Some("2999-01-01T00:00:00Z".parse().unwrap()), None).unwrap();
    assert_eq!(found(future), [0; 0]);
    let counts = store.stats(&Query::default(), GroupBy::Action).unwrap();
    assert_eq!(counts.iter().map(|c| c.1).sum::<u64>(), 101);
    assert_eq!(counts[0], ("check-0".into(), 34));
}

#[test]
fn a_range_of_time_holds_what_a_recount_finds() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path());
    let at = |n: i64| jiff::Timestamp::from_second(1_000_000_000 + n).unwrap();
    // The clock jumps back twice: numbers and times have not the same order.
    let times: Vec<i64> = (0..60).chain(20..40).chain(35..100).collect();
    let write = |tx: &govctl::store::Tx<'_>| times.iter().try_for_each(|n| tx.append_at(&event(1), at(*n)).map(drop));
    store.write(write).unwrap();
    for (from, to) in [(0, 100), (95, 100), (36, 38), (39, 61), (0, 1), (200, 300)] {
        let expected: Vec<u64> =
            (1u64..).zip(&times).filter(|(_, t)| (from..to).contains(*t)).map(|(seq, _)| seq).collect();
        let query = Query::default().between(Some(at(from)), Some(at(to))).unwrap();
        let mut found = Vec::new();
        let take = |seq, _: &str| {
            found.push(seq);
            Ok::<_, StoreError>(())
        };
        store.query(&query, take).unwrap();
        assert_eq!(found, expected, "{from}..{to}");
        assert_eq!(store.count(&query).unwrap(), expected.len() as u64);
    }
}

#[test]
fn pruning_takes_the_data_and_leaves_the_hashes() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path());
    let old = "2020-01-01T00:00:00Z".parse().unwrap();
    store
        .write(|tx| {
            (0..20u64).try_for_each(|n| {
                let mut event = event(n);
                event.data = Some(json!({ "person": format!("somebody-{n}") }));
                tx.append_at(&event, old).map(drop)
            })
        })
        .unwrap();
    let mut young = event(99);
    young.data = Some(json!({ "person": "young" }));
    store.append(&young).unwrap();
    let before = "2021-01-01T00:00:00Z".parse().unwrap();
    // The genesis entry is as young as this test, so nothing up to it may go.
    assert_eq!(store.prunable(before).unwrap().payloads, 0);
    // A second on, so that the last entry is older even when it was written within this millisecond.
    let before = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(1);
    let plan = store.prunable(before).unwrap();
    assert_eq!((plan.through, plan.payloads), (Some(21), 21));
    let pruned = store.prune(before, Archive::Gzip).unwrap();
    assert_eq!(store.data_of(5).unwrap(), None);
    let verdict = store.verify(&[], &[]).unwrap();
    assert!(verdict.is_good(), "{:?}", verdict.walked.problems);
    let mut archived = String::new();
    let file = fs::File::open(pruned.archive.unwrap()).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut archived).unwrap();
    assert_eq!(archived.lines().count(), 21);
    assert!(archived.contains("somebody-7"));
    drop(store);
    let file = fs::read(temp.path().join("govctl.db")).unwrap();
    assert!(!file.windows(9).any(|w| w == b"somebody-"), "purged data is still in the file");
    tamper(temp.path(), "DELETE FROM payload");
    let mut store = open(temp.path());
    store.append(&young).unwrap();
    tamper(temp.path(), "PRAGMA foreign_keys=OFF; DELETE FROM payload WHERE seq > 22");
    assert_eq!(codes(&store.verify(&[], &[]).unwrap()), [(23, "data-missing")]);
}

#[test]
fn what_is_sampled_away_is_counted() {
    let temp = tempfile::tempdir().unwrap();
    let filters = Filters { never_log: vec!["check.completed".into()], ..Filters::default() };
    let options = Options { filters, ..Options::default() };
    let mut store = Store::open(&Location::file(temp.path().join("govctl.db")), options).unwrap();
    assert_eq!(store.append(&event(1)).unwrap(), Appended::Dropped);
    store.append_all(&events(9)).unwrap();
    assert_eq!(store.size().unwrap(), 1);
    store.checkpoint().unwrap();
    let mut last = String::new();
    store
        .entries_from::<StoreError>(1, 9, |_, b| {
            last = b.to_owned();
            Ok(())
        })
        .unwrap();
    assert!(last.contains(r#""counts":{"check.completed":10}"#) && last.contains("log.dropped"), "{last}");
}

#[test]
fn what_cannot_be_opened_says_why() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("govctl.db");
    let fails = |expected: &str| {
        let options = Options { busy_timeout: Duration::from_millis(50), ..Options::default() };
        let before = fs::read(&path).unwrap_or_default();
        let error = Store::open(&Location::file(&path), options).err().unwrap().to_string();
        assert!(error.contains(expected) && error.contains("govctl.db"), "{error}");
        assert_eq!(fs::read(&path).unwrap_or_default(), before, "nothing may be written");
    };
    fs::write(&path, "this is no database, but it is longer than a header of one: ".repeat(20)).unwrap();
    fails("no SQLite database");
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    fails("another program");
    fs::remove_file(&path).unwrap();
    drop(open(temp.path()));
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version=99").unwrap();
    fails("newer govctl (schema 99");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let error = Store::open(&Location::file(&path), Options::default()).err().unwrap().to_string();
    assert!(error.contains("govctl.db"), "{error}");
    let none = Location::file(temp.path().join("none.db"));
    assert!(Store::open_existing(&none, Options::default()).err().unwrap().to_string().contains("no log yet"));
    let file = temp.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Store::open(&Location::file(file.join("x/govctl.db")), Options::default()).err().unwrap().to_string();
    assert!(error.contains("GOVCTL_STATE_DIR"), "{error}");
}

#[test]
fn a_locked_log_is_an_error_after_the_timeout() {
    let temp = tempfile::tempdir().unwrap();
    drop(open(temp.path()));
    let other = Connection::open(temp.path().join("govctl.db")).unwrap();
    let options = Options { busy_timeout: Duration::from_millis(100), ..Options::default() };
    let mut store = Store::open(&Location::file(temp.path().join("govctl.db")), options).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.append(&event(1)).unwrap_err();
    assert!(error.is_busy() && error.to_string().contains("holds the lock"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.append(&event(1)).unwrap().seq(), Some(1));
}

#[test]
fn nothing_is_added_to_a_changed_end() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path());
    store.append_all(&events(5)).unwrap();
    tamper(temp.path(), "UPDATE entry SET body = replace(body, 'acme', 'acne') WHERE seq = 5");
    assert!(store.append(&event(6)).unwrap_err().to_string().contains("entry 5: its body was changed"));
    let reopened = Store::open(&Location::file(temp.path().join("govctl.db")), Options::default());
    assert!(reopened.err().unwrap().to_string().contains("govctl audit verify"));
}

/// The body of a child process: this test binary runs itself with `--exact child` and the folder in the environment.
#[test]
fn child() {
    let Ok(dir) = std::env::var("GOVCTL_TEST_CHILD") else { return };
    let count: u64 = std::env::var("GOVCTL_TEST_COUNT").unwrap().parse().unwrap();
    let mut store = open(Path::new(&dir));
    let out = std::io::stdout();
    for n in 0..count {
        let seq = store.append(&event(n)).unwrap().seq().unwrap();
        // Only what was acknowledged is printed, at once.
        use std::io::Write as _;
        let mut out = out.lock();
        writeln!(out, "ack {seq}").unwrap();
        out.flush().unwrap();
    }
}

fn spawn_child(dir: &Path, count: u64) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env("GOVCTL_TEST_CHILD", dir)
        .env("GOVCTL_TEST_COUNT", count.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

#[test]
fn eight_processes_append_one_chain() {
    let each: u64 = if std::env::var("CI").is_ok() { 1000 } else { 200 };
    let temp = tempfile::tempdir().unwrap();
    let children: Vec<_> = (0..8).map(|_| spawn_child(temp.path(), each)).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stdout).matches("ack ").count() as u64, each);
    }
    let store = open(temp.path());
    let logged = Query::default().filter(Field::Type, &["check.completed".into()]);
    assert_eq!((store.count(&logged).unwrap(), store.size().unwrap()), (8 * each, 8 * each + 1));
    assert!(store.verify(&[], &[]).unwrap().is_good());
}

#[test]
fn killed_at_random_moments() {
    let kills: usize = std::env::var("GOVCTL_TEST_KILLS")
        .ok()
        .and_then(|k| k.parse().ok())
        .unwrap_or(if std::env::var("CI").is_ok() { 1000 } else { 25 });
    let temp = tempfile::tempdir().unwrap();
    drop(open(temp.path()));
    let (mut acknowledged, mut patience) = (0, 40_000);
    for _ in 0..kills {
        let mut child = spawn_child(temp.path(), 1_000_000);
        std::thread::sleep(Duration::from_micros(fastrand::u64(1_000..patience)));
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        // The last line may be half written.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let last = whole.lines().rev().find_map(|l| l.split("ack ").nth(1)?.parse::<u64>().ok());
        acknowledged = acknowledged.max(last.unwrap_or(0));
        // On a busy machine a child needs longer to come as far as to write.
        patience =
            if last.is_none() { (patience * 3 / 2).min(2_000_000) } else { patience.max(40_000) * 9 / 10 + 4_000 };
    }
    let store = open(temp.path());
    assert!(store.size().unwrap() > acknowledged, "an acknowledged entry is lost");
    assert!(acknowledged > 0, "no child came as far as to write");
    let verdict = store.verify(&[], &[]).unwrap();
    assert!(verdict.is_good(), "{:?} {:?}", verdict.walked.problems, verdict.failures);
}

#[test]
fn a_full_disk_is_an_error_and_nothing_half_written() {
    let temp = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=512k", "tmpfs"])
        .arg(temp.path())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success());
    if !mounted {
        eprintln!("skipped: mounting a small disk is not allowed here");
        return;
    }
    let mut store = open(temp.path());
    let mut logged = 1;
    let error = loop {
        match store.append(&event(logged)) {
            Ok(_) => logged += 1,
            Err(e) => break e.to_string(),
        }
    };
    let size = store.size().unwrap();
    let good = store.verify(&[], &[]).unwrap().is_good();
    drop(store);
    let unmounted = Command::new("umount").arg("-l").arg(temp.path()).status().unwrap();
    assert!(unmounted.success());
    assert!(error.contains("disk is full") || error.contains("disk failed"), "{error}");
    assert!(good && size == logged, "{size} {logged}");
}

#[test]
fn what_short_processes_leave_to_the_next_stays_small() {
    let dir = tempfile::tempdir().unwrap();
    let location = Location::file(dir.path().join("govctl.db"));
    let brief = || Options { leave_wal: true, ..Options::default() };
    let wal = || fs::metadata(dir.path().join("govctl.db-wal")).map_or(0, |meta| meta.len());
    let (mut left, mut most) = (0, 0);
    for n in 0..120 {
        Store::open(&location, brief()).unwrap().append(&event(n)).unwrap();
        left += u64::from(wal() > 0);
        most = most.max(wal());
    }
    assert!(left > 100, "most processes write nothing back: {left} of 120");
    assert!(most < 1500 << 10, "{most} bytes were left, all of which the next process reads");
    assert_eq!(open(dir.path()).size().unwrap(), 121);
    assert_eq!(wal(), 0);
}

#[test]
fn an_older_schema_is_brought_up_to_date_with_its_entries() {
    let temp = tempfile::tempdir().unwrap();
    let mut new = open(&temp.path().join("new"));
    let mut events = events(2500);
    events[700] = Event::new(EventType::ActorSuspended, Actor::new("user", "ann"));
    new.append_all(&events).unwrap();
    new.checkpoint().unwrap();
    let path = temp.path().join("old").join("govctl.db");
    fs::create_dir(temp.path().join("old")).unwrap();
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("fixtures/schema-4.sql")).unwrap();
    old.execute("ATTACH ?1 AS new", [new.path().to_str().unwrap()]).unwrap();
    let copy = "INSERT INTO main.entry (seq, body, leaf) SELECT seq, body, leaf FROM new.entry ORDER BY seq; \
                INSERT INTO main.log_key SELECT * FROM new.log_key; INSERT INTO main.checkpoint SELECT * FROM new.checkpoint";
    old.execute_batch(copy).unwrap();
    drop(old);
    let mut store = open(&temp.path().join("old"));
    for query in [
        Query::default().filter(Field::Tag, &["t3".into()]),
        Query::default().filter(Field::Actor, &["u5".into()]).filter(Field::Action, &["check-[01]".into()]),
        Query::default().filter(Field::Type, &["actor.suspended".into()]),
    ] {
        assert!(store.count(&query).unwrap() > 0);
        assert_eq!(store.count(&query).unwrap(), new.count(&query).unwrap(), "{query:?}");
    }
    assert!(store.suspended_approvers().unwrap().contains("user:ann"));
    store.append_all(&events).unwrap();
    let verdict = store.verify(&[], &[]).unwrap();
    assert_eq!((codes(&verdict), verdict.walked.size), (vec![], 5001));
    let by_hand = "SELECT group_concat(type || ' ' || actor) FROM log WHERE type LIKE 'actor.%'";
    let said: String = Connection::open(&path).unwrap().query_row(by_hand, [], |r| r.get(0)).unwrap();
    assert_eq!(said, "actor.suspended user:ann,actor.suspended user:ann");
}

/// Every entry by a plain look at all bodies, against what the index leads to.
#[test]
fn what_the_index_finds_is_what_a_look_at_all_bodies_finds() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path());
    let start: jiff::Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
    let at = |n: u64| start + jiff::SignedDuration::from_secs(n as i64 * 7);
    for from in (0..2600).step_by(1300) {
        store.write(|tx| (from..from + 1300).try_for_each(|n| tx.append_at(&event(n), at(n)).map(drop))).unwrap();
    }
    let mut bodies = Vec::new();
    store
        .entries_from::<StoreError>(0, u64::MAX, |seq, b| {
            bodies.push((seq, b.to_owned()));
            Ok(())
        })
        .unwrap();
    let by = |field, patterns: &[&str]| {
        Query::default().filter(field, &patterns.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>())
    };
    let queries = [
        Query::default(),
        by(Field::Correlation, &["run-1500"]),
        by(Field::Correlation, &["run-1?00", "run-7"]),
        by(Field::Resource, &["*9"]),
        by(Field::Tag, &["t1", "t2"]).filter(Field::Action, &["check-2".into()]),
        by(Field::Actor, &["nobody"]),
        by(Field::Tenant, &["default"]).filter(Field::Severity, &["info".into()]),
        Query { from: Some(at(1000)), to: Some(at(1100)), ..by(Field::Action, &["check-*"]) },
        Query { from: Some(at(2550)), ..Query::default() },
        Query { to: Some(at(1)), ..Query::default() },
    ];
    for query in queries {
        let matcher = govctl::audit::matcher::Matcher::new(&query);
        let expected: Vec<u64> = bodies.iter().filter(|(_, b)| matcher.matches(b).unwrap()).map(|b| b.0).collect();
        for (reverse, limit) in [(false, None), (true, None), (false, Some(10)), (true, Some(10)), (true, Some(0))] {
            let query = Query { reverse, limit, ..query.clone() };
            let mut expected = expected.clone();
            if reverse {
                expected.reverse();
            }
            expected.truncate(limit.unwrap_or(u64::MAX) as usize);
            let mut found = Vec::new();
            store
                .query::<StoreError>(&query, |seq, _| {
                    found.push(seq);
                    Ok(())
                })
                .unwrap();
            assert_eq!((found.len() as u64, &found), (store.count(&query).unwrap(), &expected), "{query:?}");
        }
        for by in [GroupBy::Actor, GroupBy::Hour, GroupBy::Day, GroupBy::Decision, GroupBy::Resource] {
            let sum: u64 = store.stats(&query, by).unwrap().iter().map(|g| g.1).sum();
            assert_eq!(sum, expected.len() as u64, "{by:?} {query:?}");
        }
    }
    let hours = store.stats(&Query::default(), GroupBy::Hour).unwrap();
    assert_eq!(hours.iter().find(|h| h.0 == "2026-11-20T11:00Z").unwrap().1, 514);
}

#[test]
fn tags_in_what_the_log_says_of_itself_are_no_tags_of_the_entry() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path());
    let mut own = Event::new(EventType::LogCheckpoint, Actor::system());
    own.data = Some(json!({ "tags": ["inner"] }));
    store.append(&own).unwrap();
    assert_eq!(store.count(&Query::default().filter(Field::Tag, &["inner".into()])).unwrap(), 0);
    assert_eq!(codes(&store.verify(&[], &[]).unwrap()), vec![]);
}
