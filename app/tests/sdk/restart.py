"""A restart refuses no connection and fails no request: the service manager keeps the listening socket, connections wait in it,
and the old process finishes what it has begun. The server reports when it is ready and that it is alive (sd_notify).

usage: restart.py path/to/frontdesk [restarts]
"""
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

from twilio.request_validator import RequestValidator

ACCOUNT, SECRET, TOKEN = "AC00000000000000000000000000000001", "an auth token", "an API token of some length"
PUBLIC = "https://desk.example"
WATCHDOG_SECONDS = 1
THREADS = 4


class Manager:
    """Acts like systemd: opens the socket, starts the server with it, and listens to what the server reports."""

    def __init__(self, binary, folder):
        self.binary = str(Path(binary).resolve())
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listening.getsockname()[1]
        self.reports = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.reports.bind(str(folder / "notify"))
        self.reports.settimeout(30)
        self.folder = folder
        self.environment = dict(
            os.environ,
            NOTIFY_SOCKET=str(folder / "notify"),
            WATCHDOG_USEC=str(WATCHDOG_SECONDS * 1_000_000),
            FRONTDESK__PUBLIC_URL=PUBLIC,
            FRONTDESK__LISTEN=f"127.0.0.1:{self.port}",
            FRONTDESK__FORWARD_TO="+33611223344",
            FRONTDESK__TWILIO__ACCOUNT_SID=ACCOUNT,
            FRONTDESK__TWILIO__AUTH_TOKEN=SECRET,
            FRONTDESK__TWILIO__API_URL="http://127.0.0.1:9",
            FRONTDESK__AUTH__API_TOKEN=TOKEN,
            FRONTDESK__AUTH__ADMIN_PASSWORD="a long and odd phrase",
            RUST_LOG="warn",
        )

    def start(self):
        number = self.listening.fileno()
        command = f'exec 3<&{number}; LISTEN_FDS=1 LISTEN_PID=$$ exec "{self.binary}" serve'
        self.process = subprocess.Popen(["bash", "-c", command], env=self.environment, cwd=self.folder, pass_fds=[number])
        self.wait_for("READY=1")

    def wait_for(self, report):
        while report not in self.reports.recv(4096).decode().splitlines():
            pass

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.wait_for("STOPPING=1")
        if status := self.process.wait(30):
            sys.exit(f"frontdesk ended with {status}")


class Load:
    """Incoming calls, each on a new connection."""

    def __init__(self, port):
        self.port, self.answered, self.failures = port, 0, []
        self.next, self.lock, self.ends = 0, threading.Lock(), threading.Event()
        self.validator = RequestValidator(SECRET)
        self.threads = [threading.Thread(target=self.run) for _ in range(THREADS)]

    def run(self):
        while not self.ends.is_set():
            with self.lock:
                self.next += 1
                number = self.next
            fields = {"CallSid": f"CA{number:032x}", "AccountSid": ACCOUNT, "From": "+33123456789", "To": "+15556667777",
                      "CallStatus": "ringing", "Direction": "inbound"}
            signature = self.validator.compute_signature(f"{PUBLIC}/twilio/voice", fields)
            headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
            try:
                connection.request("POST", "/twilio/voice", urllib.parse.urlencode(fields), headers)
                response = connection.getresponse()
                body = response.read()
                assert response.status == 200 and b"<Response>" in body, (response.status, body)
                with self.lock:
                    self.answered += 1
            except Exception as error:
                with self.lock:
                    self.failures.append(repr(error))
            finally:
                connection.close()


def logged(port):
    connection, cursor, calls = http.client.HTTPConnection("127.0.0.1", port, timeout=15), "", 0
    while True:
        connection.request("GET", f"/api/v1/calls?limit=200{cursor}", headers={"Authorization": f"Bearer {TOKEN}"})
        page = json.loads(connection.getresponse().read())
        calls += len(page["calls"])
        if page["next_cursor"] is None:
            return calls
        cursor = f"&cursor={page['next_cursor']}"


def main():
    restarts = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        manager = Manager(sys.argv[1], Path(folder))
        manager.start()
        load = Load(manager.port)
        for thread in load.threads:
            thread.start()
        for _ in range(restarts):
            time.sleep(1)
            manager.stop()
            manager.start()
        manager.wait_for("WATCHDOG=1")
        load.ends.set()
        for thread in load.threads:
            thread.join()
        until = time.monotonic() + 30
        while (calls := logged(manager.port)) < load.answered and time.monotonic() < until:
            time.sleep(0.1)
        manager.stop()
    print(f"{restarts} restarts, {load.answered} calls answered, {len(load.failures)} failed, {calls} in the log")
    if load.failures or calls != load.answered or not load.answered:
        sys.exit("\n".join(load.failures[:5]))


main()
