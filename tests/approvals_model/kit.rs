//! A queue in a folder of its own, whose clock the test keeps.

use govctl::approvals::bound::Form;
use govctl::approvals::token::TokenHash;
use govctl::approvals::{Ballot, Bound, Cast, Choice, Moment, Party, Purpose, Strength};
use govctl::audit::{Actor, Event, EventType};
use govctl::plan::{ActorKind, Plan, Step};
use govctl::policy::raw::approvals::Strategy;
use govctl::policy::raw::values::Tier;
use govctl::policy::{Context as Asked, Policy, judge_text};
use govctl::store::approvals::{Answer, Context, Presented};
use govctl::store::{Location, Options, Store, StoreError};
use rusqlite::Connection;

pub const TTL: i64 = 1000;
pub const USE_WITHIN: i64 = 700;
pub const RIPENS: i64 = 400;
pub const START: i64 = 1_780_000_000_000;

pub fn policy(text: &str) -> Policy {
    let asked = Asked { today: jiff::civil::date(2026, 1, 1), environment: None };
    let verdict = judge_text("governance.toml", &format!("policies.version = \"1.0\"\n{text}"), &asked);
    verdict.policy.unwrap_or_else(|| panic!("{:?}", verdict.mistakes))
}

/// A person who may agree to anything, as a user of this machine of the same name.
pub fn person(id: &str) -> String {
    format!("[[approvers.user]]\nid = \"{id}\"\nrole = \"owner\"\ncan_approve = [\"*\"]\nos_user = \"{id}\"\n")
}

pub fn party(id: &str) -> Party {
    Party { id: id.to_owned(), kind: "user".to_owned(), on_behalf_of: None, os_user: Some(id.to_owned()) }
}

pub fn token(id: &str) -> TokenHash {
    let mut raw = [0; 32];
    id.bytes().zip(&mut raw).for_each(|(b, to)| *to = b);
    TokenHash::of(&raw)
}

/// A request of `req` to deploy.
pub fn bound(id: &str, tier: Tier, strategy: Strategy, policy_hash: &str) -> Bound {
    let mut bound = Bound {
        actions: vec!["deploy".to_owned()],
        document: Plan::of_one_step(
            "default",
            govctl::plan::Actor::new(ActorKind::User, "req"),
            Step::new("deploy", "web", id),
        )
        .to_value(),
        environment: None,
        form: Form::Plan,
        hash: String::new(),
        id: id.to_owned(),
        justification: "a release".to_owned(),
        nonce: id.to_owned(),
        policy_hash: policy_hash.to_owned(),
        purpose: Purpose::Action,
        requester: party("req"),
        resource: "web".to_owned(),
        scope: None,
        strategy,
        tenant: "default".to_owned(),
        tier,
        ttl: TTL,
        use_within: USE_WITHIN,
        ripens: (strategy == Strategy::TimeBased).then_some(RIPENS),
        why: Vec::new(),
    };
    bound.hash = bound.computed_hash();
    bound
}

/// Where there is memory to write to, nobody waits for a disk.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A store, the policy in force and the time.
pub struct Queue {
    dir: tempfile::TempDir,
    store: Option<Store>,
    pub policy: Policy,
    pub policy_hash: String,
    pub now: Moment,
}

impl Queue {
    pub fn new(text: &str) -> Self {
        let mut queue = Self {
            dir: folder(),
            store: None,
            policy: policy(text),
            policy_hash: "sha256:a".to_owned(),
            now: Moment { wall: START, boot: Some(("first".to_owned(), 5000)) },
        };
        queue.reopen();
        queue
    }

    /// As a new process does.
    pub fn reopen(&mut self) {
        self.store = None;
        let location = Location::file(self.dir.path().join("govctl.db"));
        self.store = Some(Store::open(&location, Options::default()).unwrap());
    }

    pub fn store(&mut self) -> &mut Store {
        self.store.as_mut().unwrap()
    }

