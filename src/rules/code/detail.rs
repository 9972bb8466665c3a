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
use super::searcher::{Searcher, Word};
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

/// Beside the catalogue: scipy's distributions, and what generators are called.
const BESIDE: [&str; 2] = ["rvs", "rng"];

/// What is seeded, and with what: names of arguments and functions, and modules that know the time.
const SEEDED: [&str; 10] = [
    "seed",
    "rng",
    "random_state",
    "rng_seed",
    "random_seed",
    "manual_seed",
    "manual_seed_all",
    "set_seed",
    "set_random_seed",
    "seed_instance",
];
const CLOCKS: [&str; 2] = ["time", "datetime"];

/// Up to so many bytes every word is looked for by itself: an automaton over all of them costs more to make.
const FEW: usize = 16 << 10;

/// What a policy needs to know of files.
pub struct Needs {
    /// What its rules ask about, as patterns of names, and whether the catalogue is asked about.
    patterns: Vec<String>,
    synthetic: bool,
    words: OnceLock<Words>,
    seeded: OnceLock<Option<Searcher>>,
    /// Contracts that ask for uses, decorators or calls of the modules that they bind.
    contracts: Vec<Contract>,
}

enum Words {
    /// Any file may hold what is asked about.
    All,
    These(Box<These>),
}

struct These {
    words: Vec<Word>,
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
        Self { patterns, synthetic: families.synthetic, words: OnceLock::new(), seeded: OnceLock::new(), contracts }
    }

    fn words(&self) -> &Words {
        self.words.get_or_init(|| {
            let catalogue = catalogue::fabricating(Language::Python).chain(catalogue::makers());
            let catalogue = catalogue.filter(|_| self.synthetic).map(word_of);
            let patterns = self.patterns.iter().map(|p| word_of(p));
            let words: Option<BTreeSet<Word>> = catalogue.chain(patterns).collect();
            let fixed = COMPUTED.iter().chain(BESIDE.iter().filter(|_| self.synthetic)).map(|w| whole(w));
            words.map_or(Words::All, |words| Words::new(words.into_iter().chain(fixed).collect()))
        })
    }

    /// How much of a file must be read.
    pub fn detail(&self, path: &str, language: Language, class: Class, module: &str, bytes: &[u8]) -> Detail {
        if language != Language::Python || path.ends_with(".ipynb") {
            return Detail::Full;
        }
        if class == Class::Test {
            let computed = COMPUTED.iter().any(|word| whole(word).is_in(bytes));
            return if computed { Detail::Full } else { Detail::Skeleton };
        }
        let asks = || self.contracts.iter().any(|c| imports::binds(c, module));
        if self.words().are_in(module, bytes) || asks() || is_disguised(bytes) || self.may_seed(bytes) {
            return Detail::Full;
        }
        Detail::Outline
    }

    /// Whether a file may fabricate itself.
    pub fn may_fabricate(&self, module: &str, bytes: &[u8]) -> bool {
        self.words().are_in(module, bytes) || is_disguised(bytes)
    }

    /// Whether a file may seed something with the time.
    fn may_seed(&self, bytes: &[u8]) -> bool {
        self.synthetic && {
            let seeded = self.seeded.get_or_init(|| Searcher::new(&SEEDED.map(whole)));
            CLOCKS.iter().any(|clock| imports_module(bytes, clock)) && seeded.as_ref().is_none_or(|s| s.is_in(bytes))
        }
    }
}

impl Words {
    fn new(words: Vec<Word>) -> Self {
        Words::These(Box::new(These { words, looked: AtomicUsize::new(0), searcher: OnceLock::new() }))
    }

    fn are_in(&self, module: &str, bytes: &[u8]) -> bool {
        let Words::These(these) = self else { return true };
        let These { words, looked, searcher } = &**these;
        if looked.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len() <= FEW {
            return words.iter().any(|word| word.is_in(bytes) || word.is_in(module.as_bytes()));
        }
        let searcher = searcher.get_or_init(|| Searcher::new(words));
        searcher.as_ref().is_none_or(|s| s.is_in(bytes) || s.is_in(module.as_bytes()))
    }
}

fn whole(word: &str) -> Word {
    Word::Whole(word.to_owned())
}

