//! What is not logged: `never_log`, `sampling_rates`, and what may not be left out.
//!
//! A name means an event type (`check.completed`, globs allowed), an action or a tag. Decisions, approvals and whatever
//! concerns security is always logged, however the policy reads; validation says so.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use globset::{Glob, GlobMatcher};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::entry::Event;
use super::kind::EventType;

/// `[audit.filters]` and the neighbouring keys, as the store needs them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters {
    /// Logged even where another key would leave it out.
    pub always_log: Vec<String>,
    /// Not logged.
    pub never_log: Vec<String>,
    /// The share that is logged, 0 to 1.
    pub sampling_rates: BTreeMap<String, f64>,
}

impl Filters {
    /// Whether no event like this one is ever left out.
    pub fn keep_all(&self, event: &Event) -> bool {
        let Sieve { always, never, rates } = Sieve::new(self);
        let left_out = never.iter().chain(rates.iter().map(|(name, _)| name)).any(|n| n.means(event));
        !left_out || always.iter().any(|n| n.means(event))
    }
}

/// What becomes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is logged.
    Log,
    /// It is counted in a `log.dropped` entry under this name.
    Drop(String),
}

/// [`Filters`] ready to use.
#[derive(Clone, Debug, Default)]
pub struct Sieve {
    always: Vec<Name>,
    never: Vec<Name>,
    rates: Vec<(Name, f64)>,
}

#[derive(Clone, Debug)]
struct Name {
    text: String,
    /// Where it is a glob: compiled when it is first asked.
    glob: Option<(Glob, OnceLock<GlobMatcher>)>,
}

impl Name {
    fn new(text: &str) -> Self {
        let glob = text.contains(['*', '?', '[', '{', '\\']).then(|| Glob::new(text).ok()).flatten();
        Self { text: text.to_owned(), glob: glob.map(|glob| (glob, OnceLock::new())) }
    }

    fn is(&self, name: &str) -> bool {
        self.text == name || self.matches(name)
    }

    fn matches(&self, name: &str) -> bool {
        let glob = self.glob.as_ref().map(|(glob, ready)| ready.get_or_init(|| glob.compile_matcher()));
        glob.is_some_and(|glob| glob.is_match(name))
    }

    fn means(&self, event: &Event) -> bool {
        self.is(event.kind.name())
            || event.action.as_deref().is_some_and(|a| self.is(a))
            || event.tags.iter().any(|t| self.is(t))
    }
}

impl Sieve {
    /// Compiles the names.
    pub fn new(filters: &Filters) -> Self {
        let names = |list: &[String]| list.iter().map(|n| Name::new(n)).collect();
        Self {
            always: names(&filters.always_log),
            never: names(&filters.never_log),
            rates: filters.sampling_rates.iter().map(|(n, rate)| (Name::new(n), *rate)).collect(),
        }
    }

    /// Whether an event with that id is logged; the same event and id always fare the same.
    pub fn judge(&self, event: &Event, id: &Uuid) -> Verdict {
        let kept = event.kind.is_protected() || event.decision.is_some() || event.approval.is_some();
        if kept || self.always.iter().any(|n| n.means(event)) {
            return Verdict::Log;
        }
        if let Some(name) = self.never.iter().find(|n| n.means(event)) {
            return Verdict::Drop(name.text.clone());
        }
        let sampled = self.rates.iter().find(|(n, rate)| n.means(event) && share(id) >= *rate);
        sampled.map_or(Verdict::Log, |(name, _)| Verdict::Drop(name.text.clone()))
    }
}

/// A number in 0..1 that is evenly spread over ids.
fn share(id: &Uuid) -> f64 {
    let digest = Sha256::digest(id.as_bytes());
    let bits = digest.iter().take(4).fold(0u32, |n, b| n << 8 | u32::from(*b));
    f64::from(bits) / 4_294_967_296.0
}

/// What is wrong with filters, one line each.
pub fn problems(filters: &Filters) -> Vec<String> {
    let silenced = filters.never_log.iter().map(|n| (n, "never_log"));
    let sampled = filters.sampling_rates.keys().map(|n| (n, "sampling_rates"));
    let mut found: Vec<_> = silenced
        .chain(sampled)
        .filter_map(|(text, key)| {
            let name = Name::new(text);
            let hit = EventType::ALL.iter().find(|t| t.is_protected() && name.is(t.name()))?;
            Some(format!(
                "{key}: `{text}` would leave out {}, and decisions, approvals and security events are always logged",
                hit.name()
            ))
        })
        .collect();
    for (name, rate) in &filters.sampling_rates {
        if !(0.0..=1.0).contains(rate) {
            found.push(format!("sampling_rates: `{name}` is {rate}, and a rate is between 0 and 1"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::entry::Actor;
    use super::*;

    fn filters() -> Filters {
        Filters {
            always_log: vec!["destructive_operation".into()],
            never_log: vec!["actor.score".into(), "gate.*".into()],
            sampling_rates: BTreeMap::from([("cache_hit".into(), 0.25), ("check.completed".into(), 0.0)]),
        }
    }

    fn event(kind: EventType) -> Event {
        Event::new(kind, Actor::system())
    }

    #[test]
    fn what_is_left_out() {
        let sieve = Sieve::new(&filters());
        let id = Uuid::from_u128(7);
        assert_eq!(sieve.judge(&event(EventType::ActorScore), &id), Verdict::Drop("actor.score".into()));
        assert_eq!(sieve.judge(&event(EventType::CheckCompleted), &id), Verdict::Drop("check.completed".into()));
        assert_eq!(sieve.judge(&event(EventType::GateRejected), &id), Verdict::Log);
        let mut kept = event(EventType::ActorScore);
        kept.tags = vec!["destructive_operation".into()];
        assert_eq!(sieve.judge(&kept, &id), Verdict::Log);
        let decided = Event { decision: Some("approved".into()), ..event(EventType::CheckCompleted) };
        assert_eq!(sieve.judge(&decided, &id), Verdict::Log);
    }

    #[test]
    fn sampling_is_even_and_repeatable() {
        let sieve = Sieve::new(&filters());
        let hit = Event { action: Some("cache_hit".into()), ..event(EventType::RunStarted) };
        let kept = |id| sieve.judge(&hit, &Uuid::from_u128(id)) == Verdict::Log;
        let count = (0..10_000u128).filter(|id| kept(*id)).count();
        assert!((2300..2700).contains(&count), "{count}");
        assert!((0..100).all(|id| kept(id) == kept(id)));
    }

    #[test]
    fn validation_names_what_cannot_be_left_out() {
        let mut bad = filters();
        bad.sampling_rates.insert("x".into(), 1.5);
        let found = problems(&bad);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("`gate.*` would leave out gate.approved") && found[1].contains("between 0 and 1"));
        assert_eq!(problems(&Filters::default()), [""; 0]);
    }
}
