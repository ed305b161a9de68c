//! The names of enum values in JSON, in the database, in settings and on the command line. An enum derives `IntoStaticStr`
//! and `VariantArray` and is listed in [`named!`](crate::named), so each name is written once.

/// A text that is not one of an enum's names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is none of: {known}")]
pub struct UnknownName {
    name: String,
    known: String,
}

impl UnknownName {
    /// An error that lists the known names.
    pub fn new(name: &str, known: impl IntoIterator<Item = &'static str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        Self { name: name.to_owned(), known: known.join(", ") }
    }
}

/// Adds `VARIANTS`, `as_str`, `Display` and `FromStr` to enums that derive `strum::IntoStaticStr` and
/// `strum::VariantArray`.
#[doc(hidden)]
#[macro_export]
macro_rules! named {
    ($($kind:ty),+ $(,)?) => {$(
        impl $kind {
            /// Every value, in order.
            pub const VARIANTS: &'static [Self] = <Self as ::strum::VariantArray>::VARIANTS;

            /// The name in JSON, in the database, in settings and on the command line.
            pub fn as_str(self) -> &'static str {
                self.into()
            }
        }

        impl ::std::fmt::Display for $kind {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $kind {
            type Err = $crate::names::UnknownName;

            fn from_str(text: &str) -> Result<Self, $crate::names::UnknownName> {
                let found = Self::VARIANTS.iter().copied().find(|value| value.as_str() == text);
                let known = || Self::VARIANTS.iter().map(|value| value.as_str());
                found.ok_or_else(|| $crate::names::UnknownName::new(text, known()))
            }
        }
    )+};
}

/// Serializes a type as its `Display` and `FromStr` text in JSON; for `#[serde(try_from = "String", into = "String")]`.
macro_rules! text_in_json {
    ($($kind:ty),+ $(,)?) => {$(
        impl TryFrom<String> for $kind {
            type Error = <Self as ::std::str::FromStr>::Err;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$kind> for String {
            fn from(value: $kind) -> Self {
                value.to_string()
            }
        }
    )+};
}
pub(crate) use text_in_json;

/// Adds `as_str` and `Display` to a checked text, and [`text_in_json`].
macro_rules! checked_text {
    ($($kind:ty),+ $(,)?) => {$(
        impl $kind {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $kind {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        $crate::names::text_in_json!($kind);
    )+};
}
pub(crate) use checked_text;
