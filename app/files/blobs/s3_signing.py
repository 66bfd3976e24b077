"""Presigned GET links of S3 (AWS Signature Version 4, in the query).

The client library can sign too, but not the headers of the answer, which must say "attachment".
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from obstore.store import S3Credential

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An access key and its secret."""

    access: str
    secret: str

    def __repr__(self) -> str:
        return f"SigningKey({self.access!r})"

    @property
    def credentials(self) -> "Callable[[], S3Credential]":
        """What the client library asks for its credentials."""
        return lambda: {
            "access_key_id": self.access,
            "secret_access_key": self.secret,
            "token": None,
            "expires_at": None,
        }


def attachment(name: str) -> str:
    """Return a Content-Disposition for a download (RFC 6266, with the encoding of RFC 8187)."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def presigned_get(
    origin: str, path: str, name: str, seconds: int, key: SigningKey, region: str, moment: datetime
) -> str:
    """Return a link to `origin`/`path` that works for `seconds` (at most a week) from `moment`.

    The answer to it is an attachment called `name`, of no type that a browser would show.
    """
    host = urlsplit(origin).netloc
    stamp = moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    uri = f"{urlsplit(origin).path.rstrip('/')}/{quote(path)}"
    parameters = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{key.access}/{scope}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
        "response-cache-control": "private, no-store",
        "response-content-disposition": attachment(name),
        "response-content-type": "application/octet-stream",
    }
    query = "&".join(
        f"{quote(field, safe='')}={quote(value, safe='')}"
        for field, value in sorted(parameters.items())
    )
    request = f"GET\n{uri}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(request.encode()).hexdigest()
    signature = _sign(key.secret, scope, f"{ALGORITHM}\n{stamp}\n{scope}\n{digest}")
    return f"{urlsplit(origin).scheme}://{host}{uri}?{query}&X-Amz-Signature={signature}"


def _sign(secret: str, scope: str, text: str) -> str:
    derived = f"AWS4{secret}".encode()
    for part in (*scope.split("/"), text):
        derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
    return derived.hex()
