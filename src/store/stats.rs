//! Counts by group.

use std::collections::{BTreeMap, HashMap};

use super::Store;
use super::error::StoreError;
use super::index::Picked;
use crate::audit::columns;
use crate::audit::matcher::Matcher;
use crate::audit::query::{Field, Query};
use crate::audit::segment::Bits;
use crate::audit::stats::GroupBy;

impl Store {
    /// How many matching entries there are of each group; entries without a value are counted under the empty name.
    /// Times in order, everything else by count.
    ///
    /// # Errors
    /// The disk; an entry that does not read.
    pub fn stats(&self, query: &Query, by: GroupBy) -> Result<Vec<(String, u64)>, StoreError> {
        let _snapshot = self.snapshot()?;
        let field = field(by);
        let mut counts = Counts { by, groups: HashMap::new() };
        let mut certain: BTreeMap<u64, Bits> = BTreeMap::new();
        let mut add = |of, value: &str| {
            if of == field {
                counts.add(value, 1);
            }
        };
        let keep = |n, picked: &Picked| {
            certain.insert(n, picked.bits);
        };
        // What does not read was an error before its body gets here.
        let found = self.uncertain(&Matcher::new(query), keep, |body| {
            let _ = columns::of_body(body.as_bytes(), &mut add);
        })?;
        let all = found + certain.values().map(Bits::count).sum::<u64>();
        self.all_postings(field, |value, n, bits| {
            let count = certain.get(&n).map_or(0, |c| c.and(bits).count());
            if count > 0 {
                counts.add(value, count);
            }
        })?;
        Ok(counts.sorted(all))
    }
}

struct Counts {
    by: GroupBy,
    groups: HashMap<String, u64>,
}

impl Counts {
    fn add(&mut self, value: &str, count: u64) {
        let day = value.get(..10).filter(|_| self.by == GroupBy::Day);
        let group = day.unwrap_or(value);
        match self.groups.get_mut(group) {
            Some(sum) => *sum += count,
            None => drop(self.groups.insert(group.to_owned(), count)),
        }
    }

    fn sorted(mut self, all: u64) -> Vec<(String, u64)> {
        let none = all.saturating_sub(self.groups.values().sum());
        if none > 0 {
            self.add("", none);
        }
        let mut groups: Vec<_> = self.groups.into_iter().collect();
        match self.by {
            GroupBy::Day => groups.sort(),
            GroupBy::Hour => {
                groups.sort();
                groups.iter_mut().for_each(|(hour, _)| hour.push_str(":00Z"));
            }
            _ => groups.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0))),
        }
        groups
    }
}

fn field(by: GroupBy) -> Field {
    match by {
        GroupBy::EventType => Field::Type,
        GroupBy::Actor => Field::Actor,
        GroupBy::Action => Field::Action,
        GroupBy::Resource => Field::Resource,
        GroupBy::Decision => Field::Decision,
        GroupBy::Severity => Field::Severity,
        GroupBy::Day | GroupBy::Hour => Field::Hour,
    }
}
