"""The project of each item, for a queue that is fair between projects; encrypted webhook URLs.

Items that have ended never need their project. URLs of older webhooks are encrypted by
`app.webhooks.url_encryption`, which has the secret key.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from migrations.indexes import replace_index

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OPEN = "status IN ('queued', 'running')"
QUEUED = "status = 'queued'"


def upgrade() -> None:
    # Repeatable: `replace_index` commits what is before it.
    op.add_column(
        "items",
        sa.Column("project_id", sa.Uuid(), nullable=True),
        if_not_exists=op.get_bind().dialect.name == "postgresql" or None,
    )
    op.execute(
        "UPDATE items SET project_id = (SELECT jobs.project_id FROM jobs"  # noqa: S608  # a constant
        f" WHERE jobs.id = items.job_id) WHERE {OPEN}"
    )
    replace_index("ix_items_queue", "items", ["project_id", "ordinal", "job_id"], where=QUEUED)
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
