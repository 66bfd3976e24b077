"""Earlier vacuuming of the queue's index on Postgres.

Each claimed item leaves a dead entry in the index, where the next claim begins. By default
Postgres removes dead entries when a fifth of the table has changed, and skips indexes when few
pages are affected. In a large table, each claim would step over tens of thousands of them.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPTIONS = {
    "autovacuum_vacuum_scale_factor": "0.01",
    "autovacuum_vacuum_threshold": "1000",
    "vacuum_index_cleanup": "on",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        options = ", ".join(f"{name} = {value}" for name, value in OPTIONS.items())
        op.execute(f"ALTER TABLE items SET ({options})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE items RESET ({', '.join(OPTIONS)})")