    pub fn with<T>(&mut self, command: impl FnOnce(&mut Store, &Context<'_>) -> T) -> T {
        let context = Context { policy: &self.policy, policy_hash: &self.policy_hash, now: &self.now };
        command(self.store.as_mut().unwrap(), &context)
    }

    /// Both clocks go on.
    pub fn pass(&mut self, milliseconds: i64) {
        self.now.wall += milliseconds;
        self.now.boot.iter_mut().for_each(|(_, at)| *at += milliseconds);
    }

    pub fn ask(&mut self, id: &str, tier: Tier, strategy: Strategy) {
        let bound = bound(id, tier, strategy, &self.policy_hash.clone());
        self.with(|store, context| store.request_approval(context, &bound, token(id))).unwrap();
    }

    pub fn vote(&mut self, id: &str, voter: &str, choice: Choice) -> Result<Answer, StoreError> {
        self.vote_as(id, voter, voter, choice)
    }

    /// A vote of an approver that a user of this machine casts.
    pub fn vote_as(&mut self, id: &str, voter: &str, os_user: &str, choice: Choice) -> Result<Answer, StoreError> {
        let bound = self.store().approval(id)?.bound;
        let vote = Cast {
            ballot: Ballot::on(&bound, voter, choice, "", "2026-06-01".to_owned()),
            strength: Strength::OsUser,
            os_user: Some(os_user.to_owned()),
            key: None,
            signature: None,
        };
        self.with(|store, context| store.vote(context, &vote))
    }

    pub fn suspend(&mut self, who: &str, suspended: bool) {
        let kind = if suspended { EventType::ActorSuspended } else { EventType::ActorResumed };
        let mut event = Event::new(kind, Actor::system());
        event.resource = Some(who.to_owned());
        self.store().append(&event).unwrap();
    }

    pub fn consume(
        &mut self,
        id: &str,
        with_token: &str,
        tenant: &str,
        right_hash: bool,
    ) -> Result<Answer, StoreError> {
        let bound = self.store().approval(id)?.bound;
        let hash = if right_hash { bound.hash.as_str() } else { "sha256:00" };
        let who = party("req");
        let presented = Presented {
            id,
            token: token(with_token),
            tenant,
            who: &who,
            hash: Some(hash),
            purpose: Purpose::Action,
            environment: None,
            verified: &[],
        };
        self.with(|store, context| store.consume_approval(context, &presented))
    }

    /// The types of an approval's entries, in their order.
    pub fn entries(&mut self, id: &str) -> Vec<String> {
        self.told(id).iter().map(|entry| entry["type"].as_str().unwrap().to_owned()).collect()
    }

    /// An approval's entries, in their order.
    pub fn told(&mut self, id: &str) -> Vec<serde_json::Value> {
        let seqs = self.store().approval_entries(id).unwrap();
        let mut entries = Vec::new();
        for seq in seqs {
            let told = |_, body: &str| {
                entries.push(serde_json::from_str(body).unwrap());
                Ok::<_, StoreError>(())
            };
            self.store().entries_from(seq, 1, told).unwrap();
        }
        entries
    }

    /// From now on a transaction dies when it has written its first `after` entries on approvals and is at the next one.
    pub fn let_crash(&self, after: i64) {
        let conn = Connection::open(self.dir.path().join("govctl.db")).unwrap();
        let rows: i64 = conn.query_row("SELECT count(*) FROM outbox", [], |r| r.get(0)).unwrap();
        let when = format!("(SELECT count(*) FROM outbox) >= {}", rows + after);
        conn.execute_batch(&format!(
            "CREATE TRIGGER crash BEFORE INSERT ON outbox WHEN {when} BEGIN SELECT RAISE(ABORT, 'crashed'); END"
        ))
        .unwrap();
    }

    /// The machine is up again.
    pub fn recover(&mut self) {
        self.store = None;
        let conn = Connection::open(self.dir.path().join("govctl.db")).unwrap();
        conn.execute_batch("DROP TRIGGER crash").unwrap();
        drop(conn);
        self.reopen();
    }
}
