"""HTTP proxies from the environment: loopback addresses are reached directly, everything else through the proxy.

usage: proxies.py path/to/frontdesk
"""
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from desk import Desk, opener

CLOSED = "http://127.0.0.1:9"
TIMEOUT = 30


class Proxy(BaseHTTPRequestHandler):
    """A proxy that records the requested hosts and answers every request with 502."""

    hosts = set()

    def refuse(self):
        host = self.path if self.command == "CONNECT" else self.path.split("/")[2]
        self.hosts.add(host)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(502)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_CONNECT = do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = refuse

    def log_message(self, *_):
        pass


def until(what, done):
    deadline = time.monotonic() + TIMEOUT
    while not done():
        if time.monotonic() > deadline:
            sys.exit(f"not within {TIMEOUT} s: {what()}")
        time.sleep(0.05)


def loopback_is_reached_directly(binary):
    """The demo fetches a voicemail from the simulated carrier although every proxy is unreachable."""
    proxies = {name: CLOSED for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"]}
    desk = Desk(binary, {**proxies, "NO_PROXY": "", "no_proxy": ""})
    try:
        desk.call("--press", "2")
        status = lambda: desk.calls()[0]["voicemail"]["status"]
        until(lambda: f"the voicemail is {status()}", lambda: status() == "stored")
    finally:
        desk.stop()


def every_outgoing_request_uses_the_proxy(binary):
    """Twilio, S3, webhooks, the identity provider and the trace collector are requested through the proxy."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    proxy = f"http://127.0.0.1:{server.server_port}"
    proxies = {"http_proxy": proxy, "https_proxy": proxy, "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": "", "no_proxy": ""}

    folder = tempfile.mkdtemp()
    settings = {
        "FRONTDESK__PUBLIC_URL": "http://desk.invalid",
        "FRONTDESK__FORWARD_TO": "+33611223344",
        "FRONTDESK__TWILIO__ACCOUNT_SID": "AC" + "0" * 32,
        "FRONTDESK__TWILIO__AUTH_TOKEN": "a token",
        "FRONTDESK__TWILIO__API_URL": "http://twilio.invalid",
        "FRONTDESK__RECORDINGS__URL": "s3://bucket",
        "FRONTDESK__RECORDINGS__ENDPOINT": "http://s3.invalid",
        "FRONTDESK__RECORDINGS__ACCESS_KEY_ID": "key",
        "FRONTDESK__RECORDINGS__SECRET_ACCESS_KEY": "secret",
        "FRONTDESK__NOTIFY__CRM__WEBHOOK": "http://webhook.invalid/calls",
        "FRONTDESK__NOTIFY__CRM__WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    }
    for command in (["doctor"], ["notify", "test", "crm"]):
        environment = {**os.environ, **proxies, **settings}
        done = subprocess.run([binary, *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 1, f"{command}: {done.returncode} {done.stdout}{done.stderr}"
    assert {"desk.invalid", "twilio.invalid", "s3.invalid", "webhook.invalid"} <= Proxy.hosts, Proxy.hosts

    desk = Desk(binary, {
        **proxies,
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.invalid",
        "FRONTDESK__AUTH__OIDC__ISSUER": "https://identity.invalid",
        "FRONTDESK__AUTH__OIDC__CLIENT_ID": "frontdesk",
    })
    try:
        try:
            opener.open(f"{desk.base}/login/provider")
        except urllib.error.HTTPError as refused:
            assert refused.code in (502, 503), refused.code
        desk.call("--press", "1")
    finally:
        desk.stop()
    assert {"identity.invalid:443", "collector.invalid"} <= Proxy.hosts, Proxy.hosts
    assert not any("127.0.0.1" in host or "localhost" in host for host in Proxy.hosts), Proxy.hosts


def an_unusable_proxy_is_named(binary):
    environment = {**os.environ, "HTTPS_PROXY": "socks5://user:hidden@proxy.invalid"}
    done = subprocess.run([binary, "demo", "--ephemeral", "--listen", "127.0.0.1:0"], env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and "HTTPS_PROXY" in done.stderr and "hidden" not in done.stderr, (done.returncode, done.stderr)


def main():
    binary = os.path.abspath(sys.argv[1])
    loopback_is_reached_directly(binary)
    every_outgoing_request_uses_the_proxy(binary)
    an_unusable_proxy_is_named(binary)
    print("loopback is reached directly; Twilio, S3, webhooks, the identity provider and the collector through the proxy")


main()
