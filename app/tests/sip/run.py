"""Real phones (sipp and baresip) call a frontdesk that has a SIP line and no other carrier; each row is compared with what
happened on the line, and audio is proved by tones and by speech.

    python3 run.py BINARY [NAME...]     all scenarios, or those whose names begin so

Needs sip-tester, baresip-core, espeak-ng and sox, and the right to capture packets (root), which sipp plays keys with.
"""
import json
import queue
import random
import re
import signal
import socket
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import audio
from baresip import Baresip
from desk import Desk
from sipp import Caller, Sipp, refuses, rings_out

AT_ONCE = 4
PLACE = tempfile.TemporaryDirectory(prefix="frontdesk-sip-audio-")
SPEECH = Path(PLACE.name) / "speech.ul"
SPEECH_SAMPLES = Path(PLACE.name) / "speech16.wav"
LOW, HIGH = Path(PLACE.name) / "440.wav", Path(PLACE.name) / "800.wav"

FLOW = """
[flow]
company = "Example"
start = "menu main"
[flow.menus.main]
prompt = "Please choose."
timeout = "3s"
keys.0 = { label = "Nobody", then = "forward nobody" }
keys.1 = { label = "One", then = "forward one" }
keys.2 = { label = "Message", then = "mailbox main" }
keys.3 = { label = "Busy", then = "forward busy" }
keys.4 = { label = "Declined", then = "forward declined" }
keys.5 = { label = "Unknown", then = "forward unknown" }
keys.6 = { label = "Silent", then = "forward silent" }
keys.7 = { label = "Team", then = "forward team" }
keys.8 = { label = "Direct", then = "forward direct" }
keys.9 = { label = "Machine", then = "forward machine" }
keys."*" = { label = "Two", then = "forward two" }
no_input = { prompt = "Nothing was pressed.", tries = 2, then = "goodbye bye" }
[flow.goodbyes.bye]
prompt = "Goodbye."
[flow.mailboxes.main]
greeting = "Please speak."
farewell = "Thank you."
"""
FORWARDS = {
    "nobody": (["+33611000010"], "20s", True), "one": (["+33611000011"], "20s", True),
    "busy": (["+33611000013"], "20s", True), "declined": (["+33611000014"], "20s", True),
    "unknown": (["+33611000015"], "20s", True), "silent": (["+33611000016"], "5s", True),
    "team": (["+33611000021", "+33611000022", "+33611000023"], "20s", True), "direct": (["+33611000018"], "20s", False),
    "machine": (["+33611000019"], "20s", True), "two": (["+33611000031", "+33611000032"], "20s", True),
}


def flow():
    text = FLOW
    for name, (to, ring, screened) in FORWARDS.items():
        numbers = ", ".join(f'"{number}"' for number in to)
        asked = 'screening = { prompt = "Call from {caller}.", tries = 2, timeout = "3s" }' if screened else "screening = false"
        strategy = 'strategy = "simultaneous"' if len(to) > 1 else ""
        text += f'[flow.forwards.{name}]\nto = [{numbers}]\nring = "{ring}"\n{asked}\n{strategy}\notherwise = "mailbox main"\n'
    return text


def port_of(number, base):
    """The port of the phone with that number."""
    return base + 1000 + int(number[-2:]) * 2


class Place:
    """What one scenario may use: ports of its own, and phones that are stopped at the end."""

    def __init__(self, desk, index, base):
        self.desk, self.base, self.phones = desk, base, []
        self.port = base + 2000 + index * 40
        self.number = f"+120255501{index:02}"

    def caller(self, **settings):
        return Caller(caller=self.number, **settings)

    def dial(self, caller, **settings):
        sipp = Sipp(caller.xml(), self.port, self.port + 2, self.desk.target, **settings)
        self.phones.append(sipp)
        return sipp

    def callee(self, number, xml, calls=1):
        port = port_of(number, self.base)
        sipp = Sipp(xml, port, self.base + 1300 + (port - self.base - 1000) * 4, calls=calls)
        self.phones.append(sipp)
        return sipp

    def agent(self, number, auto=True):
        port = port_of(number, self.base)
        return self.baresip(port, auto=auto)

    def baresip(self, port, auto=False, tone=HIGH, name="agent"):
        phone = Baresip(port, port + 500, self.base + 4000 + (port - self.base), tone, auto, name)
        self.phones.append(phone)
        return phone

    def row(self, outcome, reason, **expected):
        row = self.desk.call(self.number)
        found = (row["outcome"], row["outcome_reason"])
        assert found == (outcome, reason), f"{found}, not {(outcome, reason)}"
        for key, value in expected.items():
            assert row[key] == value, f"{key} is {row[key]}, not {value}"
        assert row["provider"] == "sip"
        return row

    def close(self):
        for phone in self.phones:
            phone.stop()


