"""The state of the server and of the project's queue, for people: `pigeonhole status`."""

import shutil
from importlib.metadata import version
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from app.api.dependencies import ApiCall, Services
from app.api.router import Router
from app.files import service as files
from app.jobs.project_queue import measure_queue
from app.jobs.workers import measure_workforce

router = Router(prefix="/api/v1", tags=["status (extension)"])


class QueueResponse(BaseModel):
    """The project's open jobs and their files; `oldest_seconds` is 0 without an open job."""

    open_jobs: int
    queued_files: int
    running_files: int
    oldest_seconds: float


class WorkersResponse(BaseModel):
    """The live worker processes. `missing` lists what they lack, such as a model.

    `ocr_languages` are those in which every worker reads scans.
    """

    count: int
    models: list[str]
    ocr_languages: list[str]
    missing: list[str]


class StoreResponse(BaseModel):
    """What the project keeps; a `max_bytes` of 0 means no limit.

    `disk_free_bytes` is the free space for files, null where it is no single disk's.
    """

    files: int
    bytes: int
    max_bytes: int
    disk_free_bytes: int | None


class StatusResponse(BaseModel):
    """The server, and the project of the API key in it."""

    version: str
    mode: Literal["embedded", "production"]
    project_id: UUID
    queue: QueueResponse
    workers: WorkersResponse
    store: StoreResponse


@router.get("/status")
def get_status(call: ApiCall) -> StatusResponse:
    """Return the state of the server and of the project's queue and files.

    An extension of this server.
    """
    services, project_id = call.services, call.scope.project_id
    with call.read() as session:
        queue = measure_queue(session, project_id)
        usage = files.measure_usage(session, project_id, services.settings.project_max_bytes)
        workers = measure_workforce(session)
    return StatusResponse(
        version=version("pigeonhole-server"),
        mode="embedded" if services.settings.is_embedded else "production",
        project_id=project_id,
        queue=QueueResponse(
            open_jobs=queue.open_jobs,
            queued_files=queue.queued_files,
            running_files=queue.running_files,
            oldest_seconds=queue.oldest_seconds,
        ),
        workers=WorkersResponse(
            count=workers.count,
            models=workers.models,
            ocr_languages=workers.ocr_languages,
            missing=workers.missing,
        ),
        store=StoreResponse(
            files=usage.files,
            bytes=usage.bytes,
            max_bytes=usage.max_bytes,
            disk_free_bytes=_disk_free(services),
        ),
    )


def _disk_free(services: Services) -> int | None:
    """Return the free bytes of an embedded server's disk: in production tenants share it."""
    settings = services.settings
    if not settings.is_embedded or settings.s3_bucket is not None:
        return None
    try:
        return shutil.disk_usage(settings.blob_dir).free
    except OSError:
        return None
