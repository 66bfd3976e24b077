"""The audit log, limits and retention of projects, and keys for administration.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LIMITS = (
    ("requests_per_minute", sa.Integer()),
    ("uploads_per_minute", sa.Integer()),
    ("max_bytes", sa.BigInteger()),
    ("retention_days", sa.Integer()),
)


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("engine_version", sa.String(length=40), nullable=True),
        sa.Column("details", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index("ix_audit_events_project_id", "audit_events", ["project_id", "id"])
    for name, type_ in LIMITS:
        op.add_column("projects", sa.Column(name, type_, nullable=True))
    op.add_column(
        "api_keys",
        sa.Column("is_admin", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("api_keys", "is_admin")
    for name, _ in reversed(LIMITS):
        op.drop_column("projects", name)
    op.drop_index("ix_audit_events_project_id", "audit_events")
    op.drop_table("audit_events")
