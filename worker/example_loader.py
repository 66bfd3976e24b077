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
        files = self._files(claim)
        by_type, warnings = {}, []
        for type_, given in claim.examples.items():
            read = [self._read(claim, each, files, parse) for each in given]
            good = [directions for directions in read if directions is not None]
            if good:
                by_type[type_] = combine_examples(good)
            if len(good) < len(read):
                warnings.append(
                    f'{len(read) - len(good)} of {len(read)} examples of "{type_}" could not be'
                    " read, or were deleted, and did not count."
                )
        return LoadedExamples(by_type, tuple(warnings))

    def _files(self, claim: Claim) -> Mapping[UUID, File]:
        """Return the example files that are still there: of a deleted one nothing is used."""
        wanted = {
            UUID(each["file_id"])
            for given in claim.examples.values()
            for each in given
            if "file_id" in each
        }
        with self.database.read() as session:
            return {
                file.id: file for file in session.scalars(select(File).where(File.id.in_(wanted)))
            }

    def _read(
        self, claim: Claim, example: Mapping[str, str], files: Mapping[UUID, File], parse: Parse
    ) -> Directions | None:
        if "text" in example:
            key: tuple[object, ...] = (hashlib.sha256(example["text"].encode()).digest(),)
            return self._remembered(key, lambda: self._read_text(example["text"]))
        file = files.get(UUID(example["file_id"]))
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
