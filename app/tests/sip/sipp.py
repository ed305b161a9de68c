"""Phones that are run by sipp: callers and callees, as scenarios in XML."""
import subprocess
import tempfile
from pathlib import Path

MESSAGE = "<send{attributes}><![CDATA[\n{text}\n\n{body}]]></send>\n"
FROM = '"{name}" <sip:{caller}@[local_ip]:[local_port]>;tag=[call_number]'


class Caller:
    """A phone that calls, built step by step."""

    def __init__(self, caller="+12025550111", name="Ann", keys_type=101, body=None, headers="", port="[auto_media_port]"):
        self.identity = FROM.format(name=name, caller=caller)
        self.keys_type = keys_type
        self.body = body
        self.headers = headers
        # sipp streams the speech of several concurrent calls from separate ports: "[rtpstream_audio_port]".
        self.port = port
        self.steps = []

    def _request(self, method, sequence, uri, body="", to="[last_To:]", retrans=' retrans="500"'):
        lines = [
            f"{method} {uri} SIP/2.0",
            "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
            f"From: {self.identity}",
            to,
            "Call-ID: [call_id]",
            f"CSeq: {sequence} {method if method != 'ACK' else 'ACK'}",
            "Contact: <sip:phone@[local_ip]:[local_port]>",
            "Max-Forwards: 70",
        ]
        if method == "INVITE" and sequence == 1 and self.headers:
            lines.append(self.headers)
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append("Content-Length: [len]")
        return MESSAGE.format(attributes=retrans, text="\n".join(lines), body=body)

    def offer(self, direction="sendrecv", ip="[media_ip]"):
        if self.body is not None:
            return self.body
        keys = self.keys_type
        return "\n".join([
            "v=0", "o=- 1 1 IN IP4 [local_ip]", "s=-", f"c=IN IP4 {ip}", "t=0 0",
            f"m=audio {self.port} RTP/AVP 0 {keys}", "a=rtpmap:0 PCMU/8000",
            f"a=rtpmap:{keys} telephone-event/8000", f"a={direction}", "",
        ])

    def call(self, expect=200):
        uri = "sip:[service]@[remote_ip]:[remote_port]"
        self.steps.append(self._request("INVITE", 1, uri, self.offer(), "To: <sip:+15556667777@[remote_ip]:[remote_port]>"))
        self.steps.append('<recv response="100" optional="true"/>\n')
        if expect == 200:
            self.steps.append('<recv response="200" rrs="true"/>\n')
            self.steps.append(self._request("ACK", 1, "[next_url]", retrans=""))
        else:
            self.steps.append(f'<recv response="{expect}"/>\n')
            self.steps.append(self._request("ACK", 1, uri, retrans=""))
        return self

    def call_without_offer(self):
        """Sends an INVITE without an offer, and answers the server's offer in the ACK; later in the call, once more."""
        to = "To: <sip:+15556667777@[remote_ip]:[remote_port]>"
        described = '<recv response="200" rrs="true"><action><ereg regexp="m=audio [0-9]+ RTP/AVP" search_in="msg" check_it="true" assign_to="audio"/></action></recv>\n'
        self.steps.append(self._request("INVITE", 1, "sip:[service]@[remote_ip]:[remote_port]", to=to))
        self.steps.append('<recv response="100" optional="true"/>\n' + described)
        self.steps.append(self._request("ACK", 1, "[next_url]", self.offer(), retrans=""))
        self.steps.append('<pause milliseconds="500"/>\n')
        self.steps.append(self._request("INVITE", 2, "[next_url]"))
        self.steps.append('<recv response="100" optional="true"/>\n' + described)
        self.steps.append(self._request("ACK", 2, "[next_url]", self.offer(), retrans=""))
        self.steps.append('<Reference variables="audio"/>\n')
        return self

    def call_with_password(self, user, password, expect=200):
        """Answers the server's challenge with the password."""
        uri = "sip:[service]@[remote_ip]:[remote_port]"
        to = "To: <sip:+15556667777@[remote_ip]:[remote_port]>"
        self.steps.append(self._request("INVITE", 1, uri, self.offer(), to))
        self.steps.append('<recv response="100" optional="true"/>\n<recv response="401" auth="true"/>\n')
        self.steps.append(self._request("ACK", 1, uri, retrans=""))
        again = self._request("INVITE", 2, uri, self.offer(), to)
        self.steps.append(again.replace("Max-Forwards", f"[authentication username={user} password={password}]\nMax-Forwards"))
        self.steps.append('<recv response="100" optional="true"/>\n')
        routes = ' rrs="true"' if expect == 200 else ""
        self.steps.append(f'<recv response="{expect}"{routes}/>\n')
        self.steps.append(self._request("ACK", 2, "[next_url]" if expect == 200 else uri, retrans=""))
        return self

    def wait(self, seconds):
        self.steps.append(f'<pause milliseconds="{int(seconds * 1000)}"/>\n')
        return self

    def press(self, key):
        if self.keys_type == 101:
            name = {"#": "pound", "*": "star"}.get(key, key)
            action = f'play_pcap_audio="/usr/share/sip-tester/dtmf_2833_{name}.pcap"'
        else:
            action = f'play_dtmf="{key}"'
        self.steps.append(f"<nop><action><exec {action}/></action></nop>\n")
        return self

    def press_by_info(self, key):
        body = f"Signal={key}\nDuration=160"
        message = self._request("INFO", 3, "[next_url]", "x").replace("application/sdp", "application/dtmf-relay")
        self.steps.append(message.replace("\n\nx]]", f"\n\n{body}]]"))
        self.steps.append('<recv response="200"/>\n')
        return self

    def say(self, wav):
        self.steps.append(f'<nop><action><exec rtp_stream="{wav},1,0"/></action></nop>\n')
        return self

    def hang_up(self):
        self.steps.append(self._request("BYE", 5, "[next_url]"))
        self.steps.append('<recv response="200"/>\n')
        return self

    def hung_up_on(self, within=60):
        self.steps.append(f'<recv request="BYE" timeout="{within * 1000}"/>\n')
        self.steps.append(RESPONSE.format(status="200 OK", attributes="", body=""))
        return self

    def xml(self):
        return scenario(self.steps)


