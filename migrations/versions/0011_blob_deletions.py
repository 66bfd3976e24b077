"""Blobs to delete, and the successor of a rotated API key.

Revision ID: 0011
Revises: 0010
"""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

EVENTS = sa.table(
    "audit_events",
    sa.column("id", sa.Uuid()),
    sa.column("action", sa.String()),
    sa.column("subject", sa.Uuid()),
    sa.column("details", sa.JSON().with_variant(JSONB(), "postgresql")),
)
KEYS = sa.table("api_keys", sa.column("id", sa.Uuid()), sa.column("replaced_by", sa.Uuid()))


def upgrade() -> None:
    op.create_table(
        "blob_deletions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("blob_key", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_blob_deletions_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blob_deletions")),
    )
    op.create_index("ix_blob_deletions_project_id_id", "blob_deletions", ["project_id", "id"])
    op.create_index("ix_blob_deletions_blob_key", "blob_deletions", ["blob_key"])
    op.execute(
        "INSERT INTO blob_deletions (id, project_id, blob_key, created_at)"
        " SELECT id, project_id, blob_key, created_at FROM file_caches WHERE file_id IS NULL"
    )
    # By id: a running server may have deleted another file since.
    op.execute("DELETE FROM file_caches WHERE id IN (SELECT id FROM blob_deletions)")

    op.add_column("api_keys", sa.Column("replaced_by", sa.Uuid(), nullable=True))
    _set_successors()


def downgrade() -> None:
    op.drop_column("api_keys", "replaced_by")
    op.execute(
        "INSERT INTO file_caches"
        " (id, project_id, kind, key, blob_key, size, sha256, created_at, used_at)"
        " SELECT id, project_id, 'deleted', '', blob_key, 0, '', created_at, created_at"
        " FROM blob_deletions"
    )
    op.drop_index("ix_blob_deletions_blob_key", "blob_deletions")
    op.drop_index("ix_blob_deletions_project_id_id", "blob_deletions")
    op.drop_table("blob_deletions")


def _set_successors() -> None:
    """Copy the successor of each rotated key from the audit log, as far back as it reaches."""
    connection = op.get_bind()
    rotations = connection.execute(
        sa.select(EVENTS.c.subject, EVENTS.c.details).where(EVENTS.c.action == "key.rotated")
    ).all()
    for rotation in rotations:
        connection.execute(
            sa.update(KEYS)
            .where(KEYS.c.id == rotation.subject)
            .values(replaced_by=UUID(rotation.details["new_key_id"]))
        )
