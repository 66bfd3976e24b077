"""Reading the examples of a job: files, or texts, of which only directions are kept in memory."""

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
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
from worker.classification.scoring.examples import (
    EmbeddedExamples,
    combine_examples,
    directions_of,
)
from worker.classification.scoring.scorer import Scorer
from worker.file_cache import Caching
from worker.parsing.document import Document, DocumentPage
from worker.parsing.request import ParseRequest

log = logging.getLogger(__name__)

REMEMBERED = 500

Directions = tuple[Vectors, ...]
Parse = Callable[[str, str, ParseRequest], Document]
"""Reads the blob of a key and a name; raises FileError."""


@dataclass(frozen=True, slots=True)
class LoadedExamples:
    """The examples that could be read, and a sentence about each type where some could not."""

    by_type: Mapping[str, EmbeddedExamples]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExampleLoader:
    """Reads examples, each once while it is remembered: a job may have hundreds of files."""

    database: Database
    scorer: Scorer
    caching: Caching
    _known: OrderedDict[tuple[object, ...], Directions | None] = field(default_factory=OrderedDict)

    def of(self, claim: Claim, parse: Parse) -> LoadedExamples:
        """Return the examples of a claim's job.

        One that is gone, or cannot be read, does not count; the reasoning will say so.
        """
        if not claim.examples:
            return LoadedExamples({})
        files = self._find_files(claim)
        groups: dict[str, list[Directions | None]] = {}
        for example in claim.examples:
            directions = self._load(claim, example, files, parse)
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
        self, claim: Claim, example: Example, files: Mapping[UUID, File], parse: Parse
    ) -> Directions | None:
        if example.file_id is None:
            key: tuple[object, ...] = (hashlib.sha256(example.text.encode()).digest(),)
            return self._remembered(key, lambda: self._read_text(example.text))
        file = files.get(example.file_id)
        if file is None:
            return None
        request = ParseRequest(PageSelection(), claim.lang, claim.mode)
        key = (file.id, claim.lang, claim.mode)
        return self._remembered(key, lambda: self._read_file(file, request, parse))

    def _remembered(
        self, key: tuple[object, ...], read: Callable[[], Directions | None]
    ) -> Directions | None:
        if key not in self._known:
            self._known[key] = read()
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]

    def _read_text(self, text: str) -> Directions | None:
        embedded = self.scorer.embed(Document("txt", (DocumentPage(0, text),), 1))
        return directions_of(embedded) if embedded.chunks else None

    def _read_file(self, file: File, request: ParseRequest, parse: Parse) -> Directions | None:
        cached = self.caching.of_file(CacheOwner(file.project_id, file.id))
        try:
            document = cached.document(request, lambda: parse(file.blob_key, file.name, request))
        except FileError:
            log.info("an example cannot be read", extra={"file_id": str(file.id)})
            return None
        embedded = self.scorer.embed(document, cached.vectors)
        cached.keep()
        return directions_of(embedded) if embedded.chunks else None
