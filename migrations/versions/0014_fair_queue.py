"""The project of each item, for a queue that is fair between projects; encrypted webhook URLs.

Items that have ended never need their project. Webhooks of older jobs keep their plain URL.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OPEN = "status IN ('queued', 'running')"
QUEUED = "status = 'queued'"


def upgrade() -> None:
    op.add_column("items", sa.Column("project_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE items SET project_id = (SELECT jobs.project_id FROM jobs"  # noqa: S608  # a constant
        f" WHERE jobs.id = items.job_id) WHERE {OPEN}"
    )
    op.drop_index("ix_items_queue", table_name="items")
    op.create_index(
        "ix_items_queue",
        "items",
        ["project_id", "ordinal", "job_id"],
        sqlite_where=sa.text(QUEUED),
        postgresql_where=sa.text(QUEUED),
    )
    op.add_column("webhook_configurations", sa.Column("url_encrypted", sa.Text(), nullable=True))
    op.add_column(
        "webhook_configurations", sa.Column("url_digest", sa.String(length=64), nullable=True)
    )
    op.add_column("saved_webhooks", sa.Column("url_encrypted", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("saved_webhooks", "url_encrypted")
    op.drop_column("webhook_configurations", "url_digest")
    op.drop_column("webhook_configurations", "url_encrypted")
    op.drop_index("ix_items_queue", table_name="items")
    op.create_index(
        "ix_items_queue",
        "items",
        ["ordinal", "job_id"],
        sqlite_where=sa.text(QUEUED),
        postgresql_where=sa.text(QUEUED),
    )
    op.drop_column("items", "project_id")
