"""Reads text from pictures of pages: the protocol of OCR engines, and how they are used."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from app.errors import FileError, FileErrorCode
from worker.parsing.document import name_pages
from worker.parsing.ocr.installed import OcrChoice
from worker.parsing.ocr.language_check import find_other_language
from worker.parsing.ocr.models import OCR_LANGUAGES
from worker.parsing.ocr.picture import OcrPicture, has_ink

# Pages in the right language and orientation are above this, except for the worst photographs.
_SURE = 60.0
# Pages in another script are below this, but so are many receipts.
_SURE_OF_LANGUAGE = 80.0
_HARDLY_READ = 45.0
# Without a budget: benchmarks and tests.
_DEFAULT_SECONDS = 600.0
_DENSE_DPI, _DPI = 200, 150
# The least confidences in orientation and script at which Tesseract's detector is right: on pages
# that are hard to read the first pair, against a fair reading the second.
_LIKELY = (1.0, 0.7)
_EVIDENT = (10.0, 2.0)
_RELATED_SCRIPTS = {"Fraktur": "Latin", "Hangul": "Korean", "Japanese": "Han"}


@dataclass(frozen=True, slots=True)
class Recognised:
    """The text of a picture and the mean confidence in its words, 0 to 100; 0 without words.

    `is_whole` is false if the time was up before the end.
    """

    text: str
    confidence: float
    is_whole: bool = True

    @property
    def weight(self) -> float:
        """The amount of text and the confidence in it, for comparing readings of one picture."""
        return self.confidence * sum(character.isalnum() for character in self.text)


@dataclass(frozen=True, slots=True)
class Orientation:
    """How far a picture must be turned counter-clockwise, in degrees, and its script.

    The confidences are the detector's, from 0 up, without a unit.
    """

    degrees: int
    confidence: float
    script: str
    script_confidence: float

    def is_sure(self, reading: Recognised) -> bool:
        """Whether the detected script is more credible than the reading."""
        least = _LIKELY if reading.confidence < _SURE else _EVIDENT
        return self.confidence >= least[0] and self.script_confidence >= least[1]


NOTHING = Recognised("", 0.0)


class OcrFailed(Exception):
    """The engine cannot work on this machine; the message is a sentence for the reasoning."""


class OcrEngine(Protocol):
    """Reads grey pictures (mode `L`) in one language and one thread."""

    def read(
        self, picture: Image.Image, dpi: int, seconds: float, *, is_shaded: bool
    ) -> Recognised:
        """Return the text that is read within about `seconds`.

        `is_shaded` pictures are not evenly lit and need a local threshold. Raises OcrFailed.
        """
        ...

    def detect_orientation(self, picture: Image.Image) -> Orientation | None:
        """Return the orientation and script of the text, or None if they are not clear."""
        ...


class Ocr:
    """Reads the pages of one file, and collects the warnings about them for the reasoning."""

    def __init__(
        self,
        choice: OcrChoice,
        engine: OcrEngine | None = None,
        budget: Callable[[], float | None] = lambda: _DEFAULT_SECONDS,
    ) -> None:
        """Read by an engine for the models of `choice`; without an engine no page can be read.

        `budget` is called before each page. It returns the seconds that the page may take, or
        None when no more pages may be read.
        """
        script = OCR_LANGUAGES[choice.lang].script
        self.dpi = _DENSE_DPI if script.is_dense else _DPI
        self._script = script.name
        self._choice = choice
        self._engine = engine
        self._budget = budget
        self._failure = None if engine else choice.warning
        self._has_read = False
        self._unread: dict[str, list[int]] = {}
        self._skipped_pictures: list[int] = []
        self._unsure: list[int] = []
        self._slow: list[int] = []
        self._foreign: dict[str, list[int]] = {}
        self._other_language: dict[str, list[int]] = {}

    @property
    def failure(self) -> str | None:
        """Why no page can be read, as a sentence; None while OCR works."""
        return self._failure

    def read(self, index: int, render: Callable[[], OcrPicture]) -> Recognised | None:
        """Return the text on the picture of a page, or None if it cannot be read.

        `render` is called only if the page will be read. A page that is hard to read is turned
        upright and read again. The text is empty if there are no words.
        """
        if self._failure is None:
            seconds = self._budget()
            if seconds is None:
                self.skip_page(index, "it would take too long")
                return None
            deadline = time.monotonic() + seconds
            try:
                return self._read(index, render(), deadline)
            except OcrFailed as error:
                self._failure = str(error)
        self.skip_page(index, self._failure)
        return None

    def read_pictures(self, index: int, crop: Callable[[], list[OcrPicture]]) -> list[str]:
        """Return the texts on the pictures of a page that has its own text.

        Returns only texts with high confidence, because OCR reads letters into logos and
        photographs, too.
        """
        engine = self._engine
        if engine is None or self._failure is not None:
            return []
        pictures = [prepared for prepared in crop() if has_ink(prepared.picture)]
        if not pictures:
            return []
        seconds = self._budget()
        if seconds is None:
            self._skipped_pictures.append(index)
            return []
        deadline = time.monotonic() + seconds
        try:
            readings = [
                engine.read(
                    prepared.picture,
                    self._dpi_of(prepared),
                    deadline - time.monotonic(),
                    is_shaded=False,
                )
                for prepared in pictures
            ]
        except OcrFailed as error:
            self._failure = str(error)
            return []
        self._has_read = True
        return [found.text for found in readings if found.text and found.confidence >= _SURE]

    def skip_page(self, index: int, reason: str | None) -> None:
        """Record a page that is not read, for the warnings."""
        self._unread.setdefault(reason or "", []).append(index)

    def warnings(self) -> list[str]:
        """Return sentences about all pages so far, for the reasoning."""
        sentences = []
        if self._has_read and self._choice.warning:
            sentences.append(self._choice.warning)
        for reason, pages in self._unread.items():
            sentences.append(f"{name_pages(pages)} could only be read by OCR: {reason}")
        if self._skipped_pictures:
            sentences.append(
                f"pictures on {name_pages(self._skipped_pictures)} were left out:"
                " OCR would take too long"
            )
        if self._slow:
            sentences.append(f"OCR of {name_pages(self._slow)} took too long and is incomplete")
        for script, pages in self._foreign.items():
            verb = "seems" if len(pages) == 1 else "seem"
            sentences.append(
                f"{name_pages(pages)} {verb} to be in {script} script, which OCR for the"
                f" language {self._choice.lang} cannot read well: give the job another `lang`"
            )
        for language, pages in self._other_language.items():
            verb = "seems" if len(pages) == 1 else "seem"
            sentences.append(
                f"{name_pages(pages)} {verb} to be in the language {language}, but OCR read for"
                f" {self._choice.lang}: give the job another `lang`"
            )
        if self._unsure:
            sentences.append(f"OCR could hardly read {name_pages(self._unsure)}")
        return sentences

    def _dpi_of(self, prepared: OcrPicture) -> int:
        return round(self.dpi * prepared.enlarged)

    def _read(self, index: int, prepared: OcrPicture, deadline: float) -> Recognised:
        if not has_ink(prepared.picture):
            return NOTHING
        found = self._read_upright(prepared, index, deadline)
        self._has_read = True
        if not found.is_whole:
            self._slow.append(index)
        if found.text and found.confidence < _HARDLY_READ:
            self._unsure.append(index)
        language = find_other_language(found.text, self._choice.lang)
        if language is not None:
            self._other_language.setdefault(language, []).append(index)
        return found

    def _read_upright(self, prepared: OcrPicture, index: int, deadline: float) -> Recognised:
        engine = self._engine
        assert engine is not None  # noqa: S101  the callers check it
        picture, dpi = prepared.picture, self._dpi_of(prepared)

        def read(*, is_shaded: bool = False) -> Recognised:
            seconds = deadline - time.monotonic()
            return engine.read(picture, dpi, seconds, is_shaded=is_shaded)

        found = read()
        if found.confidence >= _SURE_OF_LANGUAGE or not found.is_whole:
            return found
        seen = engine.detect_orientation(picture)
        if found.confidence >= _SURE:
            if seen and seen.degrees == 0 and seen.is_sure(found):
                self._compare_script(seen.script, index)
            return found
        # Without a result the page may be upside down: Tesseract recognises sideways pages itself.
        turn = seen.degrees if seen else 180
        is_upright = True
        if turn:
            original = picture
            picture = picture.rotate(turn, expand=True)
            again = read()
            is_upright = again.weight > found.weight
            if is_upright:
                found = again
            else:
                picture = original
        if found.confidence < _SURE:
            found = max(found, read(is_shaded=True), key=lambda reading: reading.weight)
        # A detector that is wrong about the orientation is wrong about the script.
        if seen and is_upright and seen.is_sure(found):
            self._compare_script(seen.script, index)
        return found

    def _compare_script(self, script: str, index: int) -> None:
        if _RELATED_SCRIPTS.get(script, script) != _RELATED_SCRIPTS.get(self._script, self._script):
            self._foreign.setdefault(script, []).append(index)


def ocr_unavailable(reason: str, ocr: Ocr) -> FileError:
    """Return the error for a file that only OCR can read; `reason` begins the sentence."""
    return FileError(FileErrorCode.OCR_UNAVAILABLE, f"{reason} and {ocr.failure}")