def about(seconds, expected, within=1.5):
    assert abs(seconds - expected) <= within, f"{seconds} s, not {expected}"


def spoken(place, row):
    """The message is the speech that was sent."""
    path = place.desk.message(row, Path(PLACE.name) / f"{place.number}.wav")
    recorded, source = audio.samples(path), audio.samples(SPEECH_SAMPLES)
    likeness = audio.likeness(recorded, source)
    assert likeness > 0.98, f"the message is not what was said ({likeness:.2f})"
    return recorded, source


def message_ended_by_hanging_up(place):
    caller = place.caller().call().wait(1).press("2").wait(3).say(SPEECH).wait(8).hang_up()
    place.dial(caller).finish()
    row = place.row("voicemail", "chosen", choices=["2"])
    recorded, source = spoken(place, row)
    assert len(recorded) >= len(source) - 800, "the message is shorter than what was said"


def message_ended_by_key_of_another_payload_type(place):
    caller = place.caller(keys_type=96).call().wait(1).press("2").wait(3).say(SPEECH).wait(8).press("#").hung_up_on()
    place.dial(caller).finish()
    spoken(place, place.row("voicemail", "chosen"))


def message_over_tcp(place):
    caller = place.caller().call().wait(1).press("2").wait(3).say(SPEECH).wait(8).hang_up()
    place.dial(caller, options=["-t", "t1"]).finish()
    spoken(place, place.row("voicemail", "chosen"))


def key_by_info(place):
    caller = place.caller().call().wait(1).press_by_info("2").wait(3).say(SPEECH).wait(8).hang_up()
    place.dial(caller).finish()
    place.row("voicemail", "chosen", choices=["2"])


def silence_ends_a_message(place):
    place.dial(place.caller().call().wait(1).press("2").hung_up_on()).finish()
    place.row("abandoned", "empty_message")


def hung_up_in_the_menu(place):
    place.dial(place.caller().call().wait(1).hang_up()).finish()
    place.row("abandoned", "in_menu")


def nothing_pressed(place):
    place.dial(place.caller().call().hung_up_on()).finish()
    place.row("abandoned", "goodbye")


def withheld_number(place):
    private = "P-Asserted-Identity: <sip:+33123456789@127.0.0.1>\nPrivacy: id"
    place.dial(Caller("anonymous", "Anonymous", headers=private).call().wait(1).hang_up()).finish()
    rows = json.loads(place.desk.get("/api/v1/calls?outcome=abandoned&limit=200"))["calls"]
    assert any(row["from"] is None for row in rows), "no withheld caller"
    assert not any(row["from"] == "+33123456789" for row in rows), "the number is not kept back"


def callee(place, key, number, xml, outcome, calls=1):
    """The callee's phone does not take the call; the caller goes to the mailbox and hangs up."""
    phone = place.callee(number, xml, calls)
    caller = place.dial(place.caller().call().wait(1).press(key).wait(9 if key == "6" else 5).hang_up())
    caller.finish()
    phone.finish()
    place.row("missed", outcome)


def one_busy(place):
    callee(place, "3", "+33611000013", refuses("486 Busy Here"), "busy")


def one_declined(place):
    callee(place, "4", "+33611000014", refuses("603 Decline"), "declined")


def one_not_found(place):
    # It is tried once more, with a number of the company.
    callee(place, "5", "+33611000015", refuses("404 Not Found"), "unreachable", calls=2)


def one_rings_out(place):
    callee(place, "6", "+33611000016", rings_out(), "no_answer")


def caller_gives_up(place):
    phone = place.callee("+33611000010", rings_out())
    place.dial(place.caller().call().wait(1).press("0").wait(4).hang_up()).finish()
    phone.finish()
    place.row("missed", "caller_gave_up")


def talk(place, number, key, accept, seconds):
    """A caller and a callee, each with a tone; both phones."""
    agent = place.agent(number)
    caller = place.baresip(place.port, tone=LOW, name=place.number)
    caller.command("dial", f"sip:ivr@{place.desk.target}")
    caller.wait_for("CALL_ESTABLISHED")
    time.sleep(1)
    caller.press(key)
    agent.wait_for("CALL_ESTABLISHED")
    time.sleep(2.5)
    if accept:
        agent.press(accept)
    time.sleep(seconds)
    return caller, agent


