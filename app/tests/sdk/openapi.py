"""Requests generated from the OpenAPI document cause no server error, and no response that the document does not describe.

usage: openapi.py path/to/frontdesk
"""
import subprocess
import sys
from pathlib import Path

from desk import Desk, TOKEN

# An endless stream, which the Rust tests cover.
ENDLESS = "/api/v1/events"


def main():
    desk = Desk(sys.argv[1], {"FRONTDESK__API__REQUESTS_PER_MINUTE": "1000000"})
    try:
        for keys in ["1", "2", "9,2"]:
            desk.call("--press", keys)
        schemathesis = Path(sys.executable).with_name("schemathesis")
        command = [schemathesis, "run", f"{desk.base}/api/openapi.json", "--header", f"Authorization: Bearer {TOKEN}",
                   "--exclude-path", ENDLESS, "--seed", "20261125", "--max-examples", "60", "--no-color"]
        # A valid request may be refused, such as an assignment to a user who does not exist.
        with open(Path(desk.log_folder) / "schemathesis.toml", "w") as settings:
            settings.write('[checks.positive_data_acceptance]\nexpected-statuses = ["2xx", 401, 403, 404, 409, 422, 429, "5xx"]\n')
        outcome = subprocess.run(command, cwd=Path(desk.log_folder)).returncode
    finally:
        stopped = desk.stop()
    if outcome or stopped:
        sys.exit(f"schemathesis ended with {outcome}, frontdesk with {stopped}")
    print("1 passed, 0 failed")


main()
