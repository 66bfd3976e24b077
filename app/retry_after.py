"""The Retry-After header of HTTP (RFC 9110, section 10.2.3)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Longer waits count as this one.
MAX_RETRY_AFTER = timedelta(hours=1)


def parse_retry_after(value: str | None, moment: datetime) -> timedelta | None:
    """Return how long the header asks to wait, an hour at most; None if it is missing or invalid.

    The value is a number of seconds, or a date, which is compared with `moment`.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        if len(text) > 9:  # int() refuses very long numbers
            return MAX_RETRY_AFTER
        return min(timedelta(seconds=int(text)), MAX_RETRY_AFTER)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return min(max(date - moment, timedelta(0)), MAX_RETRY_AFTER)
