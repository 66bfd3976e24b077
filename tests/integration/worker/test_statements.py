"""How often a worker asks the database for one file: what costs a worker's time at every file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from app.db import Database
from tests.integration.worker.pipeline_environment import PipelineEnvironment

# SQLite looks for a queued item before it locks the database for a claim.
PEEK = ["BEGIN", "SELECT file", "ROLLBACK"]
CLAIM = ["BEGIN", "UPDATE items", "SELECT jobs", "COMMIT"]
READ_CACHE = ["BEGIN", "SELECT file_caches", "ROLLBACK"]
FINISH = ["BEGIN", "UPDATE items", "INSERT results", "INSERT audit_events", "UPDATE jobs", "COMMIT"]
WRITE_CACHE = ["BEGIN", "INSERT file_caches", "COMMIT"]
