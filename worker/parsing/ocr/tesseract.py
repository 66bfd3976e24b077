"""The only module that calls Tesseract.

The import starts no thread and loads no model, so a process may import it and then fork.
"""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from PIL import Image

from worker.parsing.ocr.engine import FoundWord, OcrFailed, Orientation, Recognised
from worker.parsing.ocr.models import OCR_LANGUAGES, ORIENTATION

try:
    import tesserocr
except ImportError:  # there is no wheel for this platform
    tesserocr = None

_OTSU, _SAUVOLA = "0", "2"
# Tesseract takes the dots of these letters for noise, and drops whole lines with them.
_DOTTED = frozenset(
    model
    for language in OCR_LANGUAGES.values()
    if language.script.name == "Arabic"
    for model in (language.model, language.script.model)
)
# Invisible marks of the direction of writing.
_DIRECTIONS = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# The model writes Thai's vowel am as two letters.
_TWO_LETTERS, _ONE_LETTER = "\u0e4d\u0e32", "\u0e33"
_PERSIAN = "fas"
# The Arabic forms of two Persian letters.
_PERSIAN_LETTERS = str.maketrans("\u064a\u0643", "\u06cc\u06a9")
_OPEN_FILES = Path("/proc/self/fd")


class Tesseract:
    """Reads with some models together, which are loaded at their first use or before a fork."""

    _loaded: ClassVar[dict[tuple[str, ...], Any]] = {}

    def __init__(self, models: Sequence[str], places: Mapping[str, str]) -> None:
        """Take the path of each model, and of the orientation model if it is installed."""
        self._models = models
        self._places = places
        self._reader: Any = None
        self._detector: Any = None

    @classmethod
    def load_ahead(cls, models: Sequence[str], places: Mapping[str, str]) -> None:
        """Load models for the processes that are forked from this one, where that is possible.

        Whatever the models are, most of the time goes into a table of Tesseract's own.
        """
        if models and tesserocr is not None:
            engine = cls(models, places)
            with contextlib.suppress(OcrFailed, OSError):  # a reader that needs them says so
                cls._loaded[tuple(models)] = engine._load_reader()

    def read(
        self, picture: Image.Image, dpi: int, seconds: float, *, is_shaded: bool = False
    ) -> Recognised:
        """Return the text of a grey picture that is read within about `seconds`.

        `is_shaded` uses a local threshold. Raises OcrFailed when a model cannot be loaded.
        """
        is_whole = self._recognise(picture, dpi, seconds, is_shaded=is_shaded)
        text = normalise_letters(self._reader.GetUTF8Text(), self._models[0]).strip()
        confidence = float(self._reader.MeanTextConf()) if text else 0.0
        return Recognised(text, confidence, is_whole)

    def find_words(self, picture: Image.Image, dpi: int, seconds: float) -> list[FoundWord]:
        """Return the words of a grey picture that are read within about `seconds`.

        Raises OcrFailed as `read` does.
        """
        self._recognise(picture, dpi, seconds, is_shaded=False)
        found = self._reader.GetIterator()
        if found is None:
            return []
        level = tesserocr.RIL.WORD
        return [
            (normalise_letters(word.GetUTF8Text(level), self._models[0]), word.BoundingBox(level))
            for word in tesserocr.iterate_level(found, level)
            if not word.Empty(level)
        ]

    def detect_orientation(self, picture: Image.Image) -> Orientation | None:
        """Return the orientation and script of a picture, None if it has too little text."""
        if ORIENTATION not in self._places:
            return None
        if self._detector is None:
            psm, engine = tesserocr.PSM.OSD_ONLY, tesserocr.OEM.DEFAULT
            self._detector = self._load((ORIENTATION,), psm, engine)
        self._set_picture(self._detector, picture, 0)
        seen = self._detector.DetectOrientationScript()
        if not seen:
            return None
        return Orientation(
            degrees=seen["orient_deg"],
            confidence=seen["orient_conf"],
            script=seen["script_name"],
            script_confidence=seen["script_conf"],
        )

    def _recognise(
        self, picture: Image.Image, dpi: int, seconds: float, *, is_shaded: bool
    ) -> bool:
        """Have a picture read; return whether the time sufficed for all of it."""
        if tesserocr is None:
            raise OcrFailed("no OCR is installed")
        if self._reader is None:
            self._reader = self._loaded.get(tuple(self._models)) or self._load_reader()
        self._reader.SetVariable("thresholding_method", _SAUVOLA if is_shaded else _OTSU)
        self._set_picture(self._reader, picture, dpi)
        return bool(self._reader.Recognize(max(1, int(seconds * 1000))))

    def _load_reader(self) -> Any:  # noqa: ANN401  untyped
        reader = self._load(self._models, tesserocr.PSM.AUTO, tesserocr.OEM.LSTM_ONLY)
        if self._models[0] in _DOTTED:
            reader.SetVariable("textord_noise_rejrows", "0")
        return reader

    def _load(self, models: Sequence[str], psm: int, engine: int) -> Any:  # noqa: ANN401  untyped
        # Tesseract takes one directory, while the models may lie in several.
        with tempfile.TemporaryDirectory() as directory:
            for model in models:
                Path(directory, f"{model}.traineddata").symlink_to(self._places[model])
            api = tesserocr.PyTessBaseAPI(init=False)
            # The sandbox refuses to open the debug file that tesserocr sets, on which Tesseract
            # crashes. Without it, debug output goes to the standard error.
            api.SetVariable("debug_file", "")
            try:
                api.Init(path=directory, lang="+".join(models), oem=engine)
            except RuntimeError as error:
                raise OcrFailed(
                    f"OCR cannot load its models ({', '.join(models)}): the user that reads"
                    " files may have no right to read them, or they are damaged"
                ) from error
        api.SetPageSegMode(psm)
        return api

    def _set_picture(self, api: Any, picture: Image.Image, dpi: int) -> None:  # noqa: ANN401  untyped
        width, height = picture.size
        api.SetImageBytes(picture.tobytes(), width, height, 1, width)
        if dpi:
            api.SetSourceResolution(dpi)


def normalise_letters(text: str, model: str) -> str:
    """Return the text in the letters that people write and search for."""
    text = text.translate(_DIRECTIONS).replace(_TWO_LETTERS, _ONE_LETTER)
    return text.translate(_PERSIAN_LETTERS) if model == _PERSIAN else text


def open_models(files: Mapping[str, str], above: int = 0) -> dict[str, str]:
    """Open the files of models and return paths that work after rights are given up.

    With /proc the paths lead to the open files, so the process need not be able to enter their
    directories. The files stay open, with descriptors from `above` up, where they take nothing
    from a limit of so many open files.
    """
    places = dict(files)
    if _OPEN_FILES.is_dir():
        for model, path in files.items():
            with contextlib.suppress(OSError):
                places[model] = str(_OPEN_FILES / str(_open_above(path, above)))
    return places


def _open_above(path: str, lowest: int) -> int:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, lowest)
    finally:
        os.close(descriptor)
