//! Walks the entries of a log in order and names every bad one.
//!
//! Three things hold an entry in place: its own `seq`, the leaf that is stored beside it (in the database), and the
//! `prev` of the entry after it. Where a link between two entries is broken, the links beside it tell which of the two
//! was changed: an entry whose follower is still vouched for by the next one was changed itself.

use std::fmt;

use super::canonical;
use super::columns::{Columns, unquoted};
use super::entry::{self, Entry, VERSION};
use super::tree::{self, Frontier, Hash};

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its bytes are not those that were logged.
    BodyChanged,
    /// Its bytes are not the canonical form of anything.
    NotCanonical(canonical::NotCanonical),
    /// Not an entry: no version, number or `prev`.
    NotAnEntry(&'static str),
    /// It names another leaf as the one before it.
    WrongPrev,
    /// It was put in between.
    Inserted,
    /// It was logged with another number.
    Reordered {
        /// The number it was logged with.
        says: u64,
    },
    /// The same entry again.
    Duplicated,
    /// This one and those up to `to` are not there.
    Missing {
        /// The last that is missing.
        to: u64,
    },
    /// A column beside the body says something else than the body.
    ColumnDisagrees(String),
    /// The data kept beside it does not fit its commitment.
    DataChanged,
    /// The data kept beside it is gone, and no `log.pruned` entry says so.
    DataMissing,
}

impl Fault {
    /// A word for it, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::BodyChanged => "body-changed",
            Fault::NotCanonical(_) => "not-canonical",
            Fault::NotAnEntry(_) => "not-an-entry",
            Fault::WrongPrev => "wrong-prev",
            Fault::Inserted => "inserted",
            Fault::Reordered { .. } => "reordered",
            Fault::Duplicated => "duplicated",
            Fault::Missing { .. } => "missing",
            Fault::ColumnDisagrees(_) => "column-disagrees",
            Fault::DataChanged => "data-changed",
            Fault::DataMissing => "data-missing",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::BodyChanged => f.write_str("its body was changed"),
            Fault::NotCanonical(e) => write!(f, "its body is not canonical: {e}"),
            Fault::NotAnEntry(what) => write!(f, "it is no entry: {what}"),
            Fault::WrongPrev => f.write_str("its `prev` does not name the entry before it"),
            Fault::Inserted => f.write_str("it was inserted: the entry after it does not know it"),
            Fault::Reordered { says } => write!(f, "it was moved: it was logged as entry {says}"),
            Fault::Duplicated => f.write_str("it is a second copy of the entry before it"),
            Fault::Missing { to } => write!(f, "it is missing (up to entry {to})"),
            Fault::ColumnDisagrees(column) => write!(f, "{column} disagrees with its body"),
            Fault::DataChanged => f.write_str("its data does not fit its commitment"),
            Fault::DataMissing => f.write_str("its data is gone, and no log.pruned entry says so"),
        }
    }
}

/// A bad entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its number.
    pub seq: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

impl Problem {
    /// Whether it is about an entry.
    pub fn covers(&self, seq: u64) -> bool {
        match self.fault {
            Fault::Missing { to } => (self.seq..=to).contains(&seq),
            _ => self.seq == seq,
        }
    }
}

/// One stored entry.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its number in the database; `None` for a line of an export, which only says it itself.
    pub seq: Option<u64>,
    /// Its bytes.
    pub body: &'a [u8],
    /// The leaf stored beside it.
    pub leaf: Option<&'a [u8]>,
    /// The data stored beside it.
    pub data: Data<'a>,
}

/// The data an entry is committed to.
#[derive(Clone, Copy, Debug)]
pub enum Data<'a> {
    /// Not looked at: an export carries only the commitment.
    Unknown,
    /// Not there: fine where there is no commitment or it was purged.
    Absent,
    /// There.
    Here {
        /// The salt of the commitment.
        salt: &'a [u8],
        /// The canonical bytes.
        data: &'a [u8],
    },
}

