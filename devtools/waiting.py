"""Wait for a state instead of for a while."""

import time
from collections.abc import Callable
from typing import TypeVar

# Generous: on a machine that does ten other things everything takes ten times as long, and only
# a test that fails waits this long.
WAIT_SECONDS = 180.0

Found = TypeVar("Found")


def until(condition: Callable[[], Found], what: str, seconds: float = WAIT_SECONDS) -> Found:
    """Wait until the condition is true and return its value; fail naming `what` was awaited."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what}"
        time.sleep(0.02)
    return found