def both_heard(caller, agent, seconds):
    time.sleep(0.5)
    at_agent, at_caller = audio.seconds_of_tone(agent.heard(), 440), audio.seconds_of_tone(caller.heard(), 800)
    assert at_agent >= seconds - 1.5, f"the callee heard the caller for {at_agent} s"
    assert at_caller >= seconds - 1.5, f"the caller heard the callee for {at_caller} s"


def accepted_and_the_caller_hangs_up(place):
    caller, agent = talk(place, "+33611000011", "1", "1", 8)
    caller.command("hangup")
    agent.wait_for("CALL_CLOSED")
    row = place.row("answered", "accepted", forwarded_to="+33611000011")
    about(row["talk_seconds"], 8)
    both_heard(caller, agent, 8)


def direct_and_the_callee_hangs_up_after_hold(place):
    caller, agent = talk(place, "+33611000018", "8", None, 3)
    caller.command("hold")
    time.sleep(2)
    caller.command("resume")
    time.sleep(3)
    agent.command("hangup")
    caller.wait_for("CALL_CLOSED")
    row = place.row("answered", "bridged", forwarded_to="+33611000018")
    about(row["talk_seconds"], 10.5, 2)
    heard = audio.seconds_of_tone(agent.heard(), 440)
    assert 6 <= heard <= 9.5, f"the callee heard the caller for {heard} s, 2 s of which were on hold"


def declined_by_key(place):
    agent = place.agent("+33611000010")
    caller = place.dial(place.caller().call().wait(1).press("0").wait(12).hang_up())
    agent.wait_for("CALL_ESTABLISHED")
    time.sleep(2.5)
    agent.press("2")
    agent.wait_for("CALL_CLOSED")
    caller.finish()
    place.row("missed", "declined")


def machine_that_presses_nothing(place):
    agent = place.agent("+33611000019")
    place.dial(place.caller().call().wait(1).press("9").wait(22).hang_up()).finish()
    agent.wait_for("CALL_CLOSED")
    place.row("missed", "not_accepted")


def ring_all(place):
    busy = place.callee("+33611000021", refuses("486 Busy Here"))
    rings = place.callee("+33611000022", rings_out())
    agent = place.agent("+33611000023")
    caller = place.dial(place.caller().call().wait(1).press("7").wait(10).hang_up())
    agent.wait_for("CALL_ESTABLISHED")
    time.sleep(2.5)
    agent.press("1")
    caller.finish()
    busy.finish()
    rings.finish()
    place.row("answered", "accepted", forwarded_to="+33611000023")


def two_are_asked_at_once(place):
    first, second = place.agent("+33611000031"), place.agent("+33611000032")
    caller = place.dial(place.caller().call().wait(1).press("*").wait(10).hang_up())
    first.wait_for("CALL_ESTABLISHED")
    second.wait_for("CALL_ESTABLISHED")
    time.sleep(2.5)
    second.press("1")
    first.wait_for("CALL_CLOSED")
    caller.finish()
    place.row("answered", "accepted", forwarded_to="+33611000032")


def unknown_audio_is_refused(place):
    body = "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 18\n"
    place.dial(place.caller(body=body).call(expect=488)).finish()


