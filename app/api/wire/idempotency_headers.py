"""The headers by which a repeated request for a new job is recognised."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import BaseModel, StringConstraints

from app.jobs.idempotency import IdempotencyKey
from app.projects.scope import Scope
from app.secrets import Secrets, Use
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class IdempotencyHeaders:
    """The client's own key for its request, if any, and whether the request is a retry."""

    client_key: str | None
    is_retry: bool

    def key(
        self, settings: Settings, secrets: Secrets, scope: Scope, body: BaseModel
    ) -> IdempotencyKey:
        """Return what identifies a request with this body when it is sent again.

        The digest is keyed, because a body may hold secrets of webhooks.
        """
        seconds = settings.retry_window_seconds
        digest = None
        if self.client_key is not None or seconds:
            whole = f"{scope.project_id}\n{body.model_dump_json()}"
            digest = secrets.sign(Use.REQUESTS, whole).hex()
        return IdempotencyKey(digest, self.client_key, self.is_retry, timedelta(seconds=seconds))


async def read_key_and_retry(
    request: Request,
    idempotency_key: Annotated[
        Annotated[str, StringConstraints(max_length=255)] | None,
        Header(
            description="A key of your choice for this request. A second request with the same "
            "key returns the job that the first one created; with another body it is refused."
        ),
    ] = None,
) -> IdempotencyHeaders:
    """Read the headers of a request of version 1."""
    return IdempotencyHeaders(idempotency_key or None, _is_retry(request))


async def read_retry(request: Request) -> IdempotencyHeaders:
    """Read the headers of a request of version 2, which has its key in the body."""
    return IdempotencyHeaders(None, _is_retry(request))


def _is_retry(request: Request) -> bool:
    """Tell whether the client counts the request as a retry; ignores what is not a number."""
    count = request.headers.get("x-stainless-retry-count", "")
    return count.isdecimal() and int(count[:9]) > 0


KeyAndRetry = Annotated[IdempotencyHeaders, Depends(read_key_and_retry)]
RetryOnly = Annotated[IdempotencyHeaders, Depends(read_retry)]
