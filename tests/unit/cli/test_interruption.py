import os
import signal

import pytest

from cli.interruption import deferred_interruptions, sigterm_interrupts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_waits_for_the_end_of_the_block(number: signal.Signals) -> None:
    done = []

    def run() -> None:
        with sigterm_interrupts():
            with deferred_interruptions():
                os.kill(os.getpid(), number)
                done.append("block")
            done.append("what follows")

    with pytest.raises(KeyboardInterrupt):
        run()

    assert done == ["block"]


def test_a_second_interruption_does_not_wait() -> None:
    done = []

    def run() -> None:
        with sigterm_interrupts(), deferred_interruptions():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("first")
            os.kill(os.getpid(), signal.SIGINT)
            done.append("second")

    with pytest.raises(KeyboardInterrupt):
        run()

    assert done == ["first"]


def test_interruptions_are_as_before_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    with deferred_interruptions():
        assert signal.getsignal(signal.SIGTERM) != before[1]

    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
