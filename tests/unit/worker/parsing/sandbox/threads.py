"""Restrictions are tried in a thread, which ends afterwards."""

import threading
from collections.abc import Callable


def in_a_thread(function: Callable[[], object]) -> object:
    outcome: list[object] = []
    thread = threading.Thread(target=lambda: outcome.append(function()))
    thread.start()
    thread.join()
    return outcome[0]


def attempt(function: Callable[[], object]) -> str:
    try:
        function()
    except OSError as error:
        return type(error).__name__
    return "done"
