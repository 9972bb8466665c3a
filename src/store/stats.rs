//! Counts by group.

use rusqlite::params_from_iter;

use super::error::StoreError;
use super::query::condition;
use super::{Store, unsigned};
use crate::audit::query::Query;
use crate::audit::stats::GroupBy;

impl Store {
    /// How many matching entries there are of each group; entries without a value are counted under the empty name.
    /// Times in order, everything else by count.
    ///
    /// # Errors
    /// The disk.
    pub fn stats(&self, query: &Query, by: GroupBy) -> Result<Vec<(String, u64)>, StoreError> {
        let (filter, values) = condition(query);
        let (group, order) = match by {
            GroupBy::EventType => ("type", "2 DESC, 1"),
            GroupBy::Actor => ("actor", "2 DESC, 1"),
            GroupBy::Action => ("action", "2 DESC, 1"),
            GroupBy::Resource => ("resource", "2 DESC, 1"),
            GroupBy::Decision => ("decision", "2 DESC, 1"),
            GroupBy::Severity => ("severity", "2 DESC, 1"),
            GroupBy::Day => ("substr(ts, 1, 10)", "1"),
            GroupBy::Hour => ("substr(ts, 1, 13) || ':00Z'", "1"),
        };
        let sql = format!(
            "SELECT coalesce({group}, ''), count(*) FROM entry WHERE {filter} GROUP BY {group} ORDER BY {order}"
        );
        let mut select = self.conn.prepare(&sql).map_err(|e| self.failed(e))?;
        let rows = select
            .query_map(params_from_iter(values), |r| Ok((r.get(0)?, unsigned(r.get(1)?))))
            .map_err(|e| self.failed(e))?;
        rows.collect::<Result<_, _>>().map_err(|e| self.failed(e))
    }
}
