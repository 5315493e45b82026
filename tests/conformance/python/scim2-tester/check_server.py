"""Runs the checks of scim2-tester against SCIM_URL with SCIM_TOKEN; prints a line of JSON per check."""

import json
import os

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

GOOD = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}
STATES = {**{each: "passed" for each in GOOD}, Status.SKIPPED: "skipped"}


def main() -> None:
    headers = {"Authorization": f"Bearer {os.environ['SCIM_TOKEN']}"}
    with Client(base_url=os.environ["SCIM_URL"], headers=headers, timeout=30) as client:
        for result in check_server(SyncSCIMClient(client)):
            state = STATES.get(result.status, "failed")
            line = {
                "test": ": ".join(filter(None, [result.resource_type, result.title])),
                "state": state,
                "remarks": [] if state == "passed" else [f"{result.status.name}: {result.reason}"],
            }
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
