"""Indexes on blob keys, for `pigeonhole files tidy`.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_files_blob_key", "files", ["blob_key"])
    op.create_index("ix_file_caches_blob_key", "file_caches", ["blob_key"])


def downgrade() -> None:
    op.drop_index("ix_file_caches_blob_key", "file_caches")
    op.drop_index("ix_files_blob_key", "files")
