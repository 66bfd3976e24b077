"""Find the key of a request: what it may do, why it is refused, when it was last used."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from app.db import now
from app.projects.models import ApiKey, KeyOrigin, Project
from app.projects.scope import Principal
from app.secrets import Secrets, Use

# `last_used_at` is for people; writing it on every request would make every GET a write.
USE_WRITTEN_EVERY = timedelta(minutes=1)

# Built once: each unknown key costs a query, and building it costs a third of its time.
_WITH_LIMITS = select(ApiKey, Project.requests_per_minute, Project.uploads_per_minute).join(
    Project, Project.id == ApiKey.project_id
)
_BY_DIGEST = _WITH_LIMITS.where(ApiKey.digest == bindparam("digest"))

MISSING = "Not authenticated. Send your API key in the header 'Authorization: Bearer <key>'."
MALFORMED = "Invalid Authorization header. Send 'Bearer <key>' with your API key."
UNKNOWN = "Invalid API key: this server does not know it. Check the key for typing errors."
EXPIRED = "Invalid API key: it has expired. Ask your administrator for a new one."
REVOKED = "Invalid API key: it was revoked. Ask your administrator for a new one."


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key of the database, valid or not."""

    principal: Principal
    revoked_at: datetime | None
    last_used_at: datetime | None

    @property
    def refusal(self) -> str | None:
        """The sentence for a client with a revoked or expired key; None for a valid key."""
        if self.revoked_at is not None:
            return REVOKED
        return EXPIRED if self.principal.is_expired else None


def digest(secrets: Secrets, key: str) -> str:
    """Return the digest of a key that is stored: 256 random bits need no slow hash."""
    return secrets.sign(Use.API_KEYS, key).hex()


def find_key(session: Session, key_digest: str) -> StoredKey | None:
    """Return the key with this digest, None if there is none."""
    row = session.execute(_BY_DIGEST, {"digest": key_digest}).one_or_none()
    return None if row is None else _stored_key(row)


def find_key_by_id(session: Session, key_id: UUID) -> StoredKey | None:
    """Return the key with this id, None if there is none."""
    row = session.execute(_WITH_LIMITS.where(ApiKey.id == key_id)).one_or_none()
    return None if row is None else _stored_key(row)


def find_first_key(session: Session) -> Principal | None:
    """Return the principal of the key that the server made at its first start, or was given."""
    row = session.execute(
        _WITH_LIMITS.where(
            ApiKey.origin.in_((KeyOrigin.BOOTSTRAP, KeyOrigin.ENVIRONMENT)),
            ApiKey.revoked_at.is_(None),
            ApiKey.expires_at.is_(None),
        )
        .order_by(ApiKey.created_at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _stored_key(row).principal


def load_principal(
    key: ApiKey, requests_per_minute: int | None, uploads_per_minute: int | None
) -> Principal:
    """Return the principal of a row, with the limits of its project."""
    return Principal(
        key_id=key.id,
        organization_id=key.organization_id,
        project_id=key.project_id,
        organization_wide=key.organization_wide,
        may_adopt=key.origin in (KeyOrigin.BOOTSTRAP, KeyOrigin.ENVIRONMENT),
        expires_at=key.expires_at,
        is_admin=key.is_admin,
        requests_per_minute=requests_per_minute,
        uploads_per_minute=uploads_per_minute,
    )


def record_use(session: Session, key_id: UUID) -> None:
    """Write the time of a key's last use, at most once a minute."""
    moment = now()
    session.execute(
        update(ApiKey)
        .where(
            ApiKey.id == key_id,
            (ApiKey.last_used_at.is_(None)) | (ApiKey.last_used_at < moment - USE_WRITTEN_EVERY),
        )
        .values(last_used_at=moment)
    )


def _stored_key(row: Row[*tuple[Any, ...]]) -> StoredKey:
    key: ApiKey = row.ApiKey
    principal = load_principal(key, row.requests_per_minute, row.uploads_per_minute)
    return StoredKey(principal, key.revoked_at, key.last_used_at)
