"""One visit of a page: who, which project, which language; and pages made of functions."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.api.browser_session import FOREIGN, FORM_FIELD, BrowserSessions
from app.api.dependencies import Call, Services
from app.console import rendering
from app.console.mode import HOME
from app.console.texts import Language, choose_language
from app.errors import Forbidden, NotAuthenticated, NotFound, PigeonholeError
from app.projects import sessions
from app.projects.models import Project
from app.projects.scope import Scope, find_projects
from app.projects.sessions import BrowserSession

LANGUAGE_COOKIE = "pigeonhole_language"
MAX_FORM_BYTES = 64 * 1024

V = TypeVar("V", bound="Visitor")

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """A request of a browser, signed in or not."""

    request: Request
    language: Language
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def services(self) -> Services:
        services: Services = self.request.app.state.services
        return services

    @property
    def sessions(self) -> BrowserSessions:
        found: BrowserSessions = self.request.app.state.browser_sessions
        return found

    @property
    def is_https(self) -> bool:
        return self.sessions.is_https(self.request.scope)

    @property
    def base(self) -> str:
        """The path of the console."""
        prefix: str = self.request.scope.get("root_path", "")
        return prefix + HOME

    def render(self, template: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401  # anything that templates show
        """Return a page without the navigation of a signed-in visitor."""
        values = {"visit": None, "section": "", **values}
        return rendering.render(template, self.language, self.base, values, status)

    @property
    def address(self) -> str:
        """The path and the query of the page that was asked for."""
        scope = self.request.scope
        prefix = scope.get("root_path", "")
        query = self.request.url.query
        path = quote(prefix + scope["path"].removeprefix(prefix))
        return f"{path}?{query}" if query else path

    def go(self, path: str) -> Response:
        """Send the browser to another page of the console."""
        return RedirectResponse(self.base + path, 303)

    def go_back(self, address: str, otherwise: str = "/") -> Response:
        """Send the browser to an address that it named, if that is a page of the console.

        It is never another site: then the browser goes to the page `otherwise`.
        """
        if address.startswith((self.base + "/", self.base + "?")) and "\\" not in address:
            return RedirectResponse(address, 303)
        return self.go(otherwise)


@dataclass(frozen=True, slots=True)
class Visit(Visitor):
    """A request of a visitor who is signed in."""

    session: BrowserSession = field(kw_only=True)

    @property
    def call(self) -> Call:
        """What the routers of the API get: the services, and the scope of the visitor's key."""
        principal = self.session.principal
        return Call(self.services, Scope(principal, principal.project_id, is_explicit=False))

    @property
    def is_admin(self) -> bool:
        """Whether the key is one for administration, which reads no documents."""
        return self.session.principal.is_admin

    @property
    def form_token(self) -> str:
        return self.session.form_token

    def param(self, name: str) -> str:
        """Return a parameter of the query, empty if it is missing."""
        return self.request.query_params.get(name, "")

    def id(self, name: str) -> UUID:
        """Return an id in the path; raises NotFound for anything else."""
        return self.parse_id(self.request.path_params[name])

    def parse_id(self, given: str) -> UUID:
        """Return an id of an address; raises NotFound for anything else."""
        try:
            return UUID(given)
        except ValueError:
            raise NotFound(self.language.text("error.no_page")) from None

    def projects(self) -> list[Project]:
        """Return the projects that the visitor can choose from."""
        with self.call.read() as session:
            return list(find_projects(session, self.session.principal, None))

    def render(self, template: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401  # as above
        """Return a page with the navigation."""
        values = {"section": "", "projects": self.projects(), **values, "visit": self}
        return rendering.render(template, self.language, self.base, values, status)

    def fragment(self, template: str, **values: Any) -> Response:  # noqa: ANN401  # as above
        """Return a part of a page, for a script that puts it in its place."""
        return rendering.render(template, self.language, self.base, {"visit": self, **values})


def open_page(handler: Callable[[Visitor], Response]) -> Endpoint:
    """Make an endpoint of a function that anyone may call, in a thread of the pool."""

    async def endpoint(request: Request) -> Response:
        visitor = Visitor(request, language_of(request), await _read_form(request))
        return await to_thread.run_sync(_answer, handler, visitor)

    return endpoint


def any_page(handler: Callable[[Visitor], Response]) -> Endpoint:
    """Make an endpoint of a function that anyone may call; who is signed in has the navigation."""

    def enter(visitor: Visitor) -> Response:
        try:
            session = visitor.sessions.find(visitor.sessions.read_token(visitor.request.headers))
        except NotAuthenticated:
            return handler(visitor)
        return _answer(handler, Visit(visitor.request, visitor.language, session=session))

    return open_page(enter)


def page(
    handler: Callable[[Visit], Response], *, for_admins: bool = False, for_all: bool = False
) -> Endpoint:
    """Make an endpoint of a function for visitors who are signed in, in a thread of the pool.

    A POST needs the token of forms. Keys for administration see pages `for_admins` or `for_all`,
    other keys all but those `for_admins`.
    """

    def enter(visitor: Visitor) -> Response:
        headers = visitor.request.headers
        try:
            session = visitor.sessions.find(visitor.sessions.read_token(headers))
        except NotAuthenticated:
            return _to_sign_in(visitor)
        visit = Visit(visitor.request, visitor.language, visitor.form, session=session)
        if visitor.request.method == "POST":
            visitor.sessions.check_origin(headers)
            given = visitor.form.get(FORM_FIELD, "")
            if not sessions.is_form_token(session.form_token, given):
                raise Forbidden(FOREIGN)
        if not for_all and visit.is_admin != for_admins:
            return visit.go("/keys" if visit.is_admin else "/")
        return _answer(handler, visit)

    return open_page(enter)


def language_of(request: Request) -> Language:
    """Return the language that the visitor chose, or that the browser asks for."""
    return choose_language(
        request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", "")
    )


def _answer(handler: Callable[[V], Response], visitor: V) -> Response:
    """Return a page, or the page that says what is wrong."""
    try:
        return handler(visitor)
    except PigeonholeError as error:
        return visitor.render("error.html", error.status, sentence=error.detail)


def _to_sign_in(visitor: Visitor) -> Response:
    if "x-fragment" in visitor.request.headers:
        # A script leads to the sign-in then.
        return Response(status_code=401)
    if visitor.request.method != "GET" or visitor.address == visitor.base:
        return visitor.go("/sign-in")
    return visitor.go("/sign-in?" + urlencode({"back": visitor.address}))


async def _read_form(request: Request) -> dict[str, str]:
    if request.method != "POST":
        return {}
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise Forbidden(FOREIGN)
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
