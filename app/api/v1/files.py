"""The two families of file endpoints that the classifier's clients use."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from anyio import to_thread
from fastapi import Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from app.api.dependencies import ApiCall, Call
from app.api.links import presign
from app.api.router import Router
from app.api.upload import Upload, receive_upload
from app.api.wire.ids import FileId
from app.api.wire.pagination import MAX_FILES_SIZE, ListResponse, PageParams, PageQuery
from app.api.wire.text import MAX_LIST, ShortText, Text
from app.files import deletions, service
from app.files.blobs.protocol import Blob
from app.files.models import File
from app.files.service import FileFilter, NewFile
from app.files.sorting import NEWEST, parse_sort

router = Router(prefix="/api/v1", tags=["files"])


class PresignedUrlResponse(BaseModel):
    """A link to a file's bytes that works without an API key."""

    url: str
    expires_at: datetime
    form_fields: dict[str, str] | None = None


class BetaFileResponse(BaseModel):
    """A file as /api/v1/beta/files shows it."""

    id: UUID
    name: str
    project_id: UUID
    external_file_id: str | None = None
    file_type: str | None = None
    purpose: str | None = None
    expires_at: datetime | None = None
    last_modified_at: datetime | None = None
    download_url: PresignedUrlResponse | None = None


class FileResponse(BaseModel):
    """A file as /api/v1/files shows it."""

    id: UUID
    name: str
    project_id: UUID
    external_file_id: str | None = None
    file_size: int | None = None
    file_type: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    last_modified_at: datetime | None = None
    expires_at: datetime | None = None
    purpose: str | None = None
    data_source_id: UUID | None = None
    resource_info: dict[str, Any] | None = None
    permission_info: dict[str, Any] | None = None


class FileFilterRequest(BaseModel):
    """The files of a query; other fields are ignored."""

    file_ids: Annotated[list[FileId], Field(max_length=MAX_LIST)] | None = None
    file_name: Text | None = None
    external_file_id: Text | None = None
    project_id: UUID | None = None


class FileQueryRequest(BaseModel):
    """The body of POST /api/v1/beta/files/query."""

    filter: FileFilterRequest | None = None
    order_by: str | None = None
    page_size: int | None = None
    page_token: str | None = None
    include_total: bool = False


Expiry = Annotated[int | None, Query(description="Seconds until the link expires.")]
OrderBy = Annotated[
    str | None,
    Query(
        description="`created_at` (the default, newest first), `name` or `id`; append "
        "` desc` or ` asc` for the other direction. Unknown fields are ignored."
    ),
]
Expand = Annotated[
    list[str] | None, Query(description="`download_url` adds a presigned link to each file.")
]


def _multipart(field: str) -> dict[str, Any]:
    """Return the OpenAPI of an upload, whose body the route reads from the stream."""
    text = {"type": "string"}
    properties = {
        field: {"type": "string", "format": "binary"},
        "purpose": text,
        "external_file_id": text,
    }
    schema = {"type": "object", "properties": properties, "required": [field]}
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


@router.post("/beta/files", status_code=201, openapi_extra=_multipart("file"))
async def create_beta_file(request: Request, call: ApiCall) -> BetaFileResponse:
    """Upload a file: multipart, part `file`, fields `purpose` and `external_file_id`."""
    upload = await _receive(request, call, "file")
    external_id = upload.fields.get("external_file_id")
    file = await to_thread.run_sync(_store, call, upload, external_id)
    return _beta_response(file)


@router.post("/files", openapi_extra=_multipart("upload_file"))
async def create_file(
    request: Request, call: ApiCall, external_file_id: ShortText | None = None
) -> FileResponse:
    """Upload a file: multipart, part `upload_file`."""
    upload = await _receive(request, call, "upload_file")
    file = await to_thread.run_sync(_store, call, upload, external_file_id)
    return _file_response(file)


@router.get("/beta/files")
def list_beta_files(
    request: Request,
    call: ApiCall,
    params: PageQuery,
    file_ids: Annotated[list[FileId] | None, Query()] = None,
    file_name: Text | None = None,
    external_file_id: Text | None = None,
    order_by: OrderBy = None,
    expand: Expand = None,
) -> ListResponse[BetaFileResponse]:
    """List the project's files, newest first unless `order_by` says otherwise."""
    wanted = FileFilter(None if file_ids is None else tuple(file_ids), file_name, external_file_id)
    to_response = partial(_expanded_response, request, call, expand)
    return _list(call, wanted, order_by, to_response, params)


