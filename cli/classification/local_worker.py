"""A process that reads and classifies files of this machine, one after the other.

It needs no database: what it computes from a file goes to the user's cache.
"""

import hashlib
import logging
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import BinaryIO, Self

from app.configurations.rules_file import FileExample
from app.errors import FileError, FileErrorCode, StartupError
from app.jobs.pages import PageSelection
from app.text import escape_line
from cli.classification.file_opening import open_file
from cli.classification.local_messages import LocalWork, NotStarted, Ready
from cli.classification.results import FileResult
from cli.classification.user_cache import UserCache
from cli.parser_limits import parser_limits
from worker.classification.embedders.base import Vectors
from worker.classification.embedders.http_client import EmbedderUnavailable
from worker.classification.engine import Engine
from worker.classification.loading import limit_blas_threads, load_engine
from worker.classification.needed_text import verdict_request
from worker.classification.scoring.examples import (
    EmbeddedExamples,
    combine_examples,
)
from worker.file_cache import CacheSession, document_key
from worker.parsing.document import Document, DocumentPage
from worker.parsing.ocr.installed import OcrData, find_ocr
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.parser import ParserUnavailable, SandboxedParser

_CHUNK = 1024 * 1024


def run_worker(work: LocalWork, pipe: Connection) -> None:
    """Answer each path from the pipe with a FileResult, until the pipe is closed."""
    # Ctrl-C reaches the whole terminal group; the command decides when a worker ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Standard error is the progress bar's: what a user must know is in the results.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        with LocalEngine(work) as engine:
            pipe.send(Ready())
            while True:
                pipe.send(engine.classify(pipe.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except (StartupError, ParserUnavailable, EmbedderUnavailable) as error:
        pipe.send(NotStarted(str(error)))


class LocalEngine:
    """Reads and classifies files in this process; loading takes about 2 s of CPU.

    Raises StartupError when the classifier cannot be loaded or an example cannot be read.
    """

    def __init__(self, work: LocalWork) -> None:
        settings = work.settings
        self._rules = work.rules
        self._max_bytes = settings.upload_max_bytes
        self._cache = UserCache(work.cache_directory, settings.cache_max_bytes)
        self._limits = parser_limits(settings)
        self._ocr: OcrData = find_ocr(settings.ocr_data_dir)
        self._engine: Engine = load_engine(settings)
        limit_blas_threads()
        self._parser = SandboxedParser(self._limits, self._ocr)
        self._examples = self._load_examples()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._parser.close()

    @property
    def cache_directory(self) -> Path | None:
        """The directory of the cache's entries, None without a cache."""
        return self._cache.directory

    def classify(self, path: Path) -> FileResult:
        """Return the result of a file; never fails."""
        rules = self._rules
        try:
            document, cached = self._read(
                path, verdict_request(rules.pages, rules.lang, rules.mode)
            )
            embedded = self._engine.embed(document, cached)
            verdict = self._engine.judge(
                embedded,
                rules.job_rules,
                self._examples,
                min_confidence=rules.min_confidence,
            ).verdict
            cached.store()
        except FileError as error:
            return FileResult.failed(path, error.sentence, error.code)
        except MemoryError:
            return FileResult.failed(
                path, "classifying the file took too much memory", FileErrorCode.OUT_OF_MEMORY
            )
        except (ParserUnavailable, EmbedderUnavailable) as error:
            return FileResult.failed(
                path, f"this machine is at fault: {error}", FileErrorCode.INTERNAL
            )
        except Exception as error:  # noqa: BLE001  # one file's failure costs no other
            return FileResult.failed(
                path,
                f"an unexpected error happened ({type(error).__name__}: {error})",
                FileErrorCode.INTERNAL,
            )
        return FileResult.of(path, verdict.type, verdict.confidence, verdict.reasoning)

    def _read(self, path: Path, request: ParseRequest) -> tuple[Document, CacheSession]:
        with open_file(path, self._max_bytes) as file:
            cached = CacheSession(self._cache.entries(_digest(file, path)))
            key = document_key(request, self._limits, self._ocr)
            document = cached.find_document(key)
            if document is None:
                document = self._parser.parse(file, path.name, request)
                cached.add_document(key, document)
        return document, cached

    def _load_examples(self) -> dict[str, EmbeddedExamples]:
        return {
            rule.type: combine_examples(
                [self._load_example(rule.type, example) for example in rule.examples]
            )
            for rule in self._rules.rules
            if rule.examples
        }

    def _load_example(self, type_: str, example: FileExample) -> tuple[Vectors, ...]:
        rules = self._rules
        if example.text is not None:
            page = DocumentPage(0, example.text)
            embedded = self._engine.embed(Document("txt", (page,), 1))
            name = "a text"
        else:
            assert example.path is not None  # noqa: S101  # LocalClassifier refuses ids
            name = escape_line(example.written or str(example.path))
            try:
                document, cached = self._read(
                    example.path, verdict_request(PageSelection(), rules.lang, rules.mode)
                )
            except FileError as error:
                raise StartupError(
                    f"the example {name} of {type_} cannot be read: {error.sentence}; replace it"
                ) from None
            embedded = self._engine.embed(document, cached)
            cached.store()
        directions = self._engine.directions(embedded)
        if directions is None:
            raise StartupError(f"the example {name} of {type_} has no text; replace it")
        return directions


def _digest(file: BinaryIO, path: Path) -> str:
    """Return a digest of all of a file that its document depends on; leaves it at position 0.

    The ending of the name decides between formats of text.
    """
    digest = hashlib.sha256()
    try:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
        file.seek(0)
    except OSError as error:
        raise FileError(
            FileErrorCode.INTERNAL, f"the file cannot be read: {error.strerror}"
        ) from None
    return f"{digest.hexdigest()} {path.suffix.lower()}"
