"""Which of Tesseract's models this machine has, and which of them read a job's language.

Looks at directories only; nothing of Tesseract is loaded.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from worker.parsing.ocr.models import ENGLISH, OCR_LANGUAGES, ORIENTATION, package_of

_SUFFIX = ".traineddata"
# Debian's packages put the models of scripts beside the others, Tesseract's own layout below.
_BELOW = ("", "script", "tessdata")
_DEBIAN = Path("/usr/share/tesseract-ocr")
_SYSTEM = (Path("/usr/share/tessdata"), Path("/usr/local/share/tessdata"))


@dataclass(frozen=True, slots=True)
class OcrChoice:
    """The models for one language: together they read a page, the first one above all.

    Without models nothing can be read. `files` has the path of each, and of the orientation
    model where there is one. `warning` is a sentence for the reasoning where the language is
    not served as it should be. `version` changes whenever pages may be read in another way.
    """

    lang: str
    models: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    warning: str | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class OcrData:
    """The models of this machine, by name; none where Tesseract itself is missing."""

    models: Mapping[str, Path] = field(default_factory=dict)
    engine: str = ""

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of the languages that are read by the model that they should be read by."""
        return tuple(
            code for code, language in OCR_LANGUAGES.items() if language.model in self.models
        )

    def choose(self, lang: str) -> OcrChoice:
        """Return the models for a language, or one without models and why there is none.

        English is added for other scripts: their pages have Latin words and digits, which the
        models of single languages misread. Models of whole scripts know Latin letters, too.
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
        """Tell a model from another one of the same name: fast and best ones differ in size."""
        try:
            return f"{model}:{self.models[model].stat().st_size}"
        except OSError:
            return model


def find_ocr(first: Path | None = None) -> OcrData:
    """Return what this machine can read: Tesseract, and the models in the usual places.

    `first` is searched before Debian's directories, /usr/share/tessdata and that of the wheels.
    A model that is in several places is taken from the first of them.
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
        for below in _BELOW:
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
