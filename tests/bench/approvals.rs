//! What an approval costs beside a bare durable SQLite transaction of the same run (goals: to ask ≤ 1.3 ×, to use ≤ 1.5 ×),
//! and what lists, looks and votes cost where 100,000 wait (goal: 20 ms each).
//!
//! `cargo bench --bench approvals`. How many wait is GOVCTL_BENCH_PENDING. With GOVCTL_BENCH_TURNS=ROUNDS only the first
//! three, in turns.

#![allow(clippy::expect_used)]

mod turns;

use std::cell::{Cell, RefCell};
use std::env;
use std::path::Path;

use divan::Bencher;
use govctl::approvals::bound::Form;
use govctl::approvals::token::TokenHash;
use govctl::approvals::{Ballot, Bound, Cast, Choice, Moment, Party, Purpose, State, Strength};
use govctl::audit::{Event, EventType};
use govctl::plan::{Actor, ActorKind, Plan, Step};
use govctl::policy::raw::approvals::Strategy;
use govctl::policy::raw::values::Tier;
use govctl::policy::{Context as Asked, Policy, judge_text};
use govctl::store::approvals::{Context, Presented, Wanted, Which};
use govctl::store::{Location, Options, Store, clock};
use rusqlite::{Connection, TransactionBehavior, params};

fn main() {
    match env::var("GOVCTL_BENCH_TURNS").ok().and_then(|n| n.parse().ok()) {
        Some(rounds) => in_turns(rounds),
        None => divan::main(),
    }
}

fn in_turns(rounds: usize) {
    let dir = folder();
    let mut conn = bare_sqlite(dir.path());
    let (mut asked, mut used) = (Queue::new(), Queue::new());
    let consumed = || {
        let n = used.ask();
        used.approve(n);
        turns::timed(|| used.consume(n))
    };
    let parts: Vec<turns::Part<'_>> = vec![
        ("bare transaction", Box::new(|| turns::timed(|| insert(&mut conn)))),
        ("create", Box::new(|| turns::timed(|| asked.ask()))),
        ("consume", Box::new(consumed)),
    ];
    turns::run(rounds, parts);
}

fn bare_sqlite(dir: &Path) -> Connection {
    let conn = Connection::open(dir.join("bare.db")).expect("a database in a fresh folder");
    let setup = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)";
    conn.execute_batch(setup).expect("a fresh database");
    conn
}

/// One row of as many bytes as an approval has, durably.
fn insert(conn: &mut Connection) {
    let body = "x".repeat(1000);
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).expect("nobody else");
    tx.execute("INSERT INTO t (body) VALUES (?1)", [&body]).expect("room on the disk");
    tx.commit().expect("room on the disk");
}

const POLICY: &str = "policies.version = \"1.0\"\n[[approvers.user]]\nid = \"ann\"\nrole = \"owner\"\ncan_approve = [\"*\"]\n\
                      os_user = \"ann\"\n[[approvers.user]]\nid = \"bob\"\nrole = \"owner\"\ncan_approve = [\"*\"]\n";
const HASH: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// A queue in a folder of its own, on the disk that the build is on.
struct Queue {
    _dir: tempfile::TempDir,
    store: Store,
    policy: Policy,
    now: Moment,
    next: Cell<usize>,
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

fn id(n: usize) -> String {
    format!("ap-{n:08}")
}

fn token(n: usize) -> TokenHash {
    let mut raw = [0; 32];
    raw[..8].copy_from_slice(&n.to_le_bytes());
    TokenHash::of(&raw)
}

fn requester() -> Party {
    Party { id: "bot".into(), kind: "agent".into(), on_behalf_of: None, os_user: Some("ci".into()) }
}

fn bound(n: usize) -> Bound {
    let step = Step::new("deploy", format!("service-{n}"), format!("key-{n}"));
    let mut bound = Bound {
        actions: vec!["deploy".into()],
        document: Plan::of_one_step("default", Actor::new(ActorKind::Agent, "bot"), step).to_value(),
        environment: None,
        form: Form::Plan,
        hash: String::new(),
        id: id(n),
        justification: "the release of this week".into(),
        nonce: format!("{n:032x}"),
        policy_hash: HASH.into(),
        purpose: Purpose::Action,
        requester: requester(),
        resource: format!("service-{n}"),
        scope: None,
        strategy: Strategy::Single,
        tenant: "default".into(),
        tier: Tier::High,
        ttl: 86_400_000,
        use_within: 3_600_000,
        ripens: None,
        why: vec!["the policy names this action in policies.risk.high".into()],
    };
    bound.hash = bound.computed_hash();
    bound
}

impl Queue {
    fn new() -> Self {
        let dir = folder();
        let asked = Asked { today: jiff::civil::date(2026, 1, 1), environment: None };
        let policy = judge_text("governance.toml", POLICY, &asked).policy.expect("a valid policy");
        let store = Store::open(&Location::file(dir.path().join("govctl.db")), Options::default()).expect("a queue");
        Self { _dir: dir, store, policy, now: clock::now(), next: Cell::new(0) }
    }

