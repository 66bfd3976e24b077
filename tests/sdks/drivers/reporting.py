"""Runs the scenarios of a driver and prints what each returned, or the exception that ended it.

Drivers import nothing else of this project: their environments hold an SDK alone.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

Row = dict[str, Any]
Scenario = Callable[[], Any]


def methods_of(scenarios: object) -> dict[str, Scenario]:
    """Return the public methods of an object in the order of its class: each is a scenario."""
    names = [name for kind in reversed(type(scenarios).__mro__) for name in vars(kind)]
    return {name: getattr(scenarios, name) for name in names if not name.startswith("_")}


def methods_of_versions(
    client: type, versions: Mapping[str, Callable[[Row], object]]
) -> dict[str, Scenario]:
    """Return the scenarios of the versions of the API whose resource the client has.

    What is given to the driver is read from the standard input. A scenario that two versions have
    in common is run by the first.
    """
    given = json.load(sys.stdin)
    scenarios: dict[str, Scenario] = {}
    for resource, version in versions.items():
        if resource in dir(client):
            for name, scenario in methods_of(version(given)).items():
                scenarios.setdefault(name, scenario)
    return scenarios


def print_report(scenarios: Mapping[str, Scenario]) -> None:
    """Run the scenarios one after the other, and print one JSON object with an entry for each."""
    json.dump({name: attempt(each) for name, each in scenarios.items()}, sys.stdout, indent=1)


def status_of(call: Scenario) -> int:
    """Return the status of the answer with which a call ends, 200 if it raises nothing."""
    try:
        call()
    except Exception as error:
        status: int | None = getattr(error, "status_code", None)
        if status is None:
            raise
        return status
    return 200


def attempt(scenario: Scenario) -> Row:
    """Return what a scenario returned or raised, and the seconds that it took."""
    began = time.monotonic()
    try:
        outcome: Row = {"value": scenario()}
    except Exception as error:  # noqa: BLE001  # the tests check whatever it raises
        outcome = {"exception": type(error).__name__, "message": str(error)}
        status = getattr(error, "status_code", None)
        if status is not None:
            outcome["status"] = status
    return {**outcome, "seconds": round(time.monotonic() - began, 2)}
