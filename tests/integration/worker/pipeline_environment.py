"""A pipeline over a test database and a blob store, and methods that run it."""

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
from devtools.tenant_data import TenantData
from worker.classification.engine import Engine
from worker.document_reader import DocumentReader
from worker.document_reader import Parser as ParserProtocol
from worker.example_loader import ExampleLoader
from worker.parsing.document import Document, DocumentPage
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrData
from worker.parsing.request import ParseRequest
from worker.pipeline import Pipeline

INVOICE = "INVOICE 7\nTotal to pay: 12.00 by bank transfer"


class Parser:
    """A parser that returns this text or raises this exception."""

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


class PipelineEnvironment:
    """A pipeline over tenants and a blob store, and methods that run it."""

    def __init__(self, tenants: TenantData, blobs: LocalBlobStore, engine: Engine) -> None:
        self.tenants = tenants
        self.blobs = blobs
        reader = self.reader(Parser(INVOICE))
        self.pipeline = Pipeline(
            database=tenants.database,
            reader=reader,
            engine=engine,
            examples=ExampleLoader(tenants.database, engine, reader),
            lease=timedelta(minutes=1),
        )
        self.claims: list[Claim | None] = []

    def reader(
        self, parser: ParserProtocol, max_bytes: int = 1_000_000, **limits: int
    ) -> DocumentReader:
        return DocumentReader(
            database=self.tenants.database,
            blobs=self.blobs,
            parser=parser,
            cache=FileCache(self.tenants.database, self.blobs, max_bytes),
            limits=ParserLimits(**limits),
            ocr=OcrData(),
        )

    def file(self, content: str = INVOICE, scope: Scope | None = None) -> UUID:
        writer = self.blobs.create()
        writer.write(content.encode())
        blob = writer.commit()
        with self.tenants.database.write() as session:
            new = NewFile("a.txt", "txt")
            return files.create(session, scope or self.tenants.first, new, blob).id

    def run(
        self,
        parser: ParserProtocol | None = None,
        reader: DocumentReader | None = None,
        **parts: object,
    ) -> bool:
        """Process the next item, with these parts in place of the pipeline's own."""
        if parser is not None:
            reader = self.reader(parser)
        if reader is not None:
            examples = replace(self.pipeline.examples, reader=reader)
            parts = {"reader": reader, "examples": examples, **parts}
        pipeline = replace(self.pipeline, **parts)  # type: ignore[arg-type]
        return pipeline.run_next("w", on_claim=self.claims.append)

    def outcome(self, job_id: UUID) -> Item:
        (item,) = self.tenants.items(job_id)
        return item

    def result(self, job_id: UUID) -> Result:
        with self.tenants.database.read() as session:
            return session.get_one(Result, self.outcome(job_id).id)
