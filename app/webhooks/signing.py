"""Signatures of webhooks, and their verification.

There are two, both HMAC-SHA256. `LC-Signature` signs the body; its key is the secret's UTF-8
bytes. `webhook-signature` (Standard Webhooks) signs id, time and body, which prevents replays; its
key is the base64-decoded part of a `whsec_` secret after the prefix, otherwise the UTF-8 bytes.
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
    """A request fails the verification; the message is a sentence with the reason."""


def sign(secret: str, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return both signature headers of a body; `timestamp` is Unix time in seconds."""
    return {
        LC_SIGNATURE: lc_signature(secret, body),
        WEBHOOK_SIGNATURE: standard_signature(secret, event_id, timestamp, body),
    }


def lc_signature(secret: str, body: bytes) -> str:
    """Return `sha256=<lower-case hex>` of the body."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def standard_signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """Return `v1,<base64>` of `<id>.<timestamp>.<body>`."""
    message = f"{event_id}.{timestamp}.".encode() + body
    digest = hmac.new(standard_key(secret), message, hashlib.sha256).digest()
    return f"v1,{b64encode(digest).decode()}"


def standard_key(secret: str) -> bytes:
    """Return the key of Standard Webhooks; `whsec_<base64>` is decoded."""
    if secret.startswith(PREFIX):
        try:
            return b64decode(secret.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):  # invalid base64: used as plain text
            pass
    return secret.encode()


def verify(
    secret: str, headers: Mapping[str, str], body: bytes, *, at: float, tolerance: float
) -> list[str]:
    """Verify every signature of a request; return a sentence about each.

    `at` is the time of receipt in Unix time; a request may be `tolerance` seconds older or newer.
    Raises InvalidSignature when a signature is wrong or too old, or when the request has none.
    """
    given = {name.lower(): value.strip() for name, value in headers.items()}
    checked = []
    if (signature := given.get(LC_SIGNATURE.lower())) is not None:
        if not hmac.compare_digest(signature.encode(), lc_signature(secret, body).encode()):
            raise InvalidSignature(f"{LC_SIGNATURE} does not match this body and secret.")
        checked.append(f"{LC_SIGNATURE} is valid.")
    if WEBHOOK_SIGNATURE in given:
        checked.append(_verify_standard(secret, given, body, at, tolerance))
    if not checked:
        raise InvalidSignature(f"The request has neither {LC_SIGNATURE} nor {WEBHOOK_SIGNATURE}.")
    return checked


def _verify_standard(
    secret: str, given: Mapping[str, str], body: bytes, at: float, tolerance: float
) -> str:
    missing = [name for name in (WEBHOOK_ID, WEBHOOK_TIMESTAMP) if not given.get(name)]
    if missing:
        raise InvalidSignature(f"{WEBHOOK_SIGNATURE} needs {' and '.join(missing)} too.")
    moment = given[WEBHOOK_TIMESTAMP]
    if not (moment.isascii() and moment.isdigit()):
        raise InvalidSignature(f"{WEBHOOK_TIMESTAMP} is not a Unix time in seconds.")
    timestamp = int(moment)
    expected = standard_signature(secret, given[WEBHOOK_ID], timestamp, body).encode()
    # A sender may give several while its secret is rotated.
    if not any(
        hmac.compare_digest(one.encode(), expected) for one in given[WEBHOOK_SIGNATURE].split()
    ):
        raise InvalidSignature(
            f"{WEBHOOK_SIGNATURE} does not match this id, time, body and secret."
        )
    age = at - timestamp
    if abs(age) > tolerance:
        raise InvalidSignature(
            f"{WEBHOOK_SIGNATURE} is valid, but the request is {age:.0f} s old, more than "
            f"{tolerance:.0f} s: it may be a replay."
        )
    return f"{WEBHOOK_SIGNATURE} is valid and {age:.0f} s old."
