"""The one path of the main job: a claimed file is read, classified, and its outcome recorded."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO, Protocol

from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.errors import FileError, FileErrorCode
from app.files.blobs import BlobStore
from app.files.models import File
from app.jobs import transitions
from app.jobs.closing import Classified, Failed
from app.jobs.transitions import Claim
from app.observe import bind
from worker.classification.rules import Rule
from worker.parsing.document import Document
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox import ParserUnavailable
from worker.parsing.version import PARSER_VERSION

if TYPE_CHECKING:
    # The server minds workers without loading the classifier itself.
    from worker.caching import CachedFile, Caching
    from worker.classification.engine import Engine

log = logging.getLogger(__name__)

# How long the outcome of a file is kept in hand while the database does not take it.
RECORD_TRIES = 8
RECORD_WAIT_SECONDS = 0.25

INTERNAL = Failed(
    FileErrorCode.INTERNAL,
    "an unexpected error happened while this file was worked on; the server's log tells more",
)

GONE = "the file was deleted before its turn came"
LOST_BYTES = "the server has lost the bytes of this file: upload it again"


class Parser(Protocol):
    """Reads files; raises FileError, or ParserUnavailable when it cannot work here and now."""

    def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
        """Return the document that a file holds."""
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
    lease: timedelta
    # What the queue's own time limit raises inside the work; the local runner kills instead.
    too_long: type[Exception] = TimeoutError
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

        `on_claim` is told what is worked on, and None when that is over. Raises
        ParserUnavailable or OSError when this machine, and not the file, is at fault: the item
        is given back then.
        """
        if self.remote is not None and not self.remote.is_ready():
            # A claimed file would only be read once more, and given back.
            return False
        claim = transitions.claim_next(self.database, worker, self.lease)
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
                Lease(self.database, claim, self.lease),
            ):
                self._see_through(claim)
        finally:
            on_claim(None)
        return True

    def close(self) -> None:
        """End the parser's process and the database connections."""
        self.parser.close()
        self.database.close()

    def _see_through(self, claim: Claim) -> None:
        began = time.perf_counter()
        cached = self.caching.of(claim)
        try:
            outcome = self._work(claim, cached)
        except (ParserUnavailable, OSError):
            transitions.release(self.database, claim)
            raise
        if not self._record(claim, outcome):
            log.warning("the lease was lost meanwhile: another worker has this file now")
            return
        log.info(
            "file ended",
            extra={
                "outcome": outcome.code if isinstance(outcome, Failed) else "classified",
                "seconds": round(time.perf_counter() - began, 3),
                "engine": self.engine.version,
                **cached.origins,
            },
        )
        if isinstance(outcome, Classified):
            # Not before the outcome is recorded: nobody has to wait for it.
            cached.keep()

    def _work(self, claim: Claim, cached: "CachedFile") -> Classified | Failed:
        try:
            document = self._read(claim, cached)
            rules = [Rule(type_, description) for type_, description in claim.rules]
            reading = self.engine.scorer.read(document, cached.vectors)
            verdict = self.engine.judge(document, reading, rules)
        except FileError as error:
            return Failed(error.code, _storable(error.sentence))
        except self.too_long:
            return Failed(FileErrorCode.TIMEOUT, "working on the file took too long")
        except MemoryError:
            # Left to itself, this would end a whole Celery worker, not only this file.
            return Failed(FileErrorCode.OUT_OF_MEMORY, "classifying the file took too much memory")
        except (ParserUnavailable, OSError):
            raise
        except Exception:  # one file's failure must never touch another file
            log.exception("an unexpected error while working on a file")
            return INTERNAL
        return Classified(
            verdict.type,
            verdict.confidence,
            _storable(verdict.reasoning),
            self.engine.version,
        )

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
        with file:
            return self.parser.parse(file, name, request)

    def _why_missing(self, blob_key: str) -> FileError:
        """Tell a deleted file from lost bytes; raises OSError if the whole store is away."""
        self.blobs.check()
        with self.database.read() as session:
            is_known = session.scalar(select(exists().where(File.blob_key == blob_key)))
        if is_known:
            return FileError(FileErrorCode.INTERNAL, LOST_BYTES)
        return FileError(FileErrorCode.FILE_DELETED, GONE)

    def _record(self, claim: Claim, outcome: Classified | Failed) -> bool:
        """Write the outcome, trying again for a while when the database is away or full."""
        for attempt in range(RECORD_TRIES):
            try:
                return transitions.finish(self.database, claim, outcome)
            except SQLAlchemyError:
                if attempt == RECORD_TRIES - 1:
                    raise
                log.warning("the database did not take an outcome; trying again", exc_info=True)
                time.sleep(RECORD_WAIT_SECONDS * 2**attempt)
        return False


class Lease:
    """Renews a claim's lease from a thread for as long as the block runs."""

    def __init__(self, database: Database, claim: Claim, length: timedelta) -> None:
        self._database = database
        self._claim = claim
        self._length = length
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _renew(self) -> None:
        while not self._done.wait(self._length.total_seconds() / 3):
            try:
                if not transitions.renew(
                    self._database, self._claim.item_id, self._claim.token, self._length
                ):
                    return
            except SQLAlchemyError:
                log.warning("could not renew a lease; trying again", exc_info=True)


def _storable(text: str) -> str:
    """Return text that every database takes: no NUL, no lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
