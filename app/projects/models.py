"""Organizations, projects and API keys."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime, new_id, now


class Organization(Base):
    __tablename__ = "organizations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Project(Base):
    """A project. Its limits override the server's settings: None keeps the setting, 0 lifts it.

    `requests_per_minute` and `uploads_per_minute` apply to each key of the project.
    """

    __tablename__ = "projects"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    is_default: Mapped[bool] = mapped_column(default=False)
    requests_per_minute: Mapped[int | None]
    uploads_per_minute: Mapped[int | None]
    max_bytes: Mapped[int | None] = mapped_column(BigInteger)
    retention_days: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class KeyOrigin(StrEnum):
    """How an API key was created."""

    BOOTSTRAP = "bootstrap"  # by the embedded server, at its first start
    ENVIRONMENT = "environment"  # by PIGEONHOLE_API_KEY
    COMMAND = "command"  # by `pigeonhole keys create`


class ApiKey(Base):
    """The HMAC of a key, never the key. Without `organization_wide` it reaches one project only.

    A key with `is_admin` manages its organization and has no access to documents.
    """

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    organization_wide: Mapped[bool] = mapped_column(default=False)
    is_admin: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    name: Mapped[str] = mapped_column(String(255))
    origin: Mapped[str] = mapped_column(String(20))
    hint: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The key made by rotating this one. Without a foreign key: SQLite cannot add one.
    replaced_by: Mapped[UUID | None]
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ConsoleSession(Base):
    """A browser that signed in to the console with a key. The cookie's token is kept as a digest.

    The row is deleted at sign-out, and the session ends with its key. `project_id` is the project
    that the visitor chose.
    """

    __tablename__ = "console_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
