//! Entries by filter. Rows are handed on one by one, whatever the size of the result.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::error::StoreError;
use super::read::text;
use super::{Store, int, unsigned};
use crate::audit::query::{Field, Query};

impl Store {
    /// Hands each entry that matches to `take`, by number, the newest first where the query is reversed.
    ///
    /// # Errors
    /// The disk; what `take` returns.
    pub fn query<E: From<StoreError>>(
        &self,
        query: &Query,
        mut take: impl FnMut(u64, &str) -> Result<(), E>,
    ) -> Result<(), E> {
        let (filter, values) = self.bounded(query)?;
        let order = if query.reverse { "DESC" } else { "ASC" };
        let limit = query.limit.map_or(-1, int);
        let sql = format!("SELECT seq, body FROM entry WHERE {filter} ORDER BY seq {order} LIMIT {limit}");
        let mut select = self.conn.prepare(&sql).map_err(|e| self.failed(e))?;
        let mut rows = select.query(params_from_iter(values)).map_err(|e| self.failed(e))?;
        while let Some(row) = rows.next().map_err(|e| self.failed(e))? {
            let seq = unsigned(row.get(0).map_err(|e| self.failed(e))?);
            let body = text(row.get_ref(1).map_err(|e| self.failed(e))?);
            take(seq, body.map_err(|why| StoreError::other(format!("entry {seq} {why}")).at(&self.location.db))?)?;
        }
        Ok(())
    }

    /// The condition of a query. A time that few entries fall in is narrowed to their numbers first: entries come in the
    /// order of their numbers, and walking all of them to find the few would take a second for every half million.
    fn bounded(&self, query: &Query) -> Result<(String, Vec<Value>), StoreError> {
        let (filter, mut values) = condition(query);
        let (times, bounds) = condition(&Query { from: query.from, to: query.to, ..Query::default() });
        if bounds.is_empty() {
            return Ok((filter, values));
        }
        let few = self.size()? / 4;
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM entry WHERE {times} LIMIT {few})");
        let found: i64 =
            self.conn.query_row(&sql, params_from_iter(&bounds), |r| r.get(0)).map_err(|e| self.failed(e))?;
        if unsigned(found) == few {
            return Ok((filter, values));
        }
        let sql = format!("SELECT coalesce(min(seq), 0), coalesce(max(seq), -1) FROM entry WHERE {times}");
        let ends = |r: &rusqlite::Row<'_>| Ok([Value::Integer(r.get(0)?), Value::Integer(r.get(1)?)]);
        values.extend(self.conn.query_row(&sql, params_from_iter(&bounds), ends).map_err(|e| self.failed(e))?);
        let n = values.len();
        Ok((format!("{filter} AND seq BETWEEN ?{} AND ?{n}", n - 1), values))
    }

    /// How many entries match, at most the query's limit.
    ///
    /// # Errors
    /// The disk.
    pub fn count(&self, query: &Query) -> Result<u64, StoreError> {
        let (filter, values) = condition(query);
        let limit = query.limit.map_or(-1, int);
        let sql = match limit {
            -1 => format!("SELECT count(*) FROM entry WHERE {filter}"),
            _ => format!("SELECT count(*) FROM (SELECT 1 FROM entry WHERE {filter} LIMIT {limit})"),
        };
        let count = self.conn.query_row(&sql, params_from_iter(values), |r| r.get(0)).map_err(|e| self.failed(e))?;
        Ok(unsigned(count))
    }
}

/// The WHERE clause and its values. Only names of columns that are listed here get into the SQL.
pub(super) fn condition(query: &Query) -> (String, Vec<Value>) {
    let mut clauses = Vec::new();
    let mut values = Vec::new();
    for (field, patterns) in &query.fields {
        let any: Vec<_> =
            patterns.iter().flat_map(|p| alternatives(*field, p)).map(|p| one(*field, p, &mut values)).collect();
        if !any.is_empty() {
            clauses.push(format!("({})", any.join(" OR ")));
        }
    }
    for (bound, operator) in [(query.from, ">="), (query.to, "<")] {
        if let Some(at) = bound {
            values.push(Value::Text(format!("{at:.3}")));
            clauses.push(format!("ts {operator} ?{}", values.len()));
        }
    }
    match clauses.is_empty() {
        true => ("1".to_owned(), values),
        false => (clauses.join(" AND "), values),
    }
}

/// An actor may be named without its kind.
fn alternatives(field: Field, pattern: &str) -> Vec<String> {
    match field {
        Field::Actor if !pattern.contains(':') => {
            ["user", "agent", "system"].map(|k| format!("{k}:{pattern}")).to_vec()
        }
        _ => vec![pattern.to_owned()],
    }
}

fn one(field: Field, pattern: String, values: &mut Vec<Value>) -> String {
    let operator = if pattern.contains(['*', '?', '[']) { "GLOB" } else { "=" };
    values.push(Value::Text(pattern));
    let n = values.len();
    match field {
        Field::Tag => format!("seq IN (SELECT seq FROM entry_tag WHERE tag {operator} ?{n})"),
        _ => format!("{} {operator} ?{n}", column(field)),
    }
}

pub(super) fn column(field: Field) -> &'static str {
    match field {
        Field::Type => "type",
        Field::Actor => "actor",
        Field::Action => "action",
        Field::Resource => "resource",
        Field::Decision => "decision",
        Field::Severity => "severity",
        Field::Correlation => "correlation",
        Field::Tenant => "tenant",
        Field::Tag => "tag",
    }
}
