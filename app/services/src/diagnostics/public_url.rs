//! The way in: whether what the carrier sends to our public address reaches this desk as it was signed.
use frontdesk_ports::{Finding, ProbeResult, Seen};

use super::CarrierSetup;

const UNSIGNED: &str = "way_in.unsigned";
const SIGNED: &str = "way_in.signed";

impl CarrierSetup {
    /// An unsigned request must be refused, a signed one taken.
    pub(super) async fn way_in(&self) -> Vec<Finding> {
        let url = &self.public_url;
        let mut findings = Vec::new();
        if url.starts_with("http://") {
            findings.push(Finding::warning(
                "way_in.tls",
                format!("{url} is not encrypted: numbers and messages can be read on the way"),
                "put a proxy with a certificate in front (docs/operations.md) and set public_url to https://…",
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
                format!("a proxy answers at {url}, and does not reach the desk (status {status})"),
                "start frontdesk serve, and point the proxy at the address of listen",
            ),
            ProbeResult::Other(status) => Finding::fault(
                UNSIGNED,
                format!("at {url} somebody else answers (status {status})"),
                "let the proxy pass everything below public_url to the address of listen",
            ),
            ProbeResult::Seen(_) => Finding::fault(
                UNSIGNED,
                "an unsigned request is taken",
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
                "the desk that answers has another twilio.account_sid or auth_token, or the proxy changes the body: compare both, and restart the desk",
            ),
            ProbeResult::Unreached(why) => Finding::fault(
                SIGNED,
                format!("a signed request is not answered: {why}"),
                "try again; if it stays so, look at the proxy's log",
            ),
            ProbeResult::Other(status) => Finding::fault(
                SIGNED,
                format!("a signed request gets status {status}"),
                "let the proxy pass POST requests below public_url unchanged to the address of listen",
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
                format!(" (the host arrives as {arrived}, on which nothing depends)")
            };
            return Finding::fine(SIGNED, format!("a signed request is taken{host}"));
        }
        if seen.public_url != *ours {
            return Finding::fault(
                SIGNED,
                format!(
                    "the desk that answers expects {}, and this configuration says {ours}",
                    seen.public_url
                ),
                "set public_url to what the carrier calls, and restart the desk",
            );
        }
        if !seen.signed {
            return Finding::fault(
                SIGNED,
                "the signature does not arrive: a proxy drops the header X-Twilio-Signature",
                "let the proxy pass that header",
            );
        }
        if seen.arrived != seen.asked {
            return Finding::fault(
                SIGNED,
                format!(
                    "a proxy rewrites the path: asked for {}, it arrives as {}",
                    seen.asked, seen.arrived
                ),
                "let the proxy take away the path of public_url, and nothing else",
            );
        }
        Finding::fault(
            SIGNED,
            "the request arrives, and its signature does not hold: a proxy changes the signature or the body",
            "let the proxy pass headers and body unchanged",
        )
    }
}
