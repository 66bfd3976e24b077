"""Presigned links: URLs that read or upload one file without an API key until they expire."""

import time
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Annotated
from uuid import UUID

from anyio import to_thread
from fastapi import Query, Request, Response
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse

from app.api.dependencies import Services
from app.api.router import Router
from app.api.upload import RawUpload, receive_raw
from app.errors import NotFound, Unprocessable
from app.files import pending, service
from app.files.blobs.s3_signing import attachment
from app.files.models import File
from app.files.pending import NewUpload
from app.secrets import Secrets, Use
from app.settings import Settings

UPLOAD_PREFIX = "/upload/"
MAX_LINK_SECONDS = 7 * 24 * 3600
CHUNK_BYTES = 256 * 1024

router = Router()


def presign(
    request: Request, services: Services, file: File, seconds: int | None
) -> tuple[str, datetime]:
    """Return an absolute URL that works without an API key, and when it expires.

    It leads to this server, or directly to the blob store if the settings say so. `seconds` out
    of range are coerced.
    """
    lifetime = _lifetime(services.settings, seconds)
    expires = int(time.time()) + lifetime
    direct = services.blobs.direct_link(file.blob_key, file.name, lifetime)
    if direct is not None:
        return direct, datetime.fromtimestamp(expires, UTC)
    signature = _sign(services.secrets, "GET", file.id, expires)
    url = f"{_base(request, services)}/download/{file.id}?expires={expires}&signature={signature}"
    return url, datetime.fromtimestamp(expires, UTC)


def expiry(settings: Settings, seconds: int | None) -> datetime:
    """Return when a link of this lifetime expires; `seconds` out of range are coerced."""
    return datetime.fromtimestamp(int(time.time()) + _lifetime(settings, seconds), UTC)


def upload_link(request: Request, services: Services, file_id: UUID, expires_at: datetime) -> str:
    """Return an absolute URL that takes a file's bytes by PUT without an API key."""
    expires = int(expires_at.timestamp())
    signature = _sign(services.secrets, "PUT", file_id, expires)
    query = f"expires={expires}&signature={signature}"
    return f"{_base(request, services)}{UPLOAD_PREFIX}{file_id}?{query}"


@router.get("/download/{file_id}", include_in_schema=False)
def download(
    request: Request,
    file_id: UUID,
    expires: Annotated[int, Query()],
    signature: Annotated[str, Query()],
) -> StreamingResponse:
    """Send the bytes of a presigned link, as an attachment that a browser does not run."""
    services: Services = request.app.state.services
    _check(services.secrets, "GET", file_id, expires, signature)
    with services.database.read() as session:
        file = service.get_linked(session, file_id)
    try:
        blob = services.blobs.open(file.blob_key)
    except FileNotFoundError:
        raise NotFound(f"File {file_id} does not exist.") from None
    return StreamingResponse(
        iter(lambda: blob.read(CHUNK_BYTES), b""),
        media_type="application/octet-stream",
        headers={
            "Content-Length": str(file.size),
            "Content-Disposition": attachment(file.name),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
        background=BackgroundTask(blob.close),
    )


@router.put(UPLOAD_PREFIX + "{file_id}", status_code=204, include_in_schema=False)
async def upload(
    request: Request,
    file_id: UUID,
    expires: Annotated[int, Query()],
    signature: Annotated[str, Query()],
) -> Response:
    """Receive the bytes of a presigned upload. Sending the same bytes again changes nothing."""
    services: Services = request.app.state.services
    _check(services.secrets, "PUT", file_id, expires, signature)
    promised = await to_thread.run_sync(_find_pending, services, file_id)
    max_bytes = services.settings.upload_max_bytes
    if promised.size is not None:
        max_bytes = min(max_bytes, promised.size)
    received = await receive_raw(request, services.blobs, max_bytes)
    await to_thread.run_sync(_store, services, file_id, promised, received)
    return Response(status_code=204)


def _find_pending(services: Services, file_id: UUID) -> NewUpload:
    with services.database.read() as session:
        return pending.find(session, file_id)


def _store(services: Services, file_id: UUID, promised: NewUpload, received: RawUpload) -> None:
    if promised.size is not None and received.size != promised.size:
        received.writer.discard()
        raise Unprocessable(
            f"The link is for {promised.size} bytes, not {received.size}: send the whole file.",
            ("body",),
        )
    service.store_upload(
        services.database,
        services.blobs,
        received.writer,
        promised.name,
        lambda session, file_type, blob: pending.complete(session, file_id, file_type, blob),
        project_max_bytes=services.settings.project_max_bytes,
    )


def _lifetime(settings: Settings, seconds: int | None) -> int:
    """Return the lifetime of a link in seconds. Some clients send 0 for the default."""
    lifetime = settings.link_seconds if not seconds or seconds < 0 else seconds
    return min(lifetime, MAX_LINK_SECONDS)


def _base(request: Request, services: Services) -> str:
    origin = services.settings.public_url.rstrip("/") or (
        f"{request.url.scheme}://{request.headers.get('host') or request.url.netloc}"
    )
    return f"{origin}{request.scope.get('root_path', '')}"


def _check(secrets: Secrets, method: str, file_id: UUID, expires: int, signature: str) -> None:
    expected = _sign(secrets, method, file_id, expires)
    if not compare_digest(signature.encode(), expected.encode()) or expires < time.time():
        raise NotFound("This link is not valid or has expired: request a new one from the API.")


def _sign(secrets: Secrets, method: str, file_id: UUID, expires: int) -> str:
    digest = secrets.sign(Use.LINKS, f"{method}\n{file_id}\n{expires}")
    return urlsafe_b64encode(digest).decode().rstrip("=")
