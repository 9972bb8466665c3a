//! What is remembered: an [`Event`] that somebody reports, and the [`Entry`] it becomes.
//!
//! An entry is stored as its canonical bytes and all of them are hashed. An event's `data` may be personal and must be
//! deletable after the retention time, so it is kept beside the entry and the entry carries only a salted commitment
//! (`data_commit`); only the log's own `log.*` entries carry their `data` themselves.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::canonical;
use super::kind::EventType;
use super::tree::Hash;
use crate::finding::hex;
use crate::plan::identifier::visible;

/// The `v` of every entry.
pub const VERSION: &str = "govctl.audit/1";
/// The longest body, in bytes.
pub const MAX_BODY: usize = 65_535;
/// The longest `data`, in bytes of its canonical form.
pub const MAX_DATA: usize = 1 << 20;

/// How much attention an entry deserves, least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Business as usual.
    #[default]
    Info,
    /// Worth knowing.
    Low,
    /// Should be looked at.
    Medium,
    /// Must be looked at.
    High,
    /// Must be looked at now.
    Critical,
}

impl Severity {
    /// Every one, least first.
    pub const ALL: [Severity; 5] =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Severity {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let known = Severity::ALL.into_iter().find(|v| v.name() == s);
        known.ok_or_else(|| format!("unknown severity `{s}`: expected info, low, medium, high or critical"))
    }
}

impl From<crate::finding::Severity> for Severity {
    fn from(severity: crate::finding::Severity) -> Self {
        match severity {
            crate::finding::Severity::Low => Severity::Low,
            crate::finding::Severity::Medium => Severity::Medium,
            crate::finding::Severity::High => Severity::High,
            crate::finding::Severity::Critical => Severity::Critical,
        }
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// How sure that is: `claimed`, `os_user`, `ssh_signature`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<String>,
    /// A name, unique among its kind.
    pub id: String,
    /// `user`, `agent` or `system`.
    pub kind: String,
    /// The person an agent acts for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
}

impl Actor {
    /// An actor of that kind and name.
    pub fn new(kind: &str, id: &str) -> Self {
        Self { auth: None, id: id.to_owned(), kind: kind.to_owned(), on_behalf_of: None }
    }

    /// govctl itself.
    pub fn system() -> Self {
        Self::new("system", "govctl")
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

/// Why something was decided: a code of a closed list, the rule that says so, a message for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The code.
    pub code: String,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The rule's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// One record of the log. Its members are declared in the order of their names, which is their canonical order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// What was asked for or done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The hash of exactly what was asked for: `sha256:<hex>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_hash: Option<String>,
    /// Who.
    pub actor: Actor,
    /// The approval concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// What ties entries of one undertaking together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// What the log says of itself (`log.*` entries only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// `sha256("govctl.data/1\n" ‖ salt ‖ data)` of data kept beside the entry: `sha256:<hex>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_commit: Option<String>,
    /// `approved`, `requires_approval` or `rejected`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// Whether the decision was enforced, or only recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enforced: Option<bool>,
    /// `development`, `production` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// A UUIDv7.
    pub id: String,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The hash of the policy in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_hash: Option<String>,
    /// The leaf of the entry before, `sha256:<hex>`; zeros in the first one.
    pub prev: String,
    /// Why it was decided so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The entry's number, from 0.
    pub seq: u64,
    /// How much attention it deserves.
    pub severity: Severity,
    /// Words to find it by, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Whose log entry it is, where several share a log.
    pub tenant: String,
    /// Risk: 0 low, 1 medium, 2 high, 3 critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<u8>,
    /// When: RFC 3339, milliseconds, UTC.
    pub ts: String,
    /// The event's type; see `EventType`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `govctl.audit/1`.
    pub v: String,
}

/// What somebody reports to the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What happened.
    pub kind: EventType,
    /// Where `None`, the type's own.
    pub severity: Option<Severity>,
    /// Empty for `default`.
    pub tenant: String,
    /// Who.
    pub actor: Actor,
    /// See [`Entry::action`]; the same for what follows.
    pub action: Option<String>,
    /// The object.
    pub resource: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// The decision.
    pub decision: Option<String>,
    /// Whether it was enforced.
    pub enforced: Option<bool>,
    /// The risk tier, 0 to 3.
    pub tier: Option<u8>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The action's hash.
    pub action_hash: Option<String>,
    /// The policy's hash.
    pub policy_hash: Option<String>,
    /// The approval.
    pub approval: Option<String>,
    /// The correlation id.
    pub correlation: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Details: JSON without floats. Purged after the retention time.
    pub data: Option<Value>,
    /// Words to find it by.
    pub tags: Vec<String>,
}

impl Event {
    /// An event of that type with nothing else said.
    pub fn new(kind: EventType, actor: Actor) -> Self {
        Self {
            kind,
            severity: None,
            tenant: String::new(),
            actor,
            action: None,
            resource: None,
            environment: None,
            decision: None,
            enforced: None,
            tier: None,
            reasons: Vec::new(),
            action_hash: None,
            policy_hash: None,
            approval: None,
            correlation: None,
            outcome: None,
            data: None,
            tags: Vec::new(),
        }
    }
}

/// What the store adds to an event: its place, time and randomness.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    /// The entry's number.
    pub seq: u64,
    /// The leaf of the entry before.
    pub prev: Hash,
    /// Now.
    pub at: Timestamp,
    /// A UUIDv7.
    pub id: Uuid,
    /// Random bytes for the commitment.
    pub salt: [u8; 16],
}

