"""The retry schedule of deliveries."""

import random
from collections.abc import Sequence
from datetime import timedelta

# The largest share that is added to each wait, so that deliveries that failed together spread out.
JITTER = 0.5


def next_wait(
    waits: Sequence[float], tries: int, retry_after: timedelta | None
) -> timedelta | None:
    """Return how long to wait after this many tries; None after the last one.

    The receiver's `retry_after` can only lengthen the wait.
    """
    if tries > len(waits):
        return None
    wait = timedelta(seconds=waits[tries - 1] * random.uniform(1, 1 + JITTER))  # noqa: S311  # no secret
    return wait if retry_after is None else max(wait, retry_after)
