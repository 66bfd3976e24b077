"""Caches of files, and the engine version of each result.

A downgrade leaves the blobs of the caches in the store. To delete them, first run the server
with PIGEONHOLE_CACHE_MAX_BYTES=0 for a while.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_caches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("blob_key", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_file_caches_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_file_caches_file_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_caches")),
    )
    op.create_index(
        "uq_file_caches_file_id_kind_key", "file_caches", ["file_id", "kind", "key"], unique=True
    )
    op.create_index("ix_file_caches_used_at", "file_caches", ["used_at"], unique=False)

    op.add_column("results", sa.Column("engine_version", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("results", "engine_version")
    op.drop_index("ix_file_caches_used_at", "file_caches")
    op.drop_index("uq_file_caches_file_id_kind_key", "file_caches")

    op.drop_table("file_caches")
