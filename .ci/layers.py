#!/usr/bin/env python3
"""Holds the workspace to its layers: app -> adapters/* -> ports -> domain, adapters knowing neither each other nor app."""
import json
import subprocess
import sys

metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--no-deps"]))
adapters = {p["name"] for p in metadata["packages"] if p["name"].startswith("adapters-")}
inside = {"frontdesk-domain", "frontdesk-ports", "migrations", "app"} | adapters
allowed = {"frontdesk-domain": set(), "frontdesk-ports": {"frontdesk-domain"}, "migrations": set(), "app": inside, "bench": inside, "fuzz": inside}
for adapter in adapters:
    allowed[adapter] = {"frontdesk-domain", "frontdesk-ports"}
outside = {
    "frontdesk-domain": {"jiff", "serde", "strsim", "thiserror", "toml", "ulid"},
    "frontdesk-ports": {"async-trait", "bytes", "futures-core", "mockall", "serde", "thiserror"},
}
problems = []
for package in metadata["packages"]:
    name = package["name"]
    needs = {d["name"] for d in package["dependencies"] if d["kind"] is None}
    problems += [f"{name} must not depend on {d}" for d in sorted((needs & inside) - allowed[name])]
    if name in outside:
        problems += [f"{name} must not depend on {d}" for d in sorted(needs - inside - outside[name])]
print("\n".join(problems) or f"{len(metadata['packages'])} crates keep to their layers")
sys.exit(bool(problems))
