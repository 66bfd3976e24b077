"""Models that are learned from labels, and whether a job wants them.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
DUE = "fitted_at IS NULL OR fitted_at < requested_at"


def upgrade() -> None:
    op.create_table(
        "learned_models",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("rules_digest", sa.String(length=64), nullable=False),
        sa.Column("rules", JSON, nullable=False),
        sa.Column("engine_version", sa.String(length=40), nullable=True),
        sa.Column("labels_digest", sa.String(length=64), nullable=True),
        sa.Column("label_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_used", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("report", JSON, nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("worker", sa.String(length=255), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_learned_models_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned_models")),
    )
    op.create_index(
        "uq_learned_models_project_id_rules_digest",
        "learned_models",
        ["project_id", "rules_digest"],
        unique=True,
    )
    op.create_index(
        "ix_learned_models_due",
        "learned_models",
        ["requested_at"],
        sqlite_where=sa.text(DUE),
        postgresql_where=sa.text(DUE),
    )
    op.create_table(
        "learned_data",
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("parameters", sa.LargeBinary(), nullable=False),
        sa.Column("documents", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["learned_models.id"],
            name=op.f("fk_learned_data_model_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_learned_data")),
    )
    op.add_column("jobs", sa.Column("learn", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "learn")
    op.drop_table("learned_data")
    op.drop_table("learned_models")
