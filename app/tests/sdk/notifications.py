"""Notifications of calls, as received by a real mail server and by a receiver with the Standard Webhooks library.

Every callback of each call is repeated three times; every notification is delivered once anyway, and a delivery that fails at
first is retried.

usage: notifications.py path/to/frontdesk
"""
import base64
import email
import glob
import json
import os
import random
import re
import sys
import tempfile
import threading
import time
import urllib.request
import wave
from email import policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from standardwebhooks.webhooks import Webhook
from twilio.request_validator import RequestValidator

from desk import Desk, PUBLIC

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
TIMEOUT_S = 60


class Mailbox:
    """A mail server that stores what it receives."""

    def __init__(self):
        self.received = []

    async def handle_DATA(self, server, session, envelope):
        self.received.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=policy.default)))
        return "250 taken"


class Receiver(BaseHTTPRequestHandler):
    """A receiver of webhooks: verifies each, and fails the first delivery of each call."""

    received, failed, wrong = [], set(), []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            Webhook(SECRET).verify(body, dict(self.headers))
        except Exception as error:
            self.wrong.append(repr(error))
        name = self.headers["webhook-id"]
        first = name not in self.failed
        self.failed.add(name)
        if not first:
            self.received.append((name, json.loads(body)))
        self.send_response(500 if first else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


def until(what, done):
    deadline = time.monotonic() + TIMEOUT_S
    while not done():
        if time.monotonic() > deadline:
            sys.exit(f"not within {TIMEOUT_S} s: {what()}")
        time.sleep(0.1)


def message(seconds):
    path = tempfile.mktemp(suffix=".wav")
    with wave.open(path, "wb") as audio:
        audio.setnchannels(1), audio.setsampwidth(2), audio.setframerate(8000)
        # Syllables and pauses, as in speech: a steady tone would be classified as a message without speech.
        dice = random.Random(1)
        loud = [dice.choice([0, 4000, 9000, 14000]) for _ in range(8 * seconds)]
        audio.writeframes(b"".join(int(loud[n // 1000] * dice.uniform(-1, 1)).to_bytes(2, "little", signed=True) for n in range(8000 * seconds)))
    return path


def repeat_callbacks(desk, call, recording):
    """Repeats the carrier's last callbacks, with valid signatures."""
    [meeting] = glob.glob(os.path.join(desk.environment["XDG_RUNTIME_DIR"], "frontdesk", "demo-*.json"))
    with open(meeting) as file:
        meeting = json.load(file)
    both = {"AccountSid": meeting["account_sid"], "CallSid": call, "From": "+33123456789", "To": meeting["number"]}
    ended = ("/twilio/status", {**both, "CallStatus": "completed", "CallDuration": "21"})
    stored = (f"/twilio/recording/{call}/~", {**both, "RecordingSid": recording, "RecordingStatus": "completed", "RecordingDuration": "5"})
    for path, fields in [ended, *([stored] if recording else [])] * 3:
        signature = RequestValidator(meeting["auth_token"]).compute_signature(PUBLIC + path, fields)
        status, _ = desk.post(path, fields, signature)
        assert status == 204, (path, status)


def main():
    mailbox = Mailbox()
    mail = Controller(mailbox, hostname="127.0.0.1", port=0)
    # The library does not report the port that it chose for 0, so choose a free one.
    import socket
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        mail.port = free.getsockname()[1]
    mail.start()
    hooks = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=hooks.serve_forever, daemon=True).start()
    desk = Desk(sys.argv[1], {
        "FRONTDESK__SMTP__URL": f"smtp://127.0.0.1:{mail.port}",
        "FRONTDESK__SMTP__FROM": "Front desk <desk@example.com>",
        "FRONTDESK__NOTIFY__OFFICE__EMAIL": "ann@example.com, Bob <bob@example.com>",
        "FRONTDESK__NOTIFY__CRM__WEBHOOK": f"http://127.0.0.1:{hooks.server_port}/calls",
        "FRONTDESK__NOTIFY__CRM__WEBHOOK_SECRET": SECRET,
    })
    audio = message(5)
    desk.call("--press", "2", "--message", audio)
    desk.call("--press", "1", "--callee", "no-answer", "--no-message")
    until(lambda: desk.calls(), lambda: len(desk.calls()) == 2 and all(call["state"] == "ended" for call in desk.calls()))
    missed, left = desk.calls()
    detail = desk.call_detail(left["id"])
    recording = next(e["detail"]["recording"] for e in detail["events"] if e["kind"] == "recording")
    until(lambda: mailbox.received, lambda: len(mailbox.received) >= 4)
    repeat_callbacks(desk, left["provider_id"], recording)
    repeat_callbacks(desk, missed["provider_id"], None)
    expected = {("call.started", 2), ("call.ended", 2), ("voicemail.stored", 1)}
    def counted():
        kinds = [body["type"] for _, body in Receiver.received]
        return {(kind, kinds.count(kind)) for kind in kinds}
    until(counted, lambda: counted() >= expected)
    # A duplicate delivery would arrive now.
    time.sleep(3)

    assert counted() == expected, counted()
    assert not Receiver.wrong, Receiver.wrong
    names = [name for name, _ in Receiver.received]
    assert len(set(names)) == len(names), "each webhook has a unique id"
    ended = {body["data"]["id"]: body["data"] for _, body in Receiver.received if body["type"] == "call.ended"}
    assert ended[left["id"]]["outcome"] == "voicemail" and ended[missed["id"]]["outcome"] == "missed", ended

    emails = {(email["subject"].split(" from")[0], *to): email for to, email in mailbox.received}
    people = ["ann@example.com", "bob@example.com"]
    assert sorted(emails) == [(subject, to) for subject in ["Message", "Missed call"] for to in people], sorted(emails)
    assert len(mailbox.received) == len(emails), "each person gets each e-mail once"
    email = emails["Message", "bob@example.com"]
    [attached] = email.iter_attachments()
    with open(audio, "rb") as sent:
        assert attached.get_content() == sent.read(), "the audio is attached, byte for byte"
    text = email.get_body(("plain",)).get_content()
    assert f"/calls/{left['id']}" in text and "UTC" in text and "Leave a message" in text, text
    assert "the caller asked to leave a message" in text, text
    missed_email = emails["Missed call", "ann@example.com"]
    assert missed_email.get_content_type() == "multipart/alternative"
    page = missed_email.get_body(("html",)).get_content()
    assert "Mark done" in page and "<img" not in page and "<script" not in page, page
    link = re.search(r"/done/([0-9a-f]{64})", missed_email.get_body(("plain",)).get_content())[0]
    assert link in page, "both parts have the same link"

    def fetch(method):
        request = urllib.request.Request(desk.base + link, method=method, data=b"" if method == "POST" else None)
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode()

    waiting = lambda: {call["id"]: call["work"] for call in desk.calls()}[missed["id"]]
    assert "in the name of ann@example.com" in fetch("GET") and waiting()["needs_attention"], "a GET request changes nothing"
    assert "marked done" in fetch("POST") and waiting()["handled_by"] == "ann@example.com"
    assert "no longer valid" in fetch("POST") and "no longer valid" in fetch("GET"), "the link works once"

    before = len(Receiver.received)
    log = desk.logged()
    assert "+33123456789" not in log and "ann@example.com" not in log and SECRET not in log, "secrets stay out of the log"
    assert desk.stop() == 0
    print(f"{before} webhooks verified and {len(mailbox.received)} e-mails, each once, though every callback came four times")
    mail.stop()


main()
