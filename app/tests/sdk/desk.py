"""A running frontdesk for tests in Python: a demo on loopback, whose public URL is PUBLIC."""
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

ACCOUNT, SECRET, TOKEN = "AC00000000000000000000000000000001", "an auth token", "an API token of some length"
PASSWORD, CALLER_NAME = "an admin password", "Ann Caller-Name"
PUBLIC = "https://desk.example/phone"
CALL = "CA00000000000000000000000000000001"
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Desk:
    """A running instance on loopback, whose public URL is PUBLIC."""

    def __init__(self, binary, settings=None):
        self.log = tempfile.TemporaryFile("w+")
        self.log_folder = tempfile.mkdtemp()
        environment = dict(
            os.environ,
            XDG_RUNTIME_DIR=tempfile.mkdtemp(),
            FRONTDESK__PUBLIC_URL=PUBLIC + "/",
            FRONTDESK__TWILIO__ACCOUNT_SID=ACCOUNT,
            FRONTDESK__TWILIO__AUTH_TOKEN=SECRET,
            FRONTDESK__AUTH__API_TOKEN=TOKEN,
            FRONTDESK__AUTH__ADMIN_PASSWORD=PASSWORD,
            RUST_LOG="debug",
            **(settings or {}),
        )
        self.binary, self.environment = binary, environment
        command = [binary, "demo", "--ephemeral", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.process.stdout:
            if found := re.search(r"feed +(http://\S+)/$", line):
                self.base = found[1]
                return
        sys.exit("frontdesk did not start")

    def post(self, path, fields, signature):
        request = urllib.request.Request(self.base + path, urllib.parse.urlencode(fields).encode())
        request.add_header("X-Twilio-Signature", signature)
        try:
            with opener.open(request) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def calls(self):
        request = urllib.request.Request(self.base + "/api/v1/calls", headers={"Authorization": f"Bearer {TOKEN}"})
        with opener.open(request) as answer:
            return json.load(answer)["calls"]

    def call_detail(self, call):
        request = urllib.request.Request(f"{self.base}/api/v1/calls/{call}", headers={"Authorization": f"Bearer {TOKEN}"})
        with opener.open(request) as answer:
            return json.load(answer)

    def logged(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def call(self, *arguments):
        """Places a simulated call, faster than real time."""
        command = [self.binary, "call", "--speed", "0", "--url", self.base, *arguments]
        subprocess.run(command, env=self.environment, stdout=subprocess.DEVNULL, check=True)

    def stop(self):
        self.process.terminate()
        return self.process.wait(15)
