"""Loading the examples of a job: files or texts, embedded and remembered as directions."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from app.db import Database
from app.errors import FileError
from app.files.cache import CacheOwner
from app.files.models import File
from app.jobs.pages import PageSelection
from app.jobs.queue import Claim
from app.jobs.values import Example
from worker.classification.embedders.base import Vectors
from worker.classification.engine import Engine
from worker.classification.needed_text import verdict_request
from worker.classification.scoring.examples import (
    EmbeddedExamples,
    combine_examples,
)
from worker.document_reader import DocumentReader
from worker.file_cache import CacheSession
from worker.parsing.document import Document, DocumentPage
from worker.parsing.request import ParseRequest
from worker.recent import Recent

log = logging.getLogger(__name__)

MAX_REMEMBERED = 500

Directions = tuple[Vectors, ...]


@dataclass(frozen=True, slots=True)
class LoadedExamples:
    """The examples that could be read, and a warning for each type where some could not."""

    by_type: Mapping[str, EmbeddedExamples]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExampleLoader:
    """Loads examples and remembers the last ones: all files of a job have the same."""

    database: Database
    engine: Engine
    reader: DocumentReader
    _remembered: Recent[tuple[object, ...], Directions | None] = field(
        default_factory=lambda: Recent(MAX_REMEMBERED)
    )

    def load(self, claim: Claim) -> LoadedExamples:
        """Return the examples of a claim's job, without those that were deleted or unreadable."""
        if not claim.examples:
            return LoadedExamples({})
        files = self._find_files(claim)
        groups: dict[str, list[Directions | None]] = {}
        for example in claim.examples:
            directions = self._load(claim, example, files)
            groups.setdefault(example.type, []).append(directions)
        by_type, warnings = {}, []
        for type_, group in groups.items():
            loaded = [directions for directions in group if directions is not None]
            if loaded:
                by_type[type_] = combine_examples(loaded)
            if len(loaded) < len(group):
                warnings.append(
                    f'{len(group) - len(loaded)} of {len(group)} examples of "{type_}" could not be'
                    " read, or were deleted, and did not count."
                )
        return LoadedExamples(by_type, tuple(warnings))

    def _find_files(self, claim: Claim) -> Mapping[UUID, File]:
        """Return the example files that exist, by id."""
        ids = {example.file_id for example in claim.examples if example.file_id is not None}
        with self.database.read() as session:
            return {file.id: file for file in session.scalars(select(File).where(File.id.in_(ids)))}

    def _load(
        self, claim: Claim, example: Example, files: Mapping[UUID, File]
    ) -> Directions | None:
        if example.file_id is None:
            key: tuple[object, ...] = (hashlib.sha256(example.text.encode()).digest(),)
            return self._remembered.get(key, lambda: self._read_text(example.text))
        file = files.get(example.file_id)
        if file is None:
            return None
        request = verdict_request(PageSelection(), claim.lang, claim.mode)
        key = (file.id, claim.lang, claim.mode)
        return self._remembered.get(key, lambda: self._read_file(file, request))

    def _read_text(self, text: str) -> Directions | None:
        return self._embed(Document("txt", (DocumentPage(0, text),), 1), None)

    def _read_file(self, file: File, request: ParseRequest) -> Directions | None:
        cached = self.reader.open_cache(CacheOwner(file.project_id, file.id))
        try:
            document = self.reader.read(cached, file.blob_key, file.name, request)
        except FileError:
            log.info("example cannot be read; ignoring it", extra={"file_id": str(file.id)})
            return None
        directions = self._embed(document, cached)
        cached.store()
        return directions

    def _embed(self, document: Document, cached: CacheSession | None) -> Directions | None:
        return self.engine.directions(self.engine.embed(document, cached))
