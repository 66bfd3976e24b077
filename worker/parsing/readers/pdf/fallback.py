"""What pypdf does for PDFs: files that PDFium cannot open, Arabic pages, oversized streams."""

import io
from dataclasses import replace

import pypdf
from pypdf.errors import LimitReachedError
from pypdf.generic import DictionaryObject

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document, DocumentPage, TextSource, name_pages
from worker.parsing.readers.document_builder import Collector
from worker.parsing.readers.pdf.timeout import run_capped
from worker.parsing.readers.source import Source

_BARE_PAGES = 3


def read_with_pypdf(source: Source) -> Document:
    """Read the chosen pages with pypdf.

    Raises FileError (`encrypted`, `corrupt`, `no_such_pages`).
    """
    reader, total = _open(source)
    collector = Collector(source)
    failed = []
    chosen = source.request.selection.choose(total, source.limits.max_pages)
    for index in chosen:
        try:
            text = reader.pages[index].extract_text().rstrip()
        except (MemoryError, FileError):
            raise
        except Exception:  # noqa: BLE001  pypdf raises any type on damaged pages
            failed.append(index)
            continue
        kind = TextSource.TEXT_LAYER if text.strip() else TextSource.NONE
        if not collector.add(DocumentPage(index=index, text=text, source=kind)):
            break
    if len(failed) == len(chosen):
        raise _damaged()
    if failed:
        collector.warn(f"{name_pages(failed)} could not be read")
    return collector.finish(total)


def reread_page(source: Source, page: DocumentPage) -> DocumentPage:
    """Return `page` with pypdf's text of it, or as it is where pypdf fails or is slow."""
    text = run_capped(lambda: _read_one(source, page.index), source.limits.slow_page_seconds)
    return replace(page, text=text) if text.strip() else page


def check_bare_pages(source: Source, indices: list[int]) -> None:
    """Tell blank pages from those that PDFium found nothing on because it gave up.

    Raises FileError: `too_large` where a page's content is a bomb, `corrupt` where the file's
    structure contradicts itself. A file that is blank, or too slow to tell, passes.
    """
    verdict = run_capped(
        lambda: _judge_bare_pages(source, indices[:_BARE_PAGES]), source.limits.slow_page_seconds
    )
    if verdict == FileErrorCode.TOO_LARGE:
        raise FileError(FileErrorCode.TOO_LARGE, "a page unpacks to more than any page may hold")
    if verdict == FileErrorCode.CORRUPT:
        raise _damaged()


def _open(source: Source) -> tuple[pypdf.PdfReader, int]:
    try:
        reader = pypdf.PdfReader(io.BytesIO(source.read_all()), strict=False)
        is_locked = reader.is_encrypted and not reader.decrypt("")
        total = 0 if is_locked else len(reader.pages)
    except MemoryError:
        raise
    except Exception as error:  # pypdf raises any type on damaged files
        raise _damaged() from error
    if is_locked:
        raise FileError(FileErrorCode.ENCRYPTED, "the file is encrypted and needs a password")
    if total == 0:
        raise _damaged()
    return reader, total


def _damaged() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: it has no readable page")


def _read_one(source: Source, index: int) -> str:
    reader, _ = _open(source)
    return reader.pages[index].extract_text().rstrip()


def _judge_bare_pages(source: Source, indices: list[int]) -> str:
    try:
        reader, total = _open(source)
        tree = reader.root_object["/Pages"].get_object()
        if not isinstance(tree, DictionaryObject) or tree.get("/Count") != total:
            return FileErrorCode.CORRUPT
        for index in indices:
            content = reader.pages[index].get_contents()
            if content is not None:
                content.get_data()
    except LimitReachedError:
        return FileErrorCode.TOO_LARGE
    except FileError as error:
        return error.code
    return ""
