"""Indexes on tables that may be large: on Postgres they are built while the server writes.

Building concurrently needs a commit before and after it. What a migration does before the call
must therefore be repeatable: an interrupted migration begins again.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


def create_index(
    name: str, table: str, columns: Sequence[str], *, where: str | None = None, unique: bool = False
) -> None:
    """Create an index on a table of an earlier migration."""
    if not _is_online():
        _create(name, table, columns, where, unique=unique)
        return
    with op.get_context().autocommit_block():
        # An interrupted build leaves an index that is never used.
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
        _create(name, table, columns, where, unique=unique, concurrently=True)


def replace_index(
    name: str, table: str, columns: Sequence[str], *, where: str | None = None, unique: bool = False
) -> None:
    """Replace an index by another one of its name; on Postgres the old one serves meanwhile."""
    if not _is_online():
        op.drop_index(name, table_name=table)
        _create(name, table, columns, where, unique=unique)
        return
    new = f"{name}_new"
    create_index(new, table, columns, where=where, unique=unique)
    with op.get_context().autocommit_block():
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
        op.execute(f'ALTER INDEX "{new}" RENAME TO "{name}"')


def _is_online() -> bool:
    return bool(op.get_context().opts.get("is_online"))


def _create(
    name: str,
    table: str,
    columns: Sequence[str],
    where: str | None,
    *,
    unique: bool,
    concurrently: bool = False,
) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(
        name,
        table,
        list(columns),
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
        postgresql_concurrently=concurrently,
    )
