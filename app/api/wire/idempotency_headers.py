"""The headers by which a repeated request for a new job is recognised."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import BaseModel, StringConstraints

from app.jobs.idempotency import Repetition, Retry
from app.projects.scope import Scope
from app.secrets import Secrets, Use
from app.settings import Settings

# npm's llama-cloud-services sends what failed again, up to ten times, and does not say so; all
# that tells it is what Node.js calls itself.
SILENT_RETRIER = "node"


@dataclass(frozen=True, slots=True)
class IdempotencyHeaders:
    """The client's own key for its request, if any, and whether the request is a retry."""

    client_key: str | None
    retry: Retry

    def key(
        self, settings: Settings, secrets: Secrets, scope: Scope, body: BaseModel
    ) -> Repetition:
        """Return what identifies a request with this body when it is sent again.

        The digest is keyed, because a body may hold secrets of webhooks.
        """
        seconds = settings.retry_window_seconds
        digest = None
        if self.client_key is not None or seconds:
            whole = f"{scope.project_id}\n{body.model_dump_json()}"
            digest = secrets.sign(Use.REQUESTS, whole).hex()
        return Repetition(digest, self.client_key, self.retry, timedelta(seconds=seconds))


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
    retry = Retry.NO
    if _is_counted(request):
        retry = Retry.YES
    elif (
        not request.headers.get("x-stainless-retry-count")
        and request.headers.get("user-agent") == SILENT_RETRIER
    ):
        retry = Retry.PERHAPS
    return IdempotencyHeaders(idempotency_key or None, retry)


async def read_retry(request: Request) -> IdempotencyHeaders:
    """Read the headers of a request of version 2, which has its key in the body."""
    return IdempotencyHeaders(None, Retry.YES if _is_counted(request) else Retry.NO)


def _is_counted(request: Request) -> bool:
    """Tell whether the client counts this as a retry; a count that is not a number is ignored."""
    count = request.headers.get("x-stainless-retry-count", "")
    return count.isdecimal() and int(count[:9]) > 0


KeyAndRetry = Annotated[IdempotencyHeaders, Depends(read_key_and_retry)]
RetryOnly = Annotated[IdempotencyHeaders, Depends(read_retry)]
