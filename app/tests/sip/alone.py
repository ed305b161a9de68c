"""Scenarios that need a separate frontdesk, which is killed, stopped or configured differently."""
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import audio
from place import PLACE, SPEECH, Place, desk_for, spoken
from scenarios import both_received, talk
from sipp import Caller, Sipp, rings_out, scenario as xml

# A PostgreSQL server for the scenario that needs one.
DATABASE = os.environ.get("FRONTDESK_TEST_POSTGRES")


def killed_in_every_stage(desk, place):
    """Calls in the menu, ringing, talking and recording end in the state in which the program was killed."""
    number = {stage: f"+1202555018{n}" for n, stage in enumerate(("menu", "ringing", "talking", "recording"))}
    agent = place.agent("118")
    place.callee("+33611000010", rings_out())
    calls = {
        "menu": Caller(number["menu"]).call().wait(60), "ringing": Caller(number["ringing"]).call().wait(1).press("0").wait(60),
        "talking": Caller(number["talking"]).call().wait(1).press("8").wait(60),
        "recording": Caller(number["recording"]).call().wait(1).press("2").wait(3).say(SPEECH).wait(60),
    }
    for n, caller in enumerate(calls.values()):
        place.phones.append(Sipp(caller.xml(), place.port + n * 10, place.port + n * 10 + 2, desk.target))
    agent.wait_for("CALL_ESTABLISHED")
    time.sleep(7)
    # The first caller in the menu has used up both attempts by now, so another one calls.
    late = Caller("+12025550189").call().wait(60)
    place.phones.append(Sipp(late.xml(), place.port + 200, place.port + 202, desk.target))
    time.sleep(1.5)
    desk.kill()
    desk.start()
    rows = {stage: desk.call(caller) for stage, caller in number.items()}
    found = {stage: (row["outcome"], row["outcome_reason"]) for stage, row in rows.items()}
    assert found["ringing"] == ("missed", "caller_gave_up"), found
    assert found["talking"] == ("answered", "bridged"), found
    assert all(row["hung_up_by"] == "line" for row in rows.values()), "the line ended every call"
    assert found["recording"] == ("voicemail", "chosen"), found
    late = desk.call("+12025550189")
    assert (late["outcome"], late["outcome_reason"]) == ("abandoned", "in_menu"), late
    message = audio.samples(desk.message(rows["recording"], Path(PLACE.name) / "killed.wav"))
    assert len(message) > 8000, f"the message has only {len(message)} samples"
    assert not list((desk.place / "sip" / "calls").iterdir()), "the journal still has calls that have ended"


def message_that_no_disk_takes(desk, place):
    """A message that cannot be written to disk is lost: the row shows that and needs attention."""
    recordings = desk.place / "sip" / "recordings"
    recordings.rmdir()
    place.dial(place.caller().call().wait(1).press("2").wait(3).say(SPEECH).wait(8).hang_up()).finish()
    row = place.row("voicemail", "chosen")
    assert row["work"]["needs_attention"], row
    assert row["voicemail"]["status"] == "failed" and row["voicemail"]["duration_seconds"] > 3, row
    recordings.mkdir()
    place.dial(Caller("+12025550178").call().wait(1).press("2").wait(3).say(SPEECH).wait(8).hang_up()).finish()
    assert desk.call("+12025550178")["voicemail"]["status"] == "stored", "the next message is stored again"


def drained_on_stop(desk, place):
    """A call in progress goes on, a new one is refused, and the program exits after the last one."""
    caller = place.dial(place.caller().call().wait(1).press("2").wait(3).say(SPEECH).wait(6).hang_up())
    time.sleep(3)
    desk.process.send_signal(signal.SIGTERM)
    time.sleep(1)
    refused = Sipp(place.caller().call(expect=503).xml(), place.port + 10, place.port + 12, desk.target)
    refused.finish()
    caller.finish()
    began = time.monotonic()
    assert desk.process.wait(20) == 0
    assert time.monotonic() - began < 10, "it exits soon after the last call"
    assert "dialogs left: 0" in desk.logged(), "the library still holds dialogs"
    desk.start()
    place.row("voicemail", "chosen")