def broken_datagrams(place):
    """Noise, cut and damaged requests do no harm: the next call is answered."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    host, port = place.desk.target.split(":")
    chance = random.Random(7)
    request = (f"INVITE sip:ivr@{host}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx%d\r\nFrom: <sip:a@b>;tag=1\r\n"
               "To: <sip:ivr@b>\r\nCall-ID: broken%d\r\nCSeq: 1 INVITE\r\nContact: <sip:a@127.0.0.1:9>\r\nContent-Length: 0\r\n\r\n")
    for n in range(3000):
        message = bytearray((request % (n, n)).encode())
        kind = n % 4
        if kind == 0:
            message = bytearray(chance.randbytes(chance.randrange(1, 1200)))
        elif kind == 1:
            message = message[:chance.randrange(len(message))]
        elif kind == 2:
            for _ in range(5):
                message[chance.randrange(40)] = chance.randrange(256)
        else:
            message = message.replace(b"Call-ID: ", b"Call-ID ").replace(b"CSeq: 1", b"CSeq: x")
        line.sendto(message, (host, int(port)))
        if n % 100 == 0:
            time.sleep(0.02)
    time.sleep(1)
    place.dial(place.caller().call().wait(1).hang_up()).finish()
    place.row("abandoned", "in_menu")


def forty_at_once_with_loss(place):
    """Five of a hundred SIP messages are lost on the way: they are sent again."""
    place.dial(Caller(place.number, "Many").call().wait(4).hang_up(), calls=40, options=["-r", "8", "-l", "40", "-lost", "5"]).finish()
    rows = place.desk.rows(place.number, 40)
    assert len(rows) == 40, len(rows)
    assert {row["outcome"] for row in rows} == {"abandoned"}, rows


TOGETHER = [
    message_ended_by_hanging_up, message_ended_by_key_of_another_payload_type, message_over_tcp, key_by_info, silence_ends_a_message,
    hung_up_in_the_menu, nothing_pressed, withheld_number, one_busy, one_declined, one_not_found, one_rings_out,
    caller_gives_up, accepted_and_the_caller_hangs_up, direct_and_the_callee_hangs_up_after_hold, machine_that_presses_nothing,
    ring_all, two_are_asked_at_once, unknown_audio_is_refused, forty_at_once_with_loss,
]
# These use a phone of another scenario, or disturb others.
AFTERWARDS = [declined_by_key, broken_datagrams]


def killed_in_every_stage(desk, place):
    """Calls in the menu, ringing, talking and recording end as they were when the program was killed."""
    number = {stage: f"+1202555018{n}" for n, stage in enumerate(("menu", "ringing", "talking", "recording"))}
    agent = place.agent("+33611000018")
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
    # The caller in the menu has pressed nothing twice meanwhile; a new one is there.
    late = Caller("+12025550189").call().wait(60)
    place.phones.append(Sipp(late.xml(), place.port + 200, place.port + 202, desk.target))
    time.sleep(1.5)
    desk.kill()
    desk.start()
    rows = {stage: desk.call(caller) for stage, caller in number.items()}
    found = {stage: (row["outcome"], row["outcome_reason"]) for stage, row in rows.items()}
    assert found["ringing"] == ("missed", "caller_gave_up"), found
    assert found["talking"] == ("answered", "bridged"), found
    assert found["recording"] == ("voicemail", "chosen"), found
    late = desk.call("+12025550189")
    assert (late["outcome"], late["outcome_reason"]) == ("abandoned", "in_menu"), late
    message = audio.samples(desk.message(rows["recording"], Path(PLACE.name) / "killed.wav"))
    assert len(message) > 8000, f"of the message there are {len(message)} samples"
    assert not list((desk.place / "sip" / "calls").iterdir()), "the journal has calls that are over"


def drained_on_stop(desk, place):
    """A call in progress goes on, a new one is refused, and the program ends when the last is over."""
    caller = place.dial(place.caller().call().wait(1).press("2").wait(3).say(SPEECH).wait(6).hang_up())
    time.sleep(3)
    desk.process.send_signal(signal.SIGTERM)
    time.sleep(1)
    refused = Sipp(place.caller().call(expect=503).xml(), place.port + 10, place.port + 12, desk.target)
    refused.finish()
    caller.finish()
    began = time.monotonic()
    assert desk.process.wait(20) == 0
    assert time.monotonic() - began < 10, "it does not wait for more"
    desk.start()
    place.row("voicemail", "chosen")


def hung_up_on_when_stopping_takes_too_long(desk, place):
    caller = place.dial(place.caller().call().wait(1).press("2").hung_up_on())
    time.sleep(4)
    desk.stop(40)
    caller.finish()
    desk.start()
    assert desk.call(place.number)["state"] == "ended"


def strangers_are_refused(desk, place):
    place.dial(place.caller().call(expect=403)).finish()


def silent_audio_ends_a_call(desk, place):
    """No audio at all comes: the caller's network is gone."""
    place.dial(place.caller().call().hung_up_on(20)).finish()
    assert desk.call(place.number)["state"] == "ended"


def registers_with_digest(desk, place):
    """A registrar asks for the password and checks it; the registration ends with the program."""
    desk.stop()
    place.registrar.finish()


def one_at_a_time(desk, place):
    first = place.dial(place.caller().call().wait(4).hang_up())
    time.sleep(1)
    Sipp(place.caller().call(expect=486).xml(), place.port + 10, place.port + 12, desk.target).finish()
    first.finish()


