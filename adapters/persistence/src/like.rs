//! Texts in LIKE patterns, in which `%` and `_` would stand for others.
use sea_orm::sea_query::LikeExpr;

/// What contains the text.
pub(crate) fn containing(text: &str) -> LikeExpr {
    pattern(format!("%{}%", literal(text)))
}

/// What begins with the text.
pub(crate) fn starting_with(text: &str) -> LikeExpr {
    pattern(format!("{}%", literal(text)))
}

/// What ends with the text.
pub(crate) fn ending_with(text: &str) -> LikeExpr {
    pattern(format!("%{}", literal(text)))
}

fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn pattern(pattern: String) -> LikeExpr {
    LikeExpr::new(pattern).escape('\\')
}
