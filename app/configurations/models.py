"""Saved configurations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, UtcDateTime, new_id, now


class Configuration(Base):
    """The parameters of a job besides its file. Names are unique within a product.

    `updated_at` is the version of the configuration. Jobs keep a copy of the parameters.
    """

    __tablename__ = "configurations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(255))
    product_type: Mapped[str] = mapped_column(String(40))
    parameters: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        Index(
            "uq_configurations_project_id_product_type_name",
            "project_id",
            "product_type",
            "name",
            unique=True,
        ),
        Index("ix_configurations_newest", "project_id", "created_at", "id"),
    )


class ConfigurationVersion(Base):
    """An earlier state of a configuration, from before one of its changes.

    `created_at` is when that state began, which names the version. The release before changes
    configurations without keeping their states.
    """

    __tablename__ = "configuration_versions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    configuration_id: Mapped[UUID] = mapped_column(
        ForeignKey("configurations.id", ondelete="CASCADE")
    )
    name: Mapped[str] = mapped_column(String(255))
    parameters: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_configuration_versions_configuration_id", "configuration_id", "id"),
    )