def hung_up_on_when_stopping_takes_too_long(desk, place):
    caller = place.dial(place.caller().call().wait(1).press("2").hung_up_on())
    time.sleep(4)
    desk.stop(40)
    caller.finish()
    assert "dialogs left: 0" in desk.logged(), "the library still holds dialogs"
    desk.start()
    assert desk.call(place.number)["state"] == "ended"


def unknown_peers_are_refused(desk, place):
    place.dial(place.caller().call(expect=403)).finish()


def encrypted_calls_only(desk, place):
    """Plain audio is refused; two encrypted phones talk, also after hold."""
    place.dial(place.caller().call(expect=488)).finish()
    caller, agent = talk(place, "118", "8", None, 3, encrypted=True)
    caller.command("hold")
    time.sleep(1.5)
    caller.command("resume")
    time.sleep(4)
    agent.command("hangup")
    caller.wait_for("CALL_CLOSED")
    place.row("answered", "bridged", forwarded_to="118", hung_up_by="callee")
    both_received(caller, agent, 4)


def known_by_password(desk, place):
    """A caller from a network that is not in sip.peers is asked for a password; a wrong one is refused."""
    place.dial(place.caller().call_with_password("101", "a-good-pass-phrase").wait(1).hang_up()).finish()
    row = desk.call("sip:101@frontdesk")
    assert (row["outcome"], row["outcome_reason"]) == ("abandoned", "in_menu"), row
    Sipp(place.caller().call_with_password("101", "a-bad-pass-phrase", 401).xml(), place.port + 10, place.port + 12, desk.target).finish()
    Sipp(place.caller().call_with_password("102", "a-good-pass-phrase", 401).xml(), place.port + 20, place.port + 22, desk.target).finish()


def silent_audio_ends_a_call(desk, place):
    """A call without incoming audio is ended, as if the caller's network had failed."""
    place.dial(place.caller().call().hung_up_on(20)).finish()
    assert desk.call(place.number)["state"] == "ended"


def registers_with_digest(desk, place):
    """A registrar asks for the password and checks it; the registration is removed when the program stops."""
    desk.stop()
    place.registrar.finish()


def erased_with_its_record(desk, place):
    """Erasing a number deletes the line's own records while the line runs; check, doctor and reconcile include the line."""
    place.dial(place.caller().call().wait(1).press("2").wait(3).say(SPEECH).wait(8).hang_up()).finish()
    place.row("voicemail", "chosen")
    ended = desk.place / "sip" / "ended"
    assert place.number in "".join(file.read_text() for file in ended.iterdir())
    assert not list((desk.place / "sip" / "recordings").iterdir()), "the line still has its copy of a stored message"
    compared = json.loads(desk.run("reconcile", "--json"))
    assert (compared["compared"], compared["added"], compared["repaired"]) == (1, 0, 0), compared
    desk.run("erase", "--number", place.number, "--yes")
    assert desk.rows(place.number, 0) == []
    assert not list(ended.iterdir()), "the journal still has the number"
    assert "no problems" in desk.run("check")
    assert "the SIP line can read out every text" in desk.run("doctor")


