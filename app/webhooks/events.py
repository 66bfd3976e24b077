"""Which events a job's changes of state are, and the deliveries that they owe."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db import announce, new_id, now
from app.webhooks.models import DeliveryStatus, WebhookConfiguration, WebhookDelivery

# What `Database.on_commit` is asked to tell those who deliver.
DELIVERIES = "deliveries"


class JobState(StrEnum):
    """What a job can become, each at most once."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    PARTIAL_SUCCESS = "partial_success"
    ERROR = "error"
    CANCELLED = "cancelled"


# Three generations of clients spell the same events in their own ways.
SPELLINGS: dict[JobState, tuple[str, ...]] = {
    JobState.PENDING: ("parse.pending", "classify.pending"),
    JobState.RUNNING: ("parse.running", "classify.running"),
    JobState.SUCCESS: ("parse.success", "classify.success"),
    JobState.PARTIAL_SUCCESS: (
        "parse.partial",
        "parse.partial_success",
        "classify.partial_success",
    ),
    JobState.ERROR: ("parse.failure", "parse.error", "classify.error"),
    JobState.CANCELLED: ("parse.cancelled", "classify.cancelled"),
}

# For a configuration that names no events: the final states, as the reference page spells them.
DEFAULT_NAMES: dict[JobState, str] = {
    JobState.SUCCESS: "parse.success",
    JobState.PARTIAL_SUCCESS: "parse.partial",
    JobState.ERROR: "parse.failure",
    JobState.CANCELLED: "parse.cancelled",
}

KNOWN_NAMES = frozenset(name for names in SPELLINGS.values() for name in names)


def choose_name(state: JobState, wanted: Sequence[str] | None) -> str | None:
    """Return the event of a state as a configuration spells it, None when it wants no such event.

    Of several spellings of one event the first in the configuration's own order counts: there is
    one delivery for each change of state. None and an empty list both mean the default events.
    """
    if not wanted:
        return DEFAULT_NAMES.get(state)
    return next((name for name in wanted if name in SPELLINGS[state]), None)


def enqueue_deliveries(session: Session, job_id: UUID, state: JobState) -> None:
    """Write a delivery for each configuration of a job that wants to know of its new state.

    To be called in the transaction that changes the state, so that neither is there without the
    other.
    """
    configurations = session.execute(
        select(WebhookConfiguration.id, WebhookConfiguration.url, WebhookConfiguration.events)
        .where(WebhookConfiguration.job_id == job_id)
        .order_by(WebhookConfiguration.ordinal)
    ).all()
    moment = now()
    rows = [
        {
            "id": new_id(),
            "job_id": job_id,
            "configuration_id": configuration.id,
            "state": state,
            "event_type": name,
            "status": DeliveryStatus.WAITING,
            "tries": 0,
            "due_at": moment,
            "created_at": moment,
        }
        for configuration in configurations
        if (name := choose_name(state, configuration.events)) is not None
    ]
    if rows:
        session.execute(insert(WebhookDelivery), rows)
        announce(session, DELIVERIES, len(rows))
