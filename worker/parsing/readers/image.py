"""Reads image files: each frame is a page that OCR reads."""

import contextlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

try:
    import pi_heif
except ImportError:  # an extra: not every site may install its decoder
    pi_heif = None

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document, DocumentPage, TextSource, name_pages
from worker.parsing.layout.features import PageLayout
from worker.parsing.layout.measure import measure_picture
from worker.parsing.ocr import picture as ocr_picture
from worker.parsing.ocr.page_reader import ocr_unavailable
from worker.parsing.readers.document_builder import DocumentBuilder
from worker.parsing.readers.source import Source

# Letters need more rows and columns.
_MIN_SIDE = 8


def read_image(source: Source) -> Document:
    """Read the chosen frames of an image.

    A frame that is blank, or too small for a letter, is a page without text. A damaged frame
    gives a warning. Raises FileError (`too_large`, `corrupt` if all frames are damaged,
    `ocr_unavailable`, `no_such_pages`, `unsupported_type` for HEIC without its extra).
    """
    extension = source.type.extension
    if extension == "heic":
        _enable_heic()
    with _damage_as_file_error():
        picture = ocr_picture.open_picture(source.file, extension)
        _check_size(source, picture)
        total = ocr_picture.count_frames(picture, extension)
    with contextlib.closing(picture):
        return _read_frames(source, picture, total)


def _enable_heic() -> None:
    if pi_heif is None:
        raise FileError(
            FileErrorCode.UNSUPPORTED_TYPE,
            "HEIC images need the extra `heic`, which is not installed on the server",
        )
    pi_heif.register_heif_opener()


def _read_frames(source: Source, picture: Image.Image, total: int) -> Document:
    builder = DocumentBuilder(source)
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
        if not builder.add_page(page, layout):
            break
    if len(failed) == len(chosen):
        raise _damaged()
    if unread + len(failed) == len(chosen):
        raise ocr_unavailable("the file is an image", source.ocr)
    if failed:
        builder.add_warning(f"{name_pages(failed)} could not be read")
    for sentence in source.ocr.warnings():
        builder.add_warning(sentence)
    return builder.build(total)


def _read_frame(
    source: Source, picture: Image.Image, index: int
) -> tuple[DocumentPage | None, PageLayout | None]:
    """Return a frame's page, None if OCR cannot read it, and the frame's layout.

    Layouts are measured in MULTIMODAL mode, of frames that are not blank.
    """
    with _damage_as_file_error():
        if index:
            picture.seek(index)
        _check_size(source, picture)
    blank = DocumentPage(index=index, text="", source=TextSource.NONE)
    if min(picture.size) < _MIN_SIDE:
        return blank, None
    with _damage_as_file_error():
        prepared = ocr_picture.to_grey(picture)
    if not ocr_picture.has_ink(prepared.picture):
        return blank, None
    found = source.ocr.read(index, lambda: prepared)
    text = found.text if found else ""
    layout = None
    if source.request.mode == "MULTIMODAL":
        layout = measure_picture(np.asarray(prepared.picture), text)
    if found is None:
        return None, layout
    page = DocumentPage(index, text, TextSource.OCR, confidence=found.confidence) if text else blank
    return page, layout


def _check_size(source: Source, picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > source.limits.image_pixels:
        raise FileError(
            FileErrorCode.TOO_LARGE,
            f"the image has {width} x {height} pixels, more than the limit of"
            f" {source.limits.image_pixels // 1_000_000} million",
        )


@contextlib.contextmanager
def _damage_as_file_error() -> Iterator[None]:
    """Raise FileError (`corrupt`) for the exceptions of any type that Pillow raises."""
    try:
        yield
    except (MemoryError, FileError):
        raise
    except Exception as error:
        raise _damaged() from error


def _damaged() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: the image cannot be read")
