//! Whether calls can be taken and kept.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_ports::{CallLog, Readiness, Ready};

/// A log that takes longer is as good as gone.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks the log.
pub struct LogReadiness(pub Arc<dyn CallLog>);

#[async_trait]
impl Readiness for LogReadiness {
    async fn ready(&self) -> Ready {
        match tokio::time::timeout(PATIENCE, self.0.ping()).await {
            Ok(Ok(())) => Ready::Ready,
            Ok(Err(error)) => {
                tracing::warn!("not ready: {error}");
                Ready::NotReady(vec!["the call log is not available".into()])
            }
            Err(_) => Ready::NotReady(vec!["the call log does not answer".into()]),
        }
    }
}
