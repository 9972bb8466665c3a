//! Opening: the file with its permissions, the connection with its pragmas, the schema, the genesis entry.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::{Cause, StoreError, is_busy};
use super::location::Location;
use super::{Options, Store, VerifyOnOpen, migrations};
use crate::audit::filter::Sieve;

/// How large a write-ahead log is left to the next process at most, which reads all of it: 256 pages.
const WAL_LEFT: u64 = 256 * 4096;

impl Store {
    /// Opens the log, or begins it.
    ///
    /// # Errors
    /// No place to write, a database that is locked, damaged, foreign or newer, a log whose end does not verify.
    pub fn open(location: &Location, options: Options) -> Result<Self, StoreError> {
        create_file(location).map_err(|e| e.at(&location.db))?;
        Self::connect(location, options).map_err(|e| e.at(&location.db))
    }

    /// Opens a log that exists.
    ///
    /// # Errors
    /// As [`Store::open`], and where there is none.
    pub fn open_existing(location: &Location, options: Options) -> Result<Self, StoreError> {
        match fs::metadata(&location.db) {
            Ok(meta) if meta.is_file() && meta.len() > 0 => Self::connect(location, options),
            Ok(meta) if meta.is_file() => Err(Cause::NoLog.into()),
            Ok(_) => Err(StoreError::other("this is no file")),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(Cause::NoLog.into()),
            Err(e) => Err(Cause::Io("cannot look at it".into(), e).into()),
        }
        .map_err(|e| e.at(&location.db))
    }

    fn connect(location: &Location, options: Options) -> Result<Self, StoreError> {
        // A symbolic link on the way is resolved now; one that replaces the database later is refused by SQLite.
        let dir = fs::canonicalize(location.dir()).map_err(|e| Cause::Io("cannot resolve its folder".into(), e))?;
        let file = dir.join(location.db.file_name().unwrap_or_default());
        let flags =
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let conn = Connection::open_with_flags(&file, flags)?;
        conn.busy_timeout(options.busy_timeout)?;
        conn.execute_batch("PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA recursive_triggers=ON;")?;
        // 16 MiB: a large transaction that outgrows the cache writes the same pages again and again.
        conn.execute_batch("PRAGMA cache_size=-16384")?;
        // A trigger that may refuse an entry makes SQLite keep each page that the insert changes: in a file that is two calls
        // of the system a page, and more time than everything else. Nothing large is sorted.
        conn.execute_batch("PRAGMA temp_store=MEMORY")?;
        conn.set_prepared_statement_cache_capacity(64);
        // A log that was written back in the middle of a process's life is not begun anew by the next one: only closing
        // without this setting does that.
        if options.leave_wal && wal_len(&file) < WAL_LEFT {
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        }
        let version = migrations::version(&conn)?;
        use_wal(&conn, options.busy_timeout)?;
        let sieve = Sieve::new(&options.filters);
        let mut store = Self { conn, location: location.clone(), options, sieve, warnings: Vec::new() };
        if !migrations::is_current(version) {
            store.begin_log()?;
        }
        store.verify_when_opened()?;
        Ok(store)
    }

    fn begin_log(&mut self) -> Result<(), StoreError> {
        let origin = self.options.origin.clone().unwrap_or_else(|| default_origin(&self.location.name));
        self.write(|tx| {
            migrations::migrate(tx.sql())?;
            tx.ensure_genesis(&origin)
        })
    }

    fn verify_when_opened(&self) -> Result<(), StoreError> {
        match self.options.verify_on_open {
            VerifyOnOpen::Off => Ok(()),
            VerifyOnOpen::Tail => self.verify_tail(),
            VerifyOnOpen::Full => self.verify_all_or_fail(),
        }
    }
}

fn default_origin(name: &str) -> String {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    format!("govctl.local/{}", if name.is_empty() { "log" } else { &name })
}

/// Creates the folder (0700) and the database (0600) where they are missing; takes the rights of others away where not.
fn create_file(location: &Location) -> Result<(), StoreError> {
    let dir = location.dir();
    let failed = |what: &str, e| StoreError::from(Cause::Io(format!("cannot {what}"), e));
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|e| {
        failed(&format!("make its folder {} (set GOVCTL_STATE_DIR to another place)", dir.display()), e)
    })?;
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&location.db) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            close_to_others(&location.db).map_err(|e| failed("set its permissions", e))
        }
        Err(e) => Err(failed("create it", e)),
    }
}

/// The length of the write-ahead log that others have left beside a database.
fn wal_len(db: &Path) -> u64 {
    let mut wal = db.as_os_str().to_owned();
    wal.push("-wal");
    fs::metadata(wal).map_or(0, |meta| meta.len())
}

fn close_to_others(path: &Path) -> io::Result<()> {
    let meta = fs::metadata(path)?;
    if meta.is_file() && meta.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// The switch to WAL needs the file alone and does not wait for it by itself.
fn use_wal(conn: &Connection, patience: Duration) -> Result<(), StoreError> {
    let until = Instant::now() + patience;
    loop {
        match conn.query_row("PRAGMA journal_mode=WAL", [], |r| r.get::<_, String>(0)) {
            Ok(mode) if mode == "wal" => break,
            Ok(mode) => {
                return Err(StoreError::other(format!(
                    "its disk does not allow a write-ahead log (journal mode {mode})"
                )));
            }
            Err(e) if is_busy(&e) && Instant::now() < until => {
                thread::sleep(Duration::from_millis(fastrand::u64(1..20)))
            }
            Err(e) => return Err(e.into()),
        }
    }
    conn.execute_batch("PRAGMA synchronous=FULL")?;
    Ok(())
}
