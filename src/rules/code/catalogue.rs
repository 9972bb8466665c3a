//! What the names of well-known libraries do: draw numbers, make records, seed, wait, store. One table, plain text, one
//! line a name; `*` stands for one step, `**` at the end for any number. `.name` is a method of whatever it may be called on,
//! `res~name` one of something that the code calls `res`, in any case, and `A~name` of something with a capital.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::facts::Language;
use super::pattern::NamePattern;

/// What a callee does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing that a rule asks about, as far as its full name says.
    #[default]
    Other,
    /// Nothing that a rule asks about, whatever its last name is.
    Plain,
    /// Draws one number.
    Scalar,
    /// Draws one number, or an array of them when given a size.
    Draw,
    /// Draws an array.
    Array,
    /// Draws a tensor.
    Tensor,
    /// Makes a data set.
    Dataset,
    /// Makes records of people, texts, addresses.
    Record,
    /// Loads a data set made for teaching.
    Toy,
    /// Fabricates, says the policy.
    Fabricator,
    /// Picks among what is there.
    Resample,
    /// Seeds a generator.
    Seed,
    /// Reads the clock.
    Clock,
    /// Waits, as long as its argument says.
    Delay,
    /// Takes initial values of model parameters.
    Init,
    /// Its result is made of its arguments.
    Pass,
    /// Tabular data are made of its arguments.
    Table,
    /// A model learns or predicts from its arguments.
    Model,
    /// A database or file takes its arguments.
    Store,
    /// Whoever asked gets its arguments.
    Respond,
    /// Somebody elsewhere gets its arguments.
    Send,
    /// Prints to its first argument.
    Print,
    /// A metric is recorded.
    Metric,
}

impl Kind {
    /// Whether its value is fabricated.
    pub fn fabricates(self) -> bool {
        use Kind::{Array, Dataset, Draw, Fabricator, Record, Scalar, Tensor};
        matches!(self, Scalar | Draw | Array | Tensor | Dataset | Record | Fabricator)
    }

    /// Whether it draws numbers.
    pub fn draws(self) -> bool {
        matches!(self, Kind::Scalar | Kind::Draw | Kind::Array | Kind::Tensor)
    }

    /// Whether what is handed to it counts as real from then on.
    pub fn is_sink(self) -> bool {
        matches!(self, Kind::Table | Kind::Model | Kind::Store | Kind::Respond | Kind::Send | Kind::Metric)
    }
}

const KINDS: [(&str, Kind); 23] = [
    ("scalar", Kind::Scalar),
    ("draw", Kind::Draw),
    ("array", Kind::Array),
    ("tensor", Kind::Tensor),
    ("dataset", Kind::Dataset),
    ("record", Kind::Record),
    ("toy", Kind::Toy),
    ("resample", Kind::Resample),
    ("seed", Kind::Seed),
    ("clock", Kind::Clock),
    ("delay", Kind::Delay),
    ("init", Kind::Init),
    ("pass", Kind::Pass),
    ("table", Kind::Table),
    ("model", Kind::Model),
    ("store", Kind::Store),
    ("respond", Kind::Respond),
    ("send", Kind::Send),
    ("print", Kind::Print),
    ("metric", Kind::Metric),
    ("fabricator", Kind::Fabricator),
    ("other", Kind::Other),
    ("plain", Kind::Plain),
];

/// The built-in catalogue and what the policy adds to it.
#[derive(Debug, Default)]
pub struct Catalogue {
    fabricators: Vec<NamePattern>,
}

impl Catalogue {
    /// With the calls that a policy says fabricate.
    pub fn new(fabricators: &[String]) -> Self {
        Self { fabricators: fabricators.iter().map(|f| NamePattern::new(f)).collect() }
    }

    /// Whether anything is known of names that start with this step; most files' own names do not get further.
    pub fn knows(&self, language: Language, first: &str) -> bool {
        !self.fabricators.is_empty() || table(language).roots.contains(root(first))
    }

    /// What the callee of this dotted name does.
    pub fn kind(&self, language: Language, name: &str) -> Kind {
        let plain = settle(name);
        if !self.fabricators.is_empty() && self.fabricators.iter().any(|p| p.matches(&plain.replace('/', "."))) {
            return Kind::Fabricator;
        }
        // Every distribution of scipy has it; they are a hundred.
        if plain.starts_with("scipy.stats.") && plain.ends_with(".rvs") {
            return Kind::Dataset;
        }
        lookup(table(language), &plain)
    }

    /// Whether a name may be of what fabricates, or makes what does; a look at three of its steps.
    pub fn may_lead(&self, language: Language, [first, before, last]: [&str; 3]) -> bool {
        let Leads { steps, open, .. } = table(language).leads();
        !self.fabricators.is_empty() || steps.contains(last) || steps.contains(before) || open.contains(root(first))
    }

    /// Whether an object of this name draws, or makes records.
    pub fn makes(&self, language: Language, name: &str) -> bool {
        let object = settle(name);
        table(language).leads().objects.contains(&*object)
            || (object.starts_with("faker.") || object.starts_with("mimesis."))
    }