/// The bytes of an entry, and of the data kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The entry's canonical bytes.
    pub body: String,
    /// The canonical bytes of the data and their salt.
    pub payload: Option<(String, [u8; 16])>,
}

/// Why an event cannot become an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SealError {
    /// A body or data that is too long.
    TooLong {
        /// Which of the two.
        what: &'static str,
        /// Its length in bytes.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Data that has no canonical form: floats, integers beyond 2^53−1.
    NotCanonical(String),
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SealError::TooLong { what, bytes, limit } => {
                write!(f, "an audit entry's {what} may have {limit} bytes, this one has {bytes}")
            }
            SealError::NotCanonical(why) => write!(f, "an audit entry without a canonical form: {why}"),
        }
    }
}

impl std::error::Error for SealError {}

/// Turns an event into the bytes of an entry.
///
/// # Errors
/// Too long, or data without a canonical form.
pub fn seal(event: &Event, stamp: &Stamp) -> Result<Sealed, SealError> {
    let data = event.data.as_ref().map(canonical_data).transpose()?;
    let own = event.kind.is_of_the_log();
    let commit = data.as_ref().filter(|_| !own).map(|d| commitment(&stamp.salt, d.as_bytes()));
    let entry = Entry {
        action: event.action.as_deref().map(visible),
        action_hash: event.action_hash.as_deref().map(visible),
        actor: Actor {
            auth: event.actor.auth.as_deref().map(visible),
            id: visible(&event.actor.id),
            kind: visible(&event.actor.kind),
            on_behalf_of: event.actor.on_behalf_of.as_deref().map(visible),
        },
        approval: event.approval.as_deref().map(visible),
        correlation: event.correlation.as_deref().map(visible),
        data: event.data.clone().filter(|_| own),
        data_commit: commit,
        decision: event.decision.as_deref().map(visible),
        enforced: event.enforced,
        environment: event.environment.as_deref().map(visible),
        id: stamp.id.to_string(),
        outcome: event.outcome.as_deref().map(visible),
        policy_hash: event.policy_hash.as_deref().map(visible),
        prev: stamp.prev.tagged(),
        reasons: event.reasons.clone(),
        resource: event.resource.as_deref().map(visible),
        seq: stamp.seq,
        severity: event.severity.unwrap_or(event.kind.severity()),
        tags: sorted_tags(&event.tags),
        tenant: visible(if event.tenant.is_empty() { "default" } else { &event.tenant }),
        tier: event.tier,
        ts: format!("{:.3}", stamp.at),
        kind: event.kind.name().to_owned(),
        v: VERSION.to_owned(),
    };
    let body = canonical_text(&entry)?;
    if body.len() > MAX_BODY {
        return Err(SealError::TooLong { what: "body", bytes: body.len(), limit: MAX_BODY });
    }
    Ok(Sealed { body, payload: data.filter(|_| !own).map(|d| (d, stamp.salt)) })
}

/// The commitment to data: `sha256("govctl.data/1\n" ‖ salt ‖ data)`, as `sha256:<hex>`. The salt keeps anybody from
/// finding purged data by guessing.
pub fn commitment(salt: &[u8], data: &[u8]) -> String {
    format!("sha256:{}", hex(&commitment_digest(salt, data)))
}

