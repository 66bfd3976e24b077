"""Reads text from pictures of pages, in the language of the job or in that of the page."""

import time
from collections.abc import Callable, Sequence

from app.errors import FileError, FileErrorCode
from worker.parsing.ocr.engine import NOTHING, FoundWord, OcrEngine, OcrFailed, Recognised
from worker.parsing.ocr.installed import OcrChoice
from worker.parsing.ocr.language_check import CERTAIN, LIKELY, find_other_language
from worker.parsing.ocr.models import (
    LANGUAGES_OF_SCRIPT,
    OCR_LANGUAGES,
    describe_missing,
    name_language,
)
from worker.parsing.ocr.page_notes import PageNotes
from worker.parsing.ocr.picture import OcrPicture, has_faint_ink, has_ink
from worker.parsing.ocr.straight import SURE, StraightReading, read_straight

_HARDLY_READ = 45.0
# For callers without a budget: benchmarks and tests.
_DEFAULT_SECONDS = 600.0
_DENSE_DPI, _DPI = 200, 150
_RELATED_SCRIPTS = {"Fraktur": "Latin", "Hangul": "Korean", "Japanese": "Han"}
# The words of a page may show its language although the model is less sure of its letters.
_MIN_SHARE = 0.9
# A page is read by the language of its script, and perhaps by another that its words suggest, such
# as Persian after Arabic.
_MAX_LANGUAGES = 2


