from collections.abc import Iterator

import pytest

from app.db import Database
from devtools.receiver import Receiver
from tests.integration.worker.runtime.webhook_delivery.office import Office


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def office(database: Database, receiver: Receiver) -> Office:  # pytest hands fixtures over by names
    return Office(database, receiver)
