//! LIKE patterns for literal texts, in which the wildcards `%` and `_` are escaped.
use sea_orm::sea_query::LikeExpr;

/// Matches values that contain the text.
pub(crate) fn containing(text: &str) -> LikeExpr {
    pattern(format!("%{}%", literal(text)))
}

/// Matches values that begin with the text.
pub(crate) fn starting_with(text: &str) -> LikeExpr {
    pattern(format!("{}%", literal(text)))
}

/// Matches values that end with the text.
pub(crate) fn ending_with(text: &str) -> LikeExpr {
    pattern(format!("%{}", literal(text)))
}

fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn pattern(pattern: String) -> LikeExpr {
    LikeExpr::new(pattern).escape('\\')
}
