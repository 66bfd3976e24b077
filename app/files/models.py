"""Uploaded files, and what is kept of them between jobs."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime, new_id, now

# An index has no room for the longest names: beyond this many characters files are in the order
# of their ids. By code points, so that both databases agree.
SORTED_CHARACTERS = 200
SortedText = String(SORTED_CHARACTERS).with_variant(
    String(SORTED_CHARACTERS, collation="C"), "postgresql"
)


class File(Base):
    """A file's row; the bytes are in the blob store under `blob_key`."""

    __tablename__ = "files"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    # With its type: workers do not load the table that it refers to.
    project_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(3000))
    # The beginning of the name, by which listings may be ordered.
    sort_name: Mapped[str] = mapped_column(SortedText, default="", server_default=text("''"))
    external_file_id: Mapped[str | None] = mapped_column(String(3000))
    purpose: Mapped[str | None] = mapped_column(String(255))
    file_type: Mapped[str | None] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    blob_key: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        Index("ix_files_newest", "project_id", "created_at", "id"),
        Index("ix_files_name", "project_id", "sort_name", "id"),
        Index("ix_files_project_id_id", "project_id", "id"),
        Index("ix_files_blob_key", "blob_key"),
    )


class PendingUpload(Base):
    """A file whose bytes may come by a presigned link; it is no file until they have come.

    Its id becomes that of the file. `size` is what the client declared, None if nothing.
    """

    __tablename__ = "pending_uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    # With its type: workers do not load the table that it refers to.
    project_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(3000))
    external_file_id: Mapped[str | None] = mapped_column(String(3000))
    size: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_pending_uploads_expires_at", "expires_at"),)


class CacheKind(StrEnum):
    """What a cache entry holds: the text of a file, or what an embedder made of it.

    DELETED is none: the bytes of a file that was deleted, until they are gone.
    """

    DOCUMENT = "document"
    VECTORS = "vectors"
    DELETED = "deleted"


class CacheEntry(Base):
    """A cache entry's row; the bytes are in the blob store under `blob_key`.

    A deleted file leaves its rows without a `file_id`: only once the blob is gone does the row
    go too, so that no crash between the two leaves text behind that nobody knows of.
    """

    __tablename__ = "file_caches"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    # With its type: workers do not load the table that it refers to.
    project_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("projects.id"))
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(64))
    blob_key: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        Index("uq_file_caches_file_id_kind_key", "file_id", "kind", "key", unique=True),
        Index("ix_file_caches_used_at", "used_at"),
        Index("ix_file_caches_blob_key", "blob_key"),
    )


class BlobDeletion(Base):
    """A blob to delete; the row goes once the blob is gone.

    The release before wrote such blobs as rows of `file_caches` without a `file_id`. While hosts
    are replaced it still does, so the deletion of blobs reads those rows too.
    """

    __tablename__ = "blob_deletions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    # With its type: workers do not load the table that it refers to.
    project_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("projects.id"))
    blob_key: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        Index("ix_blob_deletions_project_id_id", "project_id", "id"),
        Index("ix_blob_deletions_blob_key", "blob_key"),
    )
