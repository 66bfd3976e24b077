"""Presigned links: a file's bytes for whoever holds the URL, until it expires."""

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

from app.api.services import Services
from app.errors import NotFound
from app.files.models import File
from app.files.s3_links import attachment
from app.secrets import Secrets, Use

LONGEST_SECONDS = 7 * 24 * 3600
CHUNK_BYTES = 256 * 1024

router = APIRouter()


def presign(
    request: Request, services: Services, file: File, seconds: int | None
) -> tuple[str, datetime]:
    """Return an absolute URL that needs no key, and when it expires.

    It leads through this server, or to the store of the bytes where the settings say so.
    `seconds` out of range are coerced: some clients send 0 and mean the default.
    """
    lifetime = services.settings.link_seconds if not seconds or seconds < 0 else seconds
    lifetime = min(lifetime, LONGEST_SECONDS)
    expires = int(time.time()) + lifetime
    direct = services.blobs.direct_link(file.blob_key, file.name, lifetime)
    if direct is not None:
        return direct, datetime.fromtimestamp(expires, UTC)
    signature = _sign(services.secrets, file.id, expires)
    origin = services.settings.public_url.rstrip("/") or (
        f"{request.url.scheme}://{request.headers.get('host') or request.url.netloc}"
    )
    prefix = request.scope.get("root_path", "")
    url = f"{origin}{prefix}/download/{file.id}?expires={expires}&signature={signature}"
    return url, datetime.fromtimestamp(expires, UTC)


@router.get("/download/{file_id}", include_in_schema=False)
def download(
    request: Request,
    file_id: UUID,
    expires: Annotated[int, Query()],
    signature: Annotated[str, Query()],
) -> StreamingResponse:
    """Send the bytes of a presigned link, never as something that a browser would run."""
    services: Services = request.app.state.services
    expected = _sign(services.secrets, file_id, expires)
    if not compare_digest(signature.encode(), expected.encode()) or expires < time.time():
        raise NotFound("This link is not valid, or has expired: ask the API for a new one.")
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


def _sign(secrets: Secrets, file_id: UUID, expires: int) -> str:
    digest = secrets.sign(Use.LINKS, f"GET\n{file_id}\n{expires}")
    return urlsafe_b64encode(digest).decode().rstrip("=")
