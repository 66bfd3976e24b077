from collections.abc import Iterator

import pytest

from app.db import Database
from devtools.receiver import Receiver
from tests.integration.worker.runtime.webhook_delivery.environment import WebhookEnvironment


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def env(database: Database, receiver: Receiver) -> WebhookEnvironment:
    return WebhookEnvironment(database, receiver)
