"""The row that shows that a worker process is alive and what it can do."""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable

from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import SQLAlchemyError

from app.db import Database, now, table_of
from app.jobs.models import Worker
from app.jobs.workers import delete_worker, heartbeat_seconds

log = logging.getLogger(__name__)

_WORKERS = table_of(Worker)
_BEAT = (
    update(_WORKERS)
    .where(_WORKERS.c.id == bindparam("worker"))
    .values(seen_at=bindparam("moment"), capabilities=bindparam("able"))
)


def name_worker(kind: str) -> str:
    """Return a unique, readable name."""
    return f"{kind}@{socket.gethostname()[:100]}:{uuid.uuid4().hex[:12]}"


class Heartbeat:
    """Keeps a worker's row fresh from a thread; calls `capabilities` at each beat."""

    def __init__(
        self, database: Database, worker: str, capabilities: Callable[[], dict[str, object]]
    ) -> None:
        self._database = database
        self._worker = worker
        self._capabilities = capabilities
        self._is_failing = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Write the row and keep it fresh."""
        self.beat()
        self._thread.start()

    def stop(self) -> None:
        """End the thread and remove the row."""
        self._stopping.set()
        self._thread.join()
        try:
            delete_worker(self._database, self._worker)
        except SQLAlchemyError:
            log.debug("deleting the worker's row failed; the sweeper deletes it", exc_info=True)

    def beat(self) -> None:
        """Write the row now; a failure is logged, and the next beat tries again."""
        moment = now()
        capabilities = {**self._capabilities(), "pid": os.getpid()}
        try:
            with self._database.write() as session:
                values = {"worker": self._worker, "moment": moment, "able": capabilities}
                if not session.connection().execute(_BEAT, values).rowcount:
                    session.execute(
                        insert(_WORKERS).values(
                            id=self._worker,
                            started_at=moment,
                            seen_at=moment,
                            capabilities=capabilities,
                        )
                    )
            self._is_failing = False
        except SQLAlchemyError:
            if not self._is_failing:  # one line an outage, not one a beat
                log.warning("writing the worker's heartbeat failed; retrying", exc_info=True)
            self._is_failing = True

    def _run(self) -> None:
        seconds = heartbeat_seconds(is_sqlite=self._database.is_sqlite)
        while not self._stopping.wait(seconds):
            self.beat()
