"""Phones that are run by baresip: independent of our library and of sipp, with audio in both directions."""
import json
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

CONFIG = """poll_method epoll
sip_listen 127.0.0.1:{port}
net_interface 127.0.0.1
audio_source aufile,{tone}
audio_player aubridge,nil{port}
audio_alert aubridge,alert{port}
ausrc_srate 8000
auplay_srate 8000
audio_channels 1
rtp_ports {media}-{media_end}
module_path /usr/lib/baresip/modules
module g711.so
module srtp.so
module aufile.so
module aubridge.so
module sndfile.so
snd_path {folder}
module_tmp uuid.so
module_tmp account.so
module_app contact.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


class Baresip:
    """A running baresip that plays a tone; with `auto`, it answers calls by itself."""

    def __init__(self, port, control, media, tone, auto=False, name="agent", encrypted=False):
        self.folder = tempfile.TemporaryDirectory(prefix="frontdesk-baresip-")
        place = Path(self.folder.name)
        settings = {"port": port, "control": control, "media": media, "media_end": media + 98, "tone": tone, "folder": place}
        (place / "config").write_text(CONFIG.format(**settings))
        answers = (";answermode=auto" if auto else "") + (";mediaenc=srtp-mand" if encrypted else "")
        (place / "accounts").write_text(f"<sip:{name}@127.0.0.1:{port}>;regint=0{answers};audio_codecs=PCMU\n")
        (place / "contacts").write_text("")
        self.log = open(place / "log", "wb")
        self.process = subprocess.Popen(["baresip", "-4", "-f", str(place)], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.events = []
        self.control = self._connect(control)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _connect(self, port):
        for _ in range(100):
            try:
                return socket.create_connection(("127.0.0.1", port))
            except ConnectionRefusedError:
                time.sleep(0.1)
        raise AssertionError(f"baresip does not start: {(Path(self.folder.name) / 'log').read_text()[-800:]}")

    def _read(self):
        """Reads events, which are JSON in netstrings."""
        waiting = b""
        while True:
            try:
                some = self.control.recv(4096)
            except OSError:
                return
            if not some:
                return
            waiting += some
            while b":" in waiting:
                length, rest = waiting.split(b":", 1)
                if len(rest) <= int(length):
                    break
                message = json.loads(rest[:int(length)])
                waiting = rest[int(length) + 1:]
                if message.get("event"):
                    self.events.append(message["type"])

    def command(self, command, params=""):
        text = json.dumps({"command": command, "params": params}).encode()
        self.control.sendall(str(len(text)).encode() + b":" + text + b",")

    def wait_for(self, event, seconds=20):
        for _ in range(seconds * 20):
            if event in self.events:
                return
            time.sleep(0.05)
        raise AssertionError(f"{event} did not arrive; events: {self.events}")

    def press(self, keys):
        for key in keys:
            self.command("sndcode", key)
            time.sleep(0.3)

    def received(self):
        """The file with the audio that arrived."""
        files = sorted(Path(self.folder.name).glob("dump-*-dec.wav"))
        assert files, "no audio arrived"
        return files[-1]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.control.close()
        self.log.close()
        self.folder.cleanup()
