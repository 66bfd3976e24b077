"""Uploads in two steps: create a link with an API key, then send the bytes to it without one."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from app.api.dependencies import ApiCall
from app.api.links import expiry, upload_link
from app.api.router import Router
from app.api.upload import base_name
from app.api.wire.text import MAX_TEXT, ShortText
from app.errors import PayloadTooLarge
from app.files import pending
from app.files.pending import NewUpload
from app.text import ReadableSize, require_storable

router = Router(tags=["files"])

MAX_FILE_SIZE = 2**63 - 1


class PresignedUploadRequest(BaseModel):
    """The body of PUT /api/v1/files; other fields are ignored."""

    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=MAX_TEXT),
        AfterValidator(require_storable),
    ]
    external_file_id: ShortText | None = None
    file_size: Annotated[int, Field(ge=0, le=MAX_FILE_SIZE)] | None = Field(
        None, description="Size in bytes. An upload of another size is refused."
    )


class PresignedUploadResponse(BaseModel):
    """The URL to PUT the bytes to, without an API key, and the id of the future file."""

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
        int | None, Query(description="Seconds until the link expires.")
    ] = None,
) -> PresignedUploadResponse:
    """Create a link to which the bytes of a file are sent by PUT, without an API key.

    The file does not exist until its bytes have arrived: listings and jobs do not find it.
    """
    services = call.services
    _check_size(body.file_size, services.settings.upload_max_bytes)
    expires_at = expiry(services.settings, expires_at_seconds)
    new = NewUpload(base_name(body.name.encode()), body.external_file_id, body.file_size)
    with call.write() as session:
        file_id = pending.create(session, call.scope, new, expires_at)
    return PresignedUploadResponse(
        url=upload_link(request, call, file_id, expires_at),
        expires_at=expires_at,
        file_id=file_id,
    )


def _check_size(declared: int | None, max_bytes: int) -> None:
    if declared is not None and declared > max_bytes:
        raise PayloadTooLarge(
            f"The file is larger than {ReadableSize.of(max_bytes)}, the limit of this server."
        )