/// What a walk found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// The number of the first entry seen: 0 but for a part of a log.
    pub first: u64,
    /// How many entries were seen.
    pub entries: u64,
    /// One more than the largest number seen.
    pub size: u64,
    /// The tree over the bodies as they are.
    pub tree: Frontier,
    /// The roots at the sizes asked for, in their order.
    pub roots: Vec<(u64, Hash)>,
    /// Every bad entry, by number.
    pub problems: Vec<Problem>,
}

#[derive(Clone, Copy)]
struct Seen {
    at: u64,
    hash: Hash,
    /// Already reported, or next to a gap: explains a broken link.
    faulty: bool,
    /// Its stored leaf is another one; the next entry tells which of the two was changed.
    doubtful: bool,
    /// The link from the entry before is broken and nobody is blamed yet.
    unlinked: bool,
}

/// What of a body is needed to place it.
struct Place<'a> {
    seq: u64,
    prev: Hash,
    /// As written, with its quotation marks.
    commitment: Option<&'a str>,
    is_pruning: bool,
}

/// A walk in progress: call [`Walk::row`] for each entry in order, then [`Walk::finish`].
#[derive(Default)]
pub struct Walk {
    walked: Walked,
    watch: std::vec::IntoIter<u64>,
    next_watch: Option<u64>,
    last: Option<Seen>,
    before_last: Option<Seen>,
    /// Entries whose data is not there, as ranges.
    without_data: Vec<(u64, u64)>,
    /// The last entry whose data was purged, as the log itself says.
    purged_through: Option<u64>,
    columns: Option<Columns>,
}

impl Walk {
    /// A walk that also notes the roots at these sizes (ascending).
    pub fn new(mut watch: Vec<u64>) -> Self {
        watch.dedup();
        let mut watch = watch.into_iter();
        let next_watch = watch.next();
        Self { watch, next_watch, ..Self::default() }
    }

    /// Also sums up what the bodies say of the columns.
    pub fn with_columns(self, columns: Columns) -> Self {
        Self { columns: Some(columns), ..self }
    }

    /// What the bodies seen so far say of the columns, where that was asked for.
    pub fn take_columns(&mut self) -> Option<Columns> {
        self.columns.take()
    }

    /// Takes the next entry.
    pub fn row(&mut self, row: Row<'_>) {
        let hash = tree::leaf(row.body);
        let place = place(row.body, row.seq.zip(self.columns.as_mut()));
        let expected = self.last.map_or(row.seq.unwrap_or(0), |l| l.at + 1);
        let says = place.as_ref().ok().map(|p| p.seq);
        if self.walked.entries == 0 {
            self.walked.first = says.filter(|_| row.seq.is_none()).unwrap_or(0);
        }
        let at = row.seq.or(says.filter(|s| *s >= expected)).unwrap_or(expected);
        let expected = if self.walked.entries == 0 { self.walked.first } else { expected };
        self.push(hash);
        let gap = at > expected;
        if gap {
            self.report(expected, Fault::Missing { to: at - 1 });
        }
        let doubtful = row.leaf.is_some_and(|l| l != hash.0);
        let own = self.own_fault(at, hash, &place, doubtful);
        let faulty = own.is_some();
        // A line of an export that stands at the wrong place does not move the place of the lines after it.
        let stray = row.seq.is_none() && matches!(own, Some(Fault::Duplicated | Fault::Reordered { .. }));
        if let Some(fault) = own {
            self.report(at, fault);
        }
        if stray {
            return;
        }
        let current = Seen { at, hash, faulty: faulty || gap, doubtful: doubtful && !faulty, unlinked: false };
        self.data(at, &row, &place);
        let prev = place.ok().map(|p| p.prev);
        self.link(current, prev, gap);
    }

    /// Ends the walk.
    pub fn finish(mut self) -> Walked {
        if let Some(last) = self.last {
            self.blame_earlier(last);
            if last.doubtful {
                self.report(last.at, Fault::BodyChanged);
            }
        }
        for (from, to) in std::mem::take(&mut self.without_data) {
            let kept = self.purged_through.map_or(0, |p| p + 1).max(from);
            (kept..=to).for_each(|seq| self.report(seq, Fault::DataMissing));
        }
        self.walked.problems.sort_by_key(|p| p.seq);
        self.walked
    }

