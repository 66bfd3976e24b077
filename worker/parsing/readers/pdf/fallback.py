"""Reads PDFs by pypdf: files that PDFium cannot open, vertical pages, pages without content."""

import io
import signal
from collections.abc import Callable

import pypdf
from pypdf.errors import LimitReachedError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    StreamObject,
)

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document, DocumentPage, TextSource, name_pages
from worker.parsing.readers.document_builder import DocumentBuilder
from worker.parsing.readers.pdf.forms import xfa_document
from worker.parsing.readers.source import Source

_MAX_BLANK_PAGES = 20
# In bytes; the packed content of a page that draws nothing is shorter.
_SOME_CONTENT = 32
_COLLECTION, _ENCRYPTED_PAYLOAD = "/Collection", "/EncryptedPayload"
# Zero would switch the alarm off.
_MIN_ALARM = 1e-6
_ALARM_AGAIN = 1.0


def read_with_pypdf(source: Source) -> Document:
    """Read the chosen pages with pypdf.

    Raises FileError (`encrypted`, `corrupt`, `no_such_pages`).
    """
    reader, total = _open(source)
    builder = DocumentBuilder(source)
    failed = []
    unread = []
    chosen = source.request.selection.choose(total, source.limits.max_pages)
    for index in chosen:
        if builder.has_plenty:
            builder.add_page(DocumentPage(index, "", TextSource.NOT_NEEDED))
            continue
        try:
            text = reader.pages[index].extract_text().rstrip()
        except (MemoryError, FileError):
            raise
        except Exception:  # noqa: BLE001  pypdf raises any type on damaged pages
            failed.append(index)
            continue
        kind = TextSource.TEXT_LAYER if text.strip() else TextSource.NONE
        if kind is TextSource.NONE and _draws_something(reader, index):
            unread.append(index)
        if not builder.add_page(DocumentPage(index=index, text=text, source=kind)):
            break
    if len(failed) == len(chosen):
        raise _damaged()
    if failed:
        builder.add_loss(f"{name_pages(failed)} could not be read", len(failed))
    if unread:
        builder.add_loss(
            f"no text was found on {name_pages(unread)}: the file is damaged, and what is drawn"
            " there could not be shown to OCR",
            len(unread),
        )
    return xfa_document.refuse_cover(builder.build(total))


def read_encrypted(source: Source) -> Document:
    """Read a file that PDFium cannot decrypt, if an empty password opens it for pypdf.

    Raises FileError (`encrypted`, `no_such_pages`).
    """
    try:
        return read_with_pypdf(source)
    except FileError as error:
        if error.code == FileErrorCode.CORRUPT:
            raise _locked() from error
        raise


def reread_text(source: Source, index: int) -> str:
    """Return pypdf's text of a page, "" if pypdf fails or is slow."""
    return run_with_timeout(lambda: _read_one(source, index), source.limits.slow_page_seconds)


def is_portfolio(source: Source) -> bool:
    """Tell whether a file is a collection of other files (ISO 32000-2, 12.3.5).

    Raises FileError (`encrypted`) if it only wraps an encrypted document (7.6.7).
    """
    answer = run_with_timeout(lambda: _find_collection(source), source.limits.slow_page_seconds)
    if answer == _ENCRYPTED_PAYLOAD:
        raise FileError(
            FileErrorCode.ENCRYPTED,
            "the file is protected by rights management, and its page only says so: save it without"
            " protection",
        )
    return bool(answer)


def read_hidden_layers(source: Source) -> frozenset[str]:
    """Return the names of the layers that are off when the file is opened (8.11.4.3)."""
    names: set[str] = set()

    def read() -> str:
        # Counting the pages would take longer than finding the layers.
        reader = pypdf.PdfReader(io.BytesIO(source.read_all()), strict=False)
        if not reader.is_encrypted or reader.decrypt(""):
            names.update(_hidden_layers(reader.root_object))
        return ""

    run_with_timeout(read, source.limits.slow_page_seconds)
    return frozenset(names)


