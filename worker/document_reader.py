"""Reading files: from the cache where possible, otherwise by the parser."""

import time
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from sqlalchemy import exists, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.db import Database
from app.errors import FileError, FileErrorCode
from app.files.blobs.protocol import BlobStore
from app.files.cache import CacheOwner, FileCache
from app.files.models import File
from app.observability import metrics
from app.observability.tracing import span
from worker.file_cache import CacheSession, StoredFileEntries, document_key
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrData
from worker.parsing.rendered_page import RenderedPage, RenderRequest
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.spawn import ParserUnavailable

DELETED = "the file was deleted before it was read"
# After the sentence of an error that was remembered.
EARLIER = " (the result of an earlier try with the same settings; it was not read again)"
LOST_BYTES = "the server has lost the bytes of this file: upload it again"

# Faults of this machine and not of the file, which is requeued: another worker, or this one
# later, may be able to read it.
MACHINE_FAULTS = (ParserUnavailable, OSError, OperationalError, PoolTimeoutError)

# The format in metrics of a file that could not be read.
UNREADABLE = "unreadable"


class Parser(Protocol):
    """Reads files; raises FileError, or ParserUnavailable when it cannot work here and now."""

    def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
        """Return the document in a file; raises ReadingAborted after `abort`."""
        ...

    def render(self, file: BinaryIO, name: str, wanted: RenderRequest) -> RenderedPage:
        """Draw a page of a file."""
        ...

    def abort(self) -> None:
        """End the `parse` that runs in another thread, if there is one."""
        ...

    def close(self) -> None:
        """End the parser's process."""
        ...


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Returns the documents of stored files. `limits` and `ocr` are those of the parser.

    The error of a file that used up its CPU time or its memory is remembered for `error_seconds`: a
    file of a few bytes, sent again and again, must not keep the workers from all others.
    """

    database: Database
    blobs: BlobStore
    parser: Parser
    cache: FileCache
    limits: ParserLimits
    ocr: OcrData
    error_seconds: float = 0.0

    @property
    def ocr_languages(self) -> list[str]:
        """The installed OCR languages."""
        return list(self.ocr.languages)

    def open_cache(self, owner: CacheOwner) -> CacheSession:
        """Return the cache of one file."""
        return CacheSession(StoredFileEntries(self.cache, owner))

    def read(
        self, cached: CacheSession, blob_key: str, name: str, request: ParseRequest
    ) -> Document:
        """Return the document of a file.

        Raises FileError, ReadingAborted after `abort`, and ParserUnavailable or OSError when this
        machine cannot read files at the moment.
        """
        key = document_key(request, self.limits, self.ocr)
        document = cached.find_document(key)
        if document is None:
            earlier = cached.find_failure(key) if self.error_seconds else None
            if earlier is not None:
                raise FileError(earlier.code, f"{earlier.sentence}{EARLIER}")
            began = time.monotonic()
            try:
                document = self.parse(blob_key, name, request)
            except FileError as error:
                if self.error_seconds and self._is_lasting(error, time.monotonic() - began):
                    cached.store_failure(key, error, self.error_seconds)
                raise
            cached.add_document(key, document)
        return document

    def _is_lasting(self, error: FileError, seconds: float) -> bool:
        """Tell whether another try would use up a limit too.

        On a busy machine a good file may reach the limit of wall time. A file that ends with the
        error before has reached the limit of CPU time.
        """
        if error.code == FileErrorCode.TIMEOUT:
            return seconds < self.limits.wall_seconds
        return error.code == FileErrorCode.OUT_OF_MEMORY

    def abort(self) -> None:
        """End the `read` that runs in another thread, if it parses."""
        self.parser.abort()

    def close(self) -> None:
        """End the parser's process."""
        self.parser.close()

    def parse(self, blob_key: str, name: str, request: ParseRequest) -> Document:
        """Return the document of a file as `read` does, without the cache."""
        file = self._open(blob_key)
        began, format_ = time.perf_counter(), UNREADABLE
        try:
            with file, span("parse", mode=request.mode):
                document = self.parser.parse(file, name, request)
            format_ = document.format
        finally:
            metrics.PARSE_SECONDS.observe(time.perf_counter() - began, format_, request.mode)
        return document

    def render(self, blob_key: str, name: str, wanted: RenderRequest) -> RenderedPage:
        """Draw a page of a file. Raises what `read` raises."""
        with self._open(blob_key) as file:
            return self.parser.render(file, name, wanted)

    def _open(self, blob_key: str) -> BinaryIO:
        try:
            return self.blobs.open(blob_key)
        except FileNotFoundError:
            raise self._missing_file_error(blob_key) from None

    def _missing_file_error(self, blob_key: str) -> FileError:
        """Tell a deleted file from lost bytes; raises OSError if the store is unavailable."""
        self.blobs.check()
        with self.database.read() as session:
            is_known = session.scalar(select(exists().where(File.blob_key == blob_key)))
        if is_known:
            return FileError(FileErrorCode.INTERNAL, LOST_BYTES)
        return FileError(FileErrorCode.FILE_DELETED, DELETED)
