"""Endpoints for API keys of administrators."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from starlette.responses import StreamingResponse

from app.api.dependencies import ApiCall
from app.audit.export import Wanted, read_lines

router = APIRouter(prefix="/api/v1/admin", tags=["administration (extensions)"])

Moment = Annotated[AwareDatetime | None, Query(description="ISO 8601 with an offset.")]


@router.get("/audit-events", response_class=StreamingResponse)
def export_audit_events(
    call: ApiCall, since: Moment = None, until: Moment = None
) -> StreamingResponse:
    """Export the audit log of the key's organization: one JSON object a line, the oldest first.

    `project_id` limits it to one project.
    """
    scope = call.scope
    project_id = scope.project_id if scope.is_explicit else None
    wanted = Wanted(since, until, project_id, scope.principal.organization_id)
    lines: Iterator[str] = read_lines(call.services.database, wanted)
    return StreamingResponse(lines, media_type="application/x-ndjson")
