"""The Retry-After header."""

from datetime import UTC, datetime, timedelta

import pytest

from app.retry_after import parse_retry_after

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (None, None),
        ("7", 7 * SECOND),
        (" 7 ", 7 * SECOND),
        ("0", 0 * SECOND),
        ("9" * 5000, timedelta(hours=1)),
        ("3601", timedelta(hours=1)),
        ("Fri, 02 Jan 2026 12:00:30 GMT", timedelta(hours=1)),
        ("Mon, 99 Foo 2026", None),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30 * SECOND),
        ("Thu, 01 Jan 2026 12:00:30", 30 * SECOND),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0 * SECOND),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("²", None),
        ("Thu, 99 Jan 2026 12:00:30 GMT", None),
        ("", None),
    ],
)
def test_retry_after(value: str | None, wait: timedelta | None) -> None:
    assert parse_retry_after(value, NOW) == wait
