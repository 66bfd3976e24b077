"""Presigned links: URLs that read or upload one file without an API key until they expire."""

import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Annotated
from uuid import UUID

from anyio import to_thread
from fastapi import Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.datastructures import Headers
from starlette.responses import StreamingResponse

from app.api.dependencies import Call, Services
from app.api.router import Router
from app.api.upload import UploadContent, receive_raw
from app.errors import NotFound, PayloadTooLarge, Unprocessable
from app.files import pending, service
from app.files.blobs.s3_signing import attachment
from app.files.models import File
from app.files.pending import NewUpload
from app.limits.rate import RateLimiter
from app.projects.key_lookup import find_key_by_id
from app.projects.scope import Principal
from app.secrets import Secrets, Use
from app.settings import Settings
from app.text import ReadableSize

UPLOAD_PREFIX = "/upload/"
MAX_LINK_SECONDS = 7 * 24 * 3600
# A store does not know whether the key that made a link has ended.
MAX_DIRECT_SECONDS = 15 * 60
CHUNK_BYTES = 256 * 1024
KEY_ENDED = "This link has ended with the API key that created it: request a new one from the API."

router = Router()


class LinkQuery(BaseModel):
    """The query of a link. Links of the release before name no key, and work until they expire."""

    expires: int
    signature: str
    key: UUID | None = None


@dataclass(frozen=True, slots=True)
class ExpectedUpload:
    """The owner of a link, what was declared, and the room in the project's quota."""

    principal: Principal | None
    declared: NewUpload
    room: int | None

    def max_bytes(self, headers: Headers, upload_max: int) -> int:
        """Return how many bytes to take, `upload_max` at most.

        Raises PayloadTooLarge when the project has no room for what the request announces.
        """
        limits = [upload_max]
        if self.declared.size is not None:
            limits.append(self.declared.size)
        if self.room is not None:
            announced = headers.get("content-length", "")
            if self.room == 0 or (announced.isdecimal() and int(announced) > self.room):
                raise PayloadTooLarge(
                    f"The project has room for {ReadableSize.of(self.room)} more. Delete files that"
                    " you do not need."
                )
            limits.append(self.room)
        return min(limits)


def presign(request: Request, call: Call, file: File, seconds: int | None) -> tuple[str, datetime]:
    """Return an absolute URL that works without an API key, and when it expires.

    It leads to this server, and ends with the key of the call. Or it leads directly to the blob
    store if the settings say so; such a link outlives its key, by MAX_DIRECT_SECONDS at most.
    `seconds` out of range are coerced.
    """
    services = call.services
    lifetime = _lifetime(services.settings, seconds)
    moment = int(time.time())
    direct_lifetime = min(lifetime, MAX_DIRECT_SECONDS)
    direct = services.blobs.direct_link(file.blob_key, file.name, direct_lifetime)
    if direct is not None:
        return direct, datetime.fromtimestamp(moment + direct_lifetime, UTC)
    expires = moment + lifetime
    query = _query(call, "GET", file.id, expires)
    url = f"{_base(request, services)}/download/{file.id}?{query}"
    return url, datetime.fromtimestamp(expires, UTC)


def expiry(settings: Settings, seconds: int | None) -> datetime:
    """Return when a link of this lifetime expires; `seconds` out of range are coerced."""
    return datetime.fromtimestamp(int(time.time()) + _lifetime(settings, seconds), UTC)


def upload_link(request: Request, call: Call, file_id: UUID, expires_at: datetime) -> str:
    """Return an absolute URL that takes a file's bytes by PUT without an API key."""
    query = _query(call, "PUT", file_id, int(expires_at.timestamp()))
    return f"{_base(request, call.services)}{UPLOAD_PREFIX}{file_id}?{query}"


@router.get("/download/{file_id}", include_in_schema=False)
def download(
    request: Request, file_id: UUID, link: Annotated[LinkQuery, Query()]
) -> StreamingResponse:
    """Send the bytes of a presigned link, as an attachment that a browser does not run."""
    services: Services = request.app.state.services
    _check(services.secrets, "GET", file_id, link)
    with services.database.read() as session:
        _require_key(session, link.key)
        file = service.get_linked(session, file_id)
    try:
        blob = services.blobs.open(file.blob_key)
    except FileNotFoundError:
        raise service.not_found(file_id) from None
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
async def upload(request: Request, file_id: UUID, link: Annotated[LinkQuery, Query()]) -> Response:
    """Receive the bytes of a presigned upload. Sending the same bytes again changes nothing.

    They count as an upload of the link's key, and end where the quota of the project does.
    """
    services: Services = request.app.state.services
    _check(services.secrets, "PUT", file_id, link)
    expected = await to_thread.run_sync(_find_expected, services, file_id, link.key)
    if expected.principal is not None:
        rate_limiter: RateLimiter = request.app.state.rate_limiter
        await rate_limiter.check_upload(expected.principal)
    max_bytes = expected.max_bytes(request.headers, services.settings.upload_max_bytes)
    received = await receive_raw(request, services.blobs, max_bytes)
    await to_thread.run_sync(_store, services, file_id, expected.declared, received)
    return Response(status_code=204)


def _find_expected(services: Services, file_id: UUID, key: UUID | None) -> ExpectedUpload:
    with services.database.read() as session:
        principal = _require_key(session, key)
        declared = pending.find(session, file_id)
        room = None
        if declared.project_id is not None:
            quota = services.settings.project_max_bytes
            room = service.measure_usage(session, declared.project_id, quota).room
    return ExpectedUpload(principal, declared, room)


def _require_key(session: Session, key: UUID | None) -> Principal | None:
    """Return the principal of a link's key; raises NotFound when the key has ended."""
    if key is None:
        return None
    stored = find_key_by_id(session, key)
    if stored is None or stored.refusal is not None:
        raise NotFound(KEY_ENDED)
    return stored.principal


def _store(services: Services, file_id: UUID, declared: NewUpload, received: UploadContent) -> None:
    if declared.size is not None and received.size != declared.size:
        received.discard()
        raise Unprocessable(
            f"The link is for {declared.size} bytes, not {received.size}: send the whole file.",
            ("body",),
        )
    service.store_upload(
        services.database,
        services.blobs,
        received.finish(),
        declared.name,
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


def _query(call: Call, method: str, file_id: UUID, expires: int) -> str:
    key = call.scope.principal.key_id
    signature = _sign(call.services.secrets, method, file_id, expires, key)
    return f"expires={expires}&key={key}&signature={signature}"


def _check(secrets: Secrets, method: str, file_id: UUID, link: LinkQuery) -> None:
    expected = _sign(secrets, method, file_id, link.expires, link.key)
    is_signed = compare_digest(link.signature.encode(), expected.encode())
    if not is_signed or link.expires < time.time():
        raise NotFound("This link is not valid or has expired: request a new one from the API.")


def _sign(secrets: Secrets, method: str, file_id: UUID, expires: int, key: UUID | None) -> str:
    owner = "" if key is None else f"\n{key}"
    digest = secrets.sign(Use.LINKS, f"{method}\n{file_id}\n{expires}{owner}")
    return urlsafe_b64encode(digest).decode().rstrip("=")
