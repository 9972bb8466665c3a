//! Definitions, and the ways through them.

use super::super::facts::{Def, DefId, DefKind, Place};
use super::super::names::Sym;
use super::Builder;

impl Builder<'_> {
    /// Adds a definition inside the current one and gives its index.
    pub fn define(&mut self, name: &str, kind: DefKind, place: Place, name_place: Place) -> DefId {
        let seg = self.facts.names.seg(name);
        let parent = self.def;
        let base = self.facts.defs[parent as usize].path;
        let path = self.facts.names.join(base, seg);
        let last = self.lines.line(place.end.saturating_sub(1).max(place.start));
        let def = Def {
            path,
            kind,
            parent,
            place,
            name: name_place,
            decorators: Vec::new(),
            bases: Vec::new(),
            result: Sym::NONE,
            complexity: 1,
            first_line: self.lines.line(place.start),
            last_line: last,
            public: true,
            documented: false,
            stub: false,
            test: false,
        };
        self.facts.defs.push(def);
        if self.facts.defs[parent as usize].kind == DefKind::Class {
            self.members.insert((parent, seg));
        }
        self.facts.defs.len() as DefId - 1
    }

    /// The definition being built.
    pub fn def_mut(&mut self, id: DefId) -> &mut Def {
        &mut self.facts.defs[id as usize]
    }

    /// One more way through the current function.
    pub fn branch(&mut self) {
        self.facts.defs[self.def as usize].complexity += 1;
    }

    /// One more way through, if so.
    pub fn branch_if(&mut self, condition: bool) {
        self.facts.defs[self.def as usize].complexity += u32::from(condition);
    }
}
