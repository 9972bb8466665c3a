//! Through all blobs of a pack, each after its base.

use std::io;
use std::ops::Range;
use std::path::Path;

use flate2::{Decompress, FlushDecompress, Status};

use super::delta;
use super::family::{self, Kind, NONE, Object};
use super::file::PackFile;
use super::index::Index;

/// The most bytes of bases that are held at once.
const HELD: usize = 96 << 20;

/// What the walk meets.
pub enum Step<'a> {
    /// A commit, tree or tag: its name, and whether it is a commit.
    Other(&'a [u8], bool),
    /// A blob.
    Blob(Blob<'a>),
}

/// A blob, whole.
pub struct Blob<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its bytes.
    pub bytes: &'a [u8],
    /// The parts that it has from a blob of which the visitor said that it need not see them again.
    pub known: &'a [Range<usize>],
}

/// Reads the pack that belongs to an index. `visit` gets every object that can be read, and says of a blob whether those
/// that are made from it need to be looked at only where they differ.
pub fn walk(index: &Path, visit: &mut dyn FnMut(Step<'_>) -> bool) -> io::Result<()> {
    let mut pack = PackFile::open(&index.with_extension("pack"))?;
    let index = Index::open(index)?;
    let objects = family::read(&index, &mut pack);
    for object in &objects {
        if matches!(object.kind, Kind::Commit | Kind::Tree | Kind::Tag) {
            visit(Step::Other(index.name(object.position as usize), object.kind == Kind::Commit));
        }
    }
    let roots = (0u32..).zip(&objects).filter(|(_, o)| o.kind == Kind::Blob && o.base == NONE);
    let roots: Vec<_> = roots.map(|(number, _)| number).collect();
    let mut walk = Walk::new(index, pack, objects);
    roots.into_iter().for_each(|root| walk.family(root, visit));
    Ok(())
}

struct Walk {
    index: Index,
    pack: PackFile,
    objects: Vec<Object>,
    inflater: Decompress,
    delta: Vec<u8>,
    /// The parts of the last blob that its base has too.
    taken: Vec<Range<usize>>,
    /// Buffers to use again.
    spare: Vec<Vec<u8>>,
}

/// A blob whose deltas are being read.
struct Base {
    bytes: Vec<u8>,
    /// The next of its deltas.
    child: u32,
    is_known: bool,
}

impl Walk {
    fn new(index: Index, pack: PackFile, objects: Vec<Object>) -> Self {
        let inflater = Decompress::new(true);
        Self { index, pack, objects, inflater, delta: Vec::new(), taken: Vec::new(), spare: Vec::new() }
    }

    /// A blob, and what is made from it.
    fn family(&mut self, root: u32, visit: &mut dyn FnMut(Step<'_>) -> bool) {
        self.taken.clear();
        let mut bytes = self.spare.pop().unwrap_or_default();
        if self.inflate(root, &mut bytes).is_none() {
            return;
        }
        let mut bases = vec![self.show(root, bytes, false, visit)];
        while let Some(base) = bases.last() {
            let (child, is_known) = (base.child, base.is_known);
            let Some(object) = self.objects.get(child as usize) else {
                self.spare.extend(bases.pop().map(|done| done.bytes));
                continue;
            };
            let next = object.next;
            let held = bases.iter().map(|b| b.bytes.len()).sum();
            let made = self.make(child, &base.bytes, held);
            if next == NONE {
                // Nobody else needs the base: a chain of any length is held in two buffers.
                self.spare.extend(bases.pop().map(|done| done.bytes));
            } else if let Some(base) = bases.last_mut() {
                base.child = next;
            }
            if let Some(bytes) = made {
                bases.push(self.show(child, bytes, is_known, visit));
            }
        }
        self.spare.truncate(8);
    }

    fn show(&self, object: u32, bytes: Vec<u8>, is_known: bool, visit: &mut dyn FnMut(Step<'_>) -> bool) -> Base {
        let Object { position, child, .. } = self.objects[object as usize];
        let known = if is_known { self.taken.as_slice() } else { &[] };
        let is_known = visit(Step::Blob(Blob { name: self.index.name(position as usize), bytes: &bytes, known }));
        Base { bytes, child, is_known }
    }

    /// Makes a blob from its base and its delta.
    fn make(&mut self, object: u32, base: &[u8], held: usize) -> Option<Vec<u8>> {
        let mut delta = std::mem::take(&mut self.delta);
        let inflated = self.inflate(object, &mut delta);
        let fits = inflated.and_then(|()| delta::size(&delta)).is_some_and(|size| held.saturating_add(size) <= HELD);
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.clear();
        self.taken.clear();
        let made = if fits { delta::apply(base, &delta, &mut bytes, &mut self.taken) } else { None };
        self.delta = delta;
        made.map(|()| bytes)
    }

    /// The bytes of an object as it stands in the pack.
    fn inflate(&mut self, object: u32, to: &mut Vec<u8>) -> Option<()> {
        let Object { data, end, size, .. } = self.objects[object as usize];
        let size = usize::try_from(size).ok().filter(|size| *size <= HELD)?;
        let packed = self.pack.read(data, end).ok()?;
        // Not cleared before: what is there is overwritten. One more, so that the checksum is read where all bytes are there.
        to.resize(size + 1, 0);
        self.inflater.reset(true);
        let status = self.inflater.decompress(packed, to, FlushDecompress::Finish).ok()?;
        to.truncate(size);
        (status == Status::StreamEnd && self.inflater.total_out() == size as u64).then_some(())
    }
}
