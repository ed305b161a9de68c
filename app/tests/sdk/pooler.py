"""PgBouncer with PostgreSQL: in session mode a call is answered and logged; in transaction mode, or without the settings that
the connection needs, the server refuses to start and says what to set.

usage: pooler.py path/to/frontdesk    (FRONTDESK_TEST_POSTGRES names the server)
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from twilio.request_validator import RequestValidator

from desk import ACCOUNT, SECRET, TOKEN

PARAMETERS = "ignore_startup_parameters = extra_float_digits, options"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Pooler:
    """PgBouncer with one database of the test server."""

    def __init__(self, folder, server, mode, settings):
        self.port = free_port()
        password = urllib.parse.unquote(server.password).replace("'", "''")
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(
            f"[databases]\n"
            f"desk = host={server.hostname} port={server.port} dbname=pooler user={server.username} password='{password}'\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = {mode}\n{settings}\n",
            encoding="utf-8",
        )
        configuration.chmod(0o644)
        command = [shutil.which("pgbouncer", path=os.environ["PATH"] + ":/usr/sbin"), "-q", str(configuration)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def __enter__(self):
        wait_for(self.accepts, "PgBouncer")
        return self

    def accepts(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def environment(folder, pooler, port):
    return dict(
        os.environ,
        FRONTDESK__PUBLIC_URL=f"http://127.0.0.1:{port}",
        FRONTDESK__LISTEN=f"127.0.0.1:{port}",
        FRONTDESK__DATABASE__URL=f"postgres://desk@127.0.0.1:{pooler.port}/desk",
        FRONTDESK__SPOOL__PATH=str(folder / "spool"),
        FRONTDESK__RECORDINGS__URL=f"file://{folder}/recordings",
        FRONTDESK__FORWARD_TO="+33611223344",
        FRONTDESK__TWILIO__ACCOUNT_SID=ACCOUNT,
        FRONTDESK__TWILIO__AUTH_TOKEN=SECRET,
        FRONTDESK__TWILIO__API_URL="http://127.0.0.1:9",
        FRONTDESK__AUTH__API_TOKEN=TOKEN,
        RUST_LOG="warn",
    )


def ask(url, form=None, headers=None):
    """Returns the body of a response, or an empty string if there is none."""
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers or {}), timeout=10) as response:
            return response.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return ""


def wait_for(condition, what):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen")


def refuses(binary, folder, server, mode, settings, says):
    with Pooler(folder, server, mode, settings) as pooler:
        command = [binary, "serve"]
        done = subprocess.run(
            command, cwd=folder, env=environment(folder, pooler, free_port()), capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert says in done.stderr, done.stderr


def works(binary, folder, server):
    port = free_port()
    with Pooler(folder, server, "session", PARAMETERS) as pooler:
        desk = subprocess.Popen([binary, "serve"], cwd=folder, env=environment(folder, pooler, port))
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(lambda: '"ready"' in ask(f"{base}/readyz"), "readiness")
            form = {"AccountSid": ACCOUNT, "CallSid": "CA" + "7" * 32, "From": "+33123456789", "To": "+15556667777"}
            url = f"{base}/twilio/voice"
            signature = RequestValidator(SECRET).compute_signature(url, form)
            assert "<Gather" in ask(url, form, {"X-Twilio-Signature": signature})
            calls = lambda: json.loads(ask(f"{base}/api/v1/calls", headers={"Authorization": f"Bearer {TOKEN}"}) or "{}")
            wait_for(lambda: len(calls().get("calls", [])) == 1, "the call in the log")
        finally:
            desk.terminate()
            assert desk.wait(timeout=30) == 0


def main():
    binary = str(Path(sys.argv[1]).resolve())
    server = urllib.parse.urlsplit(os.environ["FRONTDESK_TEST_POSTGRES"])
    subprocess.run(["psql", "--quiet", os.environ["FRONTDESK_TEST_POSTGRES"], "-c", "CREATE DATABASE pooler"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        folder.chmod(0o755)
        refuses(binary, folder, server, "transaction", "", "Add ignore_startup_parameters")
        refuses(binary, folder, server, "transaction", PARAMETERS, "a pooler in transaction mode")
        works(binary, folder, server)
    print("PgBouncer: refused in transaction mode with the remedy, a call answered and logged in session mode")


main()
