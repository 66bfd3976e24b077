"""Write the audit log, in the transaction of the change."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.db import table_of

_INSERT = insert(table_of(AuditEvent))

SERVER: Final = "server"
WORKER: Final = "worker"
# A request by presigned link, which needs no key.
LINK: Final = "link"


class Action(StrEnum):
    """The kinds of events. Exports show the values: they must not change."""

    ORGANIZATION_CREATED = "organization.created"
    PROJECT_CREATED = "project.created"
    PROJECT_CHANGED = "project.changed"
    PROJECT_PURGED = "project.purged"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    KEY_ROTATED = "key.rotated"
    SIGNED_IN = "console.signed_in"
    FILE_UPLOADED = "file.uploaded"
    FILE_DELETED = "file.deleted"
    JOB_CREATED = "job.created"
    JOB_CANCELLED = "job.cancelled"
    JOB_DELETED = "job.deleted"
    JOB_ENDED = "job.ended"
    RESULT_RECORDED = "result.recorded"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_DELETED = "webhook.deleted"
    CONFIGURATION_CREATED = "configuration.created"
    CONFIGURATION_CHANGED = "configuration.changed"
    CONFIGURATION_DELETED = "configuration.deleted"
    LABEL_SET = "label.set"
    LABEL_DELETED = "label.deleted"
    LEARNING_STARTED = "learning.started"
    LEARNING_STOPPED = "learning.stopped"


def key_actor(key_id: UUID) -> str:
    """Return the actor of a request with this API key."""
    return f"key:{key_id}"


def record(
    session: Session,
    action: Action,
    *,
    actor: str,
    project_id: UUID | None = None,
    organization_id: UUID | None = None,
    subject: UUID | None = None,
    engine_version: str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Add an event, which is committed with the change."""
    session.execute(
        _INSERT,
        {
            "action": action.value,
            "actor": actor,
            "project_id": project_id,
            "organization_id": organization_id,
            "subject": subject,
            "engine_version": engine_version,
            "details": None if details is None else dict(details),
        },
    )


def record_all(
    session: Session,
    action: Action,
    subjects: Sequence[tuple[UUID, Mapping[str, object]]],
    *,
    actor: str,
    project_id: UUID,
) -> None:
    """Add an event with details for each subject, at least one, as `record` does."""
    shared = {
        "action": action.value,
        "actor": actor,
        "project_id": project_id,
        "organization_id": None,
        "engine_version": None,
    }
    session.execute(
        _INSERT,
        [{**shared, "subject": subject, "details": dict(details)} for subject, details in subjects],
    )
