"""A pipeline over a world, to see files through it."""

from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

from app.files import service as files
from app.files.blobs.local import LocalBlobStore
from app.files.cache import FileCache
from app.files.service import NewFile
from app.jobs.models import Item, Result
from app.jobs.queue import Claim
from app.projects.scope import Scope
from devtools.world import World
from worker.classification.engine import Engine
from worker.example_loader import ExampleLoader
from worker.file_cache import Caching
from worker.parsing.document import Document, DocumentPage
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrData
from worker.parsing.request import ParseRequest
from worker.pipeline import Pipeline

INVOICE = "INVOICE 7\nTotal to pay: 12.00 by bank transfer"


class Parser:
    """A parser to whom something happens, or that finds a text."""

    def __init__(self, happens: BaseException | str) -> None:
        self._happens = happens
        self.requests: list[ParseRequest] = []

    def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
        assert file.read(1) is not None
        assert name
        self.requests.append(request)
        if isinstance(self._happens, BaseException):
            raise self._happens
        return Document("txt", (DocumentPage(0, self._happens),), 1)

    def abort(self) -> None:
        pass

    def close(self) -> None:
        pass


class Plumbing:
    """A world with blobs and a pipeline over them."""

    def __init__(self, world: World, blobs: LocalBlobStore, engine: Engine) -> None:
        self.world = world
        self.blobs = blobs
        self.pipeline = Pipeline(
            database=world.database,
            blobs=blobs,
            parser=Parser(INVOICE),
            engine=engine,
            caching=self.caching(),
            examples=ExampleLoader(world.database, engine.scorer, self.caching()),
            lease=timedelta(minutes=1),
        )
        self.claims: list[Claim | None] = []

    def caching(self, max_bytes: int = 1_000_000, **limits: int) -> Caching:
        cache = FileCache(self.world.database, self.blobs, max_bytes)
        return Caching(cache, ParserLimits(**limits), OcrData())

    def file(self, content: str = INVOICE, scope: Scope | None = None) -> UUID:
        writer = self.blobs.create()
        writer.write(content.encode())
        blob = writer.commit()
        with self.world.database.write() as session:
            new = NewFile("a.txt", "txt")
            return files.create(session, scope or self.world.here, new, blob).id

    def run(self, **parts: object) -> bool:
        pipeline = replace(self.pipeline, **parts)  # type: ignore[arg-type]
        return pipeline.run_next("w", on_claim=self.claims.append)

    def outcome(self, job_id: UUID) -> Item:
        (item,) = self.world.items(job_id)
        return item

    def result(self, job_id: UUID) -> Result:
        with self.world.database.read() as session:
            return session.get_one(Result, self.outcome(job_id).id)
