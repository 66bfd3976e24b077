"""What only an API key for administration may see."""

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
    """Send the audit log of the key's organization, an event a line, the oldest first.

    Of one project where `project_id` names it.
    """
    project_id = None if call.project_id is None else call.scope().project_id
    wanted = Wanted(since, until, project_id, call.principal.organization_id)
    lines: Iterator[str] = read_lines(call.services.database, wanted)
    return StreamingResponse(lines, media_type="application/x-ndjson")