REGISTRAR = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="registrar">
<recv request="REGISTER"/>
<send><![CDATA[
SIP/2.0 401 Unauthorized
[last_Via:]
[last_From:]
[last_To:];tag=1
[last_Call-ID:]
[last_CSeq:]
WWW-Authenticate: Digest realm="trunk.example", nonce="47ebe028cda119c35d4877b383027d28", algorithm=MD5
Content-Length: 0

]]></send>
<recv request="REGISTER"><action><verifyauth assign_to="good" username="desk" password="open-sesame"/></action></recv>
<nop hide="true" test="good" next="ok"/>
<send><![CDATA[
SIP/2.0 403 Forbidden
[last_Via:]
[last_From:]
[last_To:];tag=1
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<label id="ok"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=1
[last_Call-ID:]
[last_CSeq:]
[last_Contact:]
Expires: 60
Content-Length: 0

]]></send>
</scenario>
"""

# With a frontdesk of their own: settings, and the scenario.
ALONE = [
    ("", killed_in_every_stage), ('drain = "30s"', drained_on_stop), ('drain = "1s"', hung_up_on_when_stopping_takes_too_long),
    ("strangers", strangers_are_refused), ('audio_timeout = "3s"', silent_audio_ends_a_call),
    ("registrar", registers_with_digest), ("max_calls_a_peer = \"1\"", one_at_a_time),
]


def desk_for(binary, base, settings, **options):
    peer = "127.0.0.1"
    if settings == "strangers":
        settings, peer = "", "192.0.2.1"
    routes = {number: f"sip:agent@127.0.0.1:{port_of(number, base)}" for to, _, _ in FORWARDS.values() for number in to}
    return Desk(binary, base, flow(), routes, settings, peer, **options)


def run_alone(binary, settings, scenario, base):
    registrar = None
    if settings == "registrar":
        registrar = Sipp(REGISTRAR, base + 1100, base + 1102, calls=2)
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
    """No number, key or message of SIP is in the log, whatever its level."""
    logged = desk.logged()
    found = re.search(r"\+\d{10}|SIP/2\.0|open-sesame|Authorization: Digest", logged)
    assert not found, f"the log shows {found.group()!r}: {logged[max(0, found.start() - 300):found.start() + 100]}"
    assert "panicked" not in logged, logged[-3000:]


def main():
    binary, names = str(Path(sys.argv[1]).absolute()), sys.argv[2:]
    audio.make_speech(SPEECH, "Hello, this is Ann. My boiler is broken, please call me back.")
    audio.make_speech(SPEECH_SAMPLES, "Hello, this is Ann. My boiler is broken, please call me back.", law=False)
    audio.make_tone(LOW, 440)
    audio.make_tone(HIGH, 800)
    failed = []

    def run(name, scenario):
        began = time.monotonic()
        try:
            scenario()
            print(f"ok {name} ({time.monotonic() - began:.0f} s)", flush=True)
        except Exception as error:
            failed.append(name)
            print(f"FAILED {name}: {error}\n{traceback.format_exc() if not isinstance(error, AssertionError) else ''}", flush=True)

    def wanted(scenario):
        return not names or any(scenario.__name__.startswith(name) for name in names)

    together = [s for s in TOGETHER if wanted(s)]
    afterwards = [s for s in AFTERWARDS if wanted(s)]
    if together or afterwards:
        desk = desk_for(binary, 10000, "")

        def in_place(index, scenario):
            place = Place(desk, index, 10000)
            try:
                scenario(place)
            finally:
                place.close()

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda one: run(one[1].__name__, lambda: in_place(*one)), enumerate(together)))
        for index, scenario in enumerate(afterwards, 50):
            run(scenario.__name__, lambda: in_place(index, scenario))
        run("nothing private is logged", lambda: private(desk))
        run("the program stops in order", lambda: desk.stop())
        desk.close()
    bases = queue.SimpleQueue()
    bases.put(10000)
    bases.put(20000)

    def in_free_ports(one):
        base = bases.get()
        run(one[1].__name__, lambda: run_alone(binary, *one, base))
        bases.put(base)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(in_free_ports, [one for one in ALONE if wanted(one[1])]))
    if failed:
        sys.exit(f"{len(failed)} scenarios failed: {', '.join(failed)}")
    print("all scenarios passed")


if __name__ == "__main__":
    main()
