//! Attributes that are read, not called: one may be a property, which calls what a method does.

use rustc_hash::FxHashMap;

use super::super::catalogue::Kind;
use super::super::facts::{Call, NOWHERE, Place};
use super::{Builder, Value};

impl Builder<'_> {
    /// Notes `self.name` and `Maker().name`; what comes of them is known when the file was read.
    pub fn read(&mut self, place: Place, value: Value) -> Value {
        let names = &self.facts.names;
        let owner = names.parent(value.path);
        let of_an_instance =
            owner.is_some() && (names.instance_class(owner).is_some() || names.last_seg(owner).is_none());
        if value.path.is_none() || !of_an_instance {
            return value;
        }
        let node = self.node();
        self.edge(value.node, node);
        let read = Call {
            place,
            callee: value.path,
            how: value.how,
            kind: Kind::Other,
            context: self.context,
            def: self.def,
            guard: self.guard,
            returned_by: NOWHERE,
            sink: NOWHERE,
        };
        self.reads.push((read, node));
        Value { node, ..value }
    }

    /// Keeps the reads whose values go anywhere, under their full names.
    pub(super) fn keep_reads(&mut self) {
        let mut cache = FxHashMap::default();
        for (mut read, _) in std::mem::take(&mut self.reads) {
            if read.returned_by == NOWHERE && read.sink == NOWHERE {
                continue;
            }
            let attribute = self.facts.names.last_seg(read.callee);
            if self.facts.names.instance_root(read.callee).is_some() {
                read.callee = self.settled(read.callee, &mut cache);
            }
            if read.callee.is_some() && self.facts.names.last_seg(read.callee) == attribute {
                self.facts.reads.push(read);
            }
        }
        self.facts.reads.sort_by_key(|read| read.place);
    }
}
