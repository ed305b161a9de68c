//! Checks that requests to the public URL reach this server with a valid signature.
use frontdesk_ports::{Finding, ProbeResult, Seen};

use super::CarrierSetup;

const UNSIGNED: &str = "way_in.unsigned";
const SIGNED: &str = "way_in.signed";

impl CarrierSetup {
    /// Checks that an unsigned request is refused and a signed one is accepted.
    pub(super) async fn way_in(&self) -> Vec<Finding> {
        let url = &self.public_url;
        let mut findings = Vec::new();
        if url.starts_with("http://") {
            findings.push(Finding::warning(
                "way_in.tls",
                format!("{url} is not encrypted: numbers and messages can be read on the way"),
                "put a proxy with a certificate in front (docs/start.md) and set public_url to https://…",
            ));
        }
        if let Some(why) = &self.unreachable {
            findings.push(Finding::warning(
                "way_in.address",
                format!("public_url: {why}"),
                "set public_url to the address at which the internet reaches this server",
            ));
        }
        let unsigned = self.probe.probe(false).await;
        findings.push(self.unsigned(&unsigned));
        if let ProbeResult::Unreached(_) = unsigned {
            findings.push(Finding::untried(SIGNED, "nothing is reached"));
        } else {
            findings.push(self.signed(&self.probe.probe(true).await));
        }
        findings
    }

    fn unsigned(&self, probe: &ProbeResult) -> Finding {
        let url = &self.public_url;
        match probe {
            ProbeResult::Refused => Finding::fine(UNSIGNED, "an unsigned request is refused"),
            ProbeResult::Unreached(why) => Finding::fault(
                UNSIGNED,
                format!("{url} is not reached: {why}"),
                "start frontdesk serve, and check name, certificate, firewall and proxy",
            ),
            ProbeResult::Other(status @ (502..=504)) => Finding::fault(
                UNSIGNED,
                format!("a proxy answers at {url} and does not reach this server (status {status})"),
                "start frontdesk serve, and point the proxy at the address of listen",
            ),
            ProbeResult::Other(status) => Finding::fault(
                UNSIGNED,
                format!("another server answers at {url} (status {status})"),
                "configure the proxy to pass everything below public_url to the address of listen",
            ),
            ProbeResult::Seen(_) => Finding::fault(
                UNSIGNED,
                "an unsigned request is accepted",
                "a proxy in front of this server must not sign requests or answer in its place",
            ),
        }
    }

    fn signed(&self, probe: &ProbeResult) -> Finding {
        match probe {
            ProbeResult::Seen(seen) => self.seen(seen),
            ProbeResult::Refused => Finding::fault(
                SIGNED,
                "a request signed with this configuration's token is refused",
                "compare twilio.account_sid and auth_token with those of the running server and restart it; if they are the same, a proxy changes the path or the body",
            ),
            ProbeResult::Unreached(why) => Finding::fault(
                SIGNED,
                format!("a signed request is not answered: {why}"),
                "try again; if the problem remains, look at the proxy's log",
            ),
            ProbeResult::Other(status) => Finding::fault(
                SIGNED,
                format!("a signed request gets status {status}"),
                "configure the proxy to pass POST requests below public_url unchanged to the address of listen",
            ),
        }
    }

    fn seen(&self, seen: &Seen) -> Finding {
        let ours = &self.public_url;
        if seen.signature_holds && seen.public_url == *ours {
            let (asked, arrived) = &seen.host;
            let host = if asked == arrived {
                String::new()
            } else {
                format!(" (the proxy changes the Host header to {arrived}, which is harmless)")
            };
            return Finding::fine(SIGNED, format!("a signed request is accepted{host}"));
        }
        if seen.public_url != *ours {
            return Finding::fault(
                SIGNED,
                format!("the running server expects {}, and this configuration says {ours}", seen.public_url),
                "set public_url to the address that the carrier calls, and restart the server",
            );
        }
        if !seen.signed {
            return Finding::fault(
                SIGNED,
                "the signature does not arrive: a proxy drops the header X-Twilio-Signature",
                "configure the proxy to pass that header",
            );
        }
        if seen.arrived != seen.asked {
            return Finding::fault(
                SIGNED,
                format!(
                    "a proxy rewrites the path: asked for {}, it arrives as {}",
                    seen.asked, seen.arrived
                ),
                "configure the proxy to strip the path of public_url, and nothing else",
            );
        }
        Finding::fault(
            SIGNED,
            "the request arrives with a wrong signature: a proxy changes the signature or the body",
            "configure the proxy to pass headers and body unchanged",
        )
    }
}
