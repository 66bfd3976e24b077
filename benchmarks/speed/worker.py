"""A worker's pipeline in this process, over SQLite and a directory, that is timed by part."""

import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from app import schema
from app.files import service as files
from app.files.blobs.protocol import BlobStore
from app.files.service import NewFile
from app.files.sniff.sniff import extension_of
from app.jobs.values import Rule
from app.settings import load_settings
from benchmarks.speed.server import JOB_FILES
from benchmarks.speed.timers import PARTS, Timers
from cli.composition import open_blobs
from cli.pipeline import build_pipeline
from devtools.tenant_data import TenantData
from worker.parsing.sandbox.parser import SandboxedParser
from worker.pipeline import Pipeline

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TimedWorker:
    """A pipeline, the tenant whose files it reads, and their store."""

    pipeline: Pipeline
    tenants: TenantData
    blobs: BlobStore

    def add(self, content: bytes, suffix: str) -> UUID:
        """Store a file under a neutral name; return its id."""
        writer = self.blobs.create()
        writer.write(content)
        blob = writer.commit()
        name = f"document{suffix}"
        new = NewFile(name, extension_of(io.BytesIO(content), name))
        with self.tenants.database.write() as session:
            return files.create(session, self.tenants.first, new, blob).id

    def run(self, ids: Sequence[UUID], rules: Sequence[Rule]) -> None:
        """Classify files in jobs of 500 at most."""
        for start in range(0, len(ids), JOB_FILES):
            self.tenants.job(ids[start : start + JOB_FILES], rules=rules, deadline=DAY)
        while self.pipeline.run_next("benchmark", on_claim=lambda _: None, goes_on=lambda: True):
            pass

    def time(self, ids: Sequence[UUID], rules: Sequence[Rule]) -> dict[str, float]:
        """Classify files; return the milliseconds of processor time a file by part."""
        parser = self.pipeline.reader.parser
        assert isinstance(parser, SandboxedParser)
        timers = Timers(parser)
        with timers.patched(self.pipeline.engine.scorer.embedders):
            self.run(ids, rules)
        return {part: timers.seconds[part] / len(ids) * 1000 for part in PARTS}


@contextmanager
def timed_worker() -> Iterator[TimedWorker]:
    """Build a pipeline as a worker does, on an empty directory."""
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as folder:
        settings = load_settings(data_dir=Path(folder))
        built = build_pipeline(settings, ())
        assert isinstance(built, Pipeline)
        try:
            schema.migrate(built.database)
            yield TimedWorker(built, TenantData(built.database), open_blobs(settings))
        finally:
            built.close()
