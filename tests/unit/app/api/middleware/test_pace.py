import math
import time

from app.api.middleware.authentication import (
    LONGEST_WAIT_SECONDS,
    REFUSALS_AT_ONCE,
    ROUNDS_PER_SECOND,
    Pace,
)

ROUNDING = 1e-6


def test_the_first_refusals_do_not_wait() -> None:
    pace = Pace()

    assert [pace.wait() for _ in range(REFUSALS_AT_ONCE)] == [0.0] * REFUSALS_AT_ONCE


def test_a_flood_is_answered_in_rounds_and_nobody_waits_longer_than_the_last() -> None:
    pace = Pace()

    for _ in range(1000):
        before = time.monotonic()
        wait = pace.wait()
        after = time.monotonic()
        if wait > 0:
            # It was counted from between the two: a round lies between the two ends.
            first = math.ceil((before + wait) * ROUNDS_PER_SECOND - ROUNDING)
            assert first <= (after + wait) * ROUNDS_PER_SECOND + ROUNDING
        assert wait <= LONGEST_WAIT_SECONDS + 1 / ROUNDS_PER_SECOND
    assert wait > 0
