"""API keys and rate limits, checked from the headers before the body is read."""

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.browser_session import BrowserSessions, has_session
from app.errors import Forbidden, PigeonholeError
from app.limits.rate import RateLimiter
from app.projects.authenticator import Authenticator
from app.projects.scope import Principal

ADMIN_PATH = "/api/v1/admin"
# Keys for administration may read these too.
SHARED_PATHS = ("/api/v1/projects", "/api/v1/organizations")


class AuthenticationMiddleware:
    """Passes requests below /api with a valid key only, and puts the principal into their state.

    With `browser_sessions`, scripts of the console need no key.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator,
        rate_limiter: RateLimiter,
        browser_sessions: BrowserSessions | None = None,
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._rate_limiter = rate_limiter
        self._browser_sessions = browser_sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = path_below_root(scope) if scope["type"] == "http" else ""
        if not is_protected(path):
            await self._app(scope, receive, send)
            return
        try:
            principal = await self._identify(scope)
            check_kind(principal, path)
            await self._rate_limiter.check(principal, scope["method"], path)
        except PigeonholeError as error:
            answer = JSONResponse({"detail": error.detail}, error.status, dict(error.headers))
            await answer(scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        await self._app(scope, receive, send)

    async def _identify(self, scope: Scope) -> Principal:
        headers = Headers(scope=scope)
        if self._browser_sessions is not None:
            token = self._browser_sessions.read_token(headers)
            if has_session(headers, token):
                session = await to_thread.run_sync(self._browser_sessions.authorise, headers, token)
                return session.principal
        header = headers.get("authorization")
        key_digest = self._authenticator.read_header(header)
        principal = self._authenticator.find_cached(key_digest)
        if principal is None:
            principal = await to_thread.run_sync(self._authenticator.look_up, key_digest)
        return principal


def check_kind(principal: Principal, path: str) -> None:
    """Raise Forbidden for a key of the wrong kind: keys for administration read no documents."""
    is_admin_path = _is_below(path, ADMIN_PATH)
    if (
        principal.is_admin
        and not is_admin_path
        and not any(_is_below(path, p) for p in SHARED_PATHS)
    ):
        raise Forbidden(
            "This API key is for administration: it cannot read or classify documents. Use a key "
            "that was created without --admin."
        )
    if is_admin_path and not principal.is_admin:
        raise Forbidden("This request needs a key for administration. Create one with --admin.")


def path_below_root(scope: Scope) -> str:
    """Return the path of a request without the path prefix of the server."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def is_protected(path: str) -> bool:
    """Tell whether a path needs a key: those below /api do."""
    return _is_below(path, "/api")


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(root + "/")
