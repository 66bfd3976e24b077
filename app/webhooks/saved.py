"""Saved webhooks: create, get, list, update, delete, and copy into a job."""

import json
from collections.abc import Sequence
from typing import TypedDict
from uuid import UUID

from cryptography.fernet import InvalidToken
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.audit.log import Action, record
from app.db import now
from app.errors import Conflict, NotFound
from app.paging import Page, PageRequest, find_newest
from app.projects.scope import Scope
from app.secrets import Secrets
from app.webhooks.models import SavedWebhook
from app.webhooks.service import NewWebhook
from app.webhooks.urls import StoredUrl

# The listing of v1 has no pages.
MAX_PER_PROJECT = 100


class Fields(TypedDict, total=False):
    """The fields that a client sets; missing ones stay unchanged."""

    url: str
    events: list[str] | None
    headers: dict[str, str] | None
    output_format: str
    payload: str
    signing_secret: str | None


def create(session: Session, scope: Scope, secrets: Secrets, fields: Fields) -> SavedWebhook:
    """Save a webhook in the scope's project; raises Conflict when it has too many."""
    existing = session.scalar(
        select(func.count()).where(SavedWebhook.project_id == scope.project_id)
    )
    if existing is not None and existing >= MAX_PER_PROJECT:
        raise Conflict(
            f"The project has {MAX_PER_PROJECT} saved webhooks, the maximum. Delete one first."
        )
    moment = now()
    webhook = SavedWebhook(project_id=scope.project_id, created_at=moment, updated_at=moment)
    _assign(webhook, secrets, fields)
    session.add(webhook)
    session.flush()
    _record(session, scope, Action.WEBHOOK_CREATED, webhook, fields)
    return webhook


def get(session: Session, scope: Scope, webhook_id: UUID) -> SavedWebhook:
    """Return a saved webhook; raises NotFound."""
    webhook = session.scalars(
        select(SavedWebhook).where(
            SavedWebhook.id == webhook_id, scope.covers(SavedWebhook.project_id)
        )
    ).one_or_none()
    if webhook is None:
        raise NotFound(f"Webhook configuration {webhook_id} does not exist.")
    return webhook


def find_page(session: Session, scope: Scope, request: PageRequest) -> Page[SavedWebhook]:
    """Return a page of the project's saved webhooks, newest first."""
    query = select(SavedWebhook).where(SavedWebhook.project_id == scope.project_id)
    return find_newest(session, query, SavedWebhook.created_at, SavedWebhook.id, request)


def update(
    session: Session, scope: Scope, secrets: Secrets, webhook_id: UUID, fields: Fields
) -> SavedWebhook:
    """Change a saved webhook for later jobs; raises NotFound."""
    webhook = get(session, scope, webhook_id)
    _assign(webhook, secrets, fields)
    webhook.updated_at = now()
    session.flush()
    _record(session, scope, Action.WEBHOOK_CHANGED, webhook, fields)
    return webhook


def remove(session: Session, scope: Scope, webhook_id: UUID) -> None:
    """Delete a saved webhook; existing jobs keep their copy. Raises NotFound."""
    webhook = get(session, scope, webhook_id)
    session.execute(delete(SavedWebhook).where(SavedWebhook.id == webhook.id))
    _record(session, scope, Action.WEBHOOK_DELETED, webhook, {})


def copy_for_job(
    session: Session,
    scope: Scope,
    secrets: Secrets,
    webhook_ids: Sequence[UUID],
) -> list[NewWebhook]:
    """Return the configurations of a new job that names saved webhooks; duplicates count once.

    Raises NotFound, and Conflict when they were encrypted with another secret key.
    """
    webhooks = [get(session, scope, webhook_id) for webhook_id in dict.fromkeys(webhook_ids)]
    return [_decrypt(webhook, secrets) for webhook in webhooks]


def _record(
    session: Session, scope: Scope, action: Action, webhook: SavedWebhook, fields: Fields
) -> None:
    """Record the names of the fields that were set, not their values: URLs may hold secrets."""
    record(
        session,
        action,
        actor=scope.principal.actor,
        project_id=webhook.project_id,
        subject=webhook.id,
        details={"fields": sorted(fields)} if fields else None,
    )


def _assign(webhook: SavedWebhook, secrets: Secrets, fields: Fields) -> None:
    if "url" in fields:
        webhook.url, webhook.url_encrypted = "", secrets.encrypt(fields["url"])
    if "events" in fields:
        webhook.events = fields["events"]
    if "output_format" in fields:
        webhook.output_format = fields["output_format"]
    if "payload" in fields:
        webhook.payload = fields["payload"]
    if "headers" in fields:
        headers = fields["headers"]
        webhook.headers_encrypted = secrets.encrypt(json.dumps(headers)) if headers else None
    if "signing_secret" in fields:
        secret = fields["signing_secret"]
        webhook.secret_encrypted = secrets.encrypt(secret) if secret else None


def _decrypt(webhook: SavedWebhook, secrets: Secrets) -> NewWebhook:
    headers, secret = webhook.headers_encrypted, webhook.secret_encrypted
    try:
        return NewWebhook(
            url=StoredUrl(webhook.url, webhook.url_encrypted).decrypt(secrets),
            events=None if webhook.events is None else tuple(webhook.events),
            headers=None if headers is None else json.loads(secrets.decrypt(headers)),
            output_format=webhook.output_format,
            signing_secret=None if secret is None else secrets.decrypt(secret),
            payload=webhook.payload,
        )
    except InvalidToken:
        raise Conflict(
            f"The secrets of webhook configuration {webhook.id} were encrypted with another secret "
            "key of this server. Set its URL, headers and signing secret again."
        ) from None
