"""Whose an API key is, with as few questions to the database as possible."""

import logging
import threading
import time
from collections import OrderedDict

from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.errors import UNREACHABLE, NotAuthenticated, Unavailable
from app.projects.keys import KnownKey, find_key, load_keys
from app.projects.service import USED_EVERY, Principal, digest, note_use
from app.secrets import Secrets

# How long a verdict about a key is believed: a revoked key works that much longer at most.
GOOD_FOR_SECONDS = 30.0
BAD_FOR_SECONDS = 5.0
REMEMBERED_KEYS = 10_000
# Up to so many keys, all of them are loaded at once: then a key that is none of them needs no
# question. A new key is found by loading again, which guesses may cause once a second, after
# a handful at once.
LOADED_KEYS = 10_000
LOADS_AT_ONCE = 10
LOAD_SECONDS = 1.0

MISSING = "Not authenticated: send your API key in the header 'Authorization: Bearer <key>'."
MALFORMED = "Invalid Authorization header: it must read 'Bearer <key>' with your API key."
UNKNOWN = "Invalid API key: this server does not know it."
EXPIRED = "Invalid API key: it has expired."
REVOKED = "Invalid API key: it was revoked."

log = logging.getLogger(__name__)


class Authenticator:
    """Finds the principal of an Authorization header, remembering good and bad keys for a while.

    The memory is bounded, so that guessing keys costs neither a query each nor our memory.
    """

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database = database
        self._secrets = secrets
        self._lock = threading.Lock()
        # By digest: what was found, None for nothing, and until when that is believed.
        self._known: OrderedDict[str, tuple[float, KnownKey | None]] = OrderedDict()
        self._noted: OrderedDict[str, float] = OrderedDict()
        # Until when `_known` holds every key that there is.
        self._complete_until = 0.0
        self._load_at = 0.0

    def read_header(self, authorization: str | None) -> str:
        """Return the digest of the key in a header; raises NotAuthenticated if there is none."""
        if not authorization:
            raise NotAuthenticated(MISSING)
        scheme, _, key = authorization.partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key or " " in key:
            raise NotAuthenticated(MALFORMED)
        return digest(self._secrets, key)

    def remember(self, key_digest: str) -> Principal | None:
        """Return a recently seen key's principal, None if it must be looked up.

        Raises NotAuthenticated for a key that is known to be bad.
        """
        moment = time.monotonic()
        with self._lock:
            until, known = self._known.get(key_digest, (0.0, None))
            if moment >= until:
                if moment < self._complete_until and not self._may_load(moment):
                    raise NotAuthenticated(UNKNOWN)
                return None
            if self._noted.get(key_digest, 0.0) <= moment and known and not _is_bad(known):
                return None
        return _judge(known)

    def look_up(self, key_digest: str) -> Principal:
        """Find a key in the database; raises NotAuthenticated if it is unknown or worthless.

        Raises Unavailable when the database cannot tell.
        """
        try:
            with self._database.read() as session:
                keys = load_keys(session, LOADED_KEYS)
                found = find_key(session, key_digest) if keys is None else keys.get(key_digest)
        except SQLAlchemyError as error:
            log.exception("the database cannot be reached")
            raise Unavailable(UNREACHABLE) from error
        self._keep({key_digest: found} if keys is None else keys | {key_digest: found})
        if keys is not None:
            self._complete_until = time.monotonic() + GOOD_FOR_SECONDS
        principal = _judge(found)
        self._note(key_digest, principal)
        return principal

    def _may_load(self, moment: float) -> bool:
        """Tell whether a key that is not among all of them is worth another look."""
        self._load_at = max(self._load_at, moment - LOADS_AT_ONCE * LOAD_SECONDS)
        if self._load_at > moment:
            return False
        self._load_at += LOAD_SECONDS
        return True

    def _keep(self, found: dict[str, KnownKey | None] | dict[str, KnownKey]) -> None:
        moment = time.monotonic()
        with self._lock:
            for key_digest, known in found.items():
                seconds = BAD_FOR_SECONDS if known is None else GOOD_FOR_SECONDS
                self._known[key_digest] = (moment + seconds, known)
                self._known.move_to_end(key_digest)
            while len(self._known) > REMEMBERED_KEYS + LOADED_KEYS:
                self._known.popitem(last=False)

    def _note(self, key_digest: str, principal: Principal) -> None:
        """Write when a key was used, if this process has not done so within a minute."""
        moment = time.monotonic()
        with self._lock:
            if self._noted.get(key_digest, 0.0) > moment:
                return
            self._noted[key_digest] = moment + USED_EVERY.total_seconds()
            self._noted.move_to_end(key_digest)
            while len(self._noted) > REMEMBERED_KEYS:
                self._noted.popitem(last=False)
        try:
            with self._database.write() as session:
                note_use(session, principal.key_id)
        except SQLAlchemyError:  # a full disk must not lock the key's owner out
            log.warning("could not write when an API key was used", exc_info=True)


def _is_bad(known: KnownKey) -> bool:
    return known.is_revoked or known.is_expired


def _judge(known: KnownKey | None) -> Principal:
    if known is None:
        raise NotAuthenticated(UNKNOWN)
    if known.is_revoked:
        raise NotAuthenticated(REVOKED)
    if known.is_expired:
        raise NotAuthenticated(EXPIRED)
    return known.principal
