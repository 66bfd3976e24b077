"""Makes previews of pages, between the items of jobs."""

import contextlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass

from app.db import Database
from app.errors import FileError
from app.files.cache import CacheOwner, NewCacheEntry
from app.files.models import CacheKind
from app.jobs.pages import PageSelection
from app.previews import requests
from app.previews.requests import PreviewClaim
from app.previews.values import Preview, picture_key, preview_key
from worker.document_reader import DocumentReader
from worker.file_cache import unpack_document
from worker.parsing.document import Document, storable
from worker.parsing.rendered_page import RenderedPage, RenderRequest
from worker.parsing.request import ParseRequest
from worker.side_work import SideWork

log = logging.getLogger(__name__)

# The document that a quote is from is among the last ones.
_CACHED_DOCUMENTS = 4


@dataclass(frozen=True, slots=True)
class _PageText:
    """The text of a page and the number of pages of its file, or why it cannot be read."""

    text: str = ""
    problem: str = ""
    page_count: int | None = None


@dataclass(slots=True)
class PreviewRenderer(SideWork[PreviewClaim]):
    """Makes the previews that are asked for; `reader` is the one of the worker's pipeline."""

    name = "preview"

    database: Database
    reader: DocumentReader

    def _claim(self, worker: str) -> PreviewClaim | None:
        return requests.claim_next(self.database, worker)

    def _work_on(self, task: PreviewClaim) -> None:
        began = time.perf_counter()
        if task.is_last:
            self._end(task, "every worker that tried to draw it died")
            return
        page = self._render(task)
        text = self._read_text(task)
        preview = Preview(text.text, text.problem, page.problem, page.words, text.page_count)
        self._store(task, preview, page.picture)
        requests.finish(self.database, task)
        log.info(
            "preview made",
            extra={
                "file_id": str(task.file_id),
                "has_picture": page.picture is not None,
                "seconds": round(time.perf_counter() - began, 3),
            },
        )

    def _release(self, task: PreviewClaim) -> None:
        requests.release(self.database, task)

    def _fail(self, task: PreviewClaim) -> None:
        self._end(task, "an unexpected error happened; see the server's log")

    def _end(self, claim: PreviewClaim, reason: str) -> None:
        problem = f"The page cannot be shown: {reason}."
        self._store(claim, Preview("", problem, problem), None)
        requests.finish(self.database, claim)

    def _render(self, claim: PreviewClaim) -> RenderedPage:
        try:
            wanted = RenderRequest(claim.page, claim.width)
            return self.reader.render(claim.blob_key, claim.file_name, wanted)
        except FileError as error:
            return RenderedPage(problem=f"The page cannot be drawn: {storable(error.sentence)}.")

    def _read_text(self, claim: PreviewClaim) -> _PageText:
        for document in self._find_documents(claim):
            if (found := _find_page(document, claim.page)) is not None:
                return found
        request = ParseRequest(PageSelection(None, (claim.page,)))
        try:
            document = self.reader.parse(claim.blob_key, claim.file_name, request)
        except FileError as error:
            return _PageText(problem=f"The page cannot be read: {storable(error.sentence)}.")
        missing = _PageText(problem=f"There is no text of page {claim.page}.")
        return _find_page(document, claim.page) or missing

    def _find_documents(self, claim: PreviewClaim) -> Iterator[Document]:
        """Yield the last documents of the file that jobs have left in the cache."""
        owner = CacheOwner(claim.project_id, claim.file_id)
        for data in self.reader.cache.read_last(owner, CacheKind.DOCUMENT, _CACHED_DOCUMENTS):
            with contextlib.suppress(ValueError):  # of another release
                yield unpack_document(data)

    def _store(self, claim: PreviewClaim, preview: Preview, picture: bytes | None) -> None:
        owner = CacheOwner(claim.project_id, claim.file_id)
        cache = self.reader.cache
        # One by one: the preview may be there already, with a picture of another width.
        if picture is not None:
            key = picture_key(claim.page, claim.width)
            cache.put(owner, [NewCacheEntry(CacheKind.PICTURE, key, picture)])
        key = preview_key(claim.page)
        if preview.picture_problem:
            # Nobody must wait for the picture that an earlier preview promises.
            cache.discard(owner, CacheKind.PREVIEW, key)
        cache.put(owner, [NewCacheEntry(CacheKind.PREVIEW, key, preview.pack())])


def _find_page(document: Document, wanted: int) -> _PageText | None:
    for page in document.pages:
        if page.index == wanted:
            return _PageText(storable(page.text), page_count=document.total_pages)
    return None
