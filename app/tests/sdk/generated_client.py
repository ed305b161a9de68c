"""A client that a public generator (openapi-python-client) has generated from the OpenAPI document lists calls, marks one done
and downloads a voicemail. The document's examples match its schemas.

usage: generated_client.py path/to/frontdesk
"""
import importlib
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import jsonschema_rs

from desk import Desk, TOKEN, opener

# The generator knows some media types; audio must be declared as a file. The output is not formatted.
CONFIG = """{"post_hooks": [], "content_type_overrides": {"audio/wav": "application/octet-stream",
             "audio/mpeg": "application/octet-stream"}}"""


def examples_fit(document):
    checked = 0
    for operations in document["paths"].values():
        for operation in operations.values():
            for answer in operation["responses"].values():
                for content in answer.get("content", {}).values():
                    if "example" in content:
                        schema = {**content["schema"], "components": document["components"]}
                        jsonschema_rs.validate(schema, content["example"])
                        checked += 1
    assert checked >= 20, checked
    return checked


def generate(document, folder):
    (folder / "openapi.json").write_text(json.dumps(document))
    (folder / "config.json").write_text(CONFIG)
    command = [Path(sys.executable).with_name("openapi-python-client"), "generate", "--path", "openapi.json", "--config",
               "config.json", "--meta", "none", "--output-path", "client_of_frontdesk", "--fail-on-warning"]
    subprocess.run(command, cwd=folder, check=True)
    sys.path.insert(0, str(folder))
    return importlib.import_module("client_of_frontdesk")


def calls_and_a_voicemail(desk, package):
    operation = lambda name, tag="calls": importlib.import_module(f"{package.__name__}.api.{tag}.{name}")
    client = package.AuthenticatedClient(base_url=desk.base, token=TOKEN)
    with client as client:
        page = operation("list_calls").sync(client=client)
        assert [call.outcome for call in page.calls] == ["answered", "voicemail"], page
        one = operation("list_calls").sync(client=client, limit=1)
        assert one.next_cursor == page.calls[0].id
        older = operation("list_calls").sync(client=client, limit=1, cursor=one.next_cursor)
        assert older.calls[0].id == page.calls[1].id and older.next_cursor is None
        left = page.calls[1]
        until = time.monotonic() + 20
        while operation("get_call").sync(id=left.id, client=client).voicemail.status != "stored":
            assert time.monotonic() < until, "the message is not stored"
            time.sleep(0.05)
        audio = operation("get_voicemail").sync(id=left.id, client=client)
        sound = audio.payload.read()
        assert sound[:4] == b"RIFF" and sound[8:12] == b"WAVE", sound[:12]
        part = operation("get_voicemail").sync_detailed(id=left.id, client=client, range_="bytes=0-99")
        assert part.status_code == 206 and part.content == sound[:100]
        missing = operation("get_voicemail").sync(id=page.calls[0].id, client=client)
        assert missing.status == 404, missing
        marks_a_call_done(package, operation("work_on_call", "work"), client, left)
        stats = operation("get_stats").sync(client=client)
        assert stats.calls == 2, stats
    guest = package.AuthenticatedClient(base_url=desk.base, token="wrong")
    refused = operation("list_calls").sync(client=guest)
    assert refused.status == 401, refused
    return len(sound)


def marks_a_call_done(package, work_on_call, client, call):
    version = call.work.version
    request = package.models.Done(action="done", version=version)
    done = work_on_call.sync(id=call.id, client=client, body=request)
    assert done.work.handled_by == "token configuration" and not done.work.needs_attention, done
    stale = work_on_call.sync_detailed(id=call.id, client=client, body=request)
    assert stale.status_code == 409 and stale.parsed.type_.endswith("/problems/stale-version"), stale
    assert stale.parsed.call.work.version == done.work.version == version + 1, stale


def main():
    desk = Desk(sys.argv[1])
    try:
        for keys in ["2", "1"]:
            desk.call("--press", keys)
        with opener.open(urllib.request.Request(desk.base + "/api/openapi.json")) as answer:
            document = json.load(answer)
        examples = examples_fit(document)
        with tempfile.TemporaryDirectory() as folder:
            size = calls_and_a_voicemail(desk, generate(document, Path(folder)))
    finally:
        stopped = desk.stop()
    if stopped:
        sys.exit(f"frontdesk ended with {stopped}")
    print(f"{examples} examples fit; a generated client listed 2 calls, marked one done and downloaded {size} bytes of audio")


main()