@router.post("/beta/files/query")
def query_beta_files(call: ApiCall, body: FileQueryRequest) -> ListResponse[BetaFileResponse]:
    """List the project's files by a filter in the body."""
    asked = body.filter or FileFilterRequest()
    if not call.scope.is_explicit and asked.project_id is not None:
        call = call.in_project(asked.project_id)
    wanted = FileFilter(
        None if asked.file_ids is None else tuple(asked.file_ids),
        asked.file_name,
        asked.external_file_id,
    )
    params = PageParams(body.page_size, body.page_token, body.include_total)
    return _list(call, wanted, body.order_by, _beta_response, params)


@router.get("/beta/files/{file_id}")
def get_beta_file(
    request: Request, call: ApiCall, file_id: FileId, expand: Expand = None
) -> BetaFileResponse:
    """Return a file."""
    return _expanded_response(request, call, expand, _find(call, file_id))


@router.get("/files/{file_id}")
def get_file(call: ApiCall, file_id: FileId) -> FileResponse:
    """Return a file."""
    return _file_response(_find(call, file_id))


@router.get("/beta/files/{file_id}/content")
@router.get("/files/{file_id}/content")
def get_file_content(
    request: Request, call: ApiCall, file_id: FileId, expires_at_seconds: Expiry = None
) -> PresignedUrlResponse:
    """Return a link to the file's bytes that works without an API key."""
    return _link(request, call, _find(call, file_id), expires_at_seconds)


@router.delete("/beta/files/{file_id}", status_code=204)
@router.delete("/files/{file_id}", status_code=204)
def delete_file(call: ApiCall, file_id: FileId) -> Response:
    """Delete a file, its bytes and its caches; results of jobs that read it stay."""
    with call.write() as session:
        blob_keys = service.remove(session, call.scope, file_id)
    deletions.delete_now(call.services.blobs, blob_keys)
    return Response(status_code=204)


async def _receive(request: Request, call: Call, field: str) -> Upload:
    services = call.services
    return await receive_upload(request, services.blobs, field, services.settings.upload_max_bytes)


def _store(call: Call, upload: Upload, external_file_id: str | None) -> File:
    def record(session: Session, file_type: str | None, blob: Blob) -> File:
        new = NewFile(
            name=upload.name,
            file_type=file_type,
            external_file_id=external_file_id,
            purpose=upload.fields.get("purpose", "")[:255] or None,
        )
        return service.create(session, call.scope, new, blob)

    services = call.services
    return service.store_upload(
        services.database,
        services.blobs,
        upload.content.finish(),
        upload.name,
        record,
        project_max_bytes=services.settings.project_max_bytes,
    )


def _find(call: Call, file_id: UUID) -> File:
    with call.read() as session:
        return service.get(session, call.scope, file_id)


def _list(
    call: Call,
    wanted: FileFilter,
    order_by: str | None,
    to_response: Callable[[File], BetaFileResponse],
    params: PageParams,
) -> ListResponse[BetaFileResponse]:
    order = parse_sort(order_by)
    return call.page(
        f"files {wanted}" if order == NEWEST else f"files {wanted} {order}",
        lambda session, scope, page: service.find_page(session, scope, wanted, page, order),
        to_response,
        params,
        MAX_FILES_SIZE,
    )


def _link(request: Request, call: Call, file: File, seconds: int | None) -> PresignedUrlResponse:
    url, expires_at = presign(request, call, file, seconds)
    return PresignedUrlResponse(url=url, expires_at=expires_at)


def _expanded_response(
    request: Request, call: Call, expand: list[str] | None, file: File
) -> BetaFileResponse:
    answer = _beta_response(file)
    if expand and "download_url" in expand:
        answer.download_url = _link(request, call, file, None)
    return answer


def _beta_response(file: File) -> BetaFileResponse:
    return BetaFileResponse(
        id=file.id,
        name=file.name,
        project_id=file.project_id,
        external_file_id=file.external_file_id,
        file_type=file.file_type,
        purpose=file.purpose,
        last_modified_at=file.created_at,
    )


def _file_response(file: File) -> FileResponse:
    return FileResponse(
        id=file.id,
        name=file.name,
        project_id=file.project_id,
        external_file_id=file.external_file_id,
        file_size=file.size,
        file_type=file.file_type,
        created_at=file.created_at,
        updated_at=file.created_at,
        last_modified_at=file.created_at,
        purpose=file.purpose,
    )
