"""Measures how many concurrent calls a SIP line carries: callers leave messages, and one more call measures its packets.

    python3 load.py BINARY CALLS...     such as 40 80 120

Prints for each number of calls: the gaps between packets (20 ms each), the number of messages with their full length, and the
memory of the program.
"""
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

import audio
from place import LOW, PLACE, desk_for
from sipp import Caller, Sipp

SPOKEN = 30
RAMP = 8


class Probe:
    """A minimal caller that records when packets arrive. It presses no key, so it receives the menu's prompts and silence."""

    def __init__(self, target, port):
        host, line = target.split(":")
        self.line, self.audio = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        self.line.bind(("127.0.0.1", port))
        self.audio.bind(("127.0.0.1", port + 2))
        self.audio.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.peer, self.target, self.port = (host, int(line)), target, port
        body = (f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port + 2} RTP/AVP 0\r\n")
        self.send("INVITE", 1, "", body)
        answer = ""
        while "SIP/2.0 200" not in answer:
            answer = self.line.recv(4096).decode()
        self.to = next(line for line in answer.split("\r\n") if line.startswith("To:"))
        self.send("ACK", 1, self.to)

    def send(self, method, sequence, to="", body=""):
        lines = [f"{method} sip:ivr@{self.target} SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{method}{self.port}",
                 "From: <sip:+12025550199@127.0.0.1>;tag=probe", to or f"To: <sip:+15556667777@{self.target}>",
                 f"Call-ID: probe{self.port}", f"CSeq: {sequence} {method}", f"Contact: <sip:probe@127.0.0.1:{self.port}>",
                 "Max-Forwards: 70", "Content-Type: application/sdp", f"Content-Length: {len(body)}", "", body]
        self.line.sendto("\r\n".join(lines).encode(), self.peer)

    def gaps(self, seconds):
        """Milliseconds between packets."""
        arrivals, until = [], time.monotonic() + seconds
        self.audio.settimeout(1)
        while time.monotonic() < until:
            self.audio.recv(2048)
            arrivals.append(time.monotonic())
        return [(later - earlier) * 1000 for earlier, later in zip(arrivals, arrivals[1:])]

    def hang_up(self):
        self.send("BYE", 2, self.to)


def resident(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def processor_seconds(process):
    fields = Path(f"/proc/{process.pid}/stat").read_text().split()
    return (int(fields[13]) + int(fields[14])) / 100


def measure(binary, calls, speech):
    desk = desk_for(binary, 10000, 'max_calls = "1000"\naudio_timeout = "60s"', levels="warn", audio=2000)
    try:
        before = resident(desk.process)
        caller = Caller("+12025550111", "Many", port="[rtpstream_audio_port]").call().wait(1).press("2").wait(3).say(speech).wait(SPOKEN + 1).hang_up()
        sipp = Sipp(caller.xml(), 13000, 40000, desk.target, calls=calls, options=["-r", str(max(1, calls // RAMP)), "-l", str(calls)])
        time.sleep(RAMP + 6)
        probe, worked = Probe(desk.target, 14000), processor_seconds(desk.process)
        gaps = probe.gaps(10)
        worked = (processor_seconds(desk.process) - worked) / 10
        during = resident(desk.process)
        probe.hang_up()
        sipp.finish(120)
        rows = desk.rows("+12025550111", calls)
        lengths = [row["voicemail"]["duration_seconds"] if row["voicemail"] else 0 for row in rows]
        whole = sum(abs(length - SPOKEN) <= 1 for length in lengths)
        within = sum(abs(gap - 20) <= 2 for gap in gaps) * 100 / len(gaps)
        print(f"{calls} calls: packets {statistics.mean(gaps):.2f} ms apart, {within:.1f} % within 2 ms, worst {max(gaps):.0f} ms; "
              f"{whole} of {calls} messages whole; {worked * 100:.0f} % of a processor; "
              f"{during:.0f} MiB, {(during - before) / calls * 1024:.0f} KiB a call", flush=True)
    finally:
        desk.close()


def main():
    speech = Path(PLACE.name) / "load.ul"
    audio.make_tone(LOW, 440, SPOKEN)
    subprocess.run(["sox", str(LOW), "-t", "ul", str(speech)], check=True)
    for calls in map(int, sys.argv[2:]):
        measure(str(Path(sys.argv[1]).absolute()), calls, speech)


if __name__ == "__main__":
    main()
