"""What scenarios share: the flow, the phones' ports, and audio to compare."""
import tempfile
from pathlib import Path

import audio
from baresip import Baresip
from desk import Desk
from sipp import Caller, Sipp

PLACE = tempfile.TemporaryDirectory(prefix="frontdesk-sip-audio-")
SPEECH = Path(PLACE.name) / "speech.ul"
SPEECH_SAMPLES = Path(PLACE.name) / "speech16.wav"
LOW, HIGH = Path(PLACE.name) / "440.wav", Path(PLACE.name) / "800.wav"

FLOW = """
[flow]
company = "Example"
start = "menu main"
[[flow.callers]]
callers = ["+12025550999"]
then = "reject"
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
    "busy": (["sip:13@127.0.0.1:{13}"], "20s", True), "declined": (["+33611000014"], "20s", True),
    "unknown": (["+33611000015"], "20s", True), "silent": (["+33611000016"], "5s", True),
    "team": (["+33611000021", "+33611000022", "+33611000023"], "20s", True), "direct": (["118"], "20s", False),
    "machine": (["+33611000019"], "20s", True), "two": (["+33611000031", "+33611000032"], "20s", True),
}


def flow(base):
    text = FLOW
    for name, (to, ring, screened) in FORWARDS.items():
        numbers = ", ".join(f'"{written(number, base)}"' for number in to)
        asked = 'screening = { prompt = "Call from {caller}.", tries = 2, timeout = "3s" }' if screened else "screening = false"
        strategy = 'strategy = "simultaneous"' if len(to) > 1 else ""
        text += f'[flow.forwards.{name}]\nto = [{numbers}]\nring = "{ring}"\n{asked}\n{strategy}\notherwise = "mailbox main"\n'
    return text


def written(phone, base):
    """A phone as the flow names it: an address contains the phone's port."""
    return phone.replace("{13}", str(port_of("13", base)))


def port_of(number, base):
    """The port of the phone with that number."""
    return base + 1000 + int(number[-2:]) * 2


class Place:
    """The resources of one scenario: separate ports, and phones that are stopped at the end."""

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

    def agent(self, number, auto=True, encrypted=False):
        port = port_of(number, self.base)
        return self.baresip(port, auto=auto, encrypted=encrypted)

    def baresip(self, port, auto=False, tone=HIGH, name="agent", encrypted=False):
        phone = Baresip(port, port + 500, self.base + 4000 + (port - self.base), tone, auto, name, encrypted)
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
    """Checks that the message is the speech that was sent."""
    path = place.desk.message(row, Path(PLACE.name) / f"{place.number}.wav")
    recorded, source = audio.samples(path), audio.samples(SPEECH_SAMPLES)
    likeness = audio.likeness(recorded, source)
    assert likeness > 0.98, f"the message is not what was said ({likeness:.2f})"
    return recorded, source


def desk_for(binary, base, settings, **options):
    peer = "127.0.0.1"
    if settings == "unknown peers":
        settings, peer = "", "192.0.2.1"
    if settings == "users":
        settings, peer = 'users.101 = "a-good-pass-phrase"', "192.0.2.1"
    routes = {number: f"sip:agent@127.0.0.1:{port_of(number, base)}" for to, _, _ in FORWARDS.values() for number in to if not number.startswith("sip:")}
    return Desk(binary, base, flow(base), routes, settings, peer, **options)