    fn data(&mut self, at: u64, row: &Row<'_>, place: &Result<Place<'_>, Fault>) {
        let Ok(place) = place else { return };
        if place.is_pruning {
            let entry: Option<Entry> = serde_json::from_slice(row.body).ok();
            let through = entry.and_then(|e| e.data).and_then(|d| d.get("through")?.as_u64());
            self.purged_through = self.purged_through.max(through);
        }
        match (place.commitment, row.data) {
            (Some(commitment), Data::Here { salt, data })
                if tagged_hash(commitment).map(|h| h.0) != Some(entry::commitment_digest(salt, data)) =>
            {
                self.report(at, Fault::DataChanged);
            }
            (Some(_), Data::Absent) => match self.without_data.last_mut() {
                Some((_, to)) if *to + 1 == at => *to = at,
                _ => self.without_data.push((at, at)),
            },
            (None, Data::Here { .. }) => self.report(at, Fault::DataChanged),
            _ => (),
        }
    }

    fn push(&mut self, hash: Hash) {
        self.walked.tree.push(hash);
        self.walked.entries += 1;
        while self.next_watch.is_some_and(|size| size <= self.walked.tree.size()) {
            if self.next_watch == Some(self.walked.tree.size()) {
                self.walked.roots.push((self.walked.tree.size(), self.walked.tree.root()));
            }
            self.next_watch = self.watch.next();
        }
    }

    fn own_fault(&self, at: u64, hash: Hash, place: &Result<Place<'_>, Fault>, doubtful: bool) -> Option<Fault> {
        match place {
            Err(_) if doubtful => Some(Fault::BodyChanged),
            Err(fault) => Some(fault.clone()),
            Ok(_) if self.last.is_some_and(|l| l.hash == hash) => Some(Fault::Duplicated),
            Ok(place) if place.seq != at => Some(Fault::Reordered { says: place.seq }),
            Ok(_) => None,
        }
    }

    /// Judges the link between the last entry and the current one, and with it whoever is still in doubt.
    fn link(&mut self, mut current: Seen, prev: Option<Hash>, gap: bool) {
        let Some(mut last) = self.last else {
            if current.at == 0 && !current.faulty && prev != Some(Hash::ZERO) {
                self.report(0, Fault::WrongPrev);
                current.faulty = true;
            }
            self.advance(current);
            return;
        };
        let linked = prev == Some(last.hash);
        if last.doubtful {
            let column = linked && !last.unlinked;
            self.report(
                last.at,
                if column { Fault::ColumnDisagrees("the stored leaf".into()) } else { Fault::BodyChanged },
            );
            last = Seen { faulty: true, unlinked: false, ..last };
        }
        if last.unlinked {
            if linked || current.faulty {
                self.blame_earlier(last);
            } else {
                self.report(last.at, Fault::WrongPrev);
                last.faulty = true;
            }
        }
        if !linked && !gap && !last.faulty && !current.faulty {
            let skips = self.before_last.is_some_and(|b| prev == Some(b.hash));
            if skips {
                self.report(last.at, Fault::Inserted);
            }
            current.unlinked = !skips;
        }
        self.last = Some(Seen { unlinked: false, ..last });
        self.advance(current);
    }

    fn advance(&mut self, current: Seen) {
        self.before_last = self.last;
        self.last = Some(current);
        self.walked.size = self.walked.size.max(current.at + 1);
    }

    /// The link into `entry` is broken, and what follows vouches for it: the one before was changed.
    fn blame_earlier(&mut self, entry: Seen) {
        if let Some(before) = self.before_last.filter(|_| entry.unlinked) {
            self.report(before.at, Fault::BodyChanged);
        }
    }

