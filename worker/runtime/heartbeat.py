"""The row that shows that a worker process is alive and what it can do."""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable

from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError

from app.db import Database, now
from app.jobs.models import Worker

log = logging.getLogger(__name__)

BEAT_SECONDS = 10.0


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
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Write the row and keep it fresh."""
        self._beat()
        self._thread.start()

    def stop(self) -> None:
        """End the thread and remove the row."""
        self._stopping.set()
        self._thread.join()
        try:
            with self._database.write() as session:
                session.execute(delete(Worker).where(Worker.id == self._worker))
        except SQLAlchemyError:
            log.debug("deleting the worker's row failed; the sweeper deletes it", exc_info=True)

    def _run(self) -> None:
        while not self._stopping.wait(BEAT_SECONDS):
            self._beat()

    def _beat(self) -> None:
        moment = now()
        capabilities = {**self._capabilities(), "pid": os.getpid()}
        try:
            with self._database.write() as session:
                known = session.execute(
                    update(Worker)
                    .where(Worker.id == self._worker)
                    .values(seen_at=moment, capabilities=capabilities)
                    .returning(Worker.id)
                ).one_or_none()
                if known is None:
                    session.add(
                        Worker(
                            id=self._worker,
                            started_at=moment,
                            seen_at=moment,
                            capabilities=capabilities,
                        )
                    )
        except SQLAlchemyError:
            log.warning("writing the worker's heartbeat failed; retrying", exc_info=True)
