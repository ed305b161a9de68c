"""Compatibility with Twilio's own SDK: requests that it signs are accepted, and it knows every element of our TwiML.

usage: official_sdk.py path/to/frontdesk
"""
import inspect
import random
import re
import sys
import xml.etree.ElementTree as ET

from twilio.request_validator import RequestValidator
from twilio.twiml import voice_response as sdk

from desk import ACCOUNT, CALL, CALLER_NAME, Desk, PASSWORD, PUBLIC, SECRET, TOKEN


def signed(desk, path, fields):
    """Sends a request that the SDK has signed."""
    fields = {"AccountSid": ACCOUNT, "CallSid": CALL, "From": "+33123456789", "To": "+15556667777", **fields}
    signature = RequestValidator(SECRET).compute_signature(PUBLIC + path, fields)
    return desk.post(path, fields, signature)


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def check_known(element, parent, seen):
    """Checks that an element is a method of its parent's SDK class, and its attributes are parameters of that method."""
    method = getattr(parent, snake(element.tag), None)
    assert method is not None, f"the SDK knows no <{element.tag}> in <{parent.__name__}>"
    parameters = inspect.signature(method).parameters
    for attribute in element.attrib:
        # The SDK appends an underscore to Python keywords such as `from`; no name here is one.
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

        # Every request that the SDK signs is accepted.
        alphabet = "abcXYZ019 +&=%#?/'\"<>\u00e9\u00fc\u4e2d\U0001f600\t_-."
        for _ in range(300):
            extra = {
                "".join(chance.choices("ABCdef_019", k=chance.randint(1, 9))): "".join(chance.choices(alphabet, k=chance.randint(0, 30)))
                for _ in range(chance.randint(0, 12))
            }
            status, _body = signed(desk, "/twilio/voice", extra)
            assert status == 200, (status, extra)
        assert len(desk.calls()) == 1, "repeated requests are one call"

        # Every document of a call uses only what the SDK's classes know.
        seen, documents = set(), 0
        for path, form in [
            ("/twilio/voice", {"CallerName": CALLER_NAME, "CallToken": "a call token"}),
            ("/twilio/step/menu.main.0.0.1/~", {"Digits": "1"}),
            ("/twilio/step/menu.main.0.0.1/~", {"Digits": "9"}),
            ("/twilio/step/menu.main.1.0.2/~", {"Digits": ""}),
            ("/twilio/step/forward.team.0.2/~", {"DialCallStatus": "busy"}),
            ("/twilio/step/forward.team.0.2/~", {"DialCallStatus": "completed", "DialBridged": "true"}),
            ("/twilio/step/mailbox.main.busy.3/~", {"RecordingSid": "RE" + "0" * 32, "RecordingDuration": "3"}),
            (f"/twilio/screen/{CALL}/screening.team.0.2.0.number/~", {}),
            (f"/twilio/screen/{CALL}/screening.team.0.2.1.number/~", {"Digits": "1"}),
            (f"/twilio/screen/{CALL}/screening.team.0.2.1.number/~", {"Digits": "2"}),
            ("/twilio/fallback", {"ErrorCode": "11200", "ErrorUrl": PUBLIC + "/twilio/voice"}),
        ]:
            status, body = signed(desk, path, form)
            assert status == 200, (path, status)
            root = ET.fromstring(body)
            assert root.tag == "Response" and not root.attrib and len(body) < 64_000
            for verb in root:
                check_known(verb, sdk.VoiceResponse, seen)
            documents += 1
        assert {"Gather.numDigits", "Dial.callerId", "Number.url", "Record.recordingStatusCallback"} <= seen, seen
        print(f"the official SDK knows {len(seen)} attributes of {documents} documents; its 300 requests were accepted")
    finally:
        assert desk.stop() == 0, "SIGTERM ends it with 0"

    # The log contains no personal data and no secrets, even at the level debug.
    desk.log.seek(0)
    log = desk.log.read()
    private = ["33123456789", "15556667777", "12025550123", SECRET, TOKEN, PASSWORD, CALLER_NAME, "a call token", "Digits"]
    found = [text for text in private if text in log]
    assert "stopping" in log and not found, found
    print(f"{len(log.splitlines())} lines of log contain none of {len(private)} private values")
    print("3 passed, 0 failed")


main()
