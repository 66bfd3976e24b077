"""The delivery log of a job's webhooks, and sending an event again (extensions)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.api.dependencies import ApiCall
from app.api.router import Router
from app.jobs import service as jobs
from app.webhooks import service
from app.webhooks.policy import make_policy
from app.webhooks.service import AttemptView, ConfigurationView, DeliveryView

router = Router(prefix="/api/v1/classifier/jobs", tags=["webhooks"])


class AttemptResponse(BaseModel):
    """One attempt to deliver. `error` is null when it succeeded and while it runs."""

    started_at: datetime
    milliseconds: int | None = Field(description="Duration of the attempt; null while it runs.")
    status_code: int | None = Field(description="The status of the receiver's answer.")
    error: str | None = Field(description="Why the delivery failed.")
    note: str | None = Field(description="Custom headers that were left out.")
    excerpt: str | None = Field(
        description="The beginning of the answer; null for private addresses."
    )


class DeliveryResponse(BaseModel):
    """One event for one webhook configuration; `id` is the receiver's event_id."""

    id: UUID
    event_type: str
    configuration: int = Field(description="Index in the job's webhook_configurations.")
    status: Literal["waiting", "sending", "delivered", "failed"]
    created_at: datetime
    next_attempt_at: datetime | None
    attempts: list[AttemptResponse]


class WebhookConfigurationResponse(BaseModel):
    """A webhook configuration without its secrets."""

    index: int
    origin: str | None = Field(description="Scheme, host and port of webhook_url.")
    fault: str | None = Field(
        description="Why deliveries to this URL fail, if the URL alone shows it."
    )
    unknown_events: list[str] = Field(description="Event names that do not exist.")


class DeliveryListResponse(BaseModel):
    """The deliveries of a job's webhooks so far, oldest first."""

    items: list[DeliveryResponse]
    configurations: list[WebhookConfigurationResponse]


@router.get("/{classify_job_id}/webhooks")
def list_webhook_deliveries(call: ApiCall, classify_job_id: UUID) -> DeliveryListResponse:
    """List the deliveries to a job's webhooks, with each attempt and its error.

    An extension: the original API has no delivery log.
    """
    policy = make_policy(call.services.settings)
    with call.read() as session:
        jobs.require(session, call.scope, classify_job_id)
        deliveries = service.list_deliveries(session, classify_job_id)
        configurations = service.list_configurations(
            session, call.services.secrets, classify_job_id, policy
        )
    return DeliveryListResponse(
        items=[_delivery_response(delivery) for delivery in deliveries],
        configurations=_configuration_responses(configurations),
    )


@router.post("/{classify_job_id}/webhooks/{delivery_id}/redeliver")
def redeliver_webhook(call: ApiCall, classify_job_id: UUID, delivery_id: UUID) -> DeliveryResponse:
    """Send a delivery again, whatever its status; its event_id stays the same.

    An extension: the original API cannot send again.
    """
    with call.write() as session:
        jobs.require(session, call.scope, classify_job_id)
        return _delivery_response(service.redeliver(session, classify_job_id, delivery_id))


def _delivery_response(delivery: DeliveryView) -> DeliveryResponse:
    return DeliveryResponse(
        id=delivery.id,
        event_type=delivery.event_type,
        configuration=delivery.configuration_index,
        status=delivery.status,
        created_at=delivery.created_at,
        next_attempt_at=delivery.next_attempt_at,
        attempts=[_attempt_response(attempt) for attempt in delivery.attempts],
    )


def _attempt_response(attempt: AttemptView) -> AttemptResponse:
    return AttemptResponse(
        started_at=attempt.started_at,
        milliseconds=attempt.milliseconds,
        status_code=attempt.status_code,
        error=attempt.error,
        note=attempt.note,
        excerpt=attempt.excerpt,
    )


def _configuration_responses(
    configurations: Sequence[ConfigurationView],
) -> list[WebhookConfigurationResponse]:
    return [
        WebhookConfigurationResponse(
            index=one.index,
            origin=one.origin,
            fault=one.fault,
            unknown_events=list(one.unknown_events),
        )
        for one in configurations
    ]