/// The bytes of [`commitment`].
pub fn commitment_digest(salt: &[u8], data: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(b"govctl.data/1\n").chain_update(salt).chain_update(data).finalize().into()
}

fn canonical_data(data: &Value) -> Result<String, SealError> {
    let text = canonical_value(data)?;
    match text.len() > MAX_DATA {
        true => Err(SealError::TooLong { what: "data", bytes: text.len(), limit: MAX_DATA }),
        false => Ok(text),
    }
}

/// Writes a value in an object, because only objects can be checked, and takes it out again.
fn canonical_value(value: &Value) -> Result<String, SealError> {
    let wrapped = canonical_text(&std::collections::BTreeMap::from([("d", value)]))?;
    Ok(wrapped[r#"{"d":"#.len()..wrapped.len() - 1].to_owned())
}

/// `serde_json` sorts the members of maps by their bytes and escapes as RFC 8785 does; what it would write differently
/// (floats, large integers, names outside the basic plane in another order) the check refuses.
fn canonical_text(value: &impl Serialize) -> Result<String, SealError> {
    let text = serde_json::to_string(value).map_err(|e| SealError::NotCanonical(e.to_string()))?;
    canonical::members(text.as_bytes(), |_, _| ()).map_err(|e| SealError::NotCanonical(e.to_string()))?;
    Ok(text)
}

fn sorted_tags(tags: &[String]) -> Vec<String> {
    let mut tags: Vec<_> = tags.iter().map(|t| visible(t)).collect();
    tags.sort();
    tags.dedup();
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stamp() -> Stamp {
        let at = "2026-11-20T12:00:00.1239Z".parse().unwrap();
        Stamp { seq: 3, prev: Hash::ZERO, at, id: Uuid::nil(), salt: [7; 16] }
    }

    #[test]
    fn an_entry_is_canonical_and_reads_back() {
        let mut event = Event::new(EventType::GateRejected, Actor::new("agent", "claude"));
        event.data = Some(json!({"b": [1, null, "ü\u{1}"], "a": {"z": true}}));
        event.tags = vec!["b".into(), "a".into(), "b".into()];
        let sealed = seal(&event, &stamp()).unwrap();
        let entry: Entry = serde_json::from_str(&sealed.body).unwrap();
        assert_eq!((entry.ts.as_str(), entry.seq, entry.severity), ("2026-11-20T12:00:00.123Z", 3, Severity::Medium));
        assert_eq!(entry.tags, ["a", "b"]);
        let (data, salt) = sealed.payload.unwrap();
        assert_eq!(data, "{\"a\":{\"z\":true},\"b\":[1,null,\"ü\\u0001\"]}");
        assert_eq!(entry.data_commit, Some(commitment(&salt, data.as_bytes())));
        assert_eq!((entry.data, sealed.body.contains('ü')), (None, false));
    }

    #[test]
    fn the_log_keeps_what_it_says_of_itself() {
        let mut event = Event::new(EventType::LogGenesis, Actor::system());
        event.data = Some(json!({"origin": "o"}));
        let sealed = seal(&event, &stamp()).unwrap();
        assert!(sealed.payload.is_none() && sealed.body.contains(r#""data":{"origin":"o"}"#), "{}", sealed.body);
    }

    #[test]
    fn names_cannot_disguise_themselves() {
        let mut event = Event::new(EventType::CheckBlocked, Actor::new("user", "eve\u{202e}\n"));
        event.resource = Some("a\u{0}b".into());
        let entry: Entry = serde_json::from_str(&seal(&event, &stamp()).unwrap().body).unwrap();
        assert_eq!((entry.actor.id.as_str(), entry.resource.as_deref()), ("eve\\u{202e}\\u{a}", Some("a\\u{0}b")));
    }

    #[test]
    fn what_cannot_be_hashed_alike_everywhere_is_refused() {
        for data in [json!({"a": 0.5}), json!(1u64 << 53)] {
            let mut event = Event::new(EventType::RunStarted, Actor::system());
            event.data = Some(data);
            assert!(matches!(seal(&event, &stamp()), Err(SealError::NotCanonical(_))));
        }
        let mut event = Event::new(EventType::RunStarted, Actor::system());
        event.resource = Some("x".repeat(MAX_BODY));
        assert!(matches!(seal(&event, &stamp()), Err(SealError::TooLong { what: "body", .. })));
    }
}
