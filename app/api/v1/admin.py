"""Endpoints for API keys of administrators."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime
from starlette.responses import StreamingResponse

from app.api.dependencies import ApiCall
from app.api.router import Router
from app.audit.export import EventFilter, read_lines
from app.projects.service import select_project_ids

router = Router(prefix="/api/v1/admin", tags=["administration (extensions)"])

Moment = Annotated[AwareDatetime | None, Query(description="ISO 8601 with an offset.")]


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
    lines: Iterator[str] = read_lines(call.services.database, events)
    return StreamingResponse(lines, media_type="application/x-ndjson")
