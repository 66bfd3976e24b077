"""Jobs of version 2 of the API, saved configurations and saved webhooks.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column(
        "jobs", sa.Column("api_version", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("jobs", sa.Column("transaction_id", sa.String(length=255), nullable=True))
    op.add_column("jobs", sa.Column("configuration_id", sa.Uuid(), nullable=True))
    op.add_column("jobs", sa.Column("given_lang", sa.String(length=100), nullable=True))
    op.drop_index("ix_jobs_newest", "jobs")
    op.create_index(
        "ix_jobs_newest", "jobs", ["project_id", "api_version", "created_at", "id"], unique=False
    )
    op.create_index(
        "uq_jobs_project_id_api_version_transaction_id",
        "jobs",
        ["project_id", "api_version", "transaction_id"],
        unique=True,
        sqlite_where=sa.text("transaction_id IS NOT NULL"),
        postgresql_where=sa.text("transaction_id IS NOT NULL"),
    )

    op.create_table(
        "configurations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("product_type", sa.String(length=40), nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_configurations_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_configurations")),
    )
    op.create_index(
        "uq_configurations_project_id_product_type_name",
        "configurations",
        ["project_id", "product_type", "name"],
        unique=True,
    )
    op.create_index(
        "ix_configurations_newest",
        "configurations",
        ["project_id", "created_at", "id"],
        unique=False,
    )

    op.create_table(
        "saved_webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", JSON, nullable=True),
        sa.Column("output_format", sa.String(length=10), nullable=False),
        sa.Column("payload", sa.String(length=10), nullable=False),
        sa.Column("headers_encrypted", sa.Text(), nullable=True),
        sa.Column("secret_encrypted", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_saved_webhooks_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_webhooks")),
    )
    op.create_index(
        "ix_saved_webhooks_newest",
        "saved_webhooks",
        ["project_id", "created_at", "id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_saved_webhooks_newest", "saved_webhooks")
    op.drop_table("saved_webhooks")
    op.drop_index("ix_configurations_newest", "configurations")
    op.drop_index("uq_configurations_project_id_product_type_name", "configurations")
    op.drop_table("configurations")
    op.drop_index("uq_jobs_project_id_api_version_transaction_id", "jobs")
    op.drop_index("ix_jobs_newest", "jobs")
    op.create_index("ix_jobs_newest", "jobs", ["project_id", "created_at", "id"], unique=False)
    op.drop_column("jobs", "given_lang")
    op.drop_column("jobs", "configuration_id")
    op.drop_column("jobs", "transaction_id")
    op.drop_column("jobs", "api_version")
