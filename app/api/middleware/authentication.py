"""API keys and their rates, checked from the headers before anything reads the body."""

import math
import time

from anyio import sleep, to_thread
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Forbidden, NotAuthenticated, PigeonholeError
from app.limits.rate import RateLimiter
from app.projects.authenticator import Authenticator
from app.projects.scope import Principal

ADMIN_PATH = "/api/v1/admin"
# Who manages sees these, too.
SHARED_PATHS = ("/api/v1/projects", "/api/v1/organizations")

# Refusals beyond this rate wait for their turn, which costs nothing: whoever floods the server
# with bad keys takes so many answers' work from all others, and not all that there is.
REFUSALS_PER_SECOND = 100
REFUSALS_AT_ONCE = 20
LONGEST_WAIT_SECONDS = 1.0  # and to the end of a round
# Those that wait are answered together, so many times a second: to wake for each one by itself
# costs several times what it costs to answer it.
ROUNDS_PER_SECOND = 10


class AuthenticationMiddleware:
    """Lets a request to the API pass only with a valid key; puts its principal into the state."""

    def __init__(
        self, app: ASGIApp, authenticator: Authenticator, rate_limiter: RateLimiter
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._rate_limiter = rate_limiter
        self._refusals = Pace()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = own_path(scope) if scope["type"] == "http" else ""
        if not is_protected(path):
            await self._app(scope, receive, send)
            return
        try:
            principal = await self._identify(scope)
            check_kind(principal, path)
            await self._rate_limiter.check(principal, scope["method"], path)
        except PigeonholeError as error:
            if isinstance(error, NotAuthenticated):
                await sleep(self._refusals.wait())
            answer = JSONResponse({"detail": error.detail}, error.status, dict(error.headers))
            await answer(scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        await self._app(scope, receive, send)

    async def _identify(self, scope: Scope) -> Principal:
        header = Headers(scope=scope).get("authorization")
        key_digest = self._authenticator.read_header(header)
        principal = self._authenticator.find_cached(key_digest)
        if principal is None:
            principal = await to_thread.run_sync(self._authenticator.look_up, key_digest)
        return principal


class Pace:
    """Spreads refusals over time. For one event loop: nothing here is locked."""

    def __init__(self) -> None:
        self._next = 0.0

    def wait(self) -> float:
        """Return how many seconds the next refusal is to wait."""
        moment = time.monotonic()
        earliest = moment - REFUSALS_AT_ONCE / REFUSALS_PER_SECOND
        self._next = max(self._next, earliest) + 1 / REFUSALS_PER_SECOND
        # Not beyond what will be waited for: a flood that has ended is forgotten within a second.
        self._next = min(self._next, moment + LONGEST_WAIT_SECONDS)
        if self._next <= moment:
            return 0.0
        return math.ceil(self._next * ROUNDS_PER_SECOND) / ROUNDS_PER_SECOND - moment


def check_kind(principal: Principal, path: str) -> None:
    """Raise Forbidden where a key is of the wrong kind: who manages does not read documents."""
    is_admin_path = _is_below(path, ADMIN_PATH)
    if (
        principal.is_admin
        and not is_admin_path
        and not any(_is_below(path, p) for p in SHARED_PATHS)
    ):
        raise Forbidden(
            "This API key is for administration: it cannot read or classify documents. Use a key "
            "made without --admin."
        )
    if is_admin_path and not principal.is_admin:
        raise Forbidden("This needs an API key for administration, made with --admin.")


def own_path(scope: Scope) -> str:
    """Return a request's path below the prefix of the server."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def is_protected(path: str) -> bool:
    """Tell whether a path needs a key: all of /api does, and nothing else."""
    return _is_below(path, "/api")


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(root + "/")
