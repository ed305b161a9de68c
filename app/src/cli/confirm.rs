//! Asks for confirmation before data or settings are deleted or replaced.
use std::io::{IsTerminal, Write};

use super::Failure;

/// Asks on a terminal. Without a terminal, `--yes` is required.
pub(super) fn confirmed(question: &str, yes: bool) -> Result<bool, Failure> {
    if yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Usage("not a terminal; pass --yes to confirm".into()));
    }
    print!("{question} [y/N] ");
    let unread = |error: std::io::Error| Failure::Failed(format!("the answer cannot be read: {error}"));
    std::io::stdout().flush().map_err(unread)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(unread)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