    /// Where so many wait, a millisecond apart, each with its entry. They are written in a few transactions.
    fn with_pending() -> Self {
        let pending: usize = env::var("GOVCTL_BENCH_PENDING").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
        let mut queue = Self::new();
        let created = |n| {
            let mut event = Event::new(EventType::ApprovalCreated, govctl::audit::Actor::new("agent", "bot"));
            event.approval = Some(id(n));
            event
        };
        let events: Vec<_> = (0..pending).map(created).collect();
        let mut appended = Vec::with_capacity(pending);
        for part in events.chunks(20_000) {
            appended.extend(queue.store.append_all(part).expect("room on the disk"));
        }
        let mut conn = Connection::open(queue.store.path()).expect("the queue");
        let tx = conn.transaction().expect("nobody else");
        for (n, entry) in appended.iter().enumerate() {
            let (bound, created) = (bound(n), queue.now.wall + n as i64);
            let body = serde_json::to_string(&bound).expect("JSON");
            let sql = "INSERT INTO approval (id, state, requester, created, ends, token, body) \
                       VALUES (?1, 'pending', 'ci', ?2, ?3, ?4, ?5)";
            let mut insert = tx.prepare_cached(sql).expect("the table");
            insert.execute(params![bound.id, created, created + bound.ttl, token(n).to_store(), body]).expect("room");
            let sql = "INSERT INTO outbox (event, approval, entry) VALUES ('approval.created', ?1, ?2)";
            let seq = entry.seq().expect("an entry") as i64;
            tx.prepare_cached(sql).expect("the table").execute(params![bound.id, seq]).expect("room");
        }
        tx.commit().expect("room on the disk");
        queue.next.set(pending);
        queue
    }

    fn with<T>(&mut self, command: impl FnOnce(&mut Store, &Context<'_>) -> T) -> T {
        let context = Context { policy: &self.policy, policy_hash: HASH, now: &self.now };
        command(&mut self.store, &context)
    }

    fn ask(&mut self) -> usize {
        let n = self.next.replace(self.next.get() + 1);
        let bound = bound(n);
        self.with(|store, context| store.request_approval(context, &bound, token(n))).expect("room on the disk");
        n
    }

    fn approve(&mut self, n: usize) {
        let vote = Cast {
            ballot: Ballot::on(&bound(n), "ann", Choice::Approve, "seen", "2026-11-28 10:00:00Z".into()),
            strength: Strength::OsUser,
            os_user: Some("ann".into()),
            key: None,
            signature: None,
        };
        let answer = self.with(|store, context| store.vote(context, &vote)).expect("room on the disk");
        assert_eq!(answer.standing.state, State::Approved);
    }

    fn consume(&mut self, n: usize) {
        let (bound, who) = (bound(n), requester());
        let presented = Presented {
            id: &bound.id,
            token: token(n),
            tenant: "default",
            who: &who,
            hash: Some(&bound.hash),
            purpose: Purpose::Action,
            environment: None,
            verified: &[],
        };
        let answer = self.with(|store, context| store.consume_approval(context, &presented)).expect("room on the disk");
        assert_eq!(answer.standing.state, State::Consumed);
    }
}

/// What the others are measured by: one row, durably.
#[divan::bench(sample_count = 300, sample_size = 1)]
fn bare_transaction(bencher: Bencher<'_, '_>) {
    let dir = folder();
    let mut conn = bare_sqlite(dir.path());
    bencher.bench_local(|| insert(&mut conn));
}

#[divan::bench(sample_count = 300, sample_size = 1)]
fn create(bencher: Bencher<'_, '_>) {
    let mut queue = Queue::new();
    bencher.bench_local(|| queue.ask());
}

#[divan::bench(sample_count = 300, sample_size = 1)]
fn consume(bencher: Bencher<'_, '_>) {
    let queue = RefCell::new(Queue::new());
    let approved = || {
        let mut queue = queue.borrow_mut();
        let n = queue.ask();
        queue.approve(n);
        n
    };
    bencher.with_inputs(approved).bench_local_values(|n| queue.borrow_mut().consume(n));
}

/// What `approvals list` asks of the store.
#[divan::bench(sample_count = 30, sample_size = 1)]
fn list_where_100_000_wait(bencher: Bencher<'_, '_>) {
    list(bencher, None);
}

/// `approvals list --mine` of somebody who asked for nothing.
#[divan::bench(sample_count = 30, sample_size = 1)]
fn list_mine_where_100_000_wait(bencher: Bencher<'_, '_>) {
    list(bencher, Some("somebody"));
}

fn list(bencher: Bencher<'_, '_>, requester: Option<&str>) {
    let mut queue = Queue::with_pending();
    let wanted = Wanted { which: Which::Open, requester: requester.map(str::to_owned), limit: 50 };
    bencher.bench_local(|| {
        queue.with(|store, context| {
            let found = store.approvals(&wanted, context.now).expect("a readable queue");
            assert_eq!(found.len(), if requester.is_none() { 50 } else { 0 });
            let tallies = found.iter().filter_map(|s| store.tally(context, s).ok()).count();
            (tallies, store.follow_ups().map(|f| f.len()).ok(), store.pending_approvals(context.now).ok())
        })
    });
}

/// What `approvals show` asks of the store, by the beginning of an id.
#[divan::bench(sample_count = 30, sample_size = 1)]
fn show_where_100_000_wait(bencher: Bencher<'_, '_>) {
    let mut queue = Queue::with_pending();
    bencher.bench_local(|| {
        queue.with(|store, context| {
            let id = store.approval_ids("00000777", 6).expect("a readable queue").remove(0);
            let standing = store.settle_approval(context, &id).expect("an approval");
            let tally = store.tally(context, &standing).expect("a readable queue");
            (store.votes(&id).map(|v| v.len()).ok(), tally.quorum, store.approval_entries(&id).expect("entries").len())
        })
    });
}

#[divan::bench(sample_count = 100, sample_size = 1)]
fn approve_where_100_000_wait(bencher: Bencher<'_, '_>) {
    let mut queue = Queue::with_pending();
    let mut n = 0;
    bencher.bench_local(|| {
        queue.approve(n);
        n += 1;
    });
}
