//! `frontdesk health`: asks the running server whether it is ready, for container engines and scripts.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::Failure;
use crate::config::Config;

/// How long the server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  frontdesk health || systemctl status frontdesk")]
pub(super) struct Health {
    /// The address of the server [default: `listen` of the configuration].
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl Health {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let base = self.url.unwrap_or_else(|| format!("http://{}", reachable(config.listen)));
        let url = format!("{}/readyz", base.trim_end_matches('/'));
        // The server is on this machine, so proxies are not used.
        let client = config.proxies.client_builder().no_proxy().timeout(TIMEOUT).build();
        let client = client.map_err(|error| Failure::Failed(error.to_string()))?;
        let response = client.get(&url).send().await;
        let response = response.map_err(|_| Failure::Failed(format!("no answer from {url}")))?;
        let is_ready = response.status().is_success();
        let said = response.text().await.unwrap_or_default();
        println!("{said}");
        Ok(if is_ready { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// The address at which a listener is reached from this machine: loopback if it listens on all addresses.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_all_addresses_is_reached_on_loopback() {
        let reached = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(reached("0.0.0.0:8080"), "127.0.0.1:8080");
        assert_eq!(reached("[::]:8080"), "[::1]:8080");
        assert_eq!(reached("192.0.2.1:80"), "192.0.2.1:80");
    }
}