class Ocr:
    """Reads the pages of one file, and collects the warnings about them for the reasoning."""

    def __init__(
        self,
        choice: OcrChoice,
        engine: OcrEngine | None = None,
        budget: Callable[[], float | None] = lambda: _DEFAULT_SECONDS,
        open_engine: Callable[[Sequence[str]], OcrEngine] | None = None,
    ) -> None:
        """Read by an engine for the models of `choice`; without an engine no page can be read.

        `budget` is called before each page. It returns the seconds that the page may take, or
        None when no more pages may be read. `open_engine` returns the engine for other models of
        `choice`; without it every page is read in the first language.
        """
        self._choice = choice
        self._lang = choice.lang
        self._budget = budget
        self._open_engine = open_engine
        self._engines = {} if engine is None else {choice.lang: engine}
        self._failure = None if engine else choice.warning
        self._has_read = False
        self._notes = PageNotes()

    @property
    def failure(self) -> str | None:
        """Why no page can be read, as a sentence; None while OCR works."""
        return self._failure

    @property
    def _engine(self) -> OcrEngine | None:
        """The engine for the language in which pages are read now."""
        return self._engines.get(self._lang)

    @property
    def dpi(self) -> int:
        """The resolution in which the next page is rendered."""
        return _DENSE_DPI if OCR_LANGUAGES[self._lang].script.is_dense else _DPI

    def read(self, index: int, render: Callable[[], OcrPicture]) -> Recognised | None:
        """Return the text on the picture of a page, or None if it cannot be read.

        `render` is called only if the page will be read, and again, with a changed `dpi`, for a
        script with dense letters. A page that is hard to read is turned upright and read again.
        The text is empty if there are no words.
        """
        if self._failure is None:
            seconds = self._budget()
            if seconds is None:
                self.skip_page(index, "it would take too long")
                return None
            deadline = time.monotonic() + seconds
            try:
                return self._read(index, render, deadline)
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
            self._notes.skip_pictures(index)
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
        return [found.text for found in readings if found.text and found.confidence >= SURE]

    def find_words(self, prepared: OcrPicture) -> list[FoundWord]:
        """Return the words of an upright page in the first language, and their places.

        Returns none where OCR cannot work.
        """
        if self._engine is None or self._failure is not None or not has_ink(prepared.picture):
            return []
        seconds = self._budget()
        if seconds is None:
            return []
        try:
            return self._engine.find_words(prepared.picture, self._dpi_of(prepared), seconds)
        except OcrFailed as error:
            self._failure = str(error)
            return []

    def skip_page(self, index: int, reason: str | None) -> None:
        """Record a page that is not read, for the warnings."""
        self._notes.skip_page(index, reason or "")

    def warnings(self) -> list[str]:
        """Return sentences about all pages so far, for the reasoning."""
        own = self._choice.warning if self._has_read else None
        return [*([own] if own else []), *self._notes.sentences()]

    def _dpi_of(self, prepared: OcrPicture) -> int:
        return round(self.dpi * prepared.enlarged)

    def _read(self, index: int, render: Callable[[], OcrPicture], deadline: float) -> Recognised:
        prepared = render()
        if not has_faint_ink(prepared.picture):
            return NOTHING
        assert self._engine is not None  # noqa: S101  the caller checks it
        reading = read_straight(self._engine, prepared, self.dpi, deadline)
        self._has_read = True
        for _ in range(_MAX_LANGUAGES):
            other = self._find_language(reading)
            if other is None or not self._can_read(other):
                break
            again = self._read_again(other, reading, render, deadline)
            if again is reading:
                break
            reading = again
        if reading.found.text or has_ink(prepared.picture):
            self._note(index, reading)
        return reading.found

    def _find_language(self, reading: StraightReading) -> str | None:
        """Return the language of a page if it is certainly another one than it was read for.

        Of several languages of a script the first one that is installed.
        """
        if not self._is_foreign(reading.script):
            return self._find_by_words(reading)
        there = LANGUAGES_OF_SCRIPT.get(reading.script or "", ())
        return next(filter(self._can_read, there), None)

    def _find_by_words(self, reading: StraightReading) -> str | None:
        # A wrong guess costs time only: the better reading counts.
        least = LIKELY if self._choice.is_default else CERTAIN
        return find_other_language(reading.found.text, self._lang, least)

    def _can_read(self, lang: str) -> bool:
        """Whether pages found to be in a language are read in it."""
        return lang in self._choice.others or lang == self._choice.lang

    def _read_again(
        self,
        lang: str,
        first: StraightReading,
        render: Callable[[], OcrPicture],
        deadline: float,
    ) -> StraightReading:
        """Return the better of a first reading and one in another language.

        If the other one is better, the following pages are read in that language.
        """
        engine = self._engine_for(lang)
        if engine is None:
            return first
        earlier_lang, earlier_dpi = self._lang, self.dpi
        is_other_script = self._is_foreign(first.script)
        self._lang = lang
        page = first.prepared if self.dpi == earlier_dpi else render()
        again = read_straight(engine, page, self.dpi, deadline)
        if is_other_script:
            # The letters of two scripts cannot be counted against each other.
            is_better = again.found.confidence > max(_HARDLY_READ, first.found.confidence)
        else:
            is_certain = find_other_language(first.found.text, earlier_lang) == lang
            least = _MIN_SHARE if is_certain else 1.0
            is_better = again.found.weight >= least * first.found.weight
        if is_better:
            return again
        self._lang = earlier_lang
        return first

    def _engine_for(self, lang: str) -> OcrEngine | None:
        if lang not in self._engines and self._open_engine is not None:
            self._engines[lang] = self._open_engine(self._choice.others[lang])
        return self._engines.get(lang)

    def _note(self, index: int, reading: StraightReading) -> None:
        found = reading.found
        if not found.is_whole:
            self._notes.add_slow(index)
        elif not found.text:
            self._notes.add_empty(index)
        elif found.confidence < _HARDLY_READ:
            self._notes.add_unsure(index)
        if reading.script is not None and self._is_foreign(reading.script):
            self._notes.add_script(index, reading.script, self._script_remedy(reading.script))
        language = self._find_by_words(reading)
        if language is not None and not self._can_read(language):
            self._notes.add_language(index, language, self._language_remedy(language))

    def _is_foreign(self, script: str | None) -> bool:
        """Whether a detected script is another one than that of the language."""
        ours = OCR_LANGUAGES[self._lang].script.name
        return script is not None and _related(script) != _related(ours)

    def _script_remedy(self, script: str) -> str:
        there = LANGUAGES_OF_SCRIPT.get(script, ())
        if self._choice.is_default and there and not any(map(self._can_read, there)):
            return f"and {describe_missing(there[0])}"
        remedy = f"which OCR for {name_language(self._lang)} cannot read well"
        return f"{remedy}: give the job another `lang`" if there else remedy

    def _language_remedy(self, lang: str) -> str:
        if self._choice.is_default:
            return f"and {describe_missing(lang)}"
        return f"but OCR read for {name_language(self._lang)}: give the job another `lang`"


def _related(script: str) -> str:
    return _RELATED_SCRIPTS.get(script, script)


def ocr_unavailable(reason: str, ocr: Ocr) -> FileError:
    """Return the error for a file that only OCR can read; `reason` begins the sentence."""
    return FileError(FileErrorCode.OCR_UNAVAILABLE, f"{reason} and {ocr.failure}")
