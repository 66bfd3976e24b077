"""Repeated requests, minimum confidence, examples, candidates and evidence.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
IS_FIRST = "request_digest IS NOT NULL AND transaction_id IS NULL"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("request_digest", sa.String(length=64), nullable=True))
    op.add_column("jobs", sa.Column("min_confidence", sa.Float(), nullable=True))
    op.add_column("jobs", sa.Column("examples", JSON, nullable=True))
    op.create_index(
        "uq_jobs_user_id_request_digest",
        "jobs",
        ["user_id", "request_digest"],
        unique=True,
        sqlite_where=sa.text(IS_FIRST),
        postgresql_where=sa.text(IS_FIRST),
    )
    op.add_column("results", sa.Column("candidates", JSON, nullable=True))
    op.add_column("results", sa.Column("evidence", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("results", "evidence")
    op.drop_column("results", "candidates")
    op.drop_index("uq_jobs_user_id_request_digest", "jobs")
    op.drop_column("jobs", "examples")
    op.drop_column("jobs", "min_confidence")
    op.drop_column("jobs", "request_digest")
