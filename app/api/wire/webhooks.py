"""Webhooks on the wire: those of a job, and saved ones."""

import json
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.api.wire.text import MAX_LIST, Text
from app.secrets import Secrets
from app.text import require_storable
from app.webhooks.models import SavedWebhook
from app.webhooks.payload import IDS
from app.webhooks.policy import AddressPolicy
from app.webhooks.service import NewWebhook
from app.webhooks.urls import StoredUrl

MAX_JOB_WEBHOOKS = 20

WebhookUrl = Annotated[
    str, StringConstraints(max_length=2083, pattern=r"^https?:"), AfterValidator(require_storable)
]


# Deeper values have no form in a header.
HeaderValue = Annotated[
    str | int | float | bool | None,
    Field(description="A number, true, false or null is sent as its JSON text."),
]


class WebhookRequest(BaseModel):
    """A webhook of one job. Unknown keys are refused, as in the original API.

    `webhook_payload` is an extension: "results" adds the job's status, counts and verdicts to
    each event.
    """

    model_config = ConfigDict(extra="forbid")

    webhook_url: WebhookUrl | None = None
    webhook_headers: Annotated[dict[str, HeaderValue], Field(max_length=MAX_LIST)] | None = None
    webhook_events: Annotated[list[Text], Field(max_length=MAX_LIST)] | None = None
    webhook_output_format: Literal["string", "json"] | None = None
    webhook_signing_secret: Text | None = None
    webhook_payload: Literal["ids", "results"] | None = None


class SavedWebhookResponse(BaseModel):
    """A saved webhook without its secrets.

    Header values are secrets too: `webhook_headers` is always null, and `has_headers` (an
    extension) says whether the webhook has headers.
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


def to_webhook(webhook: WebhookRequest, policy: AddressPolicy) -> NewWebhook:
    """Return the webhook that a job stores, with the policy of the server that takes it."""
    headers = webhook.webhook_headers
    return NewWebhook(
        url=webhook.webhook_url,
        events=None if webhook.webhook_events is None else tuple(webhook.webhook_events),
        headers=None if headers is None else {name: _text(headers[name]) for name in headers},
        output_format=webhook.webhook_output_format or "string",
        signing_secret=webhook.webhook_signing_secret or None,
        payload=webhook.webhook_payload or IDS,
        loopback_allowed=policy.loopback,
    )


def _text(value: str | float | bool | None) -> str:  # a value of a client
    """Return the value of a header as text: `true`, `null`, `7`."""
    return value if isinstance(value, str) else json.dumps(value)


def saved_webhook_response(secrets: Secrets, webhook: SavedWebhook) -> SavedWebhookResponse:
    """Return the wire form of a saved webhook; its URL is empty under another secret key."""
    url, _ = StoredUrl(webhook.url, webhook.url_encrypted).find(secrets)
    return SavedWebhookResponse(
        id=webhook.id,
        tenant_id=webhook.project_id,
        webhook_url=url or "",
        webhook_events=webhook.events,
        webhook_output_format=webhook.output_format,
        webhook_payload=webhook.payload,
        has_headers=webhook.headers_encrypted is not None,
        has_secret=webhook.secret_encrypted is not None,
        created_at=webhook.created_at,
        updated_at=webhook.updated_at,
    )
