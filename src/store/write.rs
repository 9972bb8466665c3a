//! Transactions that write.

use std::cell::{Cell, RefCell};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Transaction, TransactionBehavior};

use super::append::Last;
use super::error::StoreError;
use super::{Sieve, Store};

/// A transaction that holds the write lock.
pub struct Tx<'a> {
    tx: Transaction<'a>,
    pub(super) sieve: &'a Sieve,
    /// The last entry, once it was read and checked.
    pub(super) last: Cell<Option<Last>>,
    /// What was dropped in this transaction.
    pub(super) dropped: RefCell<Vec<String>>,
}

impl<'a> Tx<'a> {
    /// The transaction itself, for the tables of others.
    pub fn sql(&self) -> &Transaction<'a> {
        &self.tx
    }
}

impl Store {
    /// Runs `work` in a transaction that holds the write lock from its beginning, and commits it durably. Where `work`
    /// fails nothing of it stays. While others hold the lock it waits, then tries again with jitter; `work` runs again
    /// only after a rollback.
    ///
    /// # Errors
    /// Those of `work`, and those of the disk and the lock.
    pub fn write<T>(&mut self, mut work: impl FnMut(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let until = Instant::now() + self.options.busy_timeout;
        let path = self.location.db.clone();
        loop {
            match self.attempt(&mut work) {
                Err(e) if e.is_busy() && Instant::now() < until => {
                    thread::sleep(Duration::from_millis(fastrand::u64(5..50)));
                }
                result => return result.map_err(|e| e.at(&path)),
            }
        }
    }

    fn attempt<T>(&mut self, work: &mut impl FnMut(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let tx = Tx { tx, sieve: &self.sieve, last: Cell::new(None), dropped: RefCell::default() };
        let value = work(&tx)?;
        tx.count_dropped()?;
        tx.tx.commit()?;
        Ok(value)
    }
}
