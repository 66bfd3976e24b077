"""Finds the installed OCR models, and chooses those that read a job's language.

Reads directories only and does not load Tesseract.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from worker.parsing.ocr.models import ENGLISH, OCR_LANGUAGES, ORIENTATION, package_of

_SUFFIX = ".traineddata"
# Debian's packages put the models of scripts beside the others, Tesseract puts them below.
_SUBDIRECTORIES = ("", "script", "tessdata")
_DEBIAN = Path("/usr/share/tesseract-ocr")
_SYSTEM = (Path("/usr/share/tessdata"), Path("/usr/local/share/tessdata"))


@dataclass(frozen=True, slots=True)
class OcrChoice:
    """The models that read one language together; the first is the main one.

    Without models no page can be read. `files` has the path of each model, and of the orientation
    model if it is installed. `warning` is a sentence for the reasoning if the best model for the
    language is missing. `version` changes whenever the same page may be read in another way.
    """

    lang: str
    models: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    warning: str | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class OcrData:
    """The paths of the installed models by name; none if Tesseract is missing."""

    models: Mapping[str, Path] = field(default_factory=dict)
    engine: str = ""

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of the languages whose best model is installed."""
        return tuple(
            code for code, language in OCR_LANGUAGES.items() if language.model in self.models
        )

    def choose(self, lang: str) -> OcrChoice:
        """Return the models for a language, or a choice without models and with a warning.

        English is added for other scripts: their pages have Latin words and digits, which the
        models of single languages misread. Models of whole scripts include Latin letters.
        """
        if not self.models:
            return OcrChoice(lang, warning="no OCR is installed")
        language = OCR_LANGUAGES[lang]
        missing = (
            f"no OCR model for the language {lang} is installed (Debian's package"
            f" {package_of(language.model)})"
        )
        first = next((model for model in language.models if model in self.models), None)
        if first is None:
            return OcrChoice(lang, warning=missing)
        models = [first]
        needs_english = language.script.name != "Latin" and first != language.script.model
        if needs_english and first != ENGLISH and ENGLISH in self.models:
            models.append(ENGLISH)
        used = [*models, ORIENTATION] if ORIENTATION in self.models else models
        return OcrChoice(
            lang=lang,
            models=tuple(models),
            files={model: str(self.models[model]) for model in used},
            warning=None if first == language.model else f"{missing}: {first} was used instead",
            version=" ".join([self.engine, *(self._name(model) for model in used)]),
        )

    def _name(self, model: str) -> str:
        """Return a model's name and size: fast and best models of one name differ in size."""
        try:
            return f"{model}:{self.models[model].stat().st_size}"
        except OSError:
            return model


def find_ocr(first: Path | None = None) -> OcrData:
    """Return the version of Tesseract and the models in the usual directories.

    `first` is searched before Debian's directories, /usr/share/tessdata and that of the wheels.
    A model that is in several directories is taken from the first.
    """
    try:
        engine = f"tesserocr {version('tesserocr')}"
    except PackageNotFoundError:
        return OcrData()
    return OcrData(find_models(_places(first)), engine)


def find_models(places: Iterable[Path]) -> dict[str, Path]:
    """Return the path of each model in these directories, sorted by name."""
    found: dict[str, Path] = {}
    for place in places:
        for below in _SUBDIRECTORIES:
            for name in _list(place / below):
                if name.endswith(_SUFFIX):
                    found.setdefault(name.removesuffix(_SUFFIX), place / below / name)
    return dict(sorted(found.items()))


def _places(first: Path | None) -> list[Path]:
    newest_first = sorted(_DEBIAN.glob("*/tessdata"), reverse=True)
    wheels = Path(sys.prefix, "share", "tessdata")
    return [*([first] if first else []), *newest_first, *_SYSTEM, wheels]


def _list(directory: Path) -> list[str]:
    try:
        return [path.name for path in directory.iterdir()]
    except OSError:
        return []
