"""When a failed delivery is tried again."""

from datetime import timedelta

from app.settings import Settings
from app.settings_checks import parse_waits
from worker.runtime.webhook_delivery.deliverer import next_wait

SECOND = timedelta(seconds=1)


def test_the_waits_grow_as_documented_and_end() -> None:
    waits = parse_waits(Settings().webhook_retry_seconds)
    assert waits == (1, 5, 30, 300, 1800, 7200, 21600, 43200, 86400)
    for tries, wait in enumerate(waits, 1):
        for _ in range(50):
            chosen = next_wait(waits, tries, None)
            assert chosen is not None
            assert wait * SECOND <= chosen <= 1.5 * wait * SECOND
    assert next_wait(waits, 10, None) is None
    assert next_wait(waits, 10, SECOND) is None


def test_a_receiver_may_ask_for_more_time() -> None:
    assert next_wait((1,), 1, 20 * SECOND) == 20 * SECOND
    longer = next_wait((7200,), 1, SECOND)
    assert longer is not None
    assert longer >= timedelta(hours=2)
