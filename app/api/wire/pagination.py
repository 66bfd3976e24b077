"""Page sizes and page tokens on the wire."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from hmac import compare_digest
from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.errors import BadRequest
from app.paging import Key, PageRequest
from app.secrets import Secrets, Use

DEFAULT_SIZE = 50
MAX_SIZE = 1000
# A job carries its rules, up to 100 kB of them.
MAX_JOBS_PAGE = 100
SIGNATURE_BYTES = 12

PageSize = Annotated[
    int | None,
    Query(
        description=f"Rows in a page: {DEFAULT_SIZE} by default, at most {MAX_SIZE} files or "
        f"{MAX_JOBS_PAGE} jobs."
    ),
]
PageToken = Annotated[str | None, Query(description="`next_page_token` of the page before.")]
IncludeTotal = Annotated[
    bool, Query(description="Count the rows, up to 10,000, into `total_size` (an extension).")
]


def read_page(
    secrets: Secrets,
    purpose: str,
    size: int | None,
    token: str | None,
    *,
    include_total: bool,
    max_size: int = MAX_SIZE,
) -> PageRequest:
    """Return the page asked for. Sizes out of range are coerced; a forged token is refused.

    `purpose` names the listing, its project and its filters: a token of another is refused.
    """
    effective = DEFAULT_SIZE if size is None or size < 1 else min(size, max_size)
    after = _decode(secrets, purpose, token) if token else None
    return PageRequest(effective, after, include_total)


def encode_token(secrets: Secrets, purpose: str, key: Key | None) -> str | None:
    """Return the opaque token of the row that the next page comes after."""
    if key is None:
        return None
    first = key[0].isoformat() if isinstance(key[0], datetime) else [key[0]]
    payload = json.dumps([first, key[1].hex]).encode()
    signature = secrets.sign(Use.CURSORS, f"{purpose}\n{payload.decode()}")[:SIGNATURE_BYTES]
    return urlsafe_b64encode(signature + payload).decode().rstrip("=")


def _decode(secrets: Secrets, purpose: str, token: str) -> Key:
    refusal = BadRequest(
        "The page_token is not one of this listing: pass next_page_token of the page before, "
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
    # A text is in a list, so that it is never taken for a moment.
    return first[0] if isinstance(first, list) else datetime.fromisoformat(first), UUID(hex=row_id)
