"""The OCR model of each of the 86 languages that a job may name.

The codes are those of the original API. The models are those of tessdata_fast as Debian packages
them (tesseract-ocr 1:4.1.0). A language without a model has that of its script. Three codes mean
other languages than their letters suggest: `ang` is Angika, `mah` Magahi, `tab` Tabasaran.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from app.jobs import languages

ENGLISH = "eng"
# Detects the orientation and script of a page.
ORIENTATION = "osd"

# By the detector's name of a script: the languages written in it, the commonest first.
LANGUAGES_OF_SCRIPT = MappingProxyType(
    {
        "Arabic": ("ar", "fa", "ur"),
        "Bengali": ("bn",),
        "Cyrillic": ("ru", "uk", "bg"),
        "Devanagari": ("hi", "mr", "ne"),
        "Han": ("ch_sim", "ch_tra", "ja"),
        "Hangul": ("ko",),
        "Japanese": ("ja",),
        "Kannada": ("kn",),
        "Korean": ("ko",),
        "Tamil": ("ta",),
        "Telugu": ("te",),
        "Thai": ("th",),
    }
)


@dataclass(frozen=True, slots=True)
class Script:
    """A script by Tesseract's name for it.

    `model` reads every language of the script, `major` is the model of its most common language.
    `is_dense` scripts need a finer rendering.
    """

    name: str
    model: str
    major: str = ENGLISH
    is_dense: bool = False


@dataclass(frozen=True, slots=True)
class OcrLanguage:
    """A language's best model, and the script that it is written in."""

    code: str
    model: str
    script: Script

    @property
    def models(self) -> tuple[str, ...]:
        """The models that can read the language, the best one first; English comes last."""
        chain = (self.model, self.script.model, self.script.major, ENGLISH)
        return tuple(dict.fromkeys(chain))


_LATIN = Script("Latin", "Latin")
_CYRILLIC = Script("Cyrillic", "Cyrillic", "rus")
_ARABIC = Script("Arabic", "Arabic", "ara", is_dense=True)
_BENGALI = Script("Bengali", "Bengali", "ben", is_dense=True)
_DEVANAGARI = Script("Devanagari", "Devanagari", "hin", is_dense=True)

_SCRIPTS = (
    (languages.LATIN, _LATIN),
    (languages.ARABIC, _ARABIC),
    (languages.BENGALI, _BENGALI),
    (languages.CYRILLIC, _CYRILLIC),
    (languages.DEVANAGARI, _DEVANAGARI),
    ("th", Script("Thai", "Thai", is_dense=True)),
    ("ch_sim", Script("Han", "HanS", is_dense=True)),
    ("ch_tra", Script("Han", "HanT", is_dense=True)),
    ("ja", Script("Japanese", "Japanese", is_dense=True)),
    ("ko", Script("Korean", "Hangul", is_dense=True)),
    ("ta", Script("Tamil", "Tamil", is_dense=True)),
    ("te", Script("Telugu", "Telugu", is_dense=True)),
    ("kn", Script("Kannada", "Kannada", is_dense=True)),
)

_MODELS = """
    af afr  az aze  bs bos  cs ces  cy cym  da dan  de deu  en eng  es spa  et est  fr fra
    ga gle  hr hrv  hu hun  id ind  is isl  it ita  ku kmr  la lat  lt lit  lv lav  mi mri
    ms msa  mt mlt  nl nld  no nor  oc oci  pi Latin  pl pol  pt por  ro ron
    rs_latin srp_latn  sk slk  sl slv  sq sqi  sv swe  sw swa  tl fil  tr tur  uz uzb  vi vie
    ar ara  fa fas  ug uig  ur urd  bn ben  as asm  mni ben
    ru rus  rs_cyrillic srp  be bel  bg bul  uk ukr  mn mon  tjk tgk
    abq Cyrillic  ady Cyrillic  kbd Cyrillic  ava Cyrillic  dar Cyrillic  inh Cyrillic
    che Cyrillic  lbe Cyrillic  lez Cyrillic  tab Cyrillic
    hi hin  mr mar  ne nep  sa san  bh Devanagari  mai Devanagari  ang Devanagari
    bho Devanagari  mah Devanagari  sck Devanagari  new Devanagari  gom Devanagari
    bgc Devanagari
    th tha  ch_sim chi_sim  ch_tra chi_tra  ja jpn  ko kor  ta tam  te tel  kn kan
"""

_SCRIPT_PACKAGES = {
    "Arabic": "arab",
    "Bengali": "beng",
    "Cyrillic": "cyrl",
    "Devanagari": "deva",
    "HanS": "hans",
    "HanT": "hant",
    "Hangul": "hang",
    "Japanese": "jpan",
    "Kannada": "knda",
    "Latin": "latn",
    "Tamil": "taml",
    "Telugu": "telu",
    "Thai": "thai",
}


def _read_table(
    models_by_code: str, codes_by_script: Sequence[tuple[str, Script]]
) -> Mapping[str, OcrLanguage]:
    """Return the languages by code.

    Raises ValueError unless both tables have exactly the languages of `app.jobs.languages`.
    """
    words = models_by_code.split()
    models = dict(zip(words[::2], words[1::2], strict=True))
    scripts = {code: script for codes, script in codes_by_script for code in codes.split()}
    for name, codes in (("_MODELS", set(models)), ("_SCRIPTS", set(scripts))):
        _require_all_languages(name, codes)
    return MappingProxyType(
        {code: OcrLanguage(code, models[code], script) for code, script in scripts.items()}
    )


def _require_all_languages(table: str, codes: set[str]) -> None:
    known = set(languages.LANGUAGES)
    if codes - known:
        unknown = " ".join(sorted(codes - known))
        raise ValueError(f"{table} has languages that app.jobs.languages lacks: {unknown}")
    if known - codes:
        missing = " ".join(sorted(known - codes))
        raise ValueError(f"{table} lacks languages of app.jobs.languages: {missing}")


OCR_LANGUAGES = _read_table(_MODELS, _SCRIPTS)


def package_of(model: str) -> str:
    """Return the name of the Debian package of a model."""
    script = _SCRIPT_PACKAGES.get(model)
    return "tesseract-ocr-" + (f"script-{script}" if script else model.replace("_", "-"))


def name_language(code: str) -> str:
    """Return a language for a sentence, by its name and its code: `French (fr)`."""
    return f"{languages.LANGUAGE_NAMES[code]} ({code})"


def describe_missing(code: str) -> str:
    """Return the sentence that a language's best model is missing, with the package to install."""
    package = package_of(OCR_LANGUAGES[code].model)
    return f"OCR for {name_language(code)} is not installed: install {package}"
