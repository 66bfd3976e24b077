"""The session cookie of the console: its name, its attributes, and when the API accepts it."""

from datetime import datetime
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from app.db import Database, now
from app.errors import Forbidden
from app.projects import sessions
from app.projects.sessions import BrowserSession
from app.secrets import Secrets, Use
from app.settings import Settings

FORM_HEADER = "x-form-token"
FORM_FIELD = "form_token"
FOREIGN = (
    "This request was not sent by the console's own page. Reload the console and try again, or "
    "use an API key in the header 'Authorization: Bearer <key>'."
)


class BrowserSessions:
    """Reads and writes the cookie of the console."""

    def __init__(self, settings: Settings, database: Database, secrets: Secrets) -> None:
        self._settings = settings
        self._database = database
        self._secrets = secrets
        # Browsers send cookies to every port of a host: two servers on one machine need two names.
        self._cookie = f"pigeonhole_{secrets.sign(Use.SESSIONS, 'cookie').hex()[:8]}"

    def read_token(self, headers: Headers) -> str:
        """Return the token in the cookie, empty if there is none."""
        return cookie_parser(headers.get("cookie", "")).get(self._cookie, "")

    def find(self, token: str) -> BrowserSession:
        """Return the session of a token; raises NotAuthenticated. Queries the database."""
        with self._database.read() as session:
            return sessions.find(session, self._secrets, token)

    def write(self, response: Response, token: str, expires_at: datetime, *, https: bool) -> None:
        """Give the browser a session."""
        response.set_cookie(
            self._cookie,
            token,
            max_age=max(1, int((expires_at - now()).total_seconds())),
            path=self._settings.root_path or "/",
            secure=https,
            httponly=True,
            samesite="strict",
        )

    def clear(self, response: Response, *, https: bool) -> None:
        """Take the cookie from the browser."""
        response.delete_cookie(
            self._cookie,
            path=self._settings.root_path or "/",
            secure=https,
            httponly=True,
            samesite="strict",
        )

    def is_https(self, scope: Scope) -> bool:
        """Tell whether the browser reached this server by https, perhaps through a proxy."""
        return bool(scope["scheme"] == "https" or self._settings.public_url.startswith("https://"))

    def check_origin(self, headers: Headers) -> None:
        """Raise Forbidden for a request that a page of another origin sent.

        Browsers send Sec-Fetch-Site to https and to this machine only; elsewhere Origin decides.
        """
        site = headers.get("sec-fetch-site")
        if site is not None:
            if site not in ("same-origin", "none"):
                raise Forbidden(FOREIGN)
            return
        origin = headers.get("origin")
        # By hand: `urlsplit` raises ValueError for some of what a stranger can send.
        if origin is not None and origin.partition("://")[2] not in self._own_hosts(headers):
            raise Forbidden(FOREIGN)

    def authorise(self, headers: Headers, token: str) -> BrowserSession:
        """Return the session of a request to the API; raises NotAuthenticated or Forbidden.

        The cookie alone is not enough: the request needs the token of forms too, which only the
        console's own page knows.
        """
        self.check_origin(headers)
        found = self.find(token)
        if not sessions.is_form_token(found.form_token, headers.get(FORM_HEADER, "")):
            raise Forbidden(FOREIGN)
        return found

    def _own_hosts(self, headers: Headers) -> set[str]:
        return {headers.get("host", ""), urlsplit(self._settings.public_url).netloc} - {""}


def has_session(headers: Headers, token: str) -> bool:
    """Tell whether a request to the API is to be judged by its cookie, not by an API key."""
    return bool(token) and "authorization" not in headers and FORM_HEADER in headers
