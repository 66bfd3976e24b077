"""Pictures: each frame is a page that OCR reads."""

import contextlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document, DocumentPage, TextSource, name_pages
from worker.parsing.layout.features import PageLayout
from worker.parsing.layout.measure import measure_picture
from worker.parsing.ocr import picture as ocr_picture
from worker.parsing.ocr.page_reader import unavailable
from worker.parsing.readers.document_builder import Collector
from worker.parsing.readers.source import Source

# No letter can be read on fewer rows or columns.
_MIN_SIDE = 8


def read_image(source: Source) -> Document:
    """Read the chosen frames of a picture.

    A frame that is blank, or too small for a letter, is a page without text. A damaged frame
    gives a warning, `corrupt` when all are. Raises FileError (`too_large`, `corrupt`,
    `ocr_unavailable`, `no_such_pages`).
    """
    extension = source.type.extension
    with _damage_named():
        picture = ocr_picture.open_picture(source.file, extension)
        _check_size(source, picture)
        total = ocr_picture.count_frames(picture, extension)
    with contextlib.closing(picture):
        return _read_frames(source, picture, total)


def _read_frames(source: Source, picture: Image.Image, total: int) -> Document:
    collector = Collector(source)
    chosen = source.request.selection.choose(total, source.limits.max_pages)
    failed, unread = [], 0
    for index in chosen:
        try:
            page, layout = _read_frame(source, picture, index)
        except FileError as error:
            if error.code != FileErrorCode.CORRUPT:
                raise
            failed.append(index)
            continue
        if page is None:
            unread += 1
            page = DocumentPage(index=index, text="", source=TextSource.NONE)
        if not collector.add(page, layout):
            break
    if len(failed) == len(chosen):
        raise _damaged()
    if unread + len(failed) == len(chosen):
        raise unavailable("the file is a picture", source.ocr)
    if failed:
        collector.warn(f"{name_pages(failed)} could not be read")
    for sentence in source.ocr.warnings():
        collector.warn(sentence)
    return collector.finish(total)


def _read_frame(
    source: Source, picture: Image.Image, index: int
) -> tuple[DocumentPage | None, PageLayout | None]:
    """Return a frame's page, None when there may be text on it that cannot be read, and its layout.

    Layouts are measured in MULTIMODAL mode, of what is not blank.
    """
    with _damage_named():
        if index:
            picture.seek(index)
        _check_size(source, picture)
    blank = DocumentPage(index=index, text="", source=TextSource.NONE)
    if min(picture.size) < _MIN_SIDE:
        return blank, None
    with _damage_named():
        prepared = ocr_picture.to_grey(picture)
    if not ocr_picture.has_ink(prepared.picture):
        return blank, None
    found = source.ocr.read(index, lambda: prepared)
    text = found.text if found else ""
    layout = None
    if source.request.mode == "MULTIMODAL":
        layout = measure_picture(np.asarray(prepared.picture), index, text)
    if found is None:
        return None, layout
    page = DocumentPage(index, text, TextSource.OCR, confidence=found.confidence) if text else blank
    return page, layout


def _check_size(source: Source, picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > source.limits.image_pixels:
        raise FileError(
            FileErrorCode.TOO_LARGE,
            f"the picture has {width} x {height} pixels, more than the limit of"
            f" {source.limits.image_pixels // 1_000_000} million",
        )


@contextlib.contextmanager
def _damage_named() -> Iterator[None]:
    """Raise FileError (`corrupt`) for whatever Pillow raises over a damaged picture."""
    try:
        yield
    except (MemoryError, FileError):
        raise
    except Exception as error:
        raise _damaged() from error


def _damaged() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: the picture cannot be read")
