//! The schema of [`super::raw`], as schemars makes it, in a form that is quick to check a tree against. The schema of a
//! section is made, and the shape of a key, when somebody first asks for it: few policies use most of them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json};

use super::raw::{self, Part};

/// What may stand in a place.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A table with these keys and no others.
    Table(TableShape),
    /// A table whose keys are names the user chooses; `keys` names a rule they follow.
    Names {
        /// What stands under each.
        item: Box<Shape>,
        /// The rule for the names; see [`super::formats::check_key`].
        keys: Option<&'static str>,
    },
    /// A list.
    List {
        /// What its items are.
        item: Box<Shape>,
        /// How many there must be.
        least: u64,
    },
    /// Any text.
    Text,
    /// A whole number in a range.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// true or false.
    Bool,
    /// One of a few words or numbers.
    Choice(Vec<Choice>),
    /// What the check of that name in [`super::formats`] accepts.
    Format {
        /// The name of the check.
        name: &'static str,
        /// The schema it stands in, for ranges.
        schema: &'static Map<String, Json>,
    },
    /// One of several, told apart by their TOML type.
    Either(Vec<Shape>),
}

/// A table with fixed keys.
#[derive(Clone, Debug, Default)]
pub struct TableShape {
    /// The keys.
    pub fields: BTreeMap<&'static str, Field>,
    /// Those that must be there.
    pub required: Vec<&'static str>,
}

/// One key.
#[derive(Clone, Debug)]
pub struct Field {
    schema: Schema,
    shape: OnceLock<Box<Shape>>,
}

/// Where the schema of a key is.
#[derive(Clone, Debug)]
enum Schema {
    /// Somewhere in a document.
    Made(&'static Json, &'static Json),
    /// To be made; and the table of `$defs` that the key is in, none for the file itself.
    Part(&'static Part, &'static str),
}

impl Field {
    fn new(schema: Schema) -> Self {
        Self { schema, shape: OnceLock::new() }
    }

    /// What may stand there.
    pub fn shape(&self) -> &Shape {
        let make = || match self.schema {
            Schema::Made(schema, document) => from_schema(schema, document),
            Schema::Part(Part::Keys(_, table, keys), _) => from_parts(keys, table),
            Schema::Part(Part::Whole(_, make), _) => {
                // The shape of a file lives as long as the process, and so does what it is made from.
                let document: &'static Json = Box::leak(Box::new(made(*make)));
                from_schema(document, document)
            }
        };
        self.shape.get_or_init(|| Box::new(make()))
    }

    /// What it means.
    pub fn doc(&self) -> &'static str {
        text(self.schema(), "description")
    }

    /// What holds when it is absent.
    pub fn default(&self) -> Option<&'static Json> {
        self.schema().get("default")
    }

    fn schema(&self) -> &'static Json {
        match self.schema {
            Schema::Made(schema, _) => schema,
            Schema::Part(part, table) => {
                let whole = json_schema();
                let table = if table.is_empty() { whole } else { &whole["$defs"][table] };
                &table["properties"][part.key()]
            }
        }
    }
}

/// One word of a choice.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The word or number.
    pub word: &'static Json,
    /// What it means.
    pub doc: &'static str,
}

/// The shape of the whole file.
pub fn root() -> &'static Shape {
    static ROOT: OnceLock<Shape> = OnceLock::new();
    ROOT.get_or_init(|| from_parts(&raw::PARTS, ""))
}

fn from_parts(parts: &'static [Part], table: &'static str) -> Shape {
    let fields = parts.iter().map(|part| (part.key(), Field::new(Schema::Part(part, table))));
    Shape::Table(TableShape { fields: fields.collect(), required: Vec::new() })
}

/// The JSON Schema (2020-12) of governance.toml.
pub fn json_schema() -> &'static Json {
    static SCHEMA: OnceLock<Json> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let mut schema = made(raw::schema_of::<raw::File>);
        if let Some(root) = schema.as_object_mut() {
            root.insert("title".into(), Json::String("governance.toml".into()));
        }
        schema
    })
}

