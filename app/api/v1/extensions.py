"""Two endpoints that version 1 of the original API does not have: cancel and delete a job.

No client of version 1 has a method for them; its plain `post` and `delete` do.
"""

from uuid import UUID

from fastapi import APIRouter, Response

from app.api.dependencies import ApiCall
from app.api.v1.classifier import render_job
from app.api.v1.schemas import ClassifyJobResponse
from app.jobs import service

router = APIRouter(prefix="/api/v1/classifier/jobs", tags=["classifier (extensions)"])


@router.post("/{classify_job_id}/cancel")
def cancel_job(call: ApiCall, classify_job_id: UUID) -> ClassifyJobResponse:
    """End a job now, as CANCELLED. Results that are there stay; other files end as `cancelled`.

    A job that has ended already is returned as it is. An extension of this server.
    """
    scope = call.scope()
    with call.services.database.write() as session:
        return render_job(service.cancel(session, scope, classify_job_id))


@router.delete("/{classify_job_id}", status_code=204)
def delete_job(call: ApiCall, classify_job_id: UUID) -> Response:
    """Delete an ended job with its results; its files stay. 409 while it runs: cancel it first.

    An extension of this server.
    """
    scope = call.scope()
    with call.services.database.write() as session:
        service.remove(session, scope, classify_job_id)
    return Response(status_code=204)
