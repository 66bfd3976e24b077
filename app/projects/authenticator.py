"""Authentication by API key, with a cache of valid keys and a cache of refusals."""

import logging
import threading
import time
from collections import OrderedDict
from typing import Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from app.db import Database, now
from app.errors import DATABASE_UNAVAILABLE, NotAuthenticated, Unavailable
from app.projects.key_lookup import (
    EXPIRED,
    MALFORMED,
    MISSING,
    UNKNOWN,
    USE_WRITTEN_EVERY,
    StoredKey,
    digest,
    find_key,
    record_use,
)
from app.projects.scope import Principal
from app.secrets import Secrets

# A revoked key works for up to this long.
VALID_SECONDS = 30.0
REFUSED_SECONDS = 5.0
MAX_CACHED_KEYS = 10_000

log = logging.getLogger(__name__)

T = TypeVar("T")


class Authenticator:
    """Finds the principal of an Authorization header.

    Repeated keys, valid or not, cost one query each time their cache entry expires. Refusals
    have a separate cache, so that guessed keys do not push valid ones out.
    """

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database = database
        self._secrets = secrets
        self._valid = _ExpiringCache[Principal](VALID_SECONDS)
        self._refused = _ExpiringCache[str](REFUSED_SECONDS)

    def read_header(self, authorization: str | None) -> str:
        """Return the digest of the key in a header; raises NotAuthenticated if there is none."""
        if not authorization:
            raise NotAuthenticated(MISSING)
        scheme, _, key = authorization.partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key or " " in key:
            raise NotAuthenticated(MALFORMED)
        return digest(self._secrets, key)

    def find_cached(self, key_digest: str) -> Principal | None:
        """Return the principal of a cached key, None for a key that is not cached.

        Raises NotAuthenticated for a cached refusal.
        """
        refusal = self._refused.get(key_digest)
        if refusal is not None:
            raise NotAuthenticated(refusal)
        principal = self._valid.get(key_digest)
        if principal is not None and principal.is_expired:
            raise NotAuthenticated(EXPIRED)
        return principal

    def look_up(self, key_digest: str) -> Principal:
        """Find a key in the database; raises NotAuthenticated unless it is valid.

        Raises Unavailable when the database does not answer.
        """
        try:
            with self._database.read() as session:
                found = find_key(session, key_digest)
        except SQLAlchemyError as error:
            log.exception("database unavailable; request refused")
            raise Unavailable(DATABASE_UNAVAILABLE) from error
        if found is None:
            raise self._refuse(key_digest, UNKNOWN)
        if found.refusal is not None:
            raise self._refuse(key_digest, found.refusal)
        self._valid.put(key_digest, found.principal)
        self._record_use(found)
        return found.principal

    def _refuse(self, key_digest: str, refusal: str) -> NotAuthenticated:
        self._refused.put(key_digest, refusal)
        return NotAuthenticated(refusal)

    def _record_use(self, key: StoredKey) -> None:
        if key.last_used_at is not None and key.last_used_at > now() - USE_WRITTEN_EVERY:
            return
        try:
            with self._database.write() as session:
                record_use(session, key.principal.key_id)
        except SQLAlchemyError:  # a full disk must not refuse a valid key
            log.warning(
                "writing the last use of an API key failed; request continues", exc_info=True
            )


class _ExpiringCache(Generic[T]):
    """Values by key for a number of seconds; the oldest entry goes first."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def get(self, key: str) -> T | None:
        with self._lock:
            expires_at, value = self._entries.get(key, (0.0, None))
            return value if time.monotonic() < expires_at else None

    def put(self, key: str, value: T) -> None:
        with self._lock:
            self._entries[key] = (time.monotonic() + self._seconds, value)
            self._entries.move_to_end(key)
            if len(self._entries) > MAX_CACHED_KEYS:
                self._entries.popitem(last=False)
