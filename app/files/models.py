"""Tables of uploaded files, pending uploads, cache entries and blobs to delete."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime, new_id, now

# Listings sort by this many characters of a name, then by id: an index has no room for the longest
# names. The collation sorts by code points, so that both databases agree.
SORTED_CHARACTERS = 200
SortedText = String(SORTED_CHARACTERS).with_variant(
    String(SORTED_CHARACTERS, collation="C"), "postgresql"
)


class File(Base):
    """An uploaded file; the bytes are in the blob store under `blob_key`."""

    __tablename__ = "files"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(3000))
    # The beginning of the name, for sorted listings.
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
    """A file to be uploaded by a presigned link; the row becomes a File with the same id.

    `size` is the size that the client declared, None if it declared none.
    """

    __tablename__ = "pending_uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(3000))
    external_file_id: Mapped[str | None] = mapped_column(String(3000))
    size: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_pending_uploads_expires_at", "expires_at"),)


class CacheKind(StrEnum):
    """What a cache entry holds: a file's text, its vectors, or a page's preview or picture.

    A failure is the error of a file that used up its CPU time or its memory.
    """

    DOCUMENT = "document"
    FAILURE = "failure"
    VECTORS = "vectors"
    PREVIEW = "preview"
    PICTURE = "picture"


class CacheEntry(Base):
    """A cache entry; the bytes are in the blob store under `blob_key`.

    A row without a `file_id` is a deletion that an older release recorded (see BlobDeletion).
    """

    __tablename__ = "file_caches"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
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
    """A blob to delete; the row is deleted after the blob.

    The release before recorded such blobs as rows of `file_caches` without a `file_id`. It still
    does while hosts are replaced, so those rows are moved here.
    """

    __tablename__ = "blob_deletions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    blob_key: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        Index("ix_blob_deletions_project_id_id", "project_id", "id"),
        Index("ix_blob_deletions_blob_key", "blob_key"),
    )
