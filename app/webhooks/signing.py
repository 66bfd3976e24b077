"""Signatures of webhooks, and how a receiver checks them.

Two kinds, both HMAC-SHA256. `LC-Signature` covers the raw body, keyed by the secret's UTF-8
bytes. `webhook-signature` (Standard Webhooks) covers id, time and body, so that an old request
cannot be sent again; its key is the decoded rest of a `whsec_` secret, else the same UTF-8 bytes.
"""

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping

PREFIX = "whsec_"

LC_SIGNATURE = "LC-Signature"
WEBHOOK_ID = "webhook-id"
WEBHOOK_TIMESTAMP = "webhook-timestamp"
WEBHOOK_SIGNATURE = "webhook-signature"


class InvalidSignature(Exception):
    """A request must not be trusted; the message is a sentence that says why."""


def sign(secret: str, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers that sign a body at a moment (Unix time in seconds)."""
    return {
        LC_SIGNATURE: lc_signature(secret, body),
        WEBHOOK_SIGNATURE: standard_signature(secret, event_id, timestamp, body),
    }


def lc_signature(secret: str, body: bytes) -> str:
    """Return `sha256=<lower-case hex>` over the body."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def standard_signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """Return `v1,<base64>` over `<id>.<timestamp>.<body>`."""
    message = f"{event_id}.{timestamp}.".encode() + body
    digest = hmac.new(standard_key(secret), message, hashlib.sha256).digest()
    return f"v1,{b64encode(digest).decode()}"


def standard_key(secret: str) -> bytes:
    """Return the key of Standard Webhooks: what follows `whsec_` in base64, else the secret."""
    if secret.startswith(PREFIX):
        try:
            return b64decode(secret.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):  # no base64: then it is a secret like any other
            pass
    return secret.encode()


def verify(
    secret: str, headers: Mapping[str, str], body: bytes, *, at: float, tolerance: float
) -> list[str]:
    """Check every signature that a request carries; return a sentence about each.

    `at` is the moment to compare with, in Unix time; a request may be `tolerance` seconds older
    or newer. Raises InvalidSignature when one is wrong, too old, or when there is none.
    """
    given = {name.lower(): value.strip() for name, value in headers.items()}
    checked = []
    if (signature := given.get(LC_SIGNATURE.lower())) is not None:
        if not hmac.compare_digest(signature.encode(), lc_signature(secret, body).encode()):
            raise InvalidSignature(f"{LC_SIGNATURE} is not the signature of this body.")
        checked.append(f"{LC_SIGNATURE} is right.")
    if WEBHOOK_SIGNATURE in given:
        checked.append(_verify_standard(secret, given, body, at, tolerance))
    if not checked:
        raise InvalidSignature(f"There is neither {LC_SIGNATURE} nor {WEBHOOK_SIGNATURE}.")
    return checked


def _verify_standard(
    secret: str, given: Mapping[str, str], body: bytes, at: float, tolerance: float
) -> str:
    missing = [name for name in (WEBHOOK_ID, WEBHOOK_TIMESTAMP) if not given.get(name)]
    if missing:
        raise InvalidSignature(f"{' and '.join(missing)} must come with {WEBHOOK_SIGNATURE}.")
    moment = given[WEBHOOK_TIMESTAMP]
    if not (moment.isascii() and moment.isdigit()):
        raise InvalidSignature(f"{WEBHOOK_TIMESTAMP} is not a time in seconds.")
    timestamp = int(moment)
    expected = standard_signature(secret, given[WEBHOOK_ID], timestamp, body).encode()
    # While a secret is exchanged, a sender may give several.
    if not any(
        hmac.compare_digest(one.encode(), expected) for one in given[WEBHOOK_SIGNATURE].split()
    ):
        raise InvalidSignature(f"{WEBHOOK_SIGNATURE} is not the signature of this id, time, body.")
    age = at - timestamp
    if abs(age) > tolerance:
        raise InvalidSignature(
            f"{WEBHOOK_SIGNATURE} is right, but the request is {age:.0f} s old: more than "
            f"{tolerance:.0f} s, so it may be sent again by somebody who recorded it."
        )
    return f"{WEBHOOK_SIGNATURE} is right, and {age:.0f} s old."
