"""Finds the installed OCR models, and chooses those that read a job's language.

Reads directories only and does not load Tesseract.
"""

import itertools
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.jobs.languages import DEFAULT_LANGUAGE
from worker.parsing.ocr.language_check import FOUND_LANGUAGES
from worker.parsing.ocr.models import (
    ENGLISH,
    LANGUAGES_OF_SCRIPT,
    OCR_LANGUAGES,
    ORIENTATION,
    describe_missing,
)

_SUFFIX = ".traineddata"
# Debian's packages put the models of scripts beside the others, Tesseract puts them below.
_SUBDIRECTORIES = ("", "script", "tessdata")
_DEBIAN = Path("/usr/share/tesseract-ocr")
_DETECTED = tuple(
    dict.fromkeys(
        [*FOUND_LANGUAGES, *(code for codes in LANGUAGES_OF_SCRIPT.values() for code in codes)]
    )
)
_SYSTEM = (Path("/usr/share/tessdata"), Path("/usr/local/share/tessdata"))


@dataclass(frozen=True, slots=True)
class OcrChoice:
    """The models that read one language together; the first is the main one.

    Without models no page can be read. `files` has the path of each model, and of the orientation
    model if it is installed. `warning` is a sentence for the reasoning if the best model for the
    language is missing. `version` changes whenever the same page may be read in another way.
    `is_default` tells that the client named no language; pages in another one may then be read
    with the models that `others` has for it.
    """

    lang: str
    models: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    warning: str | None = None
    version: str = ""
    is_default: bool = False
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OcrData:
    """The paths of the installed models by name; none if Tesseract is missing.

    The models of a language are chosen once, because each file asks for them. A model that is
    replaced is noticed when the workers are restarted.
    """

    models: Mapping[str, Path] = field(default_factory=dict)
    engine: str = ""
    _chosen: dict[str | None, OcrChoice] = field(default_factory=dict, repr=False, compare=False)

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of the languages whose best model is installed."""
        return tuple(
            code for code, language in OCR_LANGUAGES.items() if language.model in self.models
        )

    def choose(self, lang: str | None) -> OcrChoice:
        """Return the models for a language; with None for the default and those that pages show.

        The choice has no models but a warning where none can read the language.
        """
        if lang not in self._chosen:
            self._chosen[lang] = self._choose_default() if lang is None else self._choose(lang)
        return self._chosen[lang]

    def _choose_default(self) -> OcrChoice:
        """Return the models for the default language and for those that can be detected."""
        choice = self._choose(DEFAULT_LANGUAGE)
        if not choice.models:
            return replace(choice, is_default=True)
        others = self._find_others()
        models = dict.fromkeys([*choice.files, *itertools.chain(*others.values())])
        return replace(
            choice,
            files={model: str(self.models[model]) for model in models},
            version=self._version(models),
            is_default=True,
            others=others,
        )

    def _find_others(self) -> dict[str, tuple[str, ...]]:
        """Return the models of the languages that can be detected, where the best are installed."""
        installed = {*self.languages} - {DEFAULT_LANGUAGE}
        others = {code: self._choose(code).models for code in _DETECTED if code in installed}
        # The script is detected first. Words tell Ukrainian from Russian only if they are read
        # right, which the models do together.
        cyrillic = [code for code in LANGUAGES_OF_SCRIPT["Cyrillic"] if code in others]
        if cyrillic:
            own = [OCR_LANGUAGES[code].model for code in cyrillic]
            others[cyrillic[0]] = tuple(dict.fromkeys([*own, *others[cyrillic[0]]]))
        return others

    def _choose(self, lang: str) -> OcrChoice:
        """Return the models for a language.

        English is added for other scripts: their pages have Latin words and digits, which the
        models of single languages misread. Models of whole scripts include Latin letters.
        """
        if not self.models:
            return OcrChoice(lang, warning="no OCR is installed")
        language = OCR_LANGUAGES[lang]
        missing = describe_missing(lang)
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
            warning=None if first == language.model else f"{missing}; {first} was used instead",
            version=self._version(used),
        )

    def _version(self, models: Iterable[str]) -> str:
        return " ".join([self.engine, *(self._name(model) for model in models)])

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
