//! The audit log's speed: verification beside plain SHA-256 over the same bytes, appending, querying.
//!
//! `cargo bench --bench audit`. The size of the large log is GOVCTL_BENCH_ENTRIES (default 100,000).
//! With GOVCTL_BENCH_TURNS=ROUNDS it compares one durable append with one durable insert of as many bytes in bare SQLite, in
//! turns. With GOVCTL_BENCH_FILL=FOLDER it only makes a log of that size there, for measuring commands.

#![allow(clippy::expect_used)]

mod turns;

use std::env;
use std::path::Path;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use govctl::audit::query::{Field, Query};
use govctl::audit::verify::{Data, Row, Walk};
use govctl::audit::{Actor, Event, EventType};
use govctl::store::{Location, Options, Store, StoreError};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

fn main() {
    if let Some(dir) = env::var_os("GOVCTL_BENCH_FILL") {
        return drop(filled(Path::new(&dir), entries()));
    }
    match env::var("GOVCTL_BENCH_TURNS").ok().and_then(|n| n.parse().ok()) {
        Some(rounds) => append_beside_an_insert(rounds),
        None => divan::main(),
    }
}

fn append_beside_an_insert(rounds: usize) {
    let (log, bare) = (folder(), folder());
    let conn = bare_sqlite(bare.path());
    let mut store = open(log.path());
    let body = "x".repeat(420);
    let insert = || conn.execute("INSERT INTO t (body) VALUES (?1)", [&body]).expect("room on the disk");
    let mut n = 0;
    let append = || {
        n += 1;
        let event = event(n);
        turns::timed(|| store.append(&event).expect("room on the disk"))
    };
    turns::run(rounds, vec![("insert", Box::new(|| turns::timed(insert))), ("append", Box::new(append))]);
}

/// A row is as long as an entry; a log needs at least numbers.
fn bare_sqlite(dir: &Path) -> Connection {
    let conn = Connection::open(dir.join("bare.db")).expect("a database in a fresh folder");
    let setup = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)";
    conn.execute_batch(setup).expect("a fresh database");
    conn
}

fn entries() -> u64 {
    env::var("GOVCTL_BENCH_ENTRIES").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000)
}

fn event(n: u64) -> Event {
    let mut event = Event::new(EventType::GateApproved, Actor::new("agent", &format!("a{}", n % 50)));
    event.action = Some(format!("action-{}", n % 20));
    event.resource = Some(format!("repo:acme/{}", n % 1000));
    event.decision = Some("approved".into());
    event.correlation = Some(format!("run-{n}"));
    event
}

/// On the disk that the build is on: the system's folder for temporary files may be memory.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

fn open(dir: &Path) -> Store {
    // Signing checkpoints is measured elsewhere.
    let options = Options { checkpoint_every: 0, ..Options::default() };
    Store::open(&Location::file(dir.join("govctl.db")), options).expect("a log in a fresh folder")
}

fn filled(dir: &Path, entries: u64) -> Store {
    let mut store = open(dir);
    for from in (0..entries).step_by(50_000) {
        let events: Vec<_> = (from..entries.min(from + 50_000)).map(event).collect();
        store.append_all(&events).expect("room on the disk");
    }
    store
}

fn bodies(store: &Store) -> Vec<String> {
    let mut bodies = Vec::new();
    store
        .entries_from::<StoreError>(0, u64::MAX, |_, body| {
            bodies.push(body.to_owned());
            Ok(())
        })
        .expect("a readable log");
    bodies
}

#[divan::bench(sample_count = 5)]
fn walk(bencher: Bencher<'_, '_>) {
    let temp = folder();
    let bodies = bodies(&filled(temp.path(), entries()));
    let bytes: usize = bodies.iter().map(String::len).sum();
    bencher.counter(ItemsCount::new(bodies.len())).counter(BytesCount::new(bytes)).bench(|| {
        let mut walk = Walk::default();
        for body in &bodies {
            walk.row(Row { seq: None, body: body.as_bytes(), leaf: None, data: Data::Unknown });
        }
        assert!(walk.finish().problems.is_empty());
    });
}

#[divan::bench(sample_count = 5)]
fn sha256_of_the_same_bytes(bencher: Bencher<'_, '_>) {
    let temp = folder();
    let bodies = bodies(&filled(temp.path(), entries()));
    let bytes: usize = bodies.iter().map(String::len).sum();
    bencher.counter(ItemsCount::new(bodies.len())).counter(BytesCount::new(bytes)).bench(|| {
        let mut hash = Sha256::new();
        bodies.iter().for_each(|b| hash.update(b));
        hash.finalize()
    });
}

#[divan::bench(sample_count = 3)]
fn verify_the_file(bencher: Bencher<'_, '_>) {
    let temp = folder();
    let store = filled(temp.path(), entries());
    bencher.counter(ItemsCount::new(entries())).bench_local(|| store.verify(&[], &[]).expect("a readable log"));
}

#[divan::bench(sample_count = 3)]
fn append_in_one_transaction(bencher: Bencher<'_, '_>) {
    let temp = folder();
    let mut store = open(temp.path());
    let events: Vec<_> = (0..20_000).map(event).collect();
    bencher.counter(ItemsCount::new(events.len())).bench_local(|| store.append_all(&events).expect("room on the disk"));
}

/// So many that two segments are indexed meanwhile: the mean has their cost in it, the slowest is one of them.
#[divan::bench(sample_count = 2200, sample_size = 1)]
fn append_durably(bencher: Bencher<'_, '_>) {
    let temp = folder();
    let mut store = open(temp.path());
    let mut n = 0;
    bencher.bench_local(|| {
        n += 1;
        store.append(&event(n)).expect("room on the disk")
    });
}

/// What a hook pays: open the log, append, close it.
#[divan::bench(sample_count = 100)]
fn open_append_close(bencher: Bencher<'_, '_>) {
    let temp = folder();
    drop(open(temp.path()));
    bencher.bench_local(|| open(temp.path()).append(&event(1)).expect("room on the disk"));
}

/// What any durable insert of as many bytes costs here: the same loop without the log.
#[divan::bench(sample_count = 2200, sample_size = 1)]
fn insert_durably_in_bare_sqlite(bencher: Bencher<'_, '_>) {
    let temp = folder();
    let conn = bare_sqlite(temp.path());
    let body = "x".repeat(420);
    bencher.bench_local(|| conn.execute("INSERT INTO t (body) VALUES (?1)", [&body]).expect("room on the disk"));
}

#[divan::bench(sample_count = 20)]
fn query_by_correlation(bencher: Bencher<'_, '_>) {
    query(bencher, &Query::default().filter(Field::Correlation, &["run-777".into()]));
}

#[divan::bench(sample_count = 20)]
fn query_the_last_hundred_of_an_actor(bencher: Bencher<'_, '_>) {
    let by_actor = Query::default().filter(Field::Actor, &["agent:a7".into()]);
    query(bencher, &Query { limit: Some(100), reverse: true, ..by_actor });
}

fn query(bencher: Bencher<'_, '_>, query: &Query) {
    let temp = folder();
    let store = filled(temp.path(), entries());
    bencher.bench_local(|| {
        let mut found = 0;
        store
            .query::<StoreError>(query, |_, _| {
                found += 1;
                Ok(())
            })
            .expect("a readable log");
        assert!(found > 0);
    });
}
