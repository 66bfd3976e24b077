"""Labels: saying what a file really is (extensions)."""

from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, Field

from app.api.dependencies import ApiCall
from app.api.router import Router
from app.api.wire.labels import LabelResponse, label_response
from app.api.wire.rules import TypeName
from app.labels import service

router = Router(prefix="/api/v1/classifier/jobs", tags=["labels (extensions)"])


class LabelRequest(BaseModel):
    """The body of PUT."""

    type: TypeName | None = Field(
        description="The right type, which need not be one of the job's rules; null: none fits."
    )


@router.put("/{classify_job_id}/results/{item_id}/label")
def put_label(
    call: ApiCall, classify_job_id: UUID, item_id: UUID, body: LabelRequest
) -> LabelResponse:
    """Say what the file of a result really is. A file has one label: a later one replaces it.

    `item_id` is the `id` of the result. An extension of this server.
    """
    label = service.put(call.services.database, call.scope, classify_job_id, item_id, body.type)
    return label_response(label)


@router.delete("/{classify_job_id}/results/{item_id}/label", status_code=204)
def delete_label(call: ApiCall, classify_job_id: UUID, item_id: UUID) -> Response:
    """Delete the label of a result's file. An extension of this server."""
    with call.write() as session:
        service.remove(session, call.scope, classify_job_id, item_id)
    return Response(status_code=204)
