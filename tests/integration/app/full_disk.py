"""A disk that a test fills."""

from sqlalchemy import event, text

from app.db import Database


class Disk:
    """SQLite's own limit of pages: beyond it, it says that the disk is full."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._limit: int | None = None
        event.listen(database.engine, "checkout", self._apply)

    def fill(self) -> None:
        """Let the file grow no more; a little room may be left in its pages."""
        with self._database.engine.connect() as connection:
            self._limit = int(connection.scalar(text("PRAGMA page_count")) or 0)

    def free(self) -> None:
        self._limit = 1_000_000

    def _apply(self, connection: object, *_: object) -> None:
        if self._limit is not None:
            connection.execute(f"PRAGMA max_page_count={self._limit}")  # type: ignore[attr-defined]
