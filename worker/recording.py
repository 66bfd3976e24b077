"""Writing an outcome: the work behind it was done, so the database gets more than one chance."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_WAIT_SECONDS = 0.25


def record_patiently(write: Callable[[], T], tries: int) -> T:
    """Return what `write` returns; it is called again while the database is away or full.

    At most `tries` times in all, after waits that double: eight tries take half a minute. Raises
    the last SQLAlchemyError.
    """
    for attempt in range(tries - 1):
        try:
            return write()
        except SQLAlchemyError:
            log.warning("the database did not take an outcome; trying again", exc_info=True)
            time.sleep(FIRST_WAIT_SECONDS * 2**attempt)
    return write()
