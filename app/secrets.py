"""Signatures and encryption with keys derived from one secret."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from enum import StrEnum
from functools import cached_property

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Use(StrEnum):
    """The uses of derived keys. The values are part of the derivation: they must not change."""

    API_KEYS = "api-keys"
    LINKS = "presigned-links"
    CURSORS = "page-tokens"
    WEBHOOKS = "webhook-secrets-at-rest"
    WEBHOOK_URLS = "webhook-urls"
    REQUESTS = "request-bodies"
    SESSIONS = "console-sessions"
    FORMS = "console-forms"


class Secrets:
    """Signs and encrypts with keys derived from one secret by HKDF-SHA256 (RFC 5869)."""

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()
        self._keys: dict[Use, bytes] = {}

    def sign(self, use: Use, message: str) -> bytes:
        """Return the HMAC-SHA256 of a message, 32 bytes."""
        return hmac.new(self._key(use), message.encode(), hashlib.sha256).digest()

    def encrypt(self, plain: str) -> str:
        """Return a text encrypted for the database (Fernet: AES-CBC with HMAC)."""
        return self._fernet.encrypt(plain.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Return the text passed to `encrypt`; raises InvalidToken under another secret key."""
        return self._fernet.decrypt(token.encode()).decode()

    def _key(self, use: Use) -> bytes:
        if use not in self._keys:
            hkdf = HKDF(SHA256(), length=32, salt=None, info=f"pigeonhole {use}".encode())
            self._keys[use] = hkdf.derive(self._secret)
        return self._keys[use]

    @cached_property
    def _fernet(self) -> Fernet:
        return Fernet(urlsafe_b64encode(self._key(Use.WEBHOOKS)))
