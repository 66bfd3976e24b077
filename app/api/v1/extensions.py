"""Two endpoints that version 1 of the original API does not have: cancel and delete a job.

The SDKs of version 1 have no method for them: use their plain `post` and `delete`.
"""

from uuid import UUID

from fastapi import Response

from app.api.dependencies import ApiCall
from app.api.router import Router
from app.api.v1.classifier import job_response
from app.api.v1.schemas import ClassifyJobResponse
from app.jobs import service
from app.jobs.values import ApiVersion

router = Router(prefix="/api/v1/classifier/jobs", tags=["classifier (extensions)"])


@router.post("/{classify_job_id}/cancel")
def cancel_job(call: ApiCall, classify_job_id: UUID) -> ClassifyJobResponse:
    """Cancel a job. Existing results stay; the other files end with the error `cancelled`.

    A job that has ended is returned unchanged. An extension of this server.
    """
    with call.write() as session:
        return job_response(service.cancel(session, call.scope, classify_job_id, ApiVersion.V1))


@router.delete("/{classify_job_id}", status_code=204)
def delete_job(call: ApiCall, classify_job_id: UUID) -> Response:
    """Delete an ended job and its results; its files stay. 409 while it runs: cancel it first.

    An extension of this server.
    """
    with call.write() as session:
        service.remove(session, call.scope, classify_job_id, ApiVersion.V1)
    return Response(status_code=204)
