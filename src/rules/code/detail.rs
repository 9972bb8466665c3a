//! How much of a file is read. Most files need no more than an outline: imports, definitions, texts; the bodies of their
//! functions call nothing that a rule asks about, and that can be told by words that are not in them.
//!
//! A callee's name is made of words of its file, and of its module's own name. A file without a word that every name a
//! rule asks about has therefore calls nothing that the rule asks about. What calls a fabricator of another file is known
//! once those are, and read again in full ([`super::follow`]).

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use memchr::memmem;
use unicode_normalization::UnicodeNormalization as _;

use super::catalogue;
use super::config::{CodeConfig, Contract, ContractKind};
use super::facts::Language;
use super::rule::Class;
use super::searcher::Searcher;
use super::{Families, imports};

/// How much of a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Everything.
    Full,
    /// All but calls, names and flows in the bodies of functions.
    Outline,
    /// Nor their expressions: a test's branches and texts are nobody's business.
    Skeleton,
}

/// Files that hold one of these say more of imports than an outline tells.
const COMPUTED: [&str; 2] = ["import_module", "__import__"];

/// Beside the catalogue: scipy's distributions, and what clocks seed.
const BESIDE: [&str; 3] = ["rvs", "seed", "rng"];

/// Up to so many bytes every word is looked for by itself: an automaton over all of them costs more to make.
const FEW: usize = 16 << 10;

/// What a policy needs to know of files.
pub struct Needs {
    /// What its rules ask about, as patterns of names, and whether the catalogue is asked about.
    patterns: Vec<String>,
    synthetic: bool,
    words: OnceLock<Words>,
    /// Contracts that ask for uses, decorators or calls of the modules that they bind.
    contracts: Vec<Contract>,
}

enum Words {
    /// Any file may hold what is asked about.
    All,
    These(Box<These>),
}

struct These {
    words: Vec<String>,
    /// How many bytes were looked at.
    looked: AtomicUsize,
    searcher: OnceLock<Option<Searcher>>,
}

impl Needs {
    /// Of a policy.
    pub fn new(config: &CodeConfig, families: Families) -> Self {
        let mut patterns = Vec::new();
        if families.synthetic {
            patterns.extend(config.synthetic.fabricators.iter().cloned());
            patterns.extend(config.synthetic.rule.iter().flat_map(|r| &r.calls).cloned());
        }
        let contracts = config.imports.contract.iter().filter(|_| families.imports);
        let banned = contracts.clone().filter(|c| c.kind == ContractKind::ForbiddenCalls).flat_map(|c| &c.calls);
        patterns.extend(banned.map(|c| imports::dotted(&c.call)));
        let asks = |c: &&Contract| {
            c.kind == ContractKind::Required && (c.must_use || c.decorate.is_some() || c.activate.is_some())
        };
        let contracts = contracts.filter(asks).cloned().collect();
        Self { patterns, synthetic: families.synthetic, words: OnceLock::new(), contracts }
    }

    fn words(&self) -> &Words {
        self.words.get_or_init(|| {
            let catalogue = catalogue::fabricating(Language::Python).filter(|_| self.synthetic).map(word_of);
            let patterns = self.patterns.iter().map(|p| word_of(p));
            let words: Option<BTreeSet<String>> = catalogue.chain(patterns).collect();
            let fixed = COMPUTED.iter().chain(BESIDE.iter().filter(|_| self.synthetic)).map(|w| (*w).to_owned());
            words.map_or(Words::All, |words| Words::new(words.into_iter().chain(fixed).collect()))
        })
    }

    /// How much of a file must be read.
    pub fn detail(&self, path: &str, language: Language, class: Class, module: &str, bytes: &[u8]) -> Detail {
        if language != Language::Python || path.ends_with(".ipynb") {
            return Detail::Full;
        }
        if class == Class::Test {
            let computed = COMPUTED.iter().any(|word| is_in(word, module, bytes));
            return if computed { Detail::Full } else { Detail::Skeleton };
        }
        let asks = || self.contracts.iter().any(|c| imports::binds(c, module));
        if self.words().are_in(module, bytes) || asks() || is_disguised(bytes) {
            return Detail::Full;
        }
        Detail::Outline
    }

    /// Whether a file may fabricate itself.
    pub fn may_fabricate(&self, module: &str, bytes: &[u8]) -> bool {
        self.words().are_in(module, bytes) || is_disguised(bytes)
    }
}

