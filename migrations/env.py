"""Alembic's environment: runs migrations on the connection that `app.schema` opened."""

from alembic import context

from app.models import Base

connection = context.config.attributes["connection"]
is_sqlite = connection.dialect.name == "sqlite"
# In a transaction of the caller no index can be built concurrently.
is_online = not is_sqlite and not connection.in_transaction()
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite alters tables by copying them.
    render_as_batch=is_sqlite,
    compare_type=True,
    transaction_per_migration=is_online,
    # For `migrations.indexes`.
    is_online=is_online,
)
with context.begin_transaction():
    context.run_migrations()
