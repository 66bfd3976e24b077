"""Labels: saying what files really are (extensions)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from anyio import to_thread
from fastapi import Request, Response
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from app.api.dependencies import ApiCall
from app.api.router import Router
from app.api.wire.ids import FileId
from app.api.wire.labels import (
    FileLabelResponse,
    LabelRequest,
    LabelResponse,
    file_label_response,
    label_response,
)
from app.api.wire.pagination import ListResponse, PageQuery
from app.labels import labelling, service
from app.labels.table import write_table
from app.labels.table_import import import_table

PREFIX = "/api/v1/classifier"
IMPORT_PATH = f"{PREFIX}/labels/import"

router = Router(prefix=PREFIX, tags=["labels (extensions)"])

CSV = {"text/csv": {"schema": {"type": "string"}}}
TABLE: dict[str, Any] = {"requestBody": {"required": True, "content": CSV}}
EXPORTED: dict[int | str, dict[str, Any]] = {200: {"description": "The table.", "content": CSV}}


class ImportResponse(BaseModel):
    """How many labels were made, changed, and found as they are."""

    created: int
    changed: int
    unchanged: int


@router.put("/jobs/{classify_job_id}/results/{item_id}/label")
def put_label(
    call: ApiCall, classify_job_id: UUID, item_id: UUID, body: LabelRequest
) -> LabelResponse:
    """Say what the file of a result really is. A file has one label: a later one replaces it.

    `item_id` is the `id` of the result. An extension of this server.
    """
    label = labelling.put(call.services.database, call.scope, classify_job_id, item_id, body.type)
    return label_response(label)


@router.delete("/jobs/{classify_job_id}/results/{item_id}/label", status_code=204)
def delete_label(call: ApiCall, classify_job_id: UUID, item_id: UUID) -> Response:
    """Delete the label of a result's file. An extension of this server."""
    with call.write() as session:
        labelling.remove(session, call.scope, classify_job_id, item_id)
    return Response(status_code=204)


@router.get("/labels")
def list_labels(call: ApiCall, params: PageQuery) -> ListResponse[FileLabelResponse]:
    """List the project's labels, newest first. An extension of this server."""
    return call.page("labels", service.find_page, file_label_response, params)


@router.delete("/labels/{file_id}", status_code=204)
def delete_label_of_file(call: ApiCall, file_id: FileId) -> Response:
    """Delete the label that the project gave to a file. An extension of this server."""
    with call.write() as session:
        labelling.remove_of_file(session, call.scope, file_id)
    return Response(status_code=204)


@router.post("/labels/import", openapi_extra=TABLE)
async def import_labels(request: Request, call: ApiCall) -> ImportResponse:
    """Store the labels of a CSV table, all of them or none.

    The first line names the columns: `file_id` or `external_file_id`, and `type`. An empty type
    means that no rule fits. A 422 names each bad line. An extension of this server.
    """
    table = bytearray()
    # The middleware stops a larger body.
    async for chunk in request.stream():
        table += chunk
    counts = await to_thread.run_sync(
        import_table, call.services.database, call.scope, bytes(table)
    )
    return ImportResponse(
        created=counts.created, changed=counts.changed, unchanged=counts.unchanged
    )


@router.get("/labels/export", response_class=StreamingResponse, responses=EXPORTED)
def export_labels(call: ApiCall) -> StreamingResponse:
    """Export the project's labels as a CSV table that the import takes, the oldest first.

    An extension of this server.
    """
    labels = service.read_all(call.services.database, call.scope.project_id)
    lines: Iterator[str] = write_table(labels)
    headers = {"Content-Disposition": 'attachment; filename="labels.csv"'}
    return StreamingResponse(lines, headers=headers, media_type="text/csv; charset=utf-8")