impl Words {
    fn new(words: Vec<String>) -> Self {
        let words = shortest(words.into_iter().collect());
        Words::These(Box::new(These { words, looked: AtomicUsize::new(0), searcher: OnceLock::new() }))
    }

    fn are_in(&self, module: &str, bytes: &[u8]) -> bool {
        let Words::These(these) = self else { return true };
        let These { words, looked, searcher } = &**these;
        if looked.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len() <= FEW {
            return words.iter().any(|word| is_in(word, module, bytes));
        }
        let searcher = searcher.get_or_init(|| Searcher::of_parts(words));
        searcher.as_ref().is_none_or(|s| s.is_in(bytes) || s.is_in(module.as_bytes()))
    }
}

/// Without those that hold another one.
fn shortest(words: BTreeSet<String>) -> Vec<String> {
    let holds_another = |word: &String| words.iter().any(|other| other != word && word.contains(other.as_str()));
    words.iter().filter(|word| !holds_another(word)).cloned().collect()
}

fn is_in(word: &str, module: &str, bytes: &[u8]) -> bool {
    memmem::find(bytes, word.as_bytes()).is_some() || module.contains(word)
}

/// A word that every name has that a pattern matches; `None`: there is none.
fn word_of(pattern: &str) -> Option<String> {
    // Types stand for what makes them: nobody writes their names.
    const TYPES: [&str; 5] = ["numpy", "Generator", "RandomState", "Random", "Faker"];
    if pattern.contains("random") {
        return Some("random".to_owned());
    }
    let plain = pattern.replace("::", ".").replace('/', ".");
    let steps = plain.split('.').filter(|step| !TYPES.contains(step) && *step != "builtins");
    // What stands before and after a star is a word as well.
    let pieces = steps.flat_map(|step| step.split('*').map(str::to_owned)).filter(|piece| piece.len() > 1);
    pieces.max_by_key(String::len)
}

/// Whether names may be written in letters that Python takes for plain ones (PEP 3131: identifiers are normalised by NFKC).
fn is_disguised(bytes: &[u8]) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let folds = |c: char| c.nfkc().any(is_plain);
    !bytes.is_ascii() && bytes.utf8_chunks().any(|chunk| chunk.valid().chars().any(|c| !c.is_ascii() && folds(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_a_word() {
        let word = |pattern: &str| word_of(pattern);
        assert_eq!(word("builtins.exec").as_deref(), Some("exec"));
        assert_eq!(word("subprocess.**").as_deref(), Some("subprocess"));
        assert_eq!(word("mylib.sim.make_*").as_deref(), Some("make_"));
        assert_eq!(word("numpy.random.Generator.normal").as_deref(), Some("random"));
        assert_eq!(word("**"), None);
    }

    #[test]
    fn a_word_in_another_is_enough() {
        let words = ["random", "randomly", "rng"].map(str::to_owned);
        assert_eq!(shortest(words.into()), ["random", "rng"]);
    }

    #[test]
    fn words_decide_how_much_is_read() {
        let families = Families { synthetic: true, imports: true, standards: true };
        let needs = Needs::new(&CodeConfig::default(), families);
        let detail = |path: &str, class: Class, text: &str| {
            needs.detail(path, Language::Python, class, "app.x", text.as_bytes())
        };
        assert_eq!(detail("app/x.py", Class::Source, "import os\n"), Detail::Outline);
        assert_eq!(detail("app/x.py", Class::Source, "import numpy as np\nnp.random.rand()\n"), Detail::Full);
        assert_eq!(detail("app/x.py", Class::Source, "from importlib import import_module\n"), Detail::Full);
        assert_eq!(detail("app/x.py", Class::Source, "import numpy as np\nnp.\u{ff52}and()\n"), Detail::Full);
        assert_eq!(detail("app/x.py", Class::Source, "# caf\u{e9} \u{2026}\n"), Detail::Outline);
        assert_eq!(detail("app/x.py", Class::Test, "import numpy as np\nnp.random.rand()\n"), Detail::Skeleton);
        assert_eq!(detail("app/x.ipynb", Class::Source, "{}"), Detail::Full);
        let all = CodeConfig {
            synthetic: super::super::config::Synthetic { fabricators: vec!["**".into()], ..Default::default() },
            ..CodeConfig::default()
        };
        let needs = Needs::new(&all, families);
        assert_eq!(needs.detail("a.py", Language::Python, Class::Source, "a", b"x = 1\n"), Detail::Full);
    }
}
