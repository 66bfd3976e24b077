"""When a delivery that failed is tried again."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Up to this share is added to each wait, so that deliveries that failed together part.
JITTER = 0.5
LONGEST_RETRY_AFTER = timedelta(hours=1)


def next_wait(
    waits: Sequence[float], tries: int, retry_after: timedelta | None
) -> timedelta | None:
    """Return how long to wait after so many tries, None when none is left.

    A receiver's own `retry_after` prolongs the wait, up to an hour.
    """
    if tries > len(waits):
        return None
    wait = timedelta(seconds=waits[tries - 1] * random.uniform(1, 1 + JITTER))  # noqa: S311  # no secret
    if retry_after is None:
        return wait
    return max(wait, min(retry_after, LONGEST_RETRY_AFTER))


def parse_retry_after(value: str | None, moment: datetime) -> timedelta | None:
    """Return what a Retry-After header asks for: seconds, or a date; None if it makes no sense."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text), int(LONGEST_RETRY_AFTER.total_seconds())))
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(date - moment, timedelta(0))