    fn report(&mut self, seq: u64, fault: Fault) {
        self.walked.problems.push(Problem { seq, fault });
    }
}

/// Reads what places an entry, and whether it is one.
fn place<'a>(body: &'a [u8], mut columns: Option<(u64, &mut Columns)>) -> Result<Place<'a>, Fault> {
    let (mut version, mut seq, mut prev, mut kind, mut timed, mut commitment) = (None, None, None, None, false, None);
    canonical::members(body, |name, value| {
        if let Some((seq, columns)) = &mut columns {
            columns.member(*seq, name, value);
        }
        match name.as_bytes() {
            b"v" => version = Some(value),
            b"seq" => seq = value.parse().ok(),
            b"prev" => prev = tagged_hash(value),
            b"type" => kind = unquoted(value),
            b"data_commit" => commitment = Some(value),
            b"ts" => timed = unquoted(value).is_some(),
            _ => (),
        }
    })
    .map_err(Fault::NotCanonical)?;
    if version.and_then(unquoted) != Some(VERSION) {
        return Err(Fault::NotAnEntry("its `v` is not govctl.audit/1"));
    }
    let (Some(seq), Some(prev)) = (seq, prev) else { return Err(Fault::NotAnEntry("no `seq` or `prev`")) };
    match kind {
        Some(kind) if timed => Ok(Place { seq, prev, commitment, is_pruning: kind == "log.pruned" }),
        _ => Err(Fault::NotAnEntry("no `type` or `ts`")),
    }
}

/// Reads `"sha256:<hex>"`.
fn tagged_hash(written: &str) -> Option<Hash> {
    unquoted(written).and_then(|v| v.strip_prefix("sha256:")).and_then(hash_of_hex)
}

fn hash_of_hex(hex: &str) -> Option<Hash> {
    let digits = hex.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let (mut bytes, mut wrong) = ([0; 32], 0);
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (DIGITS[pair[0] as usize], DIGITS[pair[1] as usize]);
        wrong |= (high | low) & 0xf0;
        *byte = high << 4 | low & 0x0f;
    }
    if wrong != 0 {
        return None;
    }
    Some(Hash(bytes))
}

/// The value of each lower-case digit; above 15: none.
const DIGITS: [u8; 256] = {
    let mut digits = [0xff; 256];
    let mut n = 0;
    while n < 16 {
        digits[b"0123456789abcdef"[n] as usize] = n as u8;
        n += 1;
    }
    digits
};

#[cfg(test)]
mod tests {
    use super::*;

    type Rows = Vec<(u64, String, Hash)>;

    fn log(n: u64) -> Rows {
        let mut prev = Hash::ZERO;
        (0..n)
            .map(|seq| {
                let body = body(seq, &prev, "x");
                prev = tree::leaf(body.as_bytes());
                (seq, body, prev)
            })
            .collect()
    }

