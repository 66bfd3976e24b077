"""When a failed delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from app.settings import Settings
from app.webhooks.schedule import next_wait, parse_retry_after

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_waits_grow_as_documented_and_end() -> None:
    waits = Settings().webhook_waits
    assert waits == (1, 5, 30, 300, 1800, 7200, 21600, 43200, 86400)
    for tries, wait in enumerate(waits, 1):
        for _ in range(50):
            chosen = next_wait(waits, tries, None)
            assert chosen is not None
            assert wait * SECOND <= chosen <= 1.5 * wait * SECOND
    assert next_wait(waits, 10, None) is None
    assert next_wait(waits, 10, SECOND) is None


def test_a_receiver_may_ask_for_more_time_up_to_an_hour() -> None:
    assert next_wait((1,), 1, 20 * SECOND) == 20 * SECOND
    assert next_wait((1,), 1, timedelta(days=9)) == timedelta(hours=1)
    longer = next_wait((7200,), 1, SECOND)
    assert longer is not None
    assert longer >= timedelta(hours=2)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (None, None),
        ("7", 7 * SECOND),
        (" 7 ", 7 * SECOND),
        ("0", 0 * SECOND),
        ("9" * 400, timedelta(hours=1)),
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
