from typing import Any
from uuid import UUID

from cli.status import read_status

WIRE: dict[str, Any] = {
    "version": "9.0",
    "mode": "embedded",
    "project_id": str(UUID(int=1)),
    "queue": {"open_jobs": 1, "queued_files": 2, "running_files": 3, "oldest_seconds": 4.5},
    "workers": {"count": 2, "models": ["a 1"], "missing": [], "ocr_languages": ["en"]},
    "store": {"files": 5, "bytes": 6, "max_bytes": 0, "disk_free_bytes": None},
}


def test_what_a_newer_server_adds_is_ignored() -> None:
    newer = {**WIRE, "queue": {**WIRE["queue"], "paused": True}, "region": "north"}

    status = read_status(newer)

    assert status == read_status(WIRE)
    assert (status.workers, status.models, status.queued_files) == (2, ("a 1",), 2)
    assert (status.project_id, status.disk_free_bytes) == (UUID(int=1), None)