RESPONSE = """<send{attributes}><![CDATA[
SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:phone@[local_ip]:[local_port]>
Content-Length: [len]

{body}]]></send>
"""

INVITED = '<recv request="INVITE"><action><ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>' \
    '<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/></action></recv>\n'


def scenario(steps):
    return '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="phone">\n' + "".join(steps) + "</scenario>\n"


def refuses(status):
    """A phone that answers every call with that final response, and gets its ACK."""
    return scenario([
        '<recv request="INVITE"/>\n', RESPONSE.format(status="180 Ringing", attributes="", body=""),
        '<pause milliseconds="300"/>\n', RESPONSE.format(status=status, attributes=' retrans="500"', body=""),
        '<recv request="ACK" timeout="8000"/>\n',
    ])


def rings_out():
    """A phone that rings until it is cancelled, and gets the ACK of its 487."""
    terminated = RESPONSE.format(status="487 Request Terminated", attributes=' retrans="500"', body="")
    terminated = terminated.replace("[last_Via:]", "Via:[$via]").replace("[last_CSeq:]", "CSeq:[$cseq]")
    return scenario([
        INVITED, RESPONSE.format(status="180 Ringing", attributes="", body=""),
        '<recv request="CANCEL" timeout="60000"/>\n', RESPONSE.format(status="200 OK", attributes="", body=""),
        terminated, '<recv request="ACK" timeout="8000"/>\n',
    ])


class Sipp:
    """A running sipp."""

    def __init__(self, xml, port, media_port, target=None, calls=1, options=()):
        self.folder = tempfile.TemporaryDirectory(prefix="frontdesk-sipp-")
        path = Path(self.folder.name) / "scenario.xml"
        path.write_text(xml)
        command = ["sipp", "-sf", str(path), "-m", str(calls), "-i", "127.0.0.1", "-p", str(port), "-mi", "127.0.0.1",
                   "-mp", str(media_port), "-nostdin", "-trace_err", "-error_file", str(Path(self.folder.name) / "errors")]
        command += list(options)
        if target:
            command += ["-s", "ivr", target]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder.name)

    def finish(self, seconds=120):
        """Waits for the end. Fails unless every call followed the scenario."""
        code = self.process.wait(seconds)
        errors = Path(self.folder.name) / "errors"
        shown = errors.read_text()[:1500] if errors.exists() else ""
        self.folder.cleanup()
        assert code == 0, f"sipp ended with {code}: {shown}"

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()
