"""What is known of a file from earlier jobs: its text, and the vectors of its text.

The key of an entry says all that it depends on besides the file. So nothing has to be thrown
away for being outdated: nobody asks for it any more, and in time it is evicted.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal, TypeVar

from app.files.cache import CacheOwner, FileCache, NewCacheEntry
from app.files.models import CacheKind
from app.jobs.queue import Claim
from app.observability import metrics
from worker.classification.embedders.base import Embedder, Vectors
from worker.classification.embedders.passage_cache import fresh_vectors, pack, unpack, vectors_key
from worker.parsing.document import PARSER_VERSION, Document
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrData
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.protocol import MAX_FRAME

Origin = Literal["cached", "fresh"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Caching:
    """The cache, and the limits and OCR models with which files are read."""

    cache: FileCache
    limits: ParserLimits
    ocr: OcrData

    def of(self, claim: Claim) -> "CachedFile":
        """Return the caches of a claim's file, and of nothing else."""
        return self.of_file(CacheOwner(claim.project_id, claim.file_id))

    def of_file(self, owner: CacheOwner) -> "CachedFile":
        """Return the caches of one file."""
        return CachedFile(self.cache, self.limits, self.ocr, owner)


@dataclass(slots=True)
class CachedFile:
    """One file's caches while it is worked on: looks up, and collects what is to be kept.

    `origins` tells what was found: `parsed` and `embedded`, each `cached` or `fresh`; the second
    is `fresh` as soon as one embedder was asked.
    """

    cache: FileCache
    limits: ParserLimits
    ocr: OcrData
    owner: CacheOwner
    origins: dict[str, Origin] = field(default_factory=dict)
    _new: list[NewCacheEntry] = field(default_factory=list)

    def document(self, request: ParseRequest, parse: Callable[[], Document]) -> Document:
        """Return what `parse` gave for this request before, or gives now.

        Raises what `parse` raises; errors are not kept.
        """
        key = document_key(request, self.limits, self.ocr)
        document = self._known(CacheKind.DOCUMENT, key, unpack_document)
        if document is not None:
            self.origins["parsed"] = "cached"
            return document
        document = parse()
        self.origins["parsed"] = "fresh"
        self._new.append(NewCacheEntry(CacheKind.DOCUMENT, key, pack_document(document)))
        return document

    def vectors(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """Return the vectors that the embedder gave for these passages before, or gives now."""
        key = vectors_key(embedder, texts)
        shape = (len(texts), embedder.dimension)
        known = self._known(CacheKind.VECTORS, key, lambda data: unpack(data, shape))
        if known is not None:
            self.origins.setdefault("embedded", "cached")
            return known
        vectors = fresh_vectors(embedder, texts)
        self.origins["embedded"] = "fresh"
        self._new.append(NewCacheEntry(CacheKind.VECTORS, key, pack(vectors)))
        return vectors

    def keep(self) -> None:
        """Store what was not known. Never fails."""
        self.cache.put(self.owner, self._new)
        self._new.clear()

    def _known(self, kind: CacheKind, key: str, unpacked: Callable[[bytes], T]) -> T | None:
        data = self.cache.get(self.owner, kind, key)
        metrics.CACHE_LOOKUPS.add(1, kind.value, "miss" if data is None else "hit")
        if data is None:
            return None
        try:
            return unpacked(data)
        except ValueError:
            self.cache.remove(self.owner, kind, key)
            return None


def document_key(request: ParseRequest, limits: ParserLimits, ocr: OcrData) -> str:
    """Return a digest of all that a document depends on besides the file.

    Two selections that mean the same pages have the same key. A model that is installed later
    for the request's language makes another one.
    """
    pages: object = request.selection.max_pages or 0
    if request.selection.target_pages is not None:
        pages = sorted(set(request.selection.target_pages))
    models = ocr.choose(request.lang).version
    whole = json.dumps([PARSER_VERSION, asdict(limits), request.mode, request.lang, models, pages])
    return hashlib.sha256(whole.encode("ascii")).hexdigest()


def pack_document(document: Document) -> bytes:
    """Return a document as compressed JSON."""
    return zlib.compress(json.dumps(document.to_json()).encode("ascii"))


def unpack_document(data: bytes) -> Document:
    """Return the document that `pack_document` was given.

    Raises ValueError for anything else, and for what unpacks to more than a parser may answer.
    """
    try:
        inflater = zlib.decompressobj()
        text = inflater.decompress(data, MAX_FRAME)
        if not inflater.eof:
            raise ValueError("the document is cut, or larger than any may be")
        return Document.from_json(json.loads(text))
    except (zlib.error, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("this is no document") from error