def check_blank_pages(source: Source, indices: list[int], *, are_all: bool) -> list[int]:
    """Return those of some blank pages, of the first 20, whose content cannot be unpacked.

    Raises FileError where they are all pages of the file: `too_large` if a page's content is a
    bomb, `corrupt` if the file's structure contradicts itself or no page can be unpacked. Files
    that take too long to check pass.
    """
    indices = indices[:_MAX_BLANK_PAGES]
    damaged: list[int] = []
    verdict = run_with_timeout(
        lambda: _judge_blank_pages(source, indices, damaged), source.limits.slow_page_seconds
    )
    if are_all and verdict == FileErrorCode.TOO_LARGE:
        raise FileError(
            FileErrorCode.TOO_LARGE, "a page unpacks to more than the limit of the PDF reader"
        )
    if are_all and (verdict == FileErrorCode.CORRUPT or len(damaged) == len(indices)):
        raise _damaged()
    return damaged


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
        raise _locked()
    if total == 0:
        raise _damaged()
    return reader, total


def _draws_something(reader: pypdf.PdfReader, index: int) -> bool:
    """Tell whether a page shows a picture, or a form that may contain one."""
    try:
        resources = reader.pages[index].get("/Resources", {}).get_object()
        return bool(resources.get("/XObject", {}).get_object())
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  pypdf raises any type on damaged pages
        return False


def _locked() -> FileError:
    return FileError(FileErrorCode.ENCRYPTED, "the file is encrypted and needs a password")


def _damaged() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: it has no readable page")


def _read_one(source: Source, index: int) -> str:
    reader, _ = _open(source)
    return reader.pages[index].extract_text().rstrip()


def _find_collection(source: Source) -> str:
    catalogue = _open(source)[0].root_object
    if _COLLECTION not in catalogue:
        return ""
    files = [each.get_object() for each in catalogue.get("/AF", ())]
    is_wrapper = any(file.get("/AFRelationship") == _ENCRYPTED_PAYLOAD for file in files)
    return _ENCRYPTED_PAYLOAD if is_wrapper else _COLLECTION


def _hidden_layers(catalogue: DictionaryObject) -> set[str]:
    properties = catalogue.get("/OCProperties", {}).get_object()
    states = properties.get("/D", {}).get_object()
    is_off = states.get("/BaseState") == "/OFF"
    on, off = (
        {each.idnum for each in states.get(key, ()) if isinstance(each, IndirectObject)}
        for key in ("/ON", "/OFF")
    )
    hidden, shown = set[str](), set[str]()
    for each in properties.get("/OCGs", ()):
        name = str(each.get_object().get("/Name", ""))
        number = each.idnum if isinstance(each, IndirectObject) else 0
        is_hidden = number in off or (is_off and number not in on)
        (hidden if is_hidden else shown).add(name)
    return hidden - shown - {""}


def _judge_blank_pages(source: Source, indices: list[int], damaged: list[int]) -> str:
    """Return a code of the file as a whole, "" without one, and add to the `damaged` pages."""
    try:
        reader, total = _open(source)
        tree = reader.root_object["/Pages"].get_object()
        if not isinstance(tree, DictionaryObject) or tree.get("/Count") != total:
            return FileErrorCode.CORRUPT
        damaged += (index for index in indices if _is_damaged(reader.pages[index]))
    except LimitReachedError:
        return FileErrorCode.TOO_LARGE
    except FileError as error:
        return error.code
    return ""


def _is_damaged(page: pypdf.PageObject) -> bool:
    """Tell whether nothing comes out of the content streams of a page, which are not empty."""
    content = page.get("/Contents", NullObject()).get_object()
    streams = content if isinstance(content, ArrayObject) else [content]
    parts = [part for each in streams if isinstance(part := each.get_object(), StreamObject)]
    size = sum(len(part._data) for part in parts)  # noqa: SLF001  there is no other way
    return not any(part.get_data().strip() for part in parts) and size > _SOME_CONTENT


class _TooLong(BaseException):
    """The time for a function is over. No `except Exception` of a library catches it."""


def run_with_timeout(function: Callable[[], str], seconds: float) -> str:
    """Return the result of `function`, "" if it fails or takes longer than `seconds`.

    An alarm interrupts the function, so it must run in the main thread, and in Python: a call into
    another language delays the alarm until it returns.
    """
    is_running = True

    def interrupt(*_: object) -> None:
        if is_running:
            raise _TooLong

    before = signal.signal(signal.SIGALRM, interrupt)
    # Python drops an exception that is raised in a finaliser, so the alarm comes again.
    pause = (max(seconds, _MIN_ALARM), _ALARM_AGAIN)
    timer = signal.getitimer(signal.ITIMER_REAL)
    try:
        signal.setitimer(signal.ITIMER_REAL, *pause)
        try:
            return function()
        finally:
            is_running = False
    except (_TooLong, Exception):  # noqa: BLE001  pypdf raises any type on damaged pages
        return ""
    finally:
        is_running = False
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, before)
