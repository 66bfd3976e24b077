"""The table of previews to be made."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime, new_id, now
from app.leases.leased_rows import Leased


class PreviewRequest(Leased, Base):
    """A page that somebody wants to see; a worker makes its preview and deletes the row.

    The preview goes to the file cache.
    """

    __tablename__ = "preview_requests"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"))
    page: Mapped[int]
    width: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        Index("uq_preview_requests_file_id_page_width", "file_id", "page", "width", unique=True),
        Index("ix_preview_requests_project_id", "project_id"),
    )
