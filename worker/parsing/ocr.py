"""The place where an OCR engine will plug in. None exists yet, and nothing pretends to."""

from typing import Protocol

from app.errors import FileError, FileErrorCode


class Ocr(Protocol):
    """Reads the text off a picture."""

    def read(self, picture: bytes, lang: str) -> str:
        """Return the text of one grey raster page in PNG; `lang` is the job's language code."""
        ...


def unavailable(reason: str) -> FileError:
    """Return the error for a file that only OCR could read; `reason` begins the sentence."""
    return FileError(FileErrorCode.OCR_UNAVAILABLE, f"{reason} and no OCR is installed")
