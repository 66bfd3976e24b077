"""What the database says of API keys: whose they are, and what is wrong with them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from app.db import now
from app.projects.models import ApiKey, KeyOrigin, Project
from app.projects.service import Principal


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key's owner, and when somebody revoked it."""

    principal: Principal
    revoked_at: datetime | None

    @property
    def is_revoked(self) -> bool:
        """Whether somebody has revoked the key."""
        return self.revoked_at is not None

    @property
    def is_expired(self) -> bool:
        """Whether the key's time is over."""
        expires_at = self.principal.expires_at
        return expires_at is not None and expires_at <= now()


def load_keys(session: Session, most: int) -> dict[str, KnownKey] | None:
    """Return every key by its digest, worthless ones too; None when there are more than `most`."""
    rows = session.execute(_keys().limit(most + 1)).all()
    return None if len(rows) > most else {row.digest: _known(row) for row in rows}


def find_key(session: Session, key_digest: str) -> KnownKey | None:
    """Return the key with this digest, None when there is none."""
    row = session.execute(_keys().where(ApiKey.digest == key_digest)).one_or_none()
    return None if row is None else _known(row)


def find_principal(session: Session, key_digest: str) -> Principal | None:
    """Return the owner of the key with this digest, if it is neither revoked nor expired."""
    known = find_key(session, key_digest)
    return None if known is None or known.is_revoked or known.is_expired else known.principal


def _keys() -> Select[*tuple[Any, ...]]:
    return select(
        ApiKey.id,
        ApiKey.organization_id,
        ApiKey.project_id,
        ApiKey.organization_wide,
        ApiKey.is_admin,
        ApiKey.origin,
        ApiKey.expires_at,
        ApiKey.revoked_at,
        ApiKey.digest,
        Project.requests_per_minute,
        Project.uploads_per_minute,
    ).join(Project, Project.id == ApiKey.project_id)


def _known(row: Row[*tuple[Any, ...]]) -> KnownKey:
    principal = Principal(
        key_id=row.id,
        organization_id=row.organization_id,
        project_id=row.project_id,
        organization_wide=row.organization_wide,
        may_adopt=row.origin in (KeyOrigin.BOOTSTRAP, KeyOrigin.ENVIRONMENT),
        expires_at=row.expires_at,
        is_admin=row.is_admin,
        requests_per_minute=row.requests_per_minute,
        uploads_per_minute=row.uploads_per_minute,
    )
    return KnownKey(principal, row.revoked_at)
