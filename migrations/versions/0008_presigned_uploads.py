"""Pending uploads by presigned links, and indexes to list files by name and by id.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAME = sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "pending_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=3000), nullable=False),
        sa.Column("external_file_id", sa.String(length=3000), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_pending_uploads_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_uploads")),
    )
    op.create_index("ix_pending_uploads_expires_at", "pending_uploads", ["expires_at"])
    op.add_column("files", sa.Column("sort_name", NAME, nullable=False, server_default=""))
    op.execute("UPDATE files SET sort_name = substr(name, 1, 200)")
    op.create_index("ix_files_name", "files", ["project_id", "sort_name", "id"])
    op.create_index("ix_files_project_id_id", "files", ["project_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_files_project_id_id", "files")
    op.drop_index("ix_files_name", "files")
    op.drop_column("files", "sort_name")
    op.drop_index("ix_pending_uploads_expires_at", "pending_uploads")
    op.drop_table("pending_uploads")