/// A word that every name has that a pattern matches; `None`: there is none.
fn word_of(pattern: &str) -> Option<Word> {
    // Types stand for what makes them: nobody writes their names. The libraries are in most files.
    const TYPES: [&str; 5] = ["builtins", "Generator", "RandomState", "Random", "Faker"];
    const LIBRARIES: [&str; 8] = ["numpy", "torch", "tensorflow", "sklearn", "pandas", "scipy", "cupy", "jax"];
    let plain = pattern.replace("::", ".").replace('/', ".");
    let steps: Vec<&str> = plain.split('.').filter(|step| !TYPES.contains(step)).collect();
    if steps.contains(&"random") {
        return Some(whole("random"));
    }
    let is_telling = |step: &&&str| step.len() > 1 && !step.contains('*');
    let rare = |step: &str| step.bytes().any(|b| !b.is_ascii_lowercase());
    let names = steps.iter().filter(is_telling).filter(|step| !LIBRARIES.contains(step));
    let name = names.max_by_key(|step| (rare(step), step.len()));
    // What stands before and after a star is a piece of one.
    let pieces =
        || steps.iter().flat_map(|step| step.split('*')).filter(|piece| piece.len() > 1).max_by_key(|p| p.len());
    name.map(|name| whole(name)).or_else(|| pieces().map(|piece| Word::Part(piece.to_owned())))
}

/// Whether names may be written in letters that Python takes for plain ones (PEP 3131: identifiers are normalised by NFKC).
fn is_disguised(bytes: &[u8]) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let folds = |c: char| c.nfkc().any(is_plain);
    !bytes.is_ascii() && bytes.utf8_chunks().any(|chunk| chunk.valid().chars().any(|c| !c.is_ascii() && folds(c)))
}

/// Whether a line imports a module of this name, or goes on on the next.
fn imports_module(bytes: &[u8], module: &str) -> bool {
    let ends = |at: usize| memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end);
    let line = |at: usize| &bytes[memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |start| start + 1)..ends(at)];
    let imports = |line: &[u8]| whole("import").is_in(line) || whole("from").is_in(line);
    let named = memmem::find_iter(bytes, module).any(|at| imports(line(at)) && whole(module).is_in(line(at)));
    named || (memmem::find(bytes, b"\\\n").is_some() && whole(module).is_in(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_a_word() {
        let cases = [
            ("builtins.exec", Some(whole("exec"))),
            ("subprocess.**", Some(whole("subprocess"))),
            ("mylib.sim.make_*", Some(whole("mylib"))),
            ("make_*", Some(Word::Part("make_".to_owned()))),
            ("numpy.random.Generator.normal", Some(whole("random"))),
            ("tensorflow.random_uniform", Some(whole("random_uniform"))),
            ("ctgan.CTGAN.sample", Some(whole("CTGAN"))),
            ("sklearn.utils.shuffle", Some(whole("shuffle"))),
            ("**", None),
        ];
        for (pattern, word) in cases {
            assert_eq!(word_of(pattern), word, "{pattern}");
        }
    }

    #[test]
    fn no_name_of_the_catalogue_lacks_its_word() {
        for name in catalogue::fabricating(Language::Python).chain(catalogue::makers()) {
            let word = word_of(name).expect(name);
            assert!(word.is_in(name.as_bytes()), "{name}: {word:?}");
        }
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
        assert_eq!(
            detail("app/x.py", Class::Source, "def f(random_state, n_samples): ...  # normalise\n"),
            Detail::Outline
        );
        assert_eq!(detail("app/x.py", Class::Source, "import numpy as np\nnp.\u{ff52}andom.rand()\n"), Detail::Full);
        assert_eq!(detail("app/x.py", Class::Source, "# caf\u{e9} \u{2026}\n"), Detail::Outline);
        let seeded = "clf = SVC(random_state=int(time.time()))\n";
        assert_eq!(detail("app/x.py", Class::Source, &format!("import os, time\n{seeded}")), Detail::Full);
        assert_eq!(detail("app/x.py", Class::Source, &format!("import os, \\\n  time\n{seeded}")), Detail::Full);
        assert_eq!(detail("app/x.py", Class::Source, "# from time to time\nf(n=1)\n"), Detail::Outline);
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
