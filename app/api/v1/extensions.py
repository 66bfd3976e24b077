"""Two endpoints that version 1 of the original API does not have: cancel and delete a job.

The SDKs of version 1 have no method for them: use their plain `post` and `delete`.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.api.dependencies import ApiCall
from app.api.router import Router
from app.api.v1.classifier import job_response
from app.api.v1.schemas import ClassifyJobResponse
from app.files import deletions
from app.files import service as files
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
def delete_job(
    call: ApiCall,
    classify_job_id: UUID,
    delete_files: Annotated[
        bool, Query(description="Whether its files are deleted too, with their labels.")
    ] = False,
) -> Response:
    """Delete an ended job and its results. 409 while it runs: cancel it first.

    An extension of this server.
    """
    blob_keys: tuple[str, ...] = ()
    with call.write() as session:
        file_ids = service.find_file_ids(session, classify_job_id) if delete_files else ()
        service.remove(session, call.scope, classify_job_id, ApiVersion.V1)
        if file_ids:
            blob_keys = files.remove_all(session, call.scope, file_ids)
    deletions.delete_now(call.services.blobs, blob_keys)
    return Response(status_code=204)
