//! Progress of commands that can take long: on standard error, only if that is a terminal.
use std::io::IsTerminal;
use std::time::Duration;

use frontdesk_ports::{CallFigures, CallQuery};
use indicatif::{ProgressBar, ProgressStyle};

/// How often the elapsed time is redrawn.
const TICK: Duration = Duration::from_millis(200);

/// Awaits work of unknown duration, with a spinner.
pub(super) async fn during<T>(what: &'static str, work: impl Future<Output = T>) -> T {
    let bar = ProgressBar::new_spinner().with_message(what).with_style(style("{spinner} {msg} ({elapsed})"));
    bar.enable_steady_tick(TICK);
    let done = work.await;
    bar.finish_and_clear();
    done
}

/// A bar for a number of items, which disappears when it is dropped.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Starts a bar over the calls that match a query.
    pub async fn over_calls(log: &dyn CallFigures, query: &CallQuery) -> Self {
        // Counting a long log takes a while, so it is only done if the bar is shown.
        let total = if std::io::stderr().is_terminal() {
            log.tally(query, u32::MAX).await.map_or(0, |tally| tally.all())
        } else {
            0
        };
        let bar = ProgressBar::new(total).with_message("calls");
        let bar = bar.with_style(style("{msg} {wide_bar} {human_pos}/{human_len} ({eta})"));
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// Advances the bar by a number of items.
    pub fn advance(&self, by: usize) {
        self.0.inc(u64::try_from(by).unwrap_or(0));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
