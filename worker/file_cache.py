"""The cache of one file: its document and how it compares with what is known.

The key of an entry covers everything that the entry depends on besides the file. An outdated
entry is therefore never found again, and is evicted in time.
"""

import hashlib
import json
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal, Protocol, TypeVar

from app.errors import FileError, FileErrorCode
from app.files.cache import CacheOwner, FileCache, NewCacheEntry, StoredEntries, StoredEntry
from app.files.models import CacheKind
from app.observability import metrics
from worker.parsing.document import PARSER_VERSION, Document
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrData
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.protocol import MAX_FRAME

Origin = Literal["cached", "fresh"]
T = TypeVar("T")


class EntryStore(Protocol):
    """The entries of one file. None of its functions fails."""

    def get(self, kind: CacheKind, key: str) -> bytes | None:
        """Return an entry's bytes as they were stored; None when there is no such entry."""
        ...

    def put(self, entries: Sequence[NewCacheEntry]) -> None:
        """Store new entries."""
        ...

    def remove(self, kind: CacheKind, key: str) -> None:
        """Remove an entry that the caller cannot read."""
        ...


@dataclass(slots=True)
class StoredFileEntries:
    """The entries of a file of the server.

    The first `get` reads the rows of all entries; `put` also writes when the others were used, in
    the same transaction.
    """

    cache: FileCache
    owner: CacheOwner
    _used: dict[tuple[str, str], StoredEntry] = field(default_factory=dict)
    _stored: StoredEntries | None = None

    def get(self, kind: CacheKind, key: str) -> bytes | None:
        """Return an entry's bytes as they were stored; None when there is no such entry."""
        if self._stored is None:
            self._stored = self.cache.find(self.owner)
        entry = self._stored.get((kind.value, key))
        data = None if entry is None else self.cache.read(entry)
        if entry is None or data is None:
            return None
        self._used[kind.value, key] = entry
        return data

    def put(self, entries: Sequence[NewCacheEntry]) -> None:
        """Store new entries."""
        self.cache.put(self.owner, entries, list(self._used.values()))
        self._used.clear()

    def remove(self, kind: CacheKind, key: str) -> None:
        """Remove an entry that the caller cannot read."""
        entry = self._used.pop((kind.value, key), None)
        if entry is not None:
            self.cache.remove(entry)


@dataclass(slots=True)
class CacheSession:
    """The cache of one file while it is worked on; `store` writes what is new.

    `origins` has `parsed` and `embedded`, each `cached` or `fresh`. The second is `fresh` as soon
    as any part of the document was embedded. What is computed from a document is kept under names
    that cover everything that it depends on besides the document.
    """

    entries: EntryStore
    origins: dict[str, Origin] = field(default_factory=dict)
    _new: list[NewCacheEntry] = field(default_factory=list)
    _document: str = ""

    def find_document(self, key: str) -> Document | None:
        """Return the document of a `document_key`."""
        return self._find(CacheKind.DOCUMENT, key, self._read_document)

    def add_document(self, key: str, document: Document) -> None:
        """Add a document that was parsed."""
        self.origins["parsed"] = "fresh"
        packed = pack_document(document)
        self._document = _digest(packed)
        self._new.append(NewCacheEntry(CacheKind.DOCUMENT, key, packed))

    def find_failure(self, key: str) -> FileError | None:
        """Return the error that reading with these settings had, None if it is too long ago."""
        return self._find(CacheKind.FAILURE, key, unpack_failure)

    def store_failure(self, key: str, error: FileError, seconds: float) -> None:
        """Remember the error of a `document_key` for so long. Never fails."""
        self.entries.remove(CacheKind.FAILURE, key)
        data = pack_failure(error, time.time() + seconds)
        self.entries.put([NewCacheEntry(CacheKind.FAILURE, key, data)])

    def find(self, name: str, unpack: Callable[[bytes], T]) -> T | None:
        """Return what was computed from the document under a name."""
        found = self._find(CacheKind.VECTORS, self._key(name), unpack)
        if found is not None:
            self.origins.setdefault("embedded", "cached")
        return found

    def add(self, name: str, data: bytes) -> None:
        """Add what was computed from the document under a name."""
        self.origins["embedded"] = "fresh"
        self._new.append(NewCacheEntry(CacheKind.VECTORS, self._key(name), data))

    def store(self) -> None:
        """Write to the cache what is new. Never fails."""
        self.entries.put(self._new)
        self._new.clear()

    def _key(self, name: str) -> str:
        # The text counts, which is often the same with other limits.
        return _digest(f"{self._document} {name}".encode("ascii"))

    def _read_document(self, data: bytes) -> Document:
        document = unpack_document(data)
        self._document = _digest(data)
        self.origins["parsed"] = "cached"
        return document

    def _find(self, kind: CacheKind, key: str, unpack_entry: Callable[[bytes], T]) -> T | None:
        data = self.entries.get(kind, key)
        metrics.CACHE_LOOKUPS.add(1, kind.value, "miss" if data is None else "hit")
        if data is None:
            return None
        try:
            return unpack_entry(data)
        except ValueError:
            self.entries.remove(kind, key)
            return None


def document_key(request: ParseRequest, limits: ParserLimits, ocr: OcrData) -> str:
    """Return a digest of everything that a document depends on besides the file.

    Equal selections of pages have equal keys. Installing an OCR model for the request's language
    changes the key.
    """
    pages: object = request.selection.max_pages or 0
    if request.selection.target_pages is not None:
        pages = sorted(set(request.selection.target_pages))
    models = ocr.choose(request.lang).version
    asked = [request.mode, request.lang, request.enough, models, pages]
    whole = json.dumps([PARSER_VERSION, asdict(limits), *asked])
    return _digest(whole.encode("ascii"))


def pack_failure(error: FileError, until: float) -> bytes:
    """Return an error as JSON, with the Unix time at which it is forgotten."""
    stored = {"code": error.code, "sentence": error.sentence, "until": until}
    return json.dumps(stored).encode("ascii")


def unpack_failure(data: bytes) -> FileError:
    """Return the error from which `pack_failure` made the bytes.

    Raises ValueError for other bytes, and for an error that is forgotten.
    """
    try:
        stored = json.loads(data)
        error = FileError(FileErrorCode(stored["code"]), str(stored["sentence"]))
        is_forgotten = time.time() >= stored["until"]
    except (KeyError, TypeError) as problem:
        raise ValueError("not a cached failure") from problem
    if is_forgotten:
        raise ValueError("the failure is too long ago")
    return error


def pack_document(document: Document) -> bytes:
    """Return a document as compressed JSON."""
    return zlib.compress(json.dumps(document.to_json()).encode("ascii"))


def unpack_document(data: bytes) -> Document:
    """Return the document from which `pack_document` made the bytes.

    Raises ValueError for other bytes, and for a document larger than a parser may return.
    """
    try:
        inflater = zlib.decompressobj()
        text = inflater.decompress(data, MAX_FRAME)
        if not inflater.eof:
            raise ValueError("the document is incomplete or too large")
        return Document.from_json(json.loads(text))
    except (zlib.error, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a cached document") from error


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
