"""The delivery log of a job's webhooks, and sending one again: extensions of ours."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.api.dependencies import ApiCall
from app.webhooks import service
from app.webhooks.policy import make_policy
from app.webhooks.service import AttemptView, ConfigurationView, DeliveryView

router = APIRouter(prefix="/api/v1/classifier/jobs", tags=["webhooks"])


class AttemptResponse(BaseModel):
    """One try to deliver. `error` is null when it succeeded, and while it goes on."""

    started_at: datetime
    milliseconds: int | None = Field(description="How long it took; null while it goes on.")
    status_code: int | None = Field(description="What the receiver answered.")
    error: str | None = Field(description="Why it was not delivered.")
    note: str | None = Field(description="What was left out of the request.")
    excerpt: str | None = Field(
        description="The beginning of the answer; never from private addresses."
    )


class DeliveryResponse(BaseModel):
    """One event for one webhook configuration; `id` is the event_id that the receiver sees."""

    id: UUID
    event_type: str
    configuration: int = Field(description="Index in the job's webhook_configurations.")
    status: Literal["waiting", "sending", "delivered", "failed"]
    created_at: datetime
    next_attempt_at: datetime | None
    attempts: list[AttemptResponse]


class ConfigurationResponse(BaseModel):
    """A webhook configuration without its secrets."""

    index: int
    origin: str | None = Field(description="Scheme, host and port of webhook_url.")
    fault: str | None = Field(
        description="Why nothing can be delivered there, as far as the URL alone tells."
    )
    unknown_events: list[str] = Field(description="Names that no event has: they never fire.")


class DeliveryListResponse(BaseModel):
    """Everything that a job's webhooks were owed so far, the oldest first."""

    items: list[DeliveryResponse]
    configurations: list[ConfigurationResponse]


@router.get("/{classify_job_id}/webhooks")
def list_webhook_deliveries(call: ApiCall, classify_job_id: UUID) -> DeliveryListResponse:
    """Tell what was sent to a job's webhooks, and why not where it was not.

    An extension: the original API has no delivery log.
    """
    scope, settings = call.scope(), call.services.settings
    policy = make_policy(settings)
    with call.services.database.read() as session:
        deliveries = service.list_deliveries(session, scope, classify_job_id)
        configurations = service.list_configurations(session, scope, classify_job_id, policy)
    return DeliveryListResponse(
        items=[_render(delivery) for delivery in deliveries],
        configurations=_render_configurations(configurations),
    )


@router.post("/{classify_job_id}/webhooks/{delivery_id}/redeliver")
def redeliver_webhook(call: ApiCall, classify_job_id: UUID, delivery_id: UUID) -> DeliveryResponse:
    """Send a delivery once more, now, whatever became of it; its event_id stays the same.

    An extension: the original API cannot send again.
    """
    scope = call.scope()
    with call.services.database.write() as session:
        return _render(service.redeliver(session, scope, classify_job_id, delivery_id))


def _render(delivery: DeliveryView) -> DeliveryResponse:
    return DeliveryResponse(
        id=delivery.id,
        event_type=delivery.event_type,
        configuration=delivery.configuration_index,
        status=delivery.status,
        created_at=delivery.created_at,
        next_attempt_at=delivery.next_attempt_at,
        attempts=[_render_attempt(attempt) for attempt in delivery.attempts],
    )


def _render_attempt(attempt: AttemptView) -> AttemptResponse:
    return AttemptResponse(
        started_at=attempt.started_at,
        milliseconds=attempt.milliseconds,
        status_code=attempt.status_code,
        error=attempt.error,
        note=attempt.note,
        excerpt=attempt.excerpt,
    )


def _render_configurations(
    configurations: Sequence[ConfigurationView],
) -> list[ConfigurationResponse]:
    return [
        ConfigurationResponse(
            index=one.index,
            origin=one.origin,
            fault=one.fault,
            unknown_events=list(one.unknown_events),
        )
        for one in configurations
    ]
