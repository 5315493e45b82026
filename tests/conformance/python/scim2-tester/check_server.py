"""Runs the checks of scim2-tester against SCIM_URL with SCIM_TOKEN; prints a line of JSON per check."""

import json
import os
import random
from datetime import datetime, timezone
from typing import Any

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import Path
from scim2_tester import Status, check_server, filling

GOOD = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}
STATES = {**{each: "passed" for each in GOOD}, Status.SKIPPED: "skipped"}


EXAMPLE_VALUE = filling.get_random_example_value


def example_value(path: Path[Any]) -> Any | None:
    """The standard schemas have no decimal and no time that a client may set, so the checks know no values of these types."""
    binding = path.resolve()
    kind = binding.target_type if binding else None
    if kind is float:
        return random.randint(-8_000, 8_000) / 8
    if kind is datetime:
        return datetime.fromtimestamp(random.randint(0, 2**31), timezone.utc)
    return EXAMPLE_VALUE(path)


def main() -> None:
    filling.get_random_example_value = example_value
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
