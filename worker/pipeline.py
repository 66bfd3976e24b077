"""The one path of the main job: a claimed file is read, classified, and its outcome recorded."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO, Protocol

from sqlalchemy import exists, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.db import Database
from app.errors import FileError, FileErrorCode
from app.files.blobs.protocol import BlobStore
from app.files.models import File
from app.jobs import queue
from app.jobs.completion import Classified
from app.jobs.queue import Claim
from app.jobs.values import FileFailure, Verdict
from app.observability import metrics
from app.observability.logging import bind
from app.observability.tracing import span, stop_tracing
from worker.figures import UNREADABLE, count_file
from worker.parsing.document import PARSER_VERSION, Document
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.parser import ParserUnavailable, ReadingAborted
from worker.recording import record_patiently
from worker.runtime.lease import TOO_LONG, Lease, LeaseLost

if TYPE_CHECKING:
    # The server minds workers without loading the classifier itself.
    from worker.classification.engine import Engine
    from worker.example_loader import ExampleLoader
    from worker.file_cache import CachedFile, Caching

log = logging.getLogger(__name__)

# How often the outcome of a file is offered to a database that does not take it.
RECORD_TRIES = 8
# The machine's faults and not the file's, which is given back: another worker, or this one
# later, may well be able to read it.
MACHINE_FAULTS = (ParserUnavailable, OSError, OperationalError, PoolTimeoutError)

INTERNAL = FileFailure(
    FileErrorCode.INTERNAL,
    "an unexpected error happened while this file was worked on; the server's log tells more",
)

GONE = "the file was deleted before its turn came"
LOST_BYTES = "the server has lost the bytes of this file: upload it again"


class Parser(Protocol):
    """Reads files; raises FileError, or ParserUnavailable when it cannot work here and now."""

    def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
        """Return the document that a file holds; raises ReadingAborted after `abort`."""
        ...

    def abort(self) -> None:
        """End the reading of a file, which goes on in another thread, if it can be ended."""
        ...

    def close(self) -> None:
        """End the parser's process."""
        ...


