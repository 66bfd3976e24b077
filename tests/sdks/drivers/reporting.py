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


def print_report(scenarios: Mapping[str, Scenario]) -> None:
    """Run the scenarios one after the other, and print one JSON object with an entry for each."""
    json.dump({name: attempt(each) for name, each in scenarios.items()}, sys.stdout, indent=1)


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
