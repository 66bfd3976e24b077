"""Saved webhooks, which jobs of version 2 take by their ids."""

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Response
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from app.api.dependencies import ApiCall
from app.api.router import Router
from app.api.wire.webhooks import SavedWebhookResponse, WebhookUrl, saved_webhook_response
from app.paging import PageRequest
from app.text import require_storable
from app.webhooks import saved
from app.webhooks.payload import IDS
from app.webhooks.saved import MAX_PER_PROJECT, Fields

router = Router(prefix="/api/v1/beta/webhook-configs", tags=["webhook configurations"])

EventName = Annotated[str, StringConstraints(max_length=100), AfterValidator(require_storable)]
WebhookEvents = Annotated[list[EventName], Field(min_length=1, max_length=100)]
HeaderText = Annotated[str, StringConstraints(max_length=8000)]
WebhookHeaders = Annotated[dict[HeaderText, HeaderText], Field(max_length=50)]
Secret = Annotated[str, StringConstraints(max_length=1000)]


class SavedWebhookChangeRequest(BaseModel):
    """The body of PUT. A field that is missing stays as it is; null removes or resets it.

    `webhook_payload` is an extension: "results" adds the job's status and verdict to an event.
    """

    model_config = ConfigDict(extra="forbid")

    webhook_url: WebhookUrl | None = None
    webhook_events: WebhookEvents | None = Field(
        None, description="null means the events that end a job; an empty list is refused."
    )
    webhook_headers: WebhookHeaders | None = None
    webhook_output_format: Literal["string", "json"] | None = None
    webhook_signing_secret: Secret | None = None
    webhook_payload: Literal["ids", "results"] | None = None

    def fields(self) -> Fields:
        """Return the fields that the client sent; null becomes the default where there is one."""
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


class SavedWebhookRequest(SavedWebhookChangeRequest):
    """The body of POST; `webhook_url` is required."""

    @model_validator(mode="after")
    def _require_url(self) -> Self:
        if self.webhook_url is None:
            raise ValueError("webhook_url is missing. Give the URL that events are sent to.")
        return self


@router.post("")
def create_webhook(call: ApiCall, body: SavedWebhookRequest) -> SavedWebhookResponse:
    """Save a webhook; jobs refer to it in `webhook_configuration_ids`."""
    fields: Fields = {"events": None, "output_format": "string", "payload": IDS} | body.fields()
    with call.write() as session:
        webhook = saved.create(session, call.scope, call.services.secrets, fields)
    return saved_webhook_response(call.services.secrets, webhook)


@router.get("")
def list_webhooks(call: ApiCall) -> list[SavedWebhookResponse]:
    """List all saved webhooks of the project, newest first."""
    with call.read() as session:
        page = saved.find_page(session, call.scope, PageRequest(MAX_PER_PROJECT))
    return [saved_webhook_response(call.services.secrets, webhook) for webhook in page.rows]


@router.get("/{webhook_id}")
def get_webhook(call: ApiCall, webhook_id: UUID) -> SavedWebhookResponse:
    """Return a saved webhook."""
    with call.read() as session:
        webhook = saved.get(session, call.scope, webhook_id)
    return saved_webhook_response(call.services.secrets, webhook)


@router.put("/{webhook_id}")
def update_webhook(
    call: ApiCall, webhook_id: UUID, body: SavedWebhookChangeRequest
) -> SavedWebhookResponse:
    """Change a saved webhook for later jobs; existing jobs keep their copy."""
    with call.write() as session:
        webhook = saved.update(
            session, call.scope, call.services.secrets, webhook_id, body.fields()
        )
    return saved_webhook_response(call.services.secrets, webhook)


@router.delete("/{webhook_id}", status_code=204)
def delete_webhook(call: ApiCall, webhook_id: UUID) -> Response:
    """Delete a saved webhook; existing jobs keep their copy."""
    with call.write() as session:
        saved.remove(session, call.scope, webhook_id)
    return Response(status_code=204)
