"""One process that delivers webhooks until it is killed."""

import sys
import threading

from app.db import Database
from app.observability.logging import set_up_logging
from app.secrets import Secrets
from app.webhooks.policy import AddressPolicy
from worker.runtime.webhook_delivery.client import WebhookClient
from worker.runtime.webhook_delivery.deliverer import Deliverer
from worker.runtime.webhook_delivery.pinned_network import Limits
from worker.runtime.webhook_delivery.threads import DeliveryThreads

# A lost delivery must come back within the benchmark: 3 s instead of 40.
LIMITS = Limits(connect_seconds=0.5, answer_seconds=1)
MARGIN_SECONDS = 0.5
WAITS = (0.1, 0.2, 0.5, 1, 1, 1, 1, 1, 1)
THREADS = 4


def main() -> None:
    """Deliver what is due in the database of the first argument."""
    url, secret_key = sys.argv[1:]
    set_up_logging("error", "text")
    deliverer = Deliverer(
        Database(url),
        Secrets(secret_key),
        WebhookClient(AddressPolicy(), LIMITS),
        WAITS,
        margin_seconds=MARGIN_SECONDS,
    )
    # Other processes deliver too: their deliveries must not be requeued.
    DeliveryThreads(deliverer, THREADS, drain_seconds=0).start(requeue=False)
    threading.Event().wait()


if __name__ == "__main__":
    main()
