"""The table of labels."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime, new_id, now


class Label(Base):
    """The right type of a file, as a person says; the type None means that no rule fits.

    A project has one label for a file: a later one replaces it. A label is deleted with its file
    and survives the job. `job_id` and `item_id` say where it was given, without foreign keys: the
    job may have been deleted since. `author` is an actor of the audit log.
    """

    __tablename__ = "labels"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    # An organization-wide key may have used a file of another project.
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"))
    type: Mapped[str | None] = mapped_column(String(255))
    job_id: Mapped[UUID | None]
    item_id: Mapped[UUID | None]
    author: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        Index("uq_labels_project_id_file_id", "project_id", "file_id", unique=True),
        Index("ix_labels_file_id", "file_id"),
    )