    /// What a method of this name does, whatever it is called on.
    pub fn method(&self, language: Language, name: &str) -> Kind {
        table(language).methods.get(name).copied().unwrap_or_default()
    }
}

impl Catalogue {
    /// What a method of this name does on an object that the code calls `object`.
    pub fn written(&self, language: Language, object: &str, name: &str) -> Kind {
        let Some(objects) = table(language).written.get(name) else { return Kind::Other };
        let is = |known: &str| object.eq_ignore_ascii_case(known) && known != "A";
        let capital = |known: &str| known == "A" && object.starts_with(|c: char| c.is_ascii_uppercase());
        objects.iter().find(|(known, _)| is(known) || capital(known)).map_or(Kind::Other, |(_, kind)| *kind)
    }
}

/// Objects by what makes them: a prefix of a callee's name, and the type it stands for.
const MAKERS: [(&str, &str); 8] = [
    ("numpy.random.default_rng()", "numpy.random.Generator"),
    ("numpy.random.mtrand.RandomState()", "numpy.random.RandomState"),
    ("sklearn.utils.check_random_state()", "numpy.random.RandomState"),
    ("sklearn.utils.validation.check_random_state()", "numpy.random.RandomState"),
    ("numpy.random.mtrand.", "numpy.random."),
    ("faker.Factory.create()", "faker.Faker"),
    ("jax.numpy.", "numpy."),
    ("random.SystemRandom", "random.Random"),
];

/// A callee's name with its makers replaced by their types and the remaining calls left out.
pub fn settle(name: &str) -> String {
    let replaced = MAKERS
        .iter()
        .find_map(|(from, to)| name.strip_prefix(from).map(|rest| format!("{to}{rest}")))
        .unwrap_or_else(|| name.to_owned());
    replaced.replace("()", "")
}

/// The names, or patterns of names, of what makes data that are not real, draws and samples among them.
pub fn fabricating(language: Language) -> impl Iterator<Item = &'static str> {
    let table = table(language);
    let all = [&table.exact, &table.one, &table.any, &table.methods].into_iter().flatten();
    all.filter(|(_, kind)| kind.fabricates() || matches!(kind, Kind::Toy | Kind::Resample)).map(|(name, _)| *name)
}

struct Table {
    roots: FxHashSet<&'static str>,
    exact: FxHashMap<&'static str, Kind>,
    one: FxHashMap<&'static str, Kind>,
    any: FxHashMap<&'static str, Kind>,
    methods: FxHashMap<&'static str, Kind>,
    /// By method: what its object is called, and what it then does.
    written: FxHashMap<&'static str, Vec<(&'static str, Kind)>>,
    leads: OnceLock<Leads>,
}

impl Table {
    /// What leads to what fabricates, made when first asked for.
    fn leads(&self) -> &Leads {
        self.leads.get_or_init(|| Leads::of(self))
    }
}

/// What leads to what fabricates.
struct Leads {
    /// What fabricating functions are parts of. What one yields is no object that fabricates in turn.
    objects: FxHashSet<&'static str>,
    /// The steps of names that lead to what fabricates, and those of its makers.
    steps: FxHashSet<&'static str>,
    /// The first steps of what fabricates with everything in it.
    open: FxHashSet<&'static str>,
}

impl Leads {
    fn of(table: &Table) -> Self {
        let fabricating = |(name, kind): (&&'static str, &Kind)| kind.fabricates().then_some(*name);
        let exact = table.exact.iter().filter_map(fabricating);
        let all_of = table.one.iter().chain(&table.any).filter_map(fabricating);
        let owners = all_of.clone().chain(exact.clone());
        let owners = owners.flat_map(|name| name.match_indices('.').map(|(at, _)| &name[..at]));
        let objects: FxHashSet<_> = all_of.chain(owners).collect();
        let makers = MAKERS.iter().filter_map(|(from, _)| from.trim_end_matches(['.', '(', ')']).rsplit('.').next());
        let last_steps = objects.iter().copied().chain(exact).filter_map(|name| name.rsplit('.').next());
        let steps = last_steps.chain(makers).chain(["rvs"]).collect();
        Self { objects, steps, open: table.any.iter().filter_map(fabricating).map(root).collect() }
    }
}

fn table(language: Language) -> &'static Table {
    static TABLES: [OnceLock<Table>; 4] = [const { OnceLock::new() }; 4];
    let (at, text) = match language {
        Language::Python => (0, include_str!("catalogue/python.txt")),
        Language::JavaScript | Language::TypeScript => (1, include_str!("catalogue/javascript.txt")),
        Language::Go => (2, include_str!("catalogue/go.txt")),
        Language::Rust => (3, include_str!("catalogue/rust.txt")),
    };
    TABLES[at].get_or_init(|| parse(text))
}