class Remote(Protocol):
    """A server elsewhere, without which no file can be classified."""

    @property
    def trouble(self) -> str | None:
        """Why it could not be used when it was last asked, as a sentence; None when it could."""
        ...

    def is_ready(self) -> bool:
        """Tell whether it can be used; after trouble it is asked first."""
        ...


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What one worker process works with. One thread at a time."""

    database: Database
    blobs: BlobStore
    parser: Parser
    engine: "Engine"
    caching: "Caching"
    examples: "ExampleLoader"
    lease: timedelta
    # How long one file may take; what is stuck then is ended by whoever minds the process.
    limit: timedelta = timedelta(minutes=10)
    # What the queue's own time limit raises inside the work; the local runner kills instead.
    too_long: tuple[type[Exception], ...] = ()
    remote: Remote | None = None

    @property
    def capabilities(self) -> dict[str, object]:
        """What this worker can do, for its heartbeat row."""
        embedders = self.engine.scorer.embedders
        return {
            "engines": [f"{embedder.name} {embedder.version}" for embedder in embedders],
            "missing": (self.remote and self.remote.trouble) or self.engine.missing,
            "parser": PARSER_VERSION,
            "ocr_languages": list(self.caching.ocr.languages),
        }

    def run_next(self, worker: str, *, on_claim: Callable[[Claim | None], None]) -> bool:
        """Claim an item and see it through; False when nothing is open or can be done now.

        `on_claim` is told what is worked on, and None when that is over. Raises one of
        MACHINE_FAULTS when this machine, and not the file, is at fault: the item is given back
        then.
        """
        if self.remote is not None and not self.remote.is_ready():
            # A claimed file would only be read once more, and given back.
            return False
        began = time.time_ns()
        claim = queue.claim_next(self.database, worker, self.lease)
        if claim is None:
            return False
        on_claim(claim)
        try:
            with (
                bind(
                    request_id=claim.request_id,
                    job_id=str(claim.job_id),
                    item_id=str(claim.item_id),
                ),
                span(
                    "file",
                    began,
                    request_id=claim.request_id,
                    job_id=str(claim.job_id),
                    item_id=str(claim.item_id),
                ),
                Lease(self.database, claim, self.lease, self.limit, self.parser.abort) as lease,
            ):
                # Not around the claim: most of those find nothing.
                with span("claim", began):
                    pass
                self._see_through(claim, lease)
        finally:
            on_claim(None)
        return True

    def close(self) -> None:
        """End the parser's process and the database connections."""
        self.parser.close()
        self.database.close()
        stop_tracing()

    def _see_through(self, claim: Claim, lease: Lease) -> None:
        began = time.perf_counter()
        cached = self.caching.of(claim)
        try:
            outcome = self._work(claim, cached, lease)
        except LeaseLost:
            log.info("stopped: the file's job has ended, or another worker has the file")
            return
        except MACHINE_FAULTS:
            queue.release(self.database, claim)
            raise
        if not record_patiently(lambda: queue.finish(self.database, claim, outcome), RECORD_TRIES):
            log.warning("the lease was lost meanwhile: the outcome is dropped")
            metrics.LEASES_LOST.add()
            return
        count_file(outcome)
        log.info(
            "file ended",
            extra={
                "outcome": outcome.code if isinstance(outcome, FileFailure) else "classified",
                "seconds": round(time.perf_counter() - began, 3),
                "engine": self.engine.version,
                **cached.origins,
            },
        )
        if isinstance(outcome, Classified):
            # Not before the outcome is recorded: nobody has to wait for it.
            cached.keep()

    def _work(self, claim: Claim, cached: "CachedFile", lease: Lease) -> Classified | FileFailure:
        try:
            document = self._read(claim, cached)
            lease.check()
            verdict = self._classify(claim, cached, document, lease)
        except FileError as error:
            return FileFailure(error.code, _storable(error.sentence))
        except self.too_long:
            return TOO_LONG
        except MemoryError:
            # Left to itself, this would end a whole Celery worker, not only this file.
            return FileFailure(
                FileErrorCode.OUT_OF_MEMORY, "classifying the file took too much memory"
            )
        except ReadingAborted:
            raise LeaseLost from None
        except (*MACHINE_FAULTS, LeaseLost):
            raise
        except Exception:  # one file's failure must never touch another file
            log.exception("an unexpected error while working on a file")
            return INTERNAL
        return Classified(_storable_verdict(verdict), self.engine.version)

    def _read(self, claim: Claim, cached: "CachedFile") -> Document:
        blob_key = claim.blob_key
        if blob_key is None:
            raise FileError(FileErrorCode.FILE_DELETED, GONE)
        request = ParseRequest(selection=claim.pages, lang=claim.lang, mode=claim.mode)
        return cached.document(request, lambda: self._parse(blob_key, claim.file_name, request))

    def _parse(self, blob_key: str, name: str, request: ParseRequest) -> Document:
        try:
            file = self.blobs.open(blob_key)
        except FileNotFoundError:
            raise self._why_missing(blob_key) from None
        began, kind = time.perf_counter(), UNREADABLE
        try:
            with file, span("parse", mode=request.mode):
                document = self.parser.parse(file, name, request)
            kind = document.format
        finally:
            metrics.PARSE_SECONDS.observe(time.perf_counter() - began, kind, request.mode)
        return document

    def _classify(
        self, claim: Claim, cached: "CachedFile", document: Document, lease: Lease
    ) -> Verdict:
        found = self.examples.of(claim, self._parse)
        lease.check()
        began = time.perf_counter()
        with span("classify"):
            embedded = self.engine.embed(document, cached.vectors)
            lease.check()
            classification = self.engine.judge(
                embedded, claim.rules, found.by_type, found.warnings, claim.min_confidence
            )
        metrics.CLASSIFY_SECONDS.observe(time.perf_counter() - began, claim.mode)
        return classification.verdict

    def _why_missing(self, blob_key: str) -> FileError:
        """Tell a deleted file from lost bytes; raises OSError if the whole store is away."""
        self.blobs.check()
        with self.database.read() as session:
            is_known = session.scalar(select(exists().where(File.blob_key == blob_key)))
        if is_known:
            return FileError(FileErrorCode.INTERNAL, LOST_BYTES)
        return FileError(FileErrorCode.FILE_DELETED, GONE)


def _storable_verdict(verdict: Verdict) -> Verdict:
    quotes = tuple(replace(each, quote=_storable(each.quote)) for each in verdict.evidence)
    return replace(verdict, reasoning=_storable(verdict.reasoning), evidence=quotes)


def _storable(text: str) -> str:
    """Return text that every database takes: no NUL, no lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
