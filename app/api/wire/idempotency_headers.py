"""What the headers of a request for a new job tell about its being sent again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import BaseModel, StringConstraints

from app.api.dependencies import Services
from app.jobs.idempotency import Repetition, Retry
from app.projects.service import Scope
from app.secrets import Use

# npm's llama-cloud-services sends what failed again, up to ten times, and does not say so; all
# that tells it is what Node.js calls itself.
SILENT_RETRIER = "node"


@dataclass(frozen=True, slots=True)
class Sender:
    """The client's own key for its request, if any, and whether it says that it is a retry."""

    key: str | None
    retry: Retry

    def repetition(self, services: Services, scope: Scope, body: BaseModel) -> Repetition:
        """Return by what a request with this body is known again.

        The digest is keyed: a body may hold secrets of webhooks.
        """
        seconds = services.settings.retry_window_seconds
        digest = None
        if self.key is not None or seconds:
            whole = f"{scope.project_id}\n{body.model_dump_json()}"
            digest = services.secrets.sign(Use.REQUESTS, whole).hex()
        return Repetition(digest, self.key, self.retry, timedelta(seconds=seconds))


async def read_headers(
    request: Request,
    idempotency_key: Annotated[
        Annotated[str, StringConstraints(max_length=255)] | None,
        Header(
            description="Your name for this request: sent again, it gives the job that it made. "
            "With another body it is refused."
        ),
    ] = None,
) -> Sender:
    """Return what the headers say."""
    retry = Retry.NO
    if _is_counted(request):
        retry = Retry.YES
    elif (
        not request.headers.get("x-stainless-retry-count")
        and request.headers.get("user-agent") == SILENT_RETRIER
    ):
        retry = Retry.PERHAPS
    return Sender(idempotency_key or None, retry)


async def read_retry(request: Request) -> Sender:
    """Return whether the headers say that it is a retry, for version 2, which has no key there.

    Nobody repeats its requests without saying so.
    """
    return Sender(None, Retry.YES if _is_counted(request) else Retry.NO)


def _is_counted(request: Request) -> bool:
    """Tell whether the client counts this as a retry; a count that is no number says nothing."""
    count = request.headers.get("x-stainless-retry-count", "")
    return count.isdecimal() and int(count[:9]) > 0


RequestHeaders = Annotated[Sender, Depends(read_headers)]
RequestRetry = Annotated[Sender, Depends(read_retry)]
