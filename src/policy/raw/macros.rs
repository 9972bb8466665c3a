//! Two shapes that every section is made of: a table with its defaults, and a choice of words.

/// Declares tables: `/// doc pub struct Name { /// doc pub key: Type = default, }`. A field without `= default` takes its type's.
macro_rules! section {
    (@default) => { ::core::default::Default::default() };
    (@default $default:expr) => { $default };
    ($($(#[doc = $doc:literal])* $(#[schemars($($schema:tt)*)])? pub struct $name:ident {
        $($(#[$meta:meta])* pub $field:ident : $ty:ty $(= $default:expr)?,)*
    })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        $(#[schemars($($schema)*)])?
        pub struct $name { $($(#[$meta])* pub $field: $ty,)* }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self { $($field: section!(@default $($default)?),)* }
            }
        }
    )*};
}

/// Declares a choice of words: `/// doc pub enum Name { /// doc Variant = "word", }`. The first is the default.
macro_rules! choices {
    ($($(#[doc = $doc:literal])* pub enum $name:ident {
        $(#[doc = $first_doc:literal])* $first:ident = $first_word:literal,
        $($(#[doc = $variant_doc:literal])* $variant:ident = $word:literal,)*
    })*) => {$(
        $(#[doc = $doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema
        )]
        pub enum $name {
            $(#[doc = $first_doc])* #[default] #[serde(rename = $first_word)] $first,
            $($(#[doc = $variant_doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Its name in governance.toml.
            pub const fn name(self) -> &'static str {
                match self { $name::$first => $first_word, $($name::$variant => $word,)* }
            }
        }
    )*};
}

pub(crate) use choices;
