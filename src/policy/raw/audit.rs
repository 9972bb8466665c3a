//! `[audit]`: what is remembered.

use super::Names;
use super::values::{EnvText, Pattern, Ratio};

section! {
    /// What is remembered, and for how long.
    pub struct Audit {
        /// Whether anything is; `false` is refused in an environment that is strict.
        pub enabled: bool = true,
        /// The log's name in checkpoints.
        pub origin: String,
        /// How many days payloads are kept. Less than an enabled standard asks for is a warning.
        #[schemars(range(min = 1, max = 36_500))]
        pub retention_days: u32 = 90,
        /// Whether old entries are compressed.
        pub compression_enabled: bool,
        /// What is verified when the log is opened.
        pub verify_on_open: VerifyOnOpen,
        /// A checkpoint is signed after so many entries.
        #[schemars(range(min = 1, max = 1_000_000))]
        pub checkpoint_every: u32 = 256,
        /// Where it is kept.
        pub storage: Storage,
        /// What is left out; decisions and approvals never are.
        pub filters: Filters,
        /// A copy that is written from time to time.
        pub export: Export,
    }

    /// Where the log is kept.
    pub struct Storage {
        /// The kind of store.
        pub backend: Backend,
        /// The file. Default: in the user's state directory, never inside the repository.
        pub path: String,
        /// The address of a server, as `${VARIABLE}`.
        pub connection_string: Option<EnvText>,
    }

    /// What is left out of the log.
    pub struct Filters {
        /// Events that are always kept.
        pub always_log: Vec<Pattern>,
        /// Events that are never kept.
        pub never_log: Vec<Pattern>,
        /// Events of which only a share is kept.
        pub sampling_rates: Names<Ratio>,
    }

    /// A copy that is written from time to time.
    pub struct Export {
        /// Whether it is.
        pub enabled: bool,
        /// In which form.
        pub format: ExportFormat,
        /// How often, in hours.
        #[schemars(range(min = 1, max = 8760))]
        pub interval_hours: u32 = 24,
        /// The folder.
        pub destination: String = "audit-exports/".to_owned(),
    }
}

choices! {
    /// What is verified when the log is opened.
    pub enum VerifyOnOpen {
        /// The last entries.
        Tail = "tail",
        /// All of it.
        Full = "full",
        /// Nothing.
        Off = "off",
    }

    /// The kind of store.
    pub enum Backend {
        /// One file.
        Sqlite = "sqlite",
        /// A server.
        Postgres = "postgres",
    }

    /// The form of an export.
    pub enum ExportFormat {
        /// One JSON document.
        Json = "json",
        /// One JSON object a line.
        Jsonl = "jsonl",
        /// Comma-separated.
        Csv = "csv",
        /// Columns.
        Parquet = "parquet",
    }
}
