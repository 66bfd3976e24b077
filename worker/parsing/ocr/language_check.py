"""Detects, by common words, that a page is in another language than the job's `lang`.

The confidence of OCR does not show it: languages of one script are read almost alike.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The least number of common words of a language that a page must have.

    In all, different ones, as a share of all words, as a multiple of those of the language that
    the page was read for, as a multiple of those of the next language.
    """

    words: int
    different: int
    share: float
    ratio_to_own: float
    ratio_to_next: float


CERTAIN = Evidence(12, 6, 0.12, 3.0, 1.25)
LIKELY = Evidence(5, 4, 0.06, 3.0, 1.15)

# By the code of the language; several codes if these words do not distinguish them.
_COMMON = {
    "en": "the of and to in is that for it with as was on are be by this from at or you have"
    " not which an we your our all has will if may any shall can been their",
    "de": "der die und das in den von zu mit des ist für auf im dem nicht eine ein sich als"
    " auch es an werden aus er hat sie nach wird bei einer um am sind wie einem über zum zur oder"
    " wir ihre ihr ihren bitte",
    "fr": "le la les de des et est en du un une que qui dans pour pas au sur par ce il ne se"
    " plus avec aux sont ou nous vous votre être été cette ces leur",
    "es": "de la que el en los del se las por un para con no una su al lo como más es o sus le"
    " este esta son entre cuando muy sin sobre nos usted",
    "pt": "de que do da em um para com não uma os no se na por mais as dos como mas ao das à"
    " seu sua ou foi pela pelo são nos pelos",
    "it": "di che la il un per una in del le con non si da della sono al nel gli dei alla più"
    " lo come ma ha delle dal questo dell anche degli essere è",
    "nl": "de het een van en in is dat op te zijn met voor niet aan er om ook als dan maar bij"
    " uit door naar wordt worden deze heeft of onze wij uw",
    "sv": "och att det som en på är av för med den till inte om ett men var sig så från vi kan"
    " när eller har de ska hos vid",
    "da no": "og det at en den til er som på de med for af av ikke der var et har om men han vi"
    " kan så fra eller ved blev skal være blir",
    "pl": "w na się nie jest że do to jak przez dla od po za oraz ale tym tego jego lub są być"
    " przy który które ich roku",
    "cs sk": "se na je že to si aby ale jako za pro od do jsem po podle nebo byl které který"
    " při jeho této jsou sa nie som ktoré alebo pri bol sú",
    "tr": "ve bir bu için ile da de olarak olan daha çok gibi sonra kadar en ne her veya değil"
    " ancak var tarafından göre olduğu",
    "ro": "de și în la cu pe din că este nu un pentru se care mai sa fi au al ale prin sau sunt"
    " după cele",
    "hu": "az és hogy nem egy is ez van meg már csak de ha mint vagy volt el azt kell ki még"
    " által szerint",
    "vi": "và của là có các cho được trong không một với người này những đã để khi từ năm đến"
    " theo tại về",
    "id ms": "yang dan di untuk dengan pada dari ini itu tidak dalam adalah ke atau akan oleh"
    " juga telah sebagai bahwa kami anda",
    "ru": "и в не на что он с как это по но из за от то для до или при так же его все мы вы их"
    " был быть если наш после чтобы",
    "uk": "і в не на що з та до як це за від або для він під є про його їх ми ви але при так"
    " був бути якщо наш після щоб які у",
    "bg": "и на да се от за в не с по че това са като до но който при или как след има бъде"
    " му ще към беше които",
    "ar": "من في على إلى عن أن هذا هذه التي الذي مع كان لا ما أو بين كل بعد قبل ثم لم قد ذلك",
    "fa": "و در به از که این است را با برای آن یک تا بر هم نیز های شده ما شما پس یا خود",
    "ur": "کے کی میں ہے کا اور سے کو نے پر کہ یہ ہیں اس کر بھی ایک تھا جو ہو نہیں گیا",
}


def _folded(text: str) -> list[str]:
    """Return the words without accents, which models of other languages leave out."""
    apart = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")
    return _WORD.findall(bare)


_WORDS = MappingProxyType({codes: frozenset(_folded(words)) for codes, words in _COMMON.items()})

COMMON_WORDS = frozenset(word for words in _COMMON.values() for word in words.split())
"""Words of any of these languages that are in most of its texts."""

FOUND_LANGUAGES = tuple(codes.split()[0] for codes in _COMMON)
"""The codes that `find_other_language` may return."""


def find_other_language(text: str, lang: str, least: Evidence = CERTAIN) -> str | None:
    """Return the code of the language of a text if it is not `lang`, by the least evidence for it.

    Otherwise None, also if the text has too few words or the words of `lang` are not known.
    """
    ours = next((codes for codes in _WORDS if lang in codes.split()), None)
    if ours is None:
        return None
    words = _folded(text)
    counts = Counter(
        {codes: sum(word in common for word in words) for codes, common in _WORDS.items()}
    )
    (first, count), (_, next_count) = counts.most_common(2)
    if first == ours or count < max(
        least.words,
        least.share * len(words),
        least.ratio_to_own * counts[ours],
        least.ratio_to_next * next_count,
    ):
        return None
    if len(_WORDS[first].intersection(words)) < least.different:
        return None
    return first.split()[0]
