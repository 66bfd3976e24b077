"""Building what delivers webhooks; apart, because other verbs need no HTTP client."""

from collections.abc import Callable
from datetime import timedelta

import app.models  # noqa: F401  # the ORM needs every table that a foreign key names
from app.db import Database
from app.secrets import Secrets
from app.settings import Settings
from app.webhooks.policy import make_policy
from worker.runtime.webhook_delivery.client import WebhookClient
from worker.runtime.webhook_delivery.deliverer import Deliverer


def make_deliverer(
    settings: Settings,
    database: Database,
    secrets: Secrets,
    on_retry: Callable[[timedelta], None] = lambda _: None,
) -> Deliverer:
    """Return what delivers webhooks as the settings say."""
    return Deliverer(
        database=database,
        secrets=secrets,
        client=WebhookClient(make_policy(settings)),
        waits=settings.webhook_waits,
        on_retry=on_retry,
    )
