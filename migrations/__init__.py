"""Alembic migrations, for SQLite and Postgres alike."""