    fn body(seq: u64, prev: &Hash, kind: &str) -> String {
        let ts = "2026-11-20T12:00:00.000Z";
        format!(r#"{{"prev":"{}","seq":{seq},"ts":"{ts}","type":"{kind}","v":"govctl.audit/1"}}"#, prev.tagged())
    }

    fn walk(rows: &Rows, leaves: bool) -> Vec<(u64, &'static str)> {
        let mut walk = Walk::default();
        for (seq, body, leaf) in rows {
            walk.row(Row {
                seq: leaves.then_some(*seq),
                body: body.as_bytes(),
                leaf: leaves.then_some(leaf.0.as_slice()),
                data: Data::Unknown,
            });
        }
        walk.finish().problems.iter().map(|p| (p.seq, p.fault.code())).collect()
    }

    /// What is found in the database and in an export after `change`.
    fn both(change: impl Fn(&mut Rows)) -> [Vec<(u64, &'static str)>; 2] {
        let mut rows = log(10);
        change(&mut rows);
        [walk(&rows, true), walk(&rows, false)]
    }

    #[test]
    fn a_whole_log() {
        assert_eq!(both(|_| ()), [vec![], vec![]]);
        let rows = log(7);
        let mut seen = Walk::new(vec![0, 3, 3, 7, 9]);
        rows.iter().for_each(|(s, b, l)| {
            seen.row(Row { seq: Some(*s), body: b.as_bytes(), leaf: Some(&l.0), data: Data::Unknown })
        });
        let walked = seen.finish();
        let leaves: Vec<_> = rows.iter().map(|r| r.2).collect();
        assert_eq!((walked.size, walked.tree.root()), (7, tree::root(&leaves)));
        assert_eq!(walked.roots, [(3, tree::root(&leaves[..3])), (7, tree::root(&leaves))]);
    }

    #[test]
    fn a_changed_body() {
        for at in [0usize, 4, 8] {
            let found = both(|r| r[at].1 = r[at].1.replace("\"x\"", "\"y\""));
            assert_eq!(found, [vec![(at as u64, "body-changed")], vec![(at as u64, "body-changed")]], "{at}");
        }
        assert_eq!(
            walk(
                &{
                    let mut r = log(10);
                    r[9].1 = r[9].1.replace("\"x\"", "\"y\"");
                    r
                },
                true
            ),
            [(9, "body-changed")]
        );
        let found = both(|r| r[4].1 = r[4].1.replace("\"seq\"", " \"seq\""));
        assert_eq!(found, [vec![(4, "body-changed")], vec![(4, "not-canonical")]]);
    }

    #[test]
    fn a_changed_body_with_its_leaf() {
        let found = both(|r| {
            r[4].1 = r[4].1.replace("\"x\"", "\"y\"");
            r[4].2 = tree::leaf(r[4].1.as_bytes());
        });
        assert_eq!(found, [vec![(4, "body-changed")], vec![(4, "body-changed")]]);
        let found = both(|r| {
            r[4].1 = body(4, &Hash([1; 32]), "x");
            r[4].2 = tree::leaf(r[4].1.as_bytes());
        });
        assert_eq!(found, [vec![(4, "wrong-prev")], vec![(4, "wrong-prev")]]);
    }

    #[test]
    fn a_changed_leaf() {
        assert_eq!(both(|r| r[4].2 = Hash([1; 32]))[0], [(4, "column-disagrees")]);
    }

    #[test]
    fn deleted_moved_doubled_inserted() {
        let missing = both(|r| drop(r.drain(3..5)));
        assert_eq!(missing, [vec![(3, "missing")], vec![(3, "missing")]]);
        let beginning = both(|r| drop(r.drain(..2)));
        assert_eq!(beginning[0], [(0, "missing")]);
        let swapped = both(|r| {
            let (a, b) = (r[3].clone(), r[6].clone());
            (r[3].1, r[3].2) = (b.1, b.2);
            (r[6].1, r[6].2) = (a.1, a.2);
        });
        assert_eq!(swapped[0], [(3, "reordered"), (6, "reordered")]);
        assert_eq!(swapped[1].first(), Some(&(3, "missing")));
        let doubled = both(|r| r.insert(4, r[3].clone()));
        assert_eq!(doubled[1], [(4, "duplicated")]);
        let inserted = both(|r| {
            let new = body(4, &r[3].2, "y");
            r.insert(4, (4, new.clone(), tree::leaf(new.as_bytes())));
            (5..11).for_each(|i| r[i].0 = i as u64);
        });
        assert_eq!(inserted[0].first(), Some(&(5, "reordered")));
    }

    #[test]
    fn what_is_no_entry() {
        let other = both(|r| r[2].1 = r[2].1.replace("audit/1", "audit/2"));
        assert_eq!(other, [vec![(2, "body-changed")], vec![(2, "not-an-entry")]]);
        assert_eq!(both(|r| r[0].1 = body(0, &Hash([1; 32]), "x"))[1], [(0, "wrong-prev")]);
    }

    #[test]
    fn a_part_of_a_log() {
        let rows = log(10).split_off(6);
        assert_eq!(walk(&rows, false), []);
    }
}