def two_instances(binary, base):
    """Two instances on one PostgreSQL database: a call runs on one, both show it, and its message is in their shared store."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-sip-store-") as store:
        name = f"phones{base}"
        subprocess.run(["psql", "--quiet", DATABASE, "-c", f"DROP DATABASE IF EXISTS {name}", "-c", f"CREATE DATABASE {name}"], check=True)
        shared = {"database": f"{DATABASE.rsplit('/', 1)[0]}/{name}", "recordings": store}
        one, other = desk_for(binary, base, "", **shared), desk_for(binary, base + 5000, "", **shared)
        place = Place(one, 0, base)
        try:
            place.dial(place.caller().call().wait(1).press("2").wait(3).say(SPEECH).wait(8).hang_up()).finish()
            there = other.call(place.number, ready=lambda row: row["voicemail"])
            assert there["outcome"] == "voicemail", there
            spoken(Place(other, 0, base), there)
            # One instance is killed during a call: the other ignores the call, and the row is complete once the first is back.
            late = place.dial(Caller("+12025550177").call().wait(1).press("2").wait(3).say(SPEECH).wait(60))
            time.sleep(8)
            one.kill()
            late.stop()
            one.start()
            row = other.call("+12025550177", ready=lambda row: row["voicemail"])
            assert row["outcome"] == "voicemail", row
            one.stop()
            other.stop()
            private(one)
        finally:
            place.close()
            one.close()
            other.close()


def one_at_a_time(desk, place):
    first = place.dial(place.caller().call().wait(4).hang_up())
    time.sleep(1)
    Sipp(place.caller().call(expect=486).xml(), place.port + 10, place.port + 12, desk.target).finish()
    first.finish()


ANSWER = """<send><![CDATA[
SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:];tag=1
[last_Call-ID:]
[last_CSeq:]
{more}Content-Length: 0

]]></send>
"""
CHALLENGE = 'WWW-Authenticate: Digest realm="trunk.example", nonce="47ebe028cda119c35d4877b383027d28", algorithm=MD5\n'


def registration(check, place):
    """Answers a REGISTER request with a challenge; checks the password, and that the next request matches `check`."""
    return (
        '<recv request="REGISTER"/>\n' + ANSWER.format(status="401 Unauthorized", more=CHALLENGE)
        + f'<recv request="REGISTER"><action><verifyauth assign_to="good{place}" username="desk" password="open-sesame"/>'
        + f'<ereg regexp="{check}" search_in="msg" check_it="true" assign_to="seen{place}"/></action></recv>\n'
        + f'<nop hide="true" test="good{place}" next="right{place}"/>\n' + ANSWER.format(status="403 Forbidden", more="")
        + f'<label id="right{place}"/>\n' + ANSWER.format(status="200 OK", more="[last_Contact:]\nExpires: 60\n")
    )


REGISTRAR = xml([registration("Expires: 300", 1), registration("Expires: 0|expires=0", 2), '<Reference variables="seen1,seen2"/>\n'])

# Scenarios with a separate frontdesk: the settings, and the scenario.
ALONE = [
    ("", killed_in_every_stage), ("", erased_with_its_record), ("", message_that_no_disk_takes), ('drain = "30s"', drained_on_stop), ('drain = "1s"', hung_up_on_when_stopping_takes_too_long),
    ("unknown peers", unknown_peers_are_refused), ("users", known_by_password), ('audio_timeout = "3s"', silent_audio_ends_a_call),
    ("srtp = \"required\"", encrypted_calls_only), ("registrar", registers_with_digest), ("max_calls_a_peer = \"1\"", one_at_a_time),
]


def run_alone(binary, settings, scenario, base):
    registrar = None
    if settings == "registrar":
        registrar = Sipp(REGISTRAR, base + 1100, base + 1102)
        settings = f'registrar = "sip:127.0.0.1:{base + 1100}"\nusername = "desk"\npassword = "open-sesame"'
    desk = desk_for(binary, base, settings)
    place = Place(desk, 0, base)
    place.registrar = registrar
    try:
        scenario(desk, place)
        private(desk)
    finally:
        place.close()
        if registrar:
            registrar.stop()
        desk.close()


def private(desk):
    """The log contains no number, key or SIP message, at any level."""
    logged = desk.logged()
    found = re.search(r"\+\d{10}|SIP/2\.0|open-sesame|Authorization: Digest|inline:", logged)
    assert not found, f"the log shows {found.group()!r}: {logged[max(0, found.start() - 300):found.start() + 100]}"
    assert "panicked" not in logged, logged[-3000:]
