"""Pages of a listing on the wire: their parameters, tokens and answers."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel

from app.errors import BadRequest
from app.paging import Key, PageRequest
from app.secrets import Secrets, Use

DEFAULT_SIZE = 50
# The largest page of jobs or configurations, which have up to 100 kB of rules each, and of
# saved webhooks.
MAX_SIZE = 100
MAX_FILES_SIZE = 1000
SIGNATURE_BYTES = 12

T = TypeVar("T")

PageSize = Annotated[
    int | None,
    Query(
        description=f"Rows per page: {DEFAULT_SIZE} by default, at most {MAX_FILES_SIZE} files, "
        f"{MAX_SIZE} of everything else."
    ),
]
PageToken = Annotated[str | None, Query(description="`next_page_token` of the previous page.")]
IncludeTotal = Annotated[
    bool, Query(description="Set `total_size` to the number of rows, up to 10,000 (an extension).")
]


@dataclass(frozen=True, slots=True)
class PageParams:
    """The parameters of a listing, as the client sent them."""

    page_size: int | None = None
    page_token: str | None = None
    include_total: bool = False

    def to_request(self, secrets: Secrets, purpose: str, max_size: int) -> PageRequest:
        """Return the page to read. Sizes out of range are coerced.

        `purpose` names the listing, its project and its filters. Raises BadRequest for a token
        that was not issued for the same purpose.
        """
        size = self.page_size
        effective = DEFAULT_SIZE if size is None or size < 1 else min(size, max_size)
        after = _decode(secrets, purpose, self.page_token) if self.page_token else None
        return PageRequest(effective, after, self.include_total)


async def _read_params(
    page_size: PageSize = None,
    page_token: PageToken = None,
    include_total: IncludeTotal = False,
) -> PageParams:
    # A coroutine: FastAPI runs other dependencies in a thread.
    return PageParams(page_size, page_token, include_total)


PageQuery = Annotated[PageParams, Depends(_read_params)]


class ListResponse(BaseModel, Generic[T]):
    """A page of a listing; `next_page_token` is null on the last page."""

    items: list[T]
    next_page_token: str | None = None
    total_size: int | None = None


def encode_token(secrets: Secrets, purpose: str, key: Key | None) -> str | None:
    """Return the token of the page that follows a row; None if there is no such page."""
    if key is None:
        return None
    first = key[0].isoformat() if isinstance(key[0], datetime) else [key[0]]
    payload = json.dumps([first, key[1].hex]).encode()
    signature = secrets.sign(Use.CURSORS, f"{purpose}\n{payload.decode()}")[:SIGNATURE_BYTES]
    return urlsafe_b64encode(signature + payload).decode().rstrip("=")


def _decode(secrets: Secrets, purpose: str, token: str) -> Key:
    refusal = BadRequest(
        "The page_token is not valid for this listing: use next_page_token of the previous page, "
        "with the same filters."
    )
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:].decode()
    except ValueError:
        raise refusal from None
    expected = secrets.sign(Use.CURSORS, f"{purpose}\n{payload}")[:SIGNATURE_BYTES]
    if not compare_digest(signature, expected):
        raise refusal
    first, row_id = json.loads(payload)
    # A text is wrapped in a list, which tells it from a moment.
    return first[0] if isinstance(first, list) else datetime.fromisoformat(first), UUID(hex=row_id)
