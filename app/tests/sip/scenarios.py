"""Scenarios that share one frontdesk and run in parallel."""
import json
import random
import socket
import time
from pathlib import Path

import audio
from place import LOW, PLACE, SPEECH, about, spoken
from sipp import Caller, refuses, rings_out


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


def offer_in_the_answer(place):
    """The caller's PBX sends INVITE requests without an offer, at first and when it resumes, so the server makes the offer."""
    caller = place.caller().call_without_offer().wait(1).press("2").wait(3).say(SPEECH).wait(8).hang_up()
    place.dial(caller).finish()
    spoken(place, place.row("voicemail", "chosen", choices=["2"]))


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
    assert not any(row["from"] == "+33123456789" for row in rows), "the number is not withheld"


def blocked_caller(place):
    place.number = "+12025550999"
    place.dial(place.caller().call(expect=603)).finish()
    place.row("rejected", "blocked", hung_up_by="flow")


def callee(place, key, number, xml, outcome, calls=1):
    """The callee's phone does not take the call; the caller goes to the mailbox and hangs up."""
    phone = place.callee(number, xml, calls)
    caller = place.dial(place.caller().call().wait(1).press(key).wait(9 if key == "6" else 5).hang_up())
    caller.finish()
    phone.finish()
    place.row("missed", outcome)


def one_busy(place):
    callee(place, "3", "13", refuses("486 Busy Here"), "busy")


def one_declined(place):
    callee(place, "4", "+33611000014", refuses("603 Decline"), "declined")


def one_not_found(place):
    # The phone is rung a second time, with a number of the company as the caller ID.
    callee(place, "5", "+33611000015", refuses("404 Not Found"), "unreachable", calls=2)


def one_rings_out(place):
    callee(place, "6", "+33611000016", rings_out(), "no_answer")


def caller_gives_up(place):
    phone = place.callee("+33611000010", rings_out())
    place.dial(place.caller().call().wait(1).press("0").wait(4).hang_up()).finish()
    phone.finish()
    place.row("missed", "caller_gave_up")


def encrypted_message(place):
    """A phone that requires SRTP hears the menu, presses a key and leaves a message."""
    caller = place.baresip(place.port, tone=LOW, name=place.number, encrypted=True)
    caller.command("dial", f"sip:ivr@{place.desk.target}")
    caller.wait_for("CALL_ESTABLISHED")
    time.sleep(1)
    caller.press("2")
    time.sleep(8)
    caller.command("hangup")
    place.desk.call(place.number, ready=lambda row: row["voicemail"])
    row = place.row("voicemail", "chosen", hung_up_by="caller")
    message = place.desk.message(row, Path(PLACE.name) / f"{place.number}.wav")
    spoken = audio.seconds_of_tone(message, 440)
    assert 4 <= spoken <= 8, f"the message has the caller's tone for {spoken} s"
    outline = audio.outline(audio.samples(caller.received()))
    assert max(outline) > 500, "no prompt is played"


def talk(place, number, key, accept, seconds, encrypted=False):
    """Connects a caller and a callee, each of whom plays a tone. Returns both phones."""
    agent = place.agent(number, encrypted=encrypted)
    caller = place.baresip(place.port, tone=LOW, name=place.number, encrypted=encrypted)
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


def both_received(caller, agent, seconds):
    time.sleep(0.5)
    at_agent, at_caller = audio.seconds_of_tone(agent.received(), 440), audio.seconds_of_tone(caller.received(), 800)
    assert at_agent >= seconds - 1.5, f"the callee got the caller's tone for {at_agent} s"
    assert at_caller >= seconds - 1.5, f"the caller got the callee's tone for {at_caller} s"


def accepted_and_the_caller_hangs_up(place):
    caller, agent = talk(place, "+33611000011", "1", "1", 8)
    caller.command("hangup")
    agent.wait_for("CALL_CLOSED")
    row = place.row("answered", "accepted", forwarded_to="+33611000011", hung_up_by="caller")
    about(row["talk_seconds"], 8)
    both_received(caller, agent, 8)


def direct_and_the_callee_hangs_up_after_hold(place):
    caller, agent = talk(place, "118", "8", None, 3)
    caller.command("hold")
    time.sleep(2)
    caller.command("resume")
    time.sleep(3)
    agent.command("hangup")
    caller.wait_for("CALL_CLOSED")
    row = place.row("answered", "bridged", forwarded_to="118", hung_up_by="callee")
    about(row["talk_seconds"], 10.5, 2)
    received = audio.seconds_of_tone(agent.received(), 440)
    assert 6 <= received <= 9.5, f"the callee got the caller's tone for {received} s, 2 s of which were on hold"


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
    """Random bytes, truncated requests and damaged requests do no harm: the next call is answered."""
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
    """5 % of the SIP messages are lost, and are retransmitted."""
    place.dial(Caller(place.number, "Many").call().wait(4).hang_up(), calls=40, options=["-r", "8", "-l", "40", "-lost", "5"]).finish()
    rows = place.desk.rows(place.number, 40)
    assert len(rows) == 40, len(rows)
    assert {row["outcome"] for row in rows} == {"abandoned"}, rows


TOGETHER = [
    message_ended_by_hanging_up, message_ended_by_key_of_another_payload_type, message_over_tcp, offer_in_the_answer, encrypted_message, key_by_info, silence_ends_a_message,
    hung_up_in_the_menu, nothing_pressed, withheld_number, blocked_caller, one_busy, one_declined, one_not_found, one_rings_out,
    caller_gives_up, accepted_and_the_caller_hangs_up, direct_and_the_callee_hangs_up_after_hold, machine_that_presses_nothing,
    ring_all, two_are_asked_at_once, unknown_audio_is_refused, forty_at_once_with_loss,
]
# These use a phone of another scenario, or disturb others.
AFTERWARDS = [declined_by_key, broken_datagrams]