fn parse(text: &'static str) -> Table {
    let mut table = Table {
        // Of the objects that makers make, and of scipy's distributions, too.
        roots: MAKERS.iter().map(|(from, _)| root(from)).chain(["scipy"]).collect(),
        exact: FxHashMap::default(),
        one: FxHashMap::default(),
        any: FxHashMap::default(),
        methods: FxHashMap::default(),
        written: FxHashMap::default(),
        leads: OnceLock::new(),
    };
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let mut words = line.split_ascii_whitespace();
        let Some(kind) = words.next().and_then(|k| KINDS.iter().find(|(n, _)| *n == k)).map(|(_, k)| *k) else {
            continue;
        };
        for name in words {
            if let Some(method) = name.strip_prefix('.') {
                table.methods.insert(method, kind);
                continue;
            }
            if let Some((object, method)) = name.split_once('~') {
                table.written.entry(method).or_default().push((object, kind));
                continue;
            }
            table.roots.insert(root(name));
            if let Some(base) = name.strip_suffix(".**") {
                table.any.insert(base, kind);
            } else if let Some(base) = name.strip_suffix(".*") {
                table.one.insert(base, kind);
            } else {
                table.exact.insert(name, kind);
            }
        }
    }
    table
}

/// The first step of a name.
fn root(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

fn lookup(table: &Table, name: &str) -> Kind {
    if let Some(kind) = table.exact.get(name) {
        return *kind;
    }
    let mut base = name;
    let mut first = true;
    while let Some((parent, _)) = base.rsplit_once('.') {
        let found = if first { table.one.get(parent) } else { None };
        if let Some(kind) = found.or_else(|| table.any.get(parent)) {
            return *kind;
        }
        first = false;
        base = parent;
    }
    Kind::Other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: Language, name: &str, kind: Kind) {
        assert_eq!(Catalogue::default().kind(language, name), kind, "{name}");
    }

    #[test]
    fn names_have_kinds() {
        use Language::{Go, JavaScript, Python, Rust};
        check(Python, "numpy.random.default_rng().normal", Kind::Draw);
        check(Python, "numpy.random.default_rng", Kind::Seed);
        check(Python, "sklearn.utils.check_random_state().rand", Kind::Draw);
        check(Python, "random.Random().gauss", Kind::Scalar);
        check(Python, "numpy.random.seed", Kind::Seed);
        check(Python, "numpy.random.permutation", Kind::Resample);
        check(Python, "faker.Faker().name", Kind::Record);
        check(Python, "scipy.stats.norm.rvs", Kind::Dataset);
        check(Python, "pandas.DataFrame", Kind::Table);
        check(Python, "json.dumps", Kind::Pass);
        check(JavaScript, "Math.random", Kind::Scalar);
        check(JavaScript, "@faker-js/faker.faker.person.fullName", Kind::Record);
        check(Go, "math/rand.Float64", Kind::Scalar);
        check(Rust, "rand.random", Kind::Scalar);
        let own = Catalogue::new(&["mylib.sim.make_*".into()]);
        assert_eq!(own.kind(Python, "mylib.sim.make_ticks"), Kind::Fabricator);
        assert_eq!(own.method(Python, "to_csv"), Kind::Store);
        let written = |object: &str, name: &str| own.written(JavaScript, object, name);
        assert_eq!((written("res", "write"), written("file", "write")), (Kind::Respond, Kind::Other));
        assert_eq!((written("Price", "create"), written("price", "create")), (Kind::Store, Kind::Other));
    }

    #[test]
    fn whatever_fabricates_may_lead_there() {
        let catalogue = Catalogue::default();
        for language in [Language::Python, Language::JavaScript, Language::Go, Language::Rust] {
            let table = table(language);
            let inside = table.any.iter().map(|(name, kind)| (format!("{name}.some.thing"), kind));
            let direct = table.one.iter().map(|(name, kind)| (format!("{name}.thing"), kind));
            let exact = table.exact.iter().map(|(name, kind)| ((*name).to_owned(), kind));
            for (name, _) in inside.chain(direct).chain(exact).filter(|(_, kind)| kind.fabricates()) {
                let mut steps = name.rsplit('.');
                let (last, before) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
                assert!(catalogue.may_lead(language, [&name, before, last]), "{name}");
            }
        }
        let leads = |steps| catalogue.may_lead(Language::Python, steps);
        assert!(leads(["numpy", "random", "default_rng"]) && leads(["scipy", "norm", "rvs"]));
        assert!(!leads(["sklearn", "utils", "check_array"]) && !leads(["numpy", "", "array"]));
    }

    #[test]
    fn every_line_of_the_tables_is_understood() {
        for text in [
            include_str!("catalogue/python.txt"),
            include_str!("catalogue/javascript.txt"),
            include_str!("catalogue/go.txt"),
            include_str!("catalogue/rust.txt"),
        ] {
            for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
                let kind = line.split_ascii_whitespace().next().unwrap();
                assert!(KINDS.iter().any(|(n, _)| *n == kind), "{line}");
            }
        }
    }
}
