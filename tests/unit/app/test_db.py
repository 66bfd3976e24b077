from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from app.db import first_id, new_id, now


def test_it_lies_between_the_ids_before_and_after():
    early = new_id()
    later = first_id(now() + timedelta(seconds=1))

    assert first_id(now() - timedelta(seconds=1)) < early < later


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1969, 12, 31, 23, 59, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    ],
)
def test_before_1970_it_is_the_lowest_of_all(moment: datetime):
    assert first_id(moment) == UUID(int=0)


def test_the_last_moment_has_one():
    last = datetime.max.replace(tzinfo=timezone(-timedelta(hours=14)))

    assert first_id(last) > new_id()
