"""Prometheus' own checker accepts the metrics and the alert rules: every metric has a description, and its name shows its unit
and its kind.

usage: metrics.py path/to/frontdesk
"""
import subprocess
import sys
import urllib.request
from pathlib import Path

from desk import Desk, TOKEN, opener

RULES = Path(__file__).resolve().parents[3] / "deploy/alerts.yaml"


def checked(*arguments, given=None):
    done = subprocess.run(["promtool", "check", *arguments], input=given, capture_output=True, text=True)
    said = done.stdout + done.stderr
    if done.returncode or given is not None and said:
        sys.exit(f"promtool check {arguments[0]} ended with {done.returncode}: {said}")


def main():
    desk = Desk(sys.argv[1])
    try:
        for keys in ["1", "2"]:
            desk.call("--press", keys)
        request = urllib.request.Request(desk.base + "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        with opener.open(request) as answer:
            metrics = answer.read().decode()
    finally:
        stopped = desk.stop()
    checked("metrics", given=metrics)
    checked("rules", RULES)
    described = {line.split()[2] for line in metrics.splitlines() if line.startswith("# HELP")}
    for line in (line for line in metrics.splitlines() if line.startswith("# TYPE")):
        assert line.split()[2] in described, f"no description: {line}"
    assert {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"} <= described, described
    if stopped:
        sys.exit(f"frontdesk ended with {stopped}")
    print(f"{len(described)} metrics are described and accepted by promtool, and so are the alert rules")


main()
