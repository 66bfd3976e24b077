"""Presigned links: whoever holds the URL may read a file, or bring one, until it expires."""

import time
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse

from app.api.dependencies import Services
from app.errors import NotFound
from app.files.blobs.s3_signing import attachment
from app.files.models import File
from app.secrets import Secrets, Use
from app.settings import Settings

UPLOAD_PREFIX = "/upload/"
MAX_LINK_SECONDS = 7 * 24 * 3600
CHUNK_BYTES = 256 * 1024

router = APIRouter()


def presign(
    request: Request, services: Services, file: File, seconds: int | None
) -> tuple[str, datetime]:
    """Return an absolute URL that needs no key, and when it expires.

    It leads through this server, or to the store of the bytes where the settings say so.
    `seconds` out of range are coerced.
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
    """Return when a link expires that is made now; `seconds` out of range are coerced."""
    return datetime.fromtimestamp(int(time.time()) + _lifetime(settings, seconds), UTC)


def upload_link(request: Request, services: Services, file_id: UUID, expires_at: datetime) -> str:
    """Return an absolute URL to which a file's bytes can be sent by PUT without a key."""
    expires = int(expires_at.timestamp())
    signature = _sign(services.secrets, "PUT", file_id, expires)
    query = f"expires={expires}&signature={signature}"
    return f"{_base(request, services)}{UPLOAD_PREFIX}{file_id}?{query}"


def check_upload(secrets: Secrets, file_id: UUID, expires: int, signature: str) -> None:
    """Raise NotFound unless a link for bringing bytes is ours and has not expired."""
    _check(secrets, "PUT", file_id, expires, signature)


@router.get("/download/{file_id}", include_in_schema=False)
def download(
    request: Request,
    file_id: UUID,
    expires: Annotated[int, Query()],
    signature: Annotated[str, Query()],
) -> StreamingResponse:
    """Send the bytes of a presigned link, never as something that a browser would run."""
    services: Services = request.app.state.services
    _check(services.secrets, "GET", file_id, expires, signature)
    with services.database.read() as session:
        file = session.execute(
            select(File.name, File.size, File.blob_key).where(File.id == file_id)
        ).one_or_none()
    if file is None:
        raise NotFound(f"File {file_id} does not exist.")
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


def _lifetime(settings: Settings, seconds: int | None) -> int:
    """Return how long a link works: some clients send 0 and mean the default."""
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
        raise NotFound("This link is not valid, or has expired: ask the API for a new one.")


def _sign(secrets: Secrets, method: str, file_id: UUID, expires: int) -> str:
    digest = secrets.sign(Use.LINKS, f"{method}\n{file_id}\n{expires}")
    return urlsafe_b64encode(digest).decode().rstrip("=")
