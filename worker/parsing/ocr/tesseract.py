"""The one module that speaks to Tesseract.

Importing it starts no thread and loads no model, so a process may import it and then fork.
"""

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from worker.parsing.ocr.models import OCR_LANGUAGES, ORIENTATION
from worker.parsing.ocr.page_reader import Direction, OcrFailed, Recognised

try:
    import tesserocr
except ImportError:  # there is no wheel for this platform
    tesserocr = None

_OTSU, _SAUVOLA = "0", "2"
# The dots of these letters are taken for noise, and with them whole lines of a page.
_DOTTED = frozenset(
    model
    for language in OCR_LANGUAGES.values()
    if language.script.name == "Arabic"
    for model in (language.model, language.script.model)
)
# Signs that only turn the direction of writing, which nobody sees.
_DIRECTIONS = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Thai's vowel am is one letter to those who write it, but two to the model.
_TWO_LETTERS, _ONE_LETTER = "\u0e4d\u0e32", "\u0e33"
_PERSIAN = "fas"
# What an Arabic keyboard gives for two letters of Persian.
_PERSIAN_LETTERS = str.maketrans("\u064a\u0643", "\u06cc\u06a9")
_OPEN_FILES = Path("/proc/self/fd")


class Tesseract:
    """Reads with some models together; they are loaded when first needed, and kept."""

    def __init__(self, models: Sequence[str], places: Mapping[str, str]) -> None:
        """Take the path of each model, and of the orientation model where there is one."""
        self._models = models
        self._places = places
        self._reader: Any = None
        self._looker: Any = None

    def read(
        self, picture: Image.Image, dpi: int, seconds: float, *, is_shaded: bool = False
    ) -> Recognised:
        """Return the text of a grey picture, as far as it is read in about so many seconds.

        `is_shaded` makes ink of what is darker than its surroundings. Raises OcrFailed when a
        model cannot be loaded.
        """
        if tesserocr is None:
            raise OcrFailed("no OCR is installed")
        if self._reader is None:
            self._reader = self._load(self._models, tesserocr.PSM.AUTO, tesserocr.OEM.LSTM_ONLY)
            if self._models[0] in _DOTTED:
                self._reader.SetVariable("textord_noise_rejrows", "0")
        self._reader.SetVariable("thresholding_method", _SAUVOLA if is_shaded else _OTSU)
        self._show(self._reader, picture, dpi)
        is_whole = self._reader.Recognize(max(1, int(seconds * 1000)))
        text = mend(self._reader.GetUTF8Text(), self._models[0]).strip()
        confidence = float(self._reader.MeanTextConf()) if text else 0.0
        return Recognised(text, confidence, is_whole)

    def look(self, picture: Image.Image) -> Direction | None:
        """Return the direction and script of a picture, None when there is too little text."""
        if ORIENTATION not in self._places:
            return None
        if self._looker is None:
            psm, engine = tesserocr.PSM.OSD_ONLY, tesserocr.OEM.DEFAULT
            self._looker = self._load((ORIENTATION,), psm, engine)
        self._show(self._looker, picture, 0)
        seen = self._looker.DetectOrientationScript()
        if not seen:
            return None
        return Direction(
            degrees=seen["orient_deg"],
            confidence=seen["orient_conf"],
            script=seen["script_name"],
            script_confidence=seen["script_conf"],
        )

    def _load(self, models: Sequence[str], psm: int, engine: int) -> Any:  # noqa: ANN401  untyped
        # Tesseract takes one directory, but the models may lie in several.
        with tempfile.TemporaryDirectory() as directory:
            for model in models:
                Path(directory, f"{model}.traineddata").symlink_to(self._places[model])
            api = tesserocr.PyTessBaseAPI(init=False)
            # tesserocr names a file that may not be opened here, and Tesseract crashes on that:
            # what it has to say goes to the standard error instead.
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

    def _show(self, api: Any, picture: Image.Image, dpi: int) -> None:  # noqa: ANN401  untyped
        width, height = picture.size
        api.SetImageBytes(picture.tobytes(), width, height, 1, width)
        if dpi:
            api.SetSourceResolution(dpi)


def mend(text: str, model: str) -> str:
    """Return what a model read in the letters that people write and search."""
    text = text.translate(_DIRECTIONS).replace(_TWO_LETTERS, _ONE_LETTER)
    return text.translate(_PERSIAN_LETTERS) if model == _PERSIAN else text


def open_models(files: Mapping[str, str]) -> dict[str, str]:
    """Open the files of models and return paths that work after rights are given up.

    Tesseract wants paths; where the system has /proc, these lead to the open files, so the
    directories that the files are in need not be enterable. The files stay open.
    """
    places = dict(files)
    if _OPEN_FILES.is_dir():
        for model, path in files.items():
            with contextlib.suppress(OSError):
                places[model] = str(_OPEN_FILES / str(os.open(path, os.O_RDONLY)))
    return places
