from app.auth import LONGEST_WAIT_SECONDS, REFUSALS_AT_ONCE, ROUNDS_PER_SECOND, Pace


def test_the_first_refusals_do_not_wait() -> None:
    pace = Pace()

    assert [pace.wait() for _ in range(REFUSALS_AT_ONCE)] == [0.0] * REFUSALS_AT_ONCE


def test_a_flood_is_answered_in_rounds_and_nobody_waits_longer_than_the_last() -> None:
    pace = Pace()

    waits = [pace.wait() for _ in range(1000)]

    # All of them were asked for at the same moment, but for some milliseconds.
    rounds = {round(wait, 1) for wait in waits}
    assert len(rounds) <= ROUNDS_PER_SECOND + 2
    assert max(waits) <= LONGEST_WAIT_SECONDS + 1 / ROUNDS_PER_SECOND
