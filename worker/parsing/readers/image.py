"""Reads image files: each frame is a page that OCR reads."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image, ImageFile

try:
    import pi_heif
except ImportError:  # an extra: not every site may install its decoder
    pi_heif = None

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document, DocumentPage, TextSource, name_pages
from worker.parsing.layout.features import PageLayout
from worker.parsing.layout.measure import measure_picture
from worker.parsing.ocr import picture as ocr_picture
from worker.parsing.ocr.engine import NOTHING
from worker.parsing.ocr.page_reader import ocr_unavailable
from worker.parsing.ocr.picture import OcrPicture
from worker.parsing.readers.document_builder import DocumentBuilder
from worker.parsing.readers.source import Source

# Letters need more rows and columns.
_MIN_SIDE = 8


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame for OCR; `is_cut` tells that its end is missing."""

    prepared: OcrPicture
    is_cut: bool = False


@dataclass(slots=True)
class _Findings:
    """The frames that are damaged or cut off, by index, and the number that OCR did not read."""

    failed: list[int] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    unread: int = 0

    def losses(self) -> Iterator[tuple[str, int]]:
        """Return the sentences about what is lost, with the numbers of pages."""
        if self.failed:
            yield f"{name_pages(self.failed)} could not be read", len(self.failed)
        if self.cut:
            yield f"the image of {name_pages(self.cut)} is cut off: its end is lost", len(self.cut)


def read_image(source: Source) -> Document:
    """Read the chosen frames of an image.

    A frame that is blank, or too small for a letter, is a page without text. A frame that is cut
    off is read as far as it goes. A damaged frame gives a warning. Raises FileError (`too_large`,
    `corrupt` if all frames are damaged, `ocr_unavailable`, `no_such_pages`, `unsupported_type` for
    HEIC without its extra).
    """
    with open_image(source) as picture:
        with damage_as_file_error():
            frames = ocr_picture.find_frames(picture, source.type.extension)
        return _read_frames(source, picture, frames)


def _enable_heic() -> None:
    if pi_heif is None:
        raise FileError(
            FileErrorCode.UNSUPPORTED_TYPE,
            "HEIC images need the extra `heic`, which is not installed on the server",
        )
    pi_heif.register_heif_opener()


def open_image(source: Source) -> Image.Image:
    """Open the image without decoding it. Raises FileError as `read_image` does."""
    if source.type.extension == "heic":
        _enable_heic()
    with damage_as_file_error():
        picture = ocr_picture.open_picture(source.file, source.type.extension)
        check_size(source, picture)
    return picture


def _read_frames(source: Source, picture: Image.Image, frames: Sequence[int]) -> Document:
    builder = DocumentBuilder(source)
    chosen = source.request.selection.choose(len(frames), source.limits.max_pages)
    findings = _add_frames(source, picture, [(index, frames[index]) for index in chosen], builder)
    if len(findings.failed) == len(chosen):
        raise _damaged()
    if findings.unread + len(findings.failed) == len(chosen):
        raise ocr_unavailable("the file is an image", source.ocr)
    if findings.cut and not builder.has_text:
        raise _damaged()
    for sentence, pages in findings.losses():
        builder.add_loss(sentence, pages)
    for sentence in source.ocr.warnings():
        builder.add_warning(sentence)
    return builder.build(len(frames))


def _add_frames(
    source: Source,
    picture: Image.Image,
    chosen: Sequence[tuple[int, int]],
    builder: DocumentBuilder,
) -> _Findings:
    """Add the pages of frames, which are given by their page's index and their number."""
    findings = _Findings()
    for index, number in chosen:
        try:
            frame = _prepare_frame(source, picture, number)
            page, layout = _read_frame(source, frame, index, is_needed=not builder.has_enough)
        except FileError as error:
            if error.code != FileErrorCode.CORRUPT:
                raise
            findings.failed.append(index)
            continue
        if frame is not None and frame.is_cut:
            findings.cut.append(index)
        if page is None:
            findings.unread += 1
            page = DocumentPage(index=index, text="", source=TextSource.NONE)
        if not builder.add_page(page, layout):
            break
    return findings


def _read_frame(
    source: Source, frame: _Frame | None, index: int, *, is_needed: bool
) -> tuple[DocumentPage | None, PageLayout | None]:
    """Return a frame's page, None if OCR cannot read it, and the frame's layout.

    A frame that is not needed is left out, unless it is blank or OCR cannot work.

    Layouts are measured in MULTIMODAL mode, of frames that are not blank.
    """
    blank = DocumentPage(index=index, text="", source=TextSource.NONE)
    if frame is None:
        return blank, None
    prepared = frame.prepared
    has_ink = ocr_picture.has_faint_ink(prepared.picture)
    if has_ink and not is_needed and source.ocr.failure is None:
        return replace(blank, source=TextSource.NOT_NEEDED), None
    found = source.ocr.read(index, lambda: prepared) if has_ink else NOTHING
    text = found.text if found else ""
    layout = None
    if has_ink and source.request.mode == "MULTIMODAL":
        layout = measure_picture(np.asarray(prepared.picture), text)
    if found is None:
        return None, layout
    page = DocumentPage(index, text, TextSource.OCR, confidence=found.confidence) if text else blank
    return page, layout


def _prepare_frame(source: Source, picture: Image.Image, number: int) -> _Frame | None:
    """Return a frame for OCR, None if it is too small for a letter. Raises FileError."""
    with damage_as_file_error():
        if number != picture.tell():
            picture.seek(number)
        check_size(source, picture)
        if min(picture.size) < _MIN_SIDE:
            return None
        try:
            return _Frame(ocr_picture.to_grey(picture))
        except OSError:
            # What Pillow has decoded already it does not decode once more.
            with open_image(source) as again, _accept_cut_pictures():
                again.seek(number)
                return _Frame(ocr_picture.to_grey(again), is_cut=True)


@contextlib.contextmanager
def _accept_cut_pictures() -> Iterator[None]:
    """Let Pillow decode pictures whose end is missing, for which it has a global switch only."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def check_size(source: Source, picture: Image.Image) -> None:
    """Raise FileError (`too_large`) for a frame with too many pixels."""
    width, height = picture.size
    if width * height > source.limits.image_pixels:
        raise FileError(
            FileErrorCode.TOO_LARGE,
            f"the image has {width} x {height} pixels, more than the limit of"
            f" {source.limits.image_pixels // 1_000_000} million",
        )


@contextlib.contextmanager
def damage_as_file_error() -> Iterator[None]:
    """Raise FileError (`corrupt`) for the exceptions of any type that Pillow raises."""
    try:
        yield
    except (MemoryError, FileError):
        raise
    except Exception as error:
        raise _damaged() from error


def _damaged() -> FileError:
    # Pillow does not tell which of the two it is.
    return FileError(
        FileErrorCode.CORRUPT,
        "the image cannot be read: it is damaged, or of a rare kind that is not supported",
    )
