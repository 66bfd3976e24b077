"""Uploads in two steps: a link is asked for with a key, the bytes are sent to it without one."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from app.api.dependencies import ApiCall, Services
from app.api.links import UPLOAD_PREFIX, check_upload, expiry, upload_link
from app.api.upload import RawUpload, base_name, receive_raw
from app.api.wire.text import MAX_TEXT, ShortText
from app.errors import PayloadTooLarge, Unprocessable
from app.files import pending
from app.files.models import File
from app.files.pending import NewUpload
from app.files.sniff.sniff import extension_of
from app.limits.storage import require_room

router = APIRouter(tags=["files"])

MAX_FILE_SIZE = 2**63 - 1


class PresignedUploadRequest(BaseModel):
    """What PUT /api/v1/files takes; what is not named here is ignored."""

    name: Annotated[ShortText, StringConstraints(min_length=1, max_length=MAX_TEXT)]
    external_file_id: ShortText | None = None
    file_size: Annotated[int, Field(ge=0, le=MAX_FILE_SIZE)] | None = Field(
        None, description="In bytes. Another number of bytes will be refused."
    )


class PresignedUploadResponse(BaseModel):
    """Where to PUT the bytes, without a key, and the id that the file has once they are there."""

    url: str
    expires_at: datetime
    file_id: UUID
    form_fields: dict[str, str] | None = None


@router.put("/api/v1/files")
def create_upload_link(
    request: Request,
    call: ApiCall,
    body: PresignedUploadRequest,
    expires_at_seconds: Annotated[
        int | None, Query(description="How many seconds the link works.")
    ] = None,
) -> PresignedUploadResponse:
    """Return a link to which the bytes of a file are sent by PUT, without a key.

    There is no such file until its bytes have come: it is in no list, and jobs do not find it.
    """
    services = call.services
    _check_size(body.file_size, services.settings.upload_max_bytes)
    expires_at = expiry(services.settings, expires_at_seconds)
    scope = call.scope()
    promised = NewUpload(base_name(body.name.encode()), body.external_file_id, body.file_size)
    with services.database.write() as session:
        file_id = pending.create(session, scope, promised, expires_at)
    return PresignedUploadResponse(
        url=upload_link(request, services, file_id, expires_at),
        expires_at=expires_at,
        file_id=file_id,
    )


@router.put(UPLOAD_PREFIX + "{file_id}", status_code=204, include_in_schema=False)
async def take_upload(
    request: Request,
    file_id: UUID,
    expires: Annotated[int, Query()],
    signature: Annotated[str, Query()],
) -> Response:
    """Take the bytes of a presigned upload; sent again, the same bytes change nothing."""
    services: Services = request.app.state.services
    check_upload(services.secrets, file_id, expires, signature)
    promised = await to_thread.run_sync(_find, services, file_id)
    largest = services.settings.upload_max_bytes
    if promised.size is not None:
        largest = min(largest, promised.size)
    upload = await receive_raw(request, services.blobs, largest)
    await to_thread.run_sync(_keep, services, file_id, promised, upload)
    return Response(status_code=204)


def _find(services: Services, file_id: UUID) -> NewUpload:
    with services.database.read() as session:
        return pending.find(session, file_id)


def _keep(services: Services, file_id: UUID, promised: NewUpload, upload: RawUpload) -> None:
    writer = upload.writer
    try:
        if promised.size is not None and upload.size != promised.size:
            raise Unprocessable(  # noqa: TRY301  # the handler below is for every way out
                f"The link is for {promised.size} bytes, and {upload.size} came.", ("body",)
            )
        with writer.reopen() as content:
            file_type = extension_of(content, promised.name)
        blob = writer.commit()
    except BaseException:
        writer.discard()
        raise
    is_kept = False
    try:
        with services.database.write() as session:
            is_new = pending.complete(session, file_id, file_type, blob)
            if is_new:
                file = session.get_one(File, file_id)
                require_room(session, file, services.settings.project_max_bytes)
        is_kept = is_new
    finally:
        if not is_kept:
            services.blobs.delete(blob.key)


def _check_size(declared: int | None, largest: int) -> None:
    if declared is not None and declared > largest:
        raise PayloadTooLarge(f"The file is larger than {largest} bytes, the limit of this server.")
