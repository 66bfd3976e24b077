"""Webhook configurations of a job: stored now, with their secrets encrypted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.secrets import Secrets
from app.webhooks.models import WebhookConfiguration


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """What a client asks to be sent, and where; events None means the default ones."""

    url: str | None
    events: tuple[str, ...] | None
    headers: dict[str, str] | None
    output_format: str
    signing_secret: str | None


def store(session: Session, secrets: Secrets, job_id: UUID, webhooks: Sequence[NewWebhook]) -> None:
    """Record the configurations of a new job; headers and secrets only in encrypted form."""
    for ordinal, new in enumerate(webhooks):
        session.add(
            WebhookConfiguration(
                job_id=job_id,
                ordinal=ordinal,
                url=new.url,
                events=None if new.events is None else list(new.events),
                output_format=new.output_format,
                headers_encrypted=(
                    None if new.headers is None else secrets.encrypt(json.dumps(new.headers))
                ),
                secret_encrypted=(
                    None if new.signing_secret is None else secrets.encrypt(new.signing_secret)
                ),
            )
        )
