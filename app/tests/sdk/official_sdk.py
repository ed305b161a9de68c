"""What Twilio's own SDK thinks of us: requests that it signs are taken, and our TwiML holds nothing it does not know.

usage: official_sdk.py path/to/frontdesk
"""
import inspect
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET

from twilio.request_validator import RequestValidator
from twilio.twiml import voice_response as sdk

ACCOUNT, SECRET, TOKEN = "AC00000000000000000000000000000001", "an auth token", "an API token"
PASSWORD, CALLER_NAME = "an admin password", "Ann Caller-Name"
PUBLIC = "https://desk.example/phone"
CALL = "CA00000000000000000000000000000001"
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Desk:
    """A running instance, reached on loopback, known to the world as PUBLIC."""

    def __init__(self, binary):
        self.log = tempfile.TemporaryFile("w+")
        environment = dict(
            os.environ,
            XDG_RUNTIME_DIR=tempfile.mkdtemp(),
            FRONTDESK__PUBLIC_URL=PUBLIC + "/",
            FRONTDESK__TWILIO__ACCOUNT_SID=ACCOUNT,
            FRONTDESK__TWILIO__AUTH_TOKEN=SECRET,
            FRONTDESK__AUTH__API_TOKEN=TOKEN,
            FRONTDESK__AUTH__ADMIN_PASSWORD=PASSWORD,
            RUST_LOG="debug",
        )
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

    def signed(self, path, fields):
        fields = {"AccountSid": ACCOUNT, "CallSid": CALL, "From": "+33123456789", "To": "+15556667777", **fields}
        signature = RequestValidator(SECRET).compute_signature(PUBLIC + path, fields)
        return self.post(path, fields, signature)

    def calls(self):
        request = urllib.request.Request(self.base + "/api/v1/calls", headers={"Authorization": f"Bearer {TOKEN}"})
        with opener.open(request) as answer:
            return json.load(answer)["calls"]


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def check_known(element, parent, seen):
    """Every element is a method of its parent's SDK class, every attribute one of that method's parameters."""
    method = getattr(parent, snake(element.tag), None)
    assert method is not None, f"the SDK knows no <{element.tag}> in <{parent.__name__}>"
    parameters = inspect.signature(method).parameters
    for attribute in element.attrib:
        # Python's `from`-like names end in an underscore there; none of ours is one.
        assert snake(attribute) in parameters, f"the SDK knows no {attribute} of <{element.tag}>"
        seen.add(f"{element.tag}.{attribute}")
    for child in element:
        check_known(child, getattr(sdk, element.tag), seen)


def main():
    desk = Desk(sys.argv[1])
    chance = random.Random(20261122)
    try:
        # One byte changed anywhere: refused, and no row.
        fields = {"AccountSid": ACCOUNT, "CallSid": CALL, "From": "+33123456789", "CallStatus": "ringing"}
        good = RequestValidator(SECRET).compute_signature(PUBLIC + "/twilio/voice", fields)
        for path, changed, signature in [
            ("/twilio/voice", {**fields, "From": "+33123456780"}, good),
            ("/twilio/voice", {**fields, "Extra": ""}, good),
            ("/twilio/voice", fields, "A" + good[1:] if good[0] != "A" else "B" + good[1:]),
            ("/twilio/status", fields, good),
            ("/twilio/voice?x=1", fields, good),
        ]:
            status, body = desk.post(path, changed, signature)
            assert (status, body) == (403, ""), (path, status, body)
        assert desk.calls() == [], "a refused request left a row"

        # Whatever the SDK signs is taken.
        letters = "abcXYZ019 +&=%#?/'\"<>\u00e9\u00fc\u4e2d\U0001f600\t_-."
        for _ in range(300):
            extra = {
                "".join(chance.choices("ABCdef_019", k=chance.randint(1, 9))): "".join(chance.choices(letters, k=chance.randint(0, 30)))
                for _ in range(chance.randint(0, 12))
            }
            status, _body = desk.signed("/twilio/voice", extra)
            assert status == 200, (status, extra)
        assert len(desk.calls()) == 1, "the same call however often it is told"

        # Every document of a call, as the SDK's classes see it.
        seen, documents = set(), 0
        for path, told in [
            ("/twilio/voice", {"CallerName": CALLER_NAME, "CallToken": "a call token"}),
            ("/twilio/step/menu.main.0.0.1", {"Digits": "1"}),
            ("/twilio/step/menu.main.0.0.1", {"Digits": "9"}),
            ("/twilio/step/menu.main.1.0.2", {"Digits": ""}),
            ("/twilio/step/forward.team.0.2", {"DialCallStatus": "busy"}),
            ("/twilio/step/forward.team.0.2", {"DialCallStatus": "completed", "DialBridged": "true"}),
            ("/twilio/step/mailbox.main.busy.3", {"RecordingSid": "RE" + "0" * 32, "RecordingDuration": "3"}),
            (f"/twilio/screen/{CALL}/screening.team.0.2.0.number", {}),
            (f"/twilio/screen/{CALL}/screening.team.0.2.1.number", {"Digits": "1"}),
            (f"/twilio/screen/{CALL}/screening.team.0.2.1.number", {"Digits": "2"}),
            ("/twilio/fallback", {"ErrorCode": "11200", "ErrorUrl": PUBLIC + "/twilio/voice"}),
        ]:
            status, body = desk.signed(path, told)
            assert status == 200, (path, status)
            root = ET.fromstring(body)
            assert root.tag == "Response" and not root.attrib and len(body) < 64_000
            for verb in root:
                check_known(verb, sdk.VoiceResponse, seen)
            documents += 1
        assert {"Gather.numDigits", "Dial.callerId", "Number.url", "Record.recordingStatusCallback"} <= seen, seen
        print(f"the official SDK takes {documents} documents with {len(seen)} attributes, and 300 requests it signed")
    finally:
        desk.process.terminate()
        assert desk.process.wait(15) == 0, "SIGTERM ends it with 0"

    # Nothing of a person, and no secret, in the logs, however much is logged.
    desk.log.seek(0)
    log = desk.log.read()
    private = ["33123456789", "15556667777", "12025550123", SECRET, TOKEN, PASSWORD, CALLER_NAME, "a call token", "Digits"]
    found = [text for text in private if text in log]
    assert "stopping" in log and not found, found
    print(f"{len(log.splitlines())} lines of log hold none of {len(private)} private things")
    print("3 passed, 0 failed")


main()
