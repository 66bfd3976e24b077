"""Wait for a state instead of for a while."""

import time
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import TypeVar

# Generous: on a machine that does ten other things everything takes ten times as long, and only
# a test that fails waits this long.
WAIT_SECONDS = 180.0

Found = TypeVar("Found")


def pauses() -> Iterator[float]:
    """Yield seconds to wait between looks: short at first, then rarely, as each look takes time."""
    pause = 0.01
    while True:
        yield pause
        pause = min(1.5 * pause, 0.2)


def until(
    condition: Callable[[], Found | None],
    what: str,
    seconds: float = WAIT_SECONDS,
    pause: float | None = None,
) -> Found:
    """Wait until the condition is true and return its value; fail naming `what` was awaited.

    `pause` are the seconds between two looks; None for those of `pauses`.
    """
    deadline = time.monotonic() + seconds
    waits = pauses() if pause is None else repeat(pause)
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what}"
        time.sleep(next(waits))
    return found
