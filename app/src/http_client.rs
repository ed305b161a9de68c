//! Outgoing HTTP: which requests go through a proxy, by the standard variables `HTTP_PROXY`, `HTTPS_PROXY`,
//! `ALL_PROXY` and `NO_PROXY` (in upper or lower case). Requests to loopback addresses never do, because a proxy
//! cannot reach this machine.
use reqwest::{ClientBuilder, NoProxy, Proxy};
use url::Url;

use crate::environment::Environment;

/// Hosts that are always reached directly, in the notation of `NO_PROXY`.
const LOOPBACK: &str = "localhost,127.0.0.0/8,::1";

/// A proxy variable has a value that cannot be used. The value is not shown: it may contain a password.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "it is not the address of an HTTP proxy; use one such as http://proxy.example:3128, or unset the variable"
)]
pub struct InvalidProxy {
    /// The variable, as it is spelled in the environment.
    pub variable: String,
}

/// The proxies for outgoing requests.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<Proxy>);

impl Proxies {
    /// Reads the proxies from the environment. `HTTP_PROXY` is for `http` addresses, `HTTPS_PROXY` for `https`, and
    /// `ALL_PROXY` for what neither covers.
    pub fn read(environment: &Environment) -> Result<Self, InvalidProxy> {
        let read = |name: &str| {
            [name.to_owned(), name.to_lowercase()].into_iter().find_map(|name| {
                let value = environment.get(&name)?.trim().to_owned();
                (!value.is_empty()).then_some((name, value))
            })
        };
        let direct =
            read("NO_PROXY").map_or_else(|| LOOPBACK.to_owned(), |(_, hosts)| format!("{hosts},{LOOPBACK}"));
        let mut proxies = Vec::new();
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            let Some((variable, value)) = read(name) else { continue };
            let invalid = || InvalidProxy { variable: variable.clone() };
            let url = proxy_url(&value).ok_or_else(invalid)?;
            let proxy = match name {
                "HTTP_PROXY" => Proxy::http(url),
                "HTTPS_PROXY" => Proxy::https(url),
                _ => Proxy::all(url),
            };
            let proxy = proxy.map_err(|_| invalid())?;
            proxies.push(proxy.no_proxy(NoProxy::from_string(&direct)));
        }
        Ok(Self(proxies))
    }

    /// Starts a client that uses these proxies. The adapter sets redirects and timeouts.
    pub fn client_builder(&self) -> ClientBuilder {
        let direct = reqwest::Client::builder().no_proxy();
        self.0.iter().fold(direct, |builder, proxy| builder.proxy(proxy.clone()))
    }
}

/// A proxy's address; without a scheme it is `http`, as in other programs.
fn proxy_url(value: &str) -> Option<Url> {
    let url = if value.contains("://") { Url::parse(value) } else { Url::parse(&format!("http://{value}")) };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Result<Proxies, InvalidProxy> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables = variables.iter().map(owned).collect();
        Proxies::read(&Environment { variables, ..Environment::default() })
    }

    /// A server that answers one request with 204 and returns that request's first line.
    fn answers_once() -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut first_line = String::new();
            BufReader::new(stream.try_clone().unwrap()).read_line(&mut first_line).unwrap();
            stream
                .write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .unwrap();
            first_line
        });
        (address, served)
    }

    const CLOSED: &str = "http://127.0.0.1:9";

    #[tokio::test]
    async fn loopback_addresses_are_reached_directly_whatever_the_variables_say() {
        crate::system::install_tls();
        for (host, variables) in [
            ("127.0.0.1", &[("HTTP_PROXY", CLOSED), ("HTTPS_PROXY", CLOSED)][..]),
            ("localhost", &[("http_proxy", CLOSED)]),
            ("127.0.0.1", &[("ALL_PROXY", CLOSED), ("NO_PROXY", "intranet.example")]),
        ] {
            let (address, served) = answers_once();
            let client = proxies(variables).unwrap().client_builder().build().unwrap();
            let port = address.rsplit_once(':').unwrap().1;
            let answer = client.get(format!("http://{host}:{port}/calls")).send().await.unwrap();
            assert_eq!(answer.status(), 204);
            assert_eq!(served.join().unwrap(), "GET /calls HTTP/1.1\r\n");
        }
    }

    #[tokio::test]
    async fn other_hosts_are_reached_through_the_proxy_unless_no_proxy_names_them() {
        crate::system::install_tls();
        let (address, served) = answers_once();
        let variables = [("http_proxy", address.as_str()), ("no_proxy", "intranet.invalid")];
        let client = proxies(&variables).unwrap().client_builder().build().unwrap();
        assert_eq!(client.get("http://carrier.invalid/x").send().await.unwrap().status(), 204);
        assert_eq!(served.join().unwrap(), "GET http://carrier.invalid/x HTTP/1.1\r\n");
        assert!(client.get("http://intranet.invalid/").send().await.unwrap_err().is_connect());
    }

    #[test]
    fn an_unusable_proxy_is_named_without_its_password() {
        for value in ["socks5://user:secret@proxy.example", "http://", "http://user:secret@:99999999"] {
            let error = proxies(&[("HTTPS_PROXY", value)]).unwrap_err();
            assert_eq!(error.variable, "HTTPS_PROXY");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        assert!(proxies(&[("HTTPS_PROXY", " ")]).unwrap().0.is_empty(), "a blank variable counts as unset");
    }
}
