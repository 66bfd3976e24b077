"""How many files of one project may wait for a worker."""

import threading
import time
from uuid import UUID

from app.db import Database
from app.errors import TooManyRequests
from app.jobs.recovery import count_queued

# Counting a hundred thousand files takes longer than creating a job: a count serves for this long.
COUNT_SECONDS = 1.0
MAX_COUNTS = 10_000
RETRY_SECONDS = 30


class OpenFiles:
    """Counts the waiting files of each project, and adds those that this process accepts.

    Several API processes may together exceed a limit by what they accept within COUNT_SECONDS.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[UUID, tuple[float, int]] = {}

    def check(self, database: Database, project_id: UUID, files: int, limit: int) -> None:
        """Raise TooManyRequests if a project has no room for so many files; 0 sets no limit."""
        if not limit or self._has_room(project_id, files, limit):
            return
        with database.read() as session:
            waiting = count_queued(session, project_id, limit)
        if waiting + files > limit:
            raise TooManyRequests(
                f"{waiting} files of this project wait for a worker, and {files} more would exceed "
                f"the limit of {limit}. Try again when some of them have ended.",
                RETRY_SECONDS,
            )
        with self._lock:
            if len(self._counts) >= MAX_COUNTS:
                self._counts.clear()
            self._counts[project_id] = (time.monotonic() + COUNT_SECONDS, waiting + files)

    def _has_room(self, project_id: UUID, files: int, limit: int) -> bool:
        """Add the files to a recent count; False without one, and if the limit seems reached."""
        with self._lock:
            until, count = self._counts.get(project_id, (0.0, 0))
            if time.monotonic() >= until or count + files > limit:
                return False
            self._counts[project_id] = (until, count + files)
            return True
