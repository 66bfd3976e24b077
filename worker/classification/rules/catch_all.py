"""Catch-all rules: "other: any other document".

Such a rule describes no document. If it competed like the others it would win or lose by
accident. So it never competes: it is the name of the outcome "no rule fits".
"""

import re
import unicodedata
from collections.abc import Sequence

from app.jobs.values import Rule
from worker.classification.embedders.base import Vectors

PROTOTYPES = (
    "other: any other document",
    "misc: anything else",
    "unknown: documents that do not fit any other category",
    "none of the above",
    "everything else",
    "uncategorized: default category when nothing else matches",
    "fallback: use this if no other rule applies",
)

# Phrases in descriptions of such rules; used only for names that hint at one.
_CATCH_ALL_PHRASE = re.compile(
    r"(?:no|any|every|all)\s+other|none\s+of|any-?\s?thing\s+else|every-?\s?thing\s+else"
    r"|(?:no|not|n['’]t)\s+(?:\w+\s+)?(?:match|fit|cover|appl|belong)|fall-?\s?back|catch-?\s?all"
    r"|otherwise|remaining|left\s?over|keine[rs]?\s+andere|alle\s+anderen|aucun\s+autre"
    r"|tous\s+les\s+autres|ning[uú]n[oa]?\s+otr|cualquier\s+otr|nessun\s+altr|nenhum\s+outr",
    re.IGNORECASE,
)
# In lower case, without accents. The whole name must consist of these and of fillers.
_NAMES = frozenset(
    # A block of words is easier to read and extend than a list.
    """
    other others misc miscellaneous unmatched unclassified uncategorized uncategorised catchall
    irrelevant fallback
    sonstige sonstiges sonstigen sonstiger andere anderes anderer ubrige ubriges verschiedenes
    autre autres aucun aucune divers
    ninguno ninguna nessuno nenhum keine keines geen żaden
    otro otros otra otras varios altro altri altra altre varie
    outro outros outra outras diversos overig overige overigen anders diversen
    inne inny pozostale pozostałe ovrigt ovriga øvrigt øvrige annat andet andre annen annet muu
    muut egyeb ostatni jine jiny alte altele altul diger digerleri lainnya khac
    другое другие прочее прочие иное інше інші друго остало αλλο αλλα
    その他 該当なし 該当無し その他の文書 其他 其它 其他文件 其他文档 기타 해당없음
    أخرى اخرى غيرها אחר אחרים อื่นๆ अन्य
    """.split()  # noqa: SIM905
)
_PHRASES = frozenset(
    {
        "none of the above",
        "none of these",
        "no match",
        "not relevant",
        "not applicable",
        "everything else",
        "anything else",
        "something else",
        "catch all",
        "keine davon",
        "aucun de ces",
        "ninguno de los anteriores",
    }
)
# These also have another meaning ("default: a notice of default on a loan").
_HINTS = frozenset(
    """
    unknown none default rest general generic standard null any remaining na
    unbekannt allgemein inconnu desconocido sconosciuto desconhecido onbekend
    неизвестно 不明 未知
    """.split()  # noqa: SIM905
)
_FILLERS = frozenset(
    """
    document documents doc docs file files type types category categories class item items stuff
    all any the of or and kind kinds
    dokument dokumente unterlagen dateien documento documentos documenti documentation fichiers
    documenten dokumenty документы документ 文件 文書 書類 문서 وثائق belge belgeler
    """.split()  # noqa: SIM905
)
# "not_invoice" beside "invoice" means anything else, and so does "kein Vertrag" beside "Vertrag".
_NOT = frozenset(
    """
    not non no kein keine keinen nicht pas nie niet geen ikke ej не
    """.split()  # noqa: SIM905
)
_ARTICLES = frozenset(
    """
    a an any the de d une un una uno eine ein einen es
    """.split()  # noqa: SIM905
)
_WORDS = re.compile(r"[^\s_.,;:/|&+'\"()\[\]{}<>!?*#-]+")


def find_catch_alls(
    rules: Sequence[Rule], nearness: Vectors, enough: tuple[float, float]
) -> tuple[int, ...]:
    """Return the positions of the rules that mean "anything else".

    `nearness` (k,) is each rule's largest cosine to `PROTOTYPES`, both centred. A name such as
    "other" or "sonstiges" is enough, and so is a nearness of the second number of `enough`. A
    name with other meanings, such as "default", needs the first number. The opposite of another
    rule, such as "not an invoice", is one too.
    """
    names = {" ".join(_folded_words(rule.type)) for rule in rules}
    return tuple(
        position
        for position, rule in enumerate(rules)
        if _is_catch_all(rule, float(nearness[position]), *enough) or _opposite(rule.type) in names
    )


def is_named_catch_all(rule: Rule) -> bool:
    """Tell whether the name alone says that the rule means "anything else"."""
    return _is_catch_all(rule, -1.0, 0.0, 0.0)


def _is_catch_all(rule: Rule, nearness: float, with_hint: float, alone: float) -> bool:
    words = _folded_words(rule.type)
    core = [word for word in words if word not in _FILLERS]
    if nearness >= alone or " ".join(words) in _PHRASES:
        return True
    if not core:
        return False
    if all(word in _NAMES for word in core):
        return True
    if all(word in _NAMES or word in _HINTS for word in core):
        return (
            nearness >= with_hint
            or len(_folded_words(rule.description)) <= 2
            or _CATCH_ALL_PHRASE.search(rule.description) is not None
        )
    return False


def _opposite(name: str) -> str | None:
    """Return the folded name that another denies, None for one that denies nothing."""
    words = _folded_words(name)
    denied = words[1:]
    while denied and denied[0] in _ARTICLES:
        del denied[0]
    return " ".join(denied) if denied and words[0] in _NOT else None


def _folded_words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not _is_latin_accent(c))
    return _WORDS.findall(unicodedata.normalize("NFC", plain))


def _is_latin_accent(character: str) -> bool:
    return "\u0300" <= character <= "\u036f"
