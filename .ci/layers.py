#!/usr/bin/env python3
"""Checks the layers: app -> app/server, app/services and adapters/* -> ports -> domain. Adapters do not depend on each other, the services or
app; the services depend only on ports and domain."""
import json
import subprocess
import sys

metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--no-deps"]))
adapters = {p["name"] for p in metadata["packages"] if p["name"].startswith("adapters-")}
core = {"frontdesk-domain", "frontdesk-ports"}
inside = core | {"frontdesk-server", "frontdesk-services", "migrations", "app"} | adapters
allowed = {"frontdesk-domain": set(), "frontdesk-ports": {"frontdesk-domain"}, "frontdesk-server": set(), "frontdesk-services": core, "migrations": set(), "app": inside, "bench": inside, "fuzz": inside}
for adapter in adapters:
    allowed[adapter] = core
outside = {
    "frontdesk-domain": {"jiff", "phonenumber", "serde", "sha2", "strsim", "strum", "thiserror", "toml", "ulid"},
    "frontdesk-ports": {"async-trait", "bytes", "futures-core", "mockall", "secrecy", "serde", "strum", "thiserror", "unicode-normalization", "url"},
    # No HTTP, SQL or file formats: hashing, text and time, and the runtime's tasks and timers.
    "frontdesk-services": {"argon2", "async-trait", "bytes", "futures-util", "hex", "jiff", "metrics", "opentelemetry", "parking_lot", "secrecy",
                           "serde_json", "sha2", "subtle", "thiserror", "tokio", "totp-rs", "tracing", "tracing-opentelemetry", "zxcvbn"},
}
problems = []
for package in metadata["packages"]:
    name = package["name"]
    needs = {d["name"] for d in package["dependencies"] if d["kind"] is None}
    problems += [f"{name} must not depend on {d}" for d in sorted((needs & inside) - allowed[name])]
    if name in outside:
        problems += [f"{name} must not depend on {d}" for d in sorted(needs - inside - outside[name])]
print("\n".join(problems) or f"{len(metadata['packages'])} crates respect the layers")
sys.exit(bool(problems))
