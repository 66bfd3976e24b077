"""Endpoints for API keys of administrators."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints
from starlette.responses import StreamingResponse

from app.api.dependencies import ApiCall
from app.api.router import Router
from app.api.v1.projects import ProjectResponse, project_response
from app.audit.export import EventFilter, export_events
from app.db import now
from app.errors import Conflict, Unprocessable
from app.projects import keys
from app.projects.keys import NewKey
from app.projects.models import ApiKey
from app.projects.scope import get_project
from app.projects.service import create_project, select_project_ids
from app.text import require_storable

router = Router(prefix="/api/v1/admin", tags=["administration (extensions)"])

DAY = 24 * 3600
MAX_GRACE_DAYS = 90

Moment = Annotated[AwareDatetime | None, Query(description="ISO 8601 with an offset.")]

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=255), AfterValidator(require_storable)
]


class KeyRequest(BaseModel):
    """A key to create: for one project, or without `project_id` for all of the organization.

    `is_admin` makes a key for administration, which reads no documents.
    """

    name: Name
    project_id: UUID | None = None
    expires_at: AwareDatetime | None = None
    is_admin: bool = False


class KeyResponse(BaseModel):
    """An API key without its secret. `project_id` is null where it reaches all projects."""

    id: UUID
    name: str
    hint: str = Field(description="The beginning of the key.")
    project_id: UUID | None
    is_admin: bool
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewKeyResponse(BaseModel):
    """A new key. The server keeps a digest only: this is the one time that it is shown."""

    key: str


class RotationRequest(BaseModel):
    """How long the old key stays valid, in seconds: a day by default, 90 days at most."""

    grace_seconds: int = Field(DAY, ge=0, le=MAX_GRACE_DAYS * DAY)


class RotatedKeyResponse(NewKeyResponse):
    """The new key of a rotation, its end (null: never), and the end of the old key."""

    expires_at: datetime | None
    old_expires_at: datetime


class NewProjectRequest(BaseModel):
    """A project to create."""

    name: Name


@router.get("/keys")
def list_keys(call: ApiCall) -> list[KeyResponse]:
    """List the API keys of the organization, newest first, revoked ones too."""
    with call.read() as session:
        found = keys.list_keys(session, call.scope.principal.organization_id)
    return [_key_response(key) for key in found]


@router.post("/keys", status_code=201)
def create_key(call: ApiCall, body: KeyRequest) -> NewKeyResponse:
    """Create an API key of the organization."""
    principal = call.scope.principal
    if body.expires_at is not None and body.expires_at <= now():
        raise Unprocessable("The key would have expired already.", ("body", "expires_at"))
    if body.is_admin and body.project_id is not None:
        raise Unprocessable(
            "A key for administration is for the whole organization. Leave project_id out.",
            ("body", "project_id"),
        )
    with call.write() as session:
        if body.project_id is not None:
            get_project(session, principal, body.project_id)
        key = keys.create_key(
            session,
            call.services.secrets,
            NewKey(
                name=body.name,
                project_id=body.project_id,
                organization_id=principal.organization_id,
                expires_at=body.expires_at,
                is_admin=body.is_admin,
            ),
            actor=principal.actor,
        )
    return NewKeyResponse(key=key)


@router.post("/keys/{key_id}/rotate", status_code=201)
def rotate_key(call: ApiCall, key_id: UUID, body: RotationRequest) -> RotatedKeyResponse:
    """Create the successor of an API key: the same name, access and lifetime.

    The old key stays valid for a while. A key can be rotated once.
    """
    principal = call.scope.principal
    with call.write() as session:
        rotated = keys.rotate_key(
            session,
            call.services.secrets,
            key_id,
            timedelta(seconds=body.grace_seconds),
            organization_id=principal.organization_id,
            actor=principal.actor,
        )
    return RotatedKeyResponse(
        key=rotated.key, expires_at=rotated.expires_at, old_expires_at=rotated.old_expires_at
    )


@router.delete("/keys/{key_id}", status_code=204)
def revoke_key(call: ApiCall, key_id: UUID) -> Response:
    """Revoke an API key of the organization; it takes effect within 30 seconds."""
    principal = call.scope.principal
    if key_id == principal.key_id:
        raise Conflict("This is the key of this request. Revoke it with another one.")
    with call.write() as session:
        keys.revoke_key(
            session, key_id, organization_id=principal.organization_id, actor=principal.actor
        )
    return Response(status_code=204)


@router.post("/projects", status_code=201)
def add_project(call: ApiCall, body: NewProjectRequest) -> ProjectResponse:
    """Create a project of the organization."""
    principal = call.scope.principal
    with call.write() as session:
        project = create_project(
            session, body.name, principal.organization_id, actor=principal.actor
        )
        return project_response(project)


def _key_response(key: ApiKey) -> KeyResponse:
    return KeyResponse(
        id=key.id,
        name=key.name,
        hint=key.hint,
        project_id=None if key.organization_wide else key.project_id,
        is_admin=key.is_admin,
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        last_used_at=key.last_used_at,
    )


@router.get("/audit-events", response_class=StreamingResponse)
def export_audit_events(
    call: ApiCall, since: Moment = None, until: Moment = None
) -> StreamingResponse:
    """Export the audit log of the key's organization: one JSON object per line, oldest first.

    `project_id` limits it to one project.
    """
    scope = call.scope
    if scope.is_explicit:
        events = EventFilter(since, until, [scope.project_id])
    else:
        organization_id = scope.principal.organization_id
        events = EventFilter(since, until, select_project_ids(organization_id), organization_id)
    pieces = export_events(call.services.database, events)
    return StreamingResponse(pieces, media_type="application/x-ndjson")
