"""A frontdesk with a SIP line and no other carrier."""
import json
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

TOKEN = "0123456789abcdef0123"

CONFIG = """listen = "127.0.0.1:{http}"
[database]
url = "{database}"
[recordings]
url = "file://{recordings}"
[spool]
path = "{folder}/spool"
[auth]
api_token = "{token}"
[sip]
listen = "127.0.0.1:{sip}"
peers = ["{peer}"]
folder = "{folder}/sip"
audio_ports = "{audio}-{audio_end}"
{settings}
[sip.routes]
{routes}
{flow}
"""


class Desk:
    def __init__(self, binary, base, flow, routes, settings="", peer="127.0.0.1", levels="debug,hyper=info,sqlx=info", audio=798, database=None, recordings=None):
        """Uses `base` for HTTP, `base + 1` for SIP, and ports from `base + 100` for audio."""
        self.binary, self.http, self.sip, self.levels = binary, base, base + 1, levels
        self.folder = tempfile.TemporaryDirectory(prefix="frontdesk-sip-")
        self.place = Path(self.folder.name)
        routes = "\n".join(f'"{number}" = "{address}"' for number, address in routes.items())
        (self.place / "frontdesk.toml").write_text(CONFIG.format(
            database=database or f"sqlite://{self.place}/desk.db", recordings=recordings or f"{self.place}/recordings",
            http=self.http, sip=self.sip, folder=self.place, token=TOKEN, settings=settings, peer=peer, routes=routes, flow=flow,
            audio=base + 100, audio_end=base + 100 + audio))
        self.process = None
        self.start()

    @property
    def target(self):
        return f"127.0.0.1:{self.sip}"

    def start(self):
        self.log = open(self.place / "log", "ab")
        self.process = subprocess.Popen([self.binary, "serve"], cwd=self.place, stdout=self.log, stderr=self.log,
                                        env={"PATH": "/usr/bin:/bin", "FRONTDESK__LOG__LEVEL": self.levels})
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.http}/readyz").read()
                break
            except OSError:
                assert self.process.poll() is None, self.logged()
                time.sleep(0.1)

    def rows(self, caller, count, seconds=40):
        """The rows of a caller who calls several times, once all of them have ended."""
        for _ in range(seconds * 4):
            rows, cursor = [], ""
            while cursor is not None:
                page = json.loads(self.get(f"/api/v1/calls?from={quote(caller)}&limit=200{cursor and '&cursor=' + cursor}"))
                rows, cursor = rows + page["calls"], page["next_cursor"]
            if len(rows) >= count and all(row["state"] == "ended" for row in rows):
                break
            time.sleep(0.25)
        return rows

    def logged(self):
        return (self.place / "log").read_text(errors="replace")

    def get(self, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", headers={"Authorization": f"Bearer {TOKEN}"})
        return urllib.request.urlopen(request).read()

    def call(self, caller, seconds=20, ready=lambda row: True):
        """The row of a caller, once it is complete."""
        row = None
        for _ in range(seconds * 4):
            calls = json.loads(self.get(f"/api/v1/calls?from={quote(caller)}"))["calls"]
            row = calls[0] if calls else None
            messages = row["voicemails"] if row else []
            if row and row["state"] == "ended" and all(m["status"] in ("stored", "failed") for m in messages) and ready(row):
                return row
            time.sleep(0.25)
        raise AssertionError(f"the row of {caller} is not complete: {row}")

    def message(self, row, path):
        Path(path).write_bytes(self.get(row["voicemail"]["audio_url"]))
        return path

    def run(self, *arguments):
        """Runs a command while the server runs. Returns its output."""
        done = subprocess.run([self.binary, *arguments], cwd=self.place, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=90):
        """Stops the server with SIGTERM. Returns how long that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(seconds) == 0, self.logged()[-2000:]
        return time.monotonic() - began

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.folder.cleanup()
