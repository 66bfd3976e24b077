"""Reading the text off pictures of pages: what every engine is asked, and how it is used."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from app.errors import FileError, FileErrorCode
from worker.parsing.document import name_pages
from worker.parsing.ocr.installed import OcrChoice
from worker.parsing.ocr.language_check import other_language
from worker.parsing.ocr.models import OCR_LANGUAGES
from worker.parsing.ocr.picture import Prepared, has_ink

# Of pages in the right language and direction, the worst photographs are below this.
_SURE = 60.0
# Of pages in another script, most are below that, all below this; but so are many receipts.
_SURE_OF_LANGUAGE = 80.0
_HARDLY_READ = 45.0
# Where nobody counts: benchmarks and tests.
_PATIENCE_SECONDS = 600.0
_DENSE_DPI, _DPI = 200, 150
# What Tesseract's detector says of direction and script: on pages that are hard to read it is
# right from the first pair on; against a fair reading it takes the second one.
_LIKELY = (1.0, 0.7)
_EVIDENT = (10.0, 2.0)
_RELATED_SCRIPTS = {"Fraktur": "Latin", "Hangul": "Korean", "Japanese": "Han"}


@dataclass(frozen=True, slots=True)
class Recognised:
    """The text of a picture and the mean confidence in its words, 0 to 100; 0 without words.

    `is_whole` is false where the time was up before the end.
    """

    text: str
    confidence: float
    is_whole: bool = True

    @property
    def weight(self) -> float:
        """How much was read, and how surely: for comparing readings of one picture."""
        return self.confidence * sum(character.isalnum() for character in self.text)


@dataclass(frozen=True, slots=True)
class Direction:
    """How far a picture must be turned counter-clockwise, in degrees, and its script.

    The confidences are what the detector says, from 0 up, and mean little by themselves.
    """

    degrees: int
    confidence: float
    script: str
    script_confidence: float

    def is_sure(self, reading: Recognised) -> bool:
        """Whether the script can be believed, which says that the reading is wrong."""
        least = _LIKELY if reading.confidence < _SURE else _EVIDENT
        return self.confidence >= least[0] and self.script_confidence >= least[1]


NOTHING = Recognised("", 0.0)


class OcrFailed(Exception):
    """The engine cannot work here; the message is a sentence for the reasoning."""


class OcrEngine(Protocol):
    """Reads grey pictures (mode `L`). One language, one thread."""

    def read(
        self, picture: Image.Image, dpi: int, seconds: float, *, is_shaded: bool
    ) -> Recognised:
        """Return the text, as far as it is read in about so many seconds.

        `is_shaded` pictures are not evenly lit: what is ink depends on its surroundings. Raises
        OcrFailed.
        """
        ...

    def look(self, picture: Image.Image) -> Direction | None:
        """Return the direction and script of what is written, or None when that is not clear."""
        ...


class Ocr:
    """Reads the pages of one file, and remembers what the reasoning should say about that."""

    def __init__(
        self,
        choice: OcrChoice,
        engine: OcrEngine | None = None,
        allow: Callable[[], float | None] = lambda: _PATIENCE_SECONDS,
    ) -> None:
        """Without an engine nothing can be read.

        `allow` is called before each page and returns the seconds that it may take, or None
        when no more pages may be read.
        """
        script = OCR_LANGUAGES[choice.lang].script
        self.dpi = _DENSE_DPI if script.is_dense else _DPI
        self._script = script.name
        self._choice = choice
        self._engine = engine
        self._allow = allow
        self._trouble = None if engine else choice.warning
        self._has_read = False
        self._unread: dict[str, list[int]] = {}
        self._pictures_left: list[int] = []
        self._unsure: list[int] = []
        self._slow: list[int] = []
        self._foreign: dict[str, list[int]] = {}
        self._other_language: dict[str, list[int]] = {}

    @property
    def trouble(self) -> str | None:
        """Why nothing can be read, as a sentence; None while all is well."""
        return self._trouble

    def read(self, index: int, render: Callable[[], Prepared]) -> Recognised | None:
        """Return what is written on the picture of a page, or None when it cannot be read.

        The picture is only made when it is going to be read. A page that is hard to read is
        turned upright and read again. Without words the text is empty.
        """
        if self._trouble is None:
            seconds = self._allow()
            if seconds is None:
                self.leave(index, "it would take too long")
                return None
            deadline = time.monotonic() + seconds
            try:
                return self._read(index, render(), deadline)
            except OcrFailed as error:
                self._trouble = str(error)
        self.leave(index, self._trouble)
        return None

    def read_pictures(self, index: int, cut_out: Callable[[], list[Prepared]]) -> list[str]:
        """Return what is written on the pictures of a page that has text besides.

        Only what is read without doubt: logos and photographs give letters, too.
        """
        engine = self._engine
        if engine is None or self._trouble is not None:
            return []
        pictures = [prepared for prepared in cut_out() if has_ink(prepared.picture)]
        if not pictures:
            return []
        seconds = self._allow()
        if seconds is None:
            self._pictures_left.append(index)
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
            self._trouble = str(error)
            return []
        self._has_read = True
        return [found.text for found in readings if found.text and found.confidence >= _SURE]

    def leave(self, index: int, reason: str | None) -> None:
        """Remember a page that has to go unread."""
        self._unread.setdefault(reason or "", []).append(index)

    def warnings(self) -> list[str]:
        """Return sentences about all pages so far."""
        sentences = []
        if self._has_read and self._choice.warning:
            sentences.append(self._choice.warning)
        for reason, pages in self._unread.items():
            sentences.append(f"{name_pages(pages)} could only be read by OCR: {reason}")
        if self._pictures_left:
            sentences.append(
                f"pictures on {name_pages(self._pictures_left)} were left out: OCR would take too"
                " long"
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

    def _dpi_of(self, prepared: Prepared) -> int:
        return round(self.dpi * prepared.enlarged)

    def _read(self, index: int, prepared: Prepared, deadline: float) -> Recognised:
        if not has_ink(prepared.picture):
            return NOTHING
        found = self._read_upright(prepared, index, deadline)
        self._has_read = True
        if not found.is_whole:
            self._slow.append(index)
        if found.text and found.confidence < _HARDLY_READ:
            self._unsure.append(index)
        language = other_language(found.text, self._choice.lang)
        if language is not None:
            self._other_language.setdefault(language, []).append(index)
        return found

    def _read_upright(self, prepared: Prepared, index: int, deadline: float) -> Recognised:
        engine = self._engine
        assert engine is not None  # noqa: S101  there is no trouble
        picture, dpi = prepared.picture, self._dpi_of(prepared)

        def read(*, is_shaded: bool = False) -> Recognised:
            seconds = deadline - time.monotonic()
            return engine.read(picture, dpi, seconds, is_shaded=is_shaded)

        found = read()
        if found.confidence >= _SURE_OF_LANGUAGE or not found.is_whole:
            return found
        seen = engine.look(picture)
        if found.confidence >= _SURE:
            if seen and seen.degrees == 0 and seen.is_sure(found):
                self._compare_script(seen.script, index)
            return found
        # Where nothing is to be seen, it may stand on its head: sideways ones were tried.
        turn = seen.degrees if seen else 180
        is_upright = True
        if turn:
            as_it_was = picture
            picture = picture.rotate(turn, expand=True)
            again = read()
            is_upright = again.weight > found.weight
            if is_upright:
                found = again
            else:
                picture = as_it_was
        if found.confidence < _SURE:
            found = max(found, read(is_shaded=True), key=lambda reading: reading.weight)
        # A detector that is wrong about the direction is wrong about the script.
        if seen and is_upright and seen.is_sure(found):
            self._compare_script(seen.script, index)
        return found

    def _compare_script(self, script: str, index: int) -> None:
        if _RELATED_SCRIPTS.get(script, script) != _RELATED_SCRIPTS.get(self._script, self._script):
            self._foreign.setdefault(script, []).append(index)


def unavailable(reason: str, ocr: Ocr) -> FileError:
    """Return the error for a file that only OCR could read; `reason` begins the sentence."""
    return FileError(FileErrorCode.OCR_UNAVAILABLE, f"{reason} and {ocr.trouble}")