fn made(make: raw::MakeSchema) -> Json {
    let mut schema = make(SchemaSettings::draft2020_12().into_generator()).to_value();
    tidy(&mut schema);
    schema
}

/// TOML has no null, and the defaults of whole tables only repeat those of their keys.
fn tidy(schema: &mut Json) {
    match schema {
        Json::Object(object) => {
            if object.get("default").is_some_and(|d| d.is_null() || d.is_object()) {
                object.remove("default");
            }
            drop_null(object);
            object.values_mut().for_each(tidy);
        }
        Json::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

fn drop_null(object: &mut Map<String, Json>) {
    if let Some(Json::Array(types)) = object.get_mut("type") {
        types.retain(|t| t != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Json::Array(words)) = object.get_mut("enum") {
        words.retain(|w| !w.is_null());
    }
    if let Some(Json::Array(parts)) = object.get_mut("anyOf") {
        parts.retain(|p| p.get("type").is_none_or(|t| t != "null"));
        if let [only] = parts.as_slice() {
            let only = only.as_object().cloned().unwrap_or_default();
            object.remove("anyOf");
            for (key, value) in only {
                object.entry(key).or_insert(value);
            }
        }
    }
}

fn from_schema(schema: &'static Json, document: &'static Json) -> Shape {
    if let Some(name) = schema.get("$ref").and_then(Json::as_str) {
        let target = name.strip_prefix("#/$defs/").and_then(|n| document.get("$defs")?.get(n));
        return target.map_or(Shape::Text, |target| from_schema(target, document));
    }
    if let (Some(name), Some(schema)) = (schema.get("x-govctl").and_then(Json::as_str), schema.as_object()) {
        return Shape::Format { name, schema };
    }
    let list = |key: &str| schema.get(key).and_then(Json::as_array);
    if let Some(parts) = list("anyOf") {
        return Shape::Either(parts.iter().map(|part| from_schema(part, document)).collect());
    }
    if let Some(words) = list("enum") {
        return Shape::Choice(words.iter().map(|word| Choice { word, doc: "" }).collect());
    }
    if let Some(parts) = list("oneOf") {
        return Shape::Choice(parts.iter().flat_map(choices).collect());
    }
    if schema.get("const").is_some() {
        return Shape::Choice(choices(schema));
    }
    match schema.get("type").and_then(Json::as_str) {
        Some("object") => table(schema, document),
        Some("array") => Shape::List {
            item: Box::new(schema.get("items").map_or(Shape::Text, |item| from_schema(item, document))),
            least: schema.get("minItems").and_then(Json::as_u64).unwrap_or(0),
        },
        Some("integer") => integer(schema),
        Some("boolean") => Shape::Bool,
        _ => Shape::Text,
    }
}

fn choices(part: &'static Json) -> Vec<Choice> {
    let doc = text(part, "description");
    let words = part.get("enum").and_then(Json::as_array);
    let words = words.map_or_else(|| part.get("const").into_iter().collect(), |words| words.iter().collect::<Vec<_>>());
    words.into_iter().map(|word| Choice { word, doc }).collect()
}

fn table(schema: &'static Json, document: &'static Json) -> Shape {
    if let Some(item) = schema.get("additionalProperties").filter(|a| a.is_object()) {
        let keys = schema.get("x-govctl-keys").and_then(Json::as_str);
        return Shape::Names { item: Box::new(from_schema(item, document)), keys };
    }
    let properties = schema.get("properties").and_then(Json::as_object).into_iter().flatten();
    let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
    Shape::Table(TableShape {
        fields: properties.map(|(key, schema)| (&**key, Field::new(Schema::Made(schema, document)))).collect(),
        required: required.filter_map(Json::as_str).collect(),
    })
}

fn integer(schema: &'static Json) -> Shape {
    let (low, high) = match text(schema, "format") {
        "int8" => (i64::from(i8::MIN), i64::from(i8::MAX)),
        "uint32" => (0, i64::from(u32::MAX)),
        "int32" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        "uint64" => (0, i64::MAX),
        _ => (i64::MIN, i64::MAX),
    };
    let bound = |key: &str| schema.get(key).and_then(Json::as_i64);
    Shape::Integer { min: bound("minimum").unwrap_or(low).max(low), max: bound("maximum").unwrap_or(high).min(high) }
}

fn text(schema: &'static Json, key: &str) -> &'static str {
    schema.get(key).and_then(Json::as_str).unwrap_or_default()
}

impl Shape {
    /// What is expected, in words.
    pub fn expected(&self) -> String {
        match self {
            Shape::Table(_) | Shape::Names { .. } => "a table".into(),
            Shape::List { item, .. } => match item.as_ref() {
                Shape::Table(_) | Shape::Names { .. } => "an array of tables".into(),
                Shape::Text => "an array of strings".into(),
                item => format!("an array, each item {}", item.expected()),
            },
            Shape::Text => "a string".into(),
            Shape::Integer { min, max } if *min <= i64::from(i32::MIN) && *max >= i64::from(i32::MAX) => {
                "an integer".into()
            }
            Shape::Integer { min, max } if *max >= i64::from(u32::MAX) => format!("an integer, {min} or more"),
            Shape::Integer { min, max } => format!("an integer from {min} to {max}"),
            Shape::Bool => "true or false".into(),
            Shape::Choice(choices) => {
                let words: Vec<_> = choices.iter().map(|c| c.word.to_string()).collect();
                match words.as_slice() {
                    [only] => only.clone(),
                    words => format!("one of {}", words.join(", ")),
                }
            }
            Shape::Format { name, .. } => super::formats::expected(name).into(),
            Shape::Either(parts) => parts.iter().map(Shape::expected).collect::<Vec<_>>().join(", or "),
        }
    }

    /// The table of keys, where this is one.
    pub fn fields(&self) -> Option<&TableShape> {
        match self {
            Shape::Table(table) => Some(table),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that a shape says, down to its last key.
    fn told(shape: &Shape) -> Json {
        match shape {
            Shape::Table(table) => {
                let fields = table.fields.iter().map(|(name, field)| (*name, told(field.shape())));
                serde_json::json!({ "fields": fields.collect::<BTreeMap<_, _>>(), "required": table.required })
            }
            Shape::Names { item, keys } => serde_json::json!({ "names": told(item), "keys": keys }),
            Shape::List { item, least } => serde_json::json!({ "list": told(item), "least": least }),
            Shape::Either(parts) => parts.iter().map(told).collect(),
            Shape::Format { name, schema } => {
                let bounds = ["type", "pattern", "minimum", "maximum"].map(|key| schema.get(key));
                serde_json::json!({ "format": name, "bounds": bounds })
            }
            other => Json::String(format!("{other:?}")),
        }
    }

    #[test]
    fn the_parts_are_those_of_the_file_and_made_alone_have_the_same_shape() {
        let whole = from_schema(json_schema(), json_schema());
        for (key, field) in &root().fields().unwrap().fields {
            let (one, other) = (told(field.shape()), told(whole.fields().unwrap().fields[key].shape()));
            assert!(one == other, "{key}:\n{one}\n{other}");
        }
        let docs = |shape: &Shape, at: &str| -> Vec<(String, String, Option<Json>)> {
            let fields = shape.fields().unwrap().fields.iter();
            fields
                .map(|(key, field)| (format!("{at}{key}"), field.doc().to_owned(), field.default().cloned()))
                .collect()
        };
        assert_eq!(docs(root(), ""), docs(&whole, ""));
        for key in ["policies", "checks"] {
            let of = |shape: &Shape| docs(shape.fields().unwrap().fields[key].shape(), key);
            assert_eq!(of(root()), of(&whole));
        }
    }
}
