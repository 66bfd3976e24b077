from collections.abc import Iterator

import pytest

from app.db import Database
from tests.integration.app.conftest import database, postgres_url, sqlite_template
from tests.integration.webhooks.office import Office
from tests.support.receiver import Receiver

__all__ = ["database", "postgres_url", "sqlite_template"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def office(database: Database, receiver: Receiver) -> Office:  # pytest hands fixtures over by names
    return Office(database, receiver)
