"""API keys, checked from the headers before anything reads the body."""

import logging
import threading
import time
from collections import OrderedDict

from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.db import Database, now
from app.errors import UNREACHABLE, NotAuthenticated, Unavailable
from app.projects.service import Principal, digest, find_principal, note_use
from app.secrets import Secrets

# How long a verdict about a key is believed: a revoked key works that much longer at most.
GOOD_FOR_SECONDS = 30.0
BAD_FOR_SECONDS = 5.0
REMEMBERED_KEYS = 10_000
UNKNOWN_KEY = "Invalid API key: this server does not know it, or it was revoked or has expired."

log = logging.getLogger(__name__)


class Authenticator:
    """Finds the principal of an Authorization header, remembering good and bad keys for a while.

    The memory is bounded, so that guessing keys costs neither a query each nor our memory.
    """

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database = database
        self._secrets = secrets
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[float, Principal | None]] = OrderedDict()

    def read_header(self, authorization: str | None) -> str:
        """Return the digest of the key in a header; raises NotAuthenticated if there is none."""
        if not authorization:
            raise NotAuthenticated(
                "Not authenticated: send your API key in the header 'Authorization: Bearer <key>'."
            )
        scheme, _, key = authorization.partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key:
            raise NotAuthenticated(
                "Invalid Authorization header: it must read 'Bearer <key>' with your API key."
            )
        return digest(self._secrets, key)

    def remember(self, key_digest: str) -> Principal | None:
        """Return a recently seen key's principal, None if it must be looked up.

        Raises NotAuthenticated for a key that was recently found to be bad.
        """
        with self._lock:
            until, principal = self._known.get(key_digest, (0.0, None))
        if until < time.monotonic():
            return None
        if principal is None or (principal.expires_at and principal.expires_at <= now()):
            raise NotAuthenticated(UNKNOWN_KEY)
        return principal

    def look_up(self, key_digest: str) -> Principal:
        """Find a key in the database; raises NotAuthenticated if it is unknown or worthless.

        Raises Unavailable when the database cannot tell.
        """
        try:
            with self._database.read() as session:
                principal = find_principal(session, key_digest)
        except SQLAlchemyError as error:
            log.exception("the database cannot be reached")
            raise Unavailable(UNREACHABLE) from error
        with self._lock:
            seconds = GOOD_FOR_SECONDS if principal else BAD_FOR_SECONDS
            self._known[key_digest] = (time.monotonic() + seconds, principal)
            self._known.move_to_end(key_digest)
            while len(self._known) > REMEMBERED_KEYS:
                self._known.popitem(last=False)
        if principal is None:
            raise NotAuthenticated(UNKNOWN_KEY)
        try:
            with self._database.write() as session:
                note_use(session, principal.key_id)
        except SQLAlchemyError:  # a full disk must not lock the key's owner out
            log.warning("could not write when an API key was used", exc_info=True)
        return principal


class AuthenticationMiddleware:
    """Lets a request to the API pass only with a valid key; puts its principal into the state."""

    def __init__(self, app: ASGIApp, authenticator: Authenticator) -> None:
        self._app = app
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_protected(scope):
            await self._app(scope, receive, send)
            return
        header = Headers(scope=scope).get("authorization")
        try:
            key_digest = self._authenticator.read_header(header)
            principal = self._authenticator.remember(key_digest)
            if principal is None:
                principal = await to_thread.run_sync(self._authenticator.look_up, key_digest)
        except (NotAuthenticated, Unavailable) as error:
            answer = JSONResponse({"detail": error.detail}, error.status, dict(error.headers))
            await answer(scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        await self._app(scope, receive, send)


def is_protected(scope: Scope) -> bool:
    """Tell whether a path needs a key: all of /api does, and nothing else."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path == "/api" or path.startswith("/api/")
