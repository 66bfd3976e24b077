"""Saved webhooks: where to send the events of jobs that name them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from app.api.dependencies import ApiCall
from app.api.v1.schemas import WebhookUrl
from app.api.wire.pagination import (
    MAX_JOBS_PAGE,
    IncludeTotal,
    PageSize,
    PageToken,
    encode_token,
    read_page,
)
from app.api.wire.text import require_storable
from app.paging import PageRequest
from app.webhooks import saved
from app.webhooks.models import SavedWebhook
from app.webhooks.payload import IDS
from app.webhooks.saved import MOST_OF_A_PROJECT, Fields

router = APIRouter(prefix="/api", tags=["webhook configurations"])

EventName = Annotated[str, StringConstraints(max_length=100), AfterValidator(require_storable)]
Events = Annotated[list[EventName], Field(min_length=1, max_length=100)]
HeaderText = Annotated[str, StringConstraints(max_length=8000)]
Headers = Annotated[dict[HeaderText, HeaderText], Field(max_length=50)]
Secret = Annotated[str, StringConstraints(max_length=1000)]


class WebhookChangeRequest(BaseModel):
    """What PUT takes. What is left out stays as it is; null takes events, headers, secret away.

    `webhook_payload` is an extension: "results" adds the job's status and verdict to an event.
    """

    model_config = ConfigDict(extra="forbid")

    webhook_url: WebhookUrl | None = None
    webhook_events: Events | None = Field(
        None, description="null means the events that end a job; an empty list is refused."
    )
    webhook_headers: Headers | None = None
    webhook_output_format: Literal["string", "json"] | None = None
    webhook_signing_secret: Secret | None = None
    webhook_payload: Literal["ids", "results"] | None = None

    def fields(self) -> Fields:
        """Return what was given; what has a default is given it by null."""
        given = self.model_fields_set
        fields: Fields = {}
        if self.webhook_url is not None:
            fields["url"] = self.webhook_url
        if "webhook_events" in given:
            fields["events"] = self.webhook_events
        if "webhook_headers" in given:
            fields["headers"] = self.webhook_headers
        if "webhook_output_format" in given:
            fields["output_format"] = self.webhook_output_format or "string"
        if "webhook_signing_secret" in given:
            fields["signing_secret"] = self.webhook_signing_secret
        if "webhook_payload" in given:
            fields["payload"] = self.webhook_payload or IDS
        return fields


class WebhookRequest(WebhookChangeRequest):
    """What POST takes; the URL must be there."""

    @model_validator(mode="after")
    def _require_url(self) -> Self:
        if self.webhook_url is None:
            raise ValueError("webhook_url is missing: where to send the events")
        return self


class SavedWebhookResponse(BaseModel):
    """A saved webhook without its secrets.

    Header values are secrets like the signing secret: `has_headers`, an extension, only tells
    that there are some, and `webhook_headers` is always null.
    """

    id: UUID
    tenant_id: UUID
    tenant_type: Literal["project"] = "project"
    webhook_url: str
    webhook_events: list[str] | None
    webhook_headers: None = None
    webhook_output_format: Literal["string", "json"]
    webhook_payload: Literal["ids", "results"]
    has_headers: bool
    has_secret: bool
    created_at: datetime
    updated_at: datetime


class SavedWebhookListResponse(BaseModel):
    items: list[SavedWebhookResponse]
    next_page_token: str | None = None
    total_size: int | None = None


@router.post("/v1/beta/webhook-configs")
def create_webhook(call: ApiCall, body: WebhookRequest) -> SavedWebhookResponse:
    """Save a webhook; jobs name it in `webhook_configuration_ids`."""
    scope = call.scope()
    fields: Fields = {"events": None, "output_format": "string", "payload": IDS} | body.fields()
    with call.services.database.write() as session:
        return _render(saved.create(session, scope, call.services.secrets, fields))


@router.get("/v1/beta/webhook-configs")
def list_webhooks(call: ApiCall) -> list[SavedWebhookResponse]:
    """List the project's saved webhooks, the newest first, all of them."""
    scope = call.scope()
    with call.services.database.read() as session:
        page = saved.find_page(session, scope, PageRequest(MOST_OF_A_PROJECT))
    return _render_all(page.rows)


@router.get("/v2/webhook-configs")
def list_webhooks_by_page(
    call: ApiCall,
    page_size: PageSize = None,
    page_token: PageToken = None,
    include_total: IncludeTotal = False,
) -> SavedWebhookListResponse:
    """List the project's saved webhooks, the newest first."""
    scope, secrets = call.scope(), call.services.secrets
    purpose = f"saved webhooks {scope.project_id}"
    request = read_page(
        secrets,
        purpose,
        page_size,
        page_token,
        include_total=include_total,
        max_size=MAX_JOBS_PAGE,
    )
    with call.services.database.read() as session:
        page = saved.find_page(session, scope, request)
    return SavedWebhookListResponse(
        items=_render_all(page.rows),
        next_page_token=encode_token(secrets, purpose, page.next_after),
        total_size=page.total,
    )


@router.get("/v1/beta/webhook-configs/{webhook_id}")
def get_webhook(call: ApiCall, webhook_id: UUID) -> SavedWebhookResponse:
    """Return a saved webhook."""
    scope = call.scope()
    with call.services.database.read() as session:
        return _render(saved.get(session, scope, webhook_id))


@router.put("/v1/beta/webhook-configs/{webhook_id}")
def update_webhook(
    call: ApiCall, webhook_id: UUID, body: WebhookChangeRequest
) -> SavedWebhookResponse:
    """Change a saved webhook, for jobs to come; those that are there keep their copy."""
    scope = call.scope()
    with call.services.database.write() as session:
        return _render(
            saved.update(session, scope, call.services.secrets, webhook_id, body.fields())
        )


@router.delete("/v1/beta/webhook-configs/{webhook_id}", status_code=204)
def delete_webhook(call: ApiCall, webhook_id: UUID) -> Response:
    """Delete a saved webhook; jobs that named it keep their copy."""
    scope = call.scope()
    with call.services.database.write() as session:
        saved.remove(session, scope, webhook_id)
    return Response(status_code=204)


def _render_all(webhooks: Sequence[SavedWebhook]) -> list[SavedWebhookResponse]:
    return [_render(webhook) for webhook in webhooks]


def _render(webhook: SavedWebhook) -> SavedWebhookResponse:
    return SavedWebhookResponse(
        id=webhook.id,
        tenant_id=webhook.project_id,
        webhook_url=webhook.url,
        webhook_events=webhook.events,
        webhook_output_format=webhook.output_format,
        webhook_payload=webhook.payload,
        has_headers=webhook.headers_encrypted is not None,
        has_secret=webhook.secret_encrypted is not None,
        created_at=webhook.created_at,
        updated_at=webhook.updated_at,
    )
