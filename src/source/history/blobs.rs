//! Every blob once, in the order of the packs, which are read here ([`pack`]); what stands elsewhere, or cannot be read
//! so, libgit2 gives or explains.

use std::ops::Range;

use crate::source::git::{Held, Missing, Oid, Repo};
use crate::source::pack::{self, Step};

use super::Ids;

/// What a clone holds.
#[derive(Default)]
pub struct Listing {
    /// The blobs.
    pub blobs: Ids,
    /// How many commits.
    pub commits: u64,
}

/// A blob, and which parts of it come as they are from blobs of which the visitor said that they need not be seen again.
pub type Found<'a> = Result<(&'a [u8], &'a [Range<usize>]), Missing>;

/// Calls `visit` with each blob that this clone holds, reachable or not, of at most `max_size` bytes, and says what it
/// holds. `visit` says whether blobs that are made from this one need to be looked at only where they differ.
pub fn each(repo: &Repo, max_size: u64, visit: &mut dyn FnMut(Oid, Found<'_>) -> bool) -> anyhow::Result<Listing> {
    let mut listing = Listing::default();
    let mut read = Ids::default();
    for index in repo.packs() {
        // What cannot be read of a pack is among the rest.
        let _ = pack::walk(&index, &mut |step| packed(step, max_size, &mut read, &mut listing, visit));
    }
    for (id, kind) in repo.objects(|id| !read.contains(id))? {
        match kind {
            Held::Commit => listing.commits += 1,
            Held::Other => {}
            Held::Blob => {
                listing.blobs.insert(id);
                if let Err(missing) = repo.blob(id, max_size, |bytes| visit(id, Ok((bytes, &[])))) {
                    visit(id, Err(missing));
                }
            }
        }
    }
    Ok(listing)
}

fn packed(
    step: Step<'_>,
    max_size: u64,
    read: &mut Ids,
    listing: &mut Listing,
    visit: &mut dyn FnMut(Oid, Found<'_>) -> bool,
) -> bool {
    let (Step::Other(name, _) | Step::Blob(pack::Blob { name, .. })) = step;
    let Some(id) = Oid::from_bytes(name).ok().filter(|id| read.insert(*id)) else { return false };
    match step {
        Step::Other(_, is_commit) => {
            listing.commits += u64::from(is_commit);
            false
        }
        Step::Blob(blob) => {
            listing.blobs.insert(id);
            let size = blob.bytes.len() as u64;
            visit(id, if size > max_size { Err(Missing::TooLarge(size)) } else { Ok((blob.bytes, blob.known)) })
        }
    }
}
