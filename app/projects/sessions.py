"""Sessions of browsers in the console: sign in, find, choose a project, sign out.

The cookie holds a random token. The database holds its digest, so that a copy of the database
opens no session. The token of forms is derived from the cookie's token.
"""

import secrets as random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.audit.log import Action, record
from app.db import new_id, now
from app.errors import NotAuthenticated
from app.projects.key_lookup import StoredKey, load_principal
from app.projects.models import ApiKey, ConsoleSession, Project
from app.projects.scope import Principal
from app.secrets import Secrets, Use

# Expired sessions are deleted at each sign-in: there is nothing to sweep.
ENDED = "The session has ended. Sign in again."

_BY_DIGEST = (
    select(
        ConsoleSession.id.label("session_id"),
        ConsoleSession.project_id.label("chosen_id"),
        ConsoleSession.expires_at.label("session_end"),
        ApiKey,
        Project.requests_per_minute,
        Project.uploads_per_minute,
    )
    .join(ApiKey, ApiKey.id == ConsoleSession.key_id)
    .join(Project, Project.id == ApiKey.project_id)
    .where(ConsoleSession.digest == bindparam("digest"))
)


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A valid session: its principal, whose `project_id` is the project that was chosen."""

    id: UUID
    principal: Principal
    key_name: str
    form_token: str
    expires_at: datetime


def start(
    session: Session, secrets: Secrets, principal: Principal, lifetime: timedelta
) -> tuple[str, datetime]:
    """Sign in with a key; return the token for the cookie and the end of the session."""
    moment = now()
    session.execute(delete(ConsoleSession).where(ConsoleSession.expires_at <= moment))
    token = random.token_urlsafe(32)
    expires_at = moment + lifetime
    if principal.expires_at is not None:
        expires_at = min(expires_at, principal.expires_at)
    row = ConsoleSession(
        id=new_id(),
        key_id=principal.key_id,
        project_id=principal.project_id,
        digest=_digest(secrets, token),
        created_at=moment,
        expires_at=expires_at,
    )
    session.add(row)
    record(
        session,
        Action.SIGNED_IN,
        actor=principal.actor,
        organization_id=principal.organization_id,
        project_id=principal.project_id,
        subject=row.id,
    )
    return token, expires_at


def find(session: Session, secrets: Secrets, token: str) -> BrowserSession:
    """Return the session of a cookie's token.

    Raises NotAuthenticated when it was signed out or has expired, and when its key was revoked
    or has expired.
    """
    row = session.execute(_BY_DIGEST, {"digest": _digest(secrets, token)}).one_or_none()
    if row is None or row.session_end <= now():
        raise NotAuthenticated(ENDED)
    principal = load_principal(row.ApiKey, row.requests_per_minute, row.uploads_per_minute)
    refusal = StoredKey(principal, row.ApiKey.revoked_at, None).refusal
    if refusal is not None:
        raise NotAuthenticated(refusal)
    return BrowserSession(
        id=row.session_id,
        principal=replace(principal, project_id=row.chosen_id),
        key_name=row.ApiKey.name,
        form_token=form_token(secrets, token),
        expires_at=row.session_end,
    )


def choose_project(session: Session, session_id: UUID, project: Project) -> None:
    """Make a project, which the caller may use, the one of the session."""
    session.execute(
        update(ConsoleSession).where(ConsoleSession.id == session_id).values(project_id=project.id)
    )


def end(session: Session, secrets: Secrets, token: str) -> None:
    """Sign out: the token no longer opens a session."""
    session.execute(delete(ConsoleSession).where(ConsoleSession.digest == _digest(secrets, token)))


def form_token(secrets: Secrets, token: str) -> str:
    """Return what a form or a script of the console sends, which other sites cannot know."""
    return secrets.sign(Use.FORMS, token).hex()


def is_form_token(expected: str, given: str) -> bool:
    """Compare the token of a form in constant time."""
    return compare_digest(expected.encode(), given.encode(errors="replace"))


def _digest(secrets: Secrets, token: str) -> str:
    return secrets.sign(Use.SESSIONS, token).hex()
