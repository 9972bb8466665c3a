//! Apache Parquet: the columns of the CSV with their types, and `body`, the entry's canonical bytes.
//!
//! Rows are gathered into groups of a few megabytes, so memory does not grow with the log.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::csv;
use crate::audit::entry::Entry;

/// A group is written when it has so many rows or bytes.
const ROWS: usize = 4_000;
const BYTES: usize = 2 << 20;
/// Columns of which no two values are the same: a dictionary of them is as large as they are.
const UNIQUE: [&str; 3] = ["body", "id", "prev"];

/// A table that is being written.
pub(super) struct Table {
    writer: SerializedFileWriter<Written>,
    written: Written,
    rows: Vec<Row>,
    bytes: usize,
}

struct Row {
    cells: [String; 24],
    body: String,
}

/// What the writer has written, on its way to the output.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Table {
    /// Begins the table of the log `origin`.
    pub(super) fn new(origin: &str) -> io::Result<Self> {
        let columns: String = csv::COLUMNS.split(',').map(column).collect();
        let schema = format!("message entry {{ {columns} REQUIRED BYTE_ARRAY body (UTF8); }}");
        let about = [("govctl.schema_version", "1"), ("govctl.origin", origin)]
            .map(|(key, value)| KeyValue::new(key.to_owned(), value.to_owned()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(about.to_vec()))
            // An index of pages stays in memory until the end.
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true);
        let plain = |p: WriterPropertiesBuilder, name: &str| p.set_column_dictionary_enabled(name.into(), false);
        let properties = UNIQUE.into_iter().fold(properties, plain).build();
        let schema = Arc::new(parse_message_type(&schema).map_err(failed)?);
        let written = Written::default();
        let writer = SerializedFileWriter::new(written.clone(), schema, Arc::new(properties)).map_err(failed)?;
        Ok(Self { writer, written, rows: Vec::new(), bytes: 0 })
    }

    /// Adds one entry.
    pub(super) fn row(&mut self, entry: &Entry, body: &str, out: &mut dyn Write) -> io::Result<()> {
        self.rows.push(Row { cells: csv::cells(entry), body: body.to_owned() });
        self.bytes += body.len();
        if self.rows.len() >= ROWS || self.bytes >= BYTES { self.group(out) } else { Ok(()) }
    }

    /// Ends the table.
    pub(super) fn finish(mut self, out: &mut dyn Write) -> io::Result<()> {
        if !self.rows.is_empty() {
            self.group(out)?;
        }
        self.writer.close().map_err(failed)?;
        out.write_all(&self.written.take())
    }

    fn group(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let rows = mem::take(&mut self.rows);
        self.bytes = 0;
        let mut group = self.writer.next_row_group().map_err(failed)?;
        for (index, name) in csv::COLUMNS.split(',').enumerate() {
            let cells = rows.iter().map(|r| r.cells[index].as_str());
            match name {
                "seq" => required::<Int64Type>(&mut group, cells.map(number)),
                "ts" => required::<Int64Type>(&mut group, cells.map(milliseconds)),
                "enforced" => optional::<BoolType>(&mut group, cells, |c| c == "true"),
                "tier" => optional::<Int64Type>(&mut group, cells, number),
                _ => optional::<ByteArrayType>(&mut group, cells, ByteArray::from),
            }
            .map_err(failed)?;
        }
        required::<ByteArrayType>(&mut group, rows.iter().map(|r| ByteArray::from(r.body.as_str()))).map_err(failed)?;
        group.close().map_err(failed)?;
        out.write_all(&self.written.take())
    }
}

fn column(name: &str) -> String {
    match name {
        "seq" => "REQUIRED INT64 seq;".to_owned(),
        "ts" => "REQUIRED INT64 ts (TIMESTAMP(MILLIS,true));".to_owned(),
        "enforced" => "OPTIONAL BOOLEAN enforced;".to_owned(),
        "tier" => "OPTIONAL INT64 tier;".to_owned(),
        _ => format!("OPTIONAL BYTE_ARRAY {name} (UTF8);"),
    }
}

fn number(cell: &str) -> i64 {
    cell.parse().unwrap_or_default()
}

fn milliseconds(cell: &str) -> i64 {
    cell.parse::<Timestamp>().map_or(0, Timestamp::as_millisecond)
}

fn required<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Written>,
    values: impl Iterator<Item = T::T>,
) -> Result<(), ParquetError> {
    write::<T>(group, &values.collect::<Vec<_>>(), None)
}

/// An empty cell is a null.
fn optional<'r, T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Written>,
    cells: impl Iterator<Item = &'r str> + Clone,
    value: impl Fn(&'r str) -> T::T,
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = cells.clone().map(|c| i16::from(!c.is_empty())).collect();
    let values: Vec<_> = cells.filter(|c| !c.is_empty()).map(value).collect();
    write::<T>(group, &values, Some(&levels))
}

fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Written>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else { return Err(ParquetError::General("a column too many".into())) };
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}

fn failed(e: ParquetError) -> io::Error {
    io::Error::other(e)
}

impl Written {
    fn take(&self) -> Vec<u8> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
