"""Sign in with an API key, sign out, choose a project or a language."""

from datetime import timedelta
from uuid import UUID

from starlette.responses import Response

from app.addresses import is_loopback
from app.api.browser_session import FOREIGN
from app.console.mode import signs_in_automatically
from app.console.texts import codes
from app.console.visits import LANGUAGE_COOKIE, Visit, Visitor
from app.errors import Forbidden, NotAuthenticated, NotFound
from app.limits.buckets import LocalBuckets
from app.projects import sessions
from app.projects.authenticator import Authenticator
from app.projects.key_lookup import find_first_key
from app.projects.scope import Principal, get_project

SESSION_HOURS = 12
ATTEMPTS_PER_MINUTE = 10
LANGUAGE_SECONDS = 365 * 24 * 3600


def show_sign_in(visitor: Visitor) -> Response:
    """Show the form, or sign in by itself where the settings say so."""
    if _is_on_this_machine(visitor) and visitor.request.query_params.get("signed-out") is None:
        with visitor.services.database.read() as session:
            principal = find_first_key(session)
        if principal is not None:
            return _start(visitor, principal)
    return _form(visitor)


def sign_in(visitor: Visitor) -> Response:
    """Take the form: start a session with a valid key."""
    # No session, no token of forms: the origin alone shows that our own page sent this.
    visitor.sessions.check_origin(visitor.request.headers)
    client = visitor.request.client
    attempts: LocalBuckets = visitor.request.app.state.sign_in_attempts
    if attempts.take(client.host if client else "", ATTEMPTS_PER_MINUTE) > 0:
        return _form(visitor, 429, visitor.language.text("sign_in.too_many"))
    services = visitor.services
    authenticator = Authenticator(services.database, services.secrets)
    try:
        key_digest = authenticator.read_header(f"Bearer {visitor.form.get('key', '').strip()}")
        principal = authenticator.look_up(key_digest)
    except NotAuthenticated:
        return _form(visitor, 401, visitor.language.text("sign_in.refused"))
    return _start(visitor, principal)


def sign_out(visit: Visit) -> Response:
    """End the session on the server and take the cookie away."""
    services = visit.services
    token = visit.sessions.read_token(visit.request.headers)
    with services.database.write() as session:
        sessions.end(session, services.secrets, token)
    response = visit.go("/sign-in?signed-out")
    visit.sessions.clear(response, https=visit.is_https)
    return response


def choose_project(visit: Visit) -> Response:
    """Make another project of the key the one of the session."""
    try:
        project_id = UUID(visit.form.get("project", ""))
    except ValueError:
        raise NotFound(visit.language.text("error.no_page")) from None
    with visit.call.write() as session:
        project = get_project(session, visit.session.principal, project_id)
        sessions.choose_project(session, visit.session.id, project)
    return visit.go("/")


def choose_language(visitor: Visitor) -> Response:
    """Remember a language in a cookie."""
    visitor.sessions.check_origin(visitor.request.headers)
    code = visitor.form.get("language", "")
    if code not in codes():
        raise Forbidden(FOREIGN)
    response = visitor.go_back(visitor.form.get("back", ""))
    response.set_cookie(
        LANGUAGE_COOKIE,
        code,
        max_age=LANGUAGE_SECONDS,
        path=visitor.base,
        secure=visitor.is_https,
        httponly=True,
        samesite="strict",
    )
    return response


def _start(visitor: Visitor, principal: Principal) -> Response:
    services = visitor.services
    lifetime = timedelta(hours=SESSION_HOURS)
    with services.database.write() as session:
        token, expires_at = sessions.start(session, services.secrets, principal, lifetime)
    response = visitor.go_back(_asked_for(visitor), "/keys" if principal.is_admin else "/")
    visitor.sessions.write(response, token, expires_at, https=visitor.is_https)
    return response


def _form(visitor: Visitor, status: int = 200, problem: str = "") -> Response:
    settings = visitor.services.settings
    key_file = settings.data_dir.resolve() / "admin.key" if settings.is_embedded else None
    shows_file = key_file is not None and _is_local_client(visitor) and key_file.exists()
    return visitor.render(
        "sign_in.html",
        status,
        problem=problem,
        key_file=key_file if shows_file else None,
        asked_for=_asked_for(visitor),
        has_ended="ended" in visitor.request.query_params,
    )


def _asked_for(visitor: Visitor) -> str:
    """Return the address that led to the sign-in, empty if none did."""
    return visitor.form.get("back") or visitor.request.query_params.get("back", "")


def _is_on_this_machine(visitor: Visitor) -> bool:
    """Tell whether to sign in by itself.

    The name of the host too must be this machine's: another site can point its own name here,
    and its pages would then be signed in.
    """
    host = visitor.request.url.hostname or ""
    return (
        signs_in_automatically(visitor.services.settings)
        and _is_local_client(visitor)
        and is_loopback(host)
    )


def _is_local_client(visitor: Visitor) -> bool:
    client = visitor.request.client
    return client is not None and is_loopback(client.host)
