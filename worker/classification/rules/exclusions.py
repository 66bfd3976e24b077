"""Exclusions: clauses of a description that name other types, such as "(not a tax form)".

Embeddings do not understand negation: "not a tax form" moves a rule towards tax forms. Such
clauses are removed from the text that is embedded, and the types in them are scored separately.
"""

import re

from worker.classification.features.text import normalise_text

_NOT = (
    r"(?:but\s+not|and\s+not|not|never|no|without|except(?:ing)?(?:\s+for)?|excluding|other\s+than|unlike"
    r"|aber\s+nicht|aber\s+keine?|nicht|keine?|außer|ausgenommen"
    r"|mais\s+pas|pas|sauf|hormis|à\s+l['’]exception\s+(?:de|des|du)|excepté"
    r"|pero\s+no|excepto|salvo|mas\s+não|não|exceto|ma\s+non|non|tranne|eccetto"
    r"|maar\s+geen|geen|behalve|ale\s+nie|z\s+wyjątkiem|oprócz|кроме|за\s+исключением|но\s+не)\b"
)
# Only separate clauses are removed: in brackets, or after a comma, semicolon or dash up to the
# end of the sentence. "Not" within a clause usually belongs to the description.
_BRACKETED = re.compile(rf"\s*[(\[]\s*{_NOT}(?P<named>[^()\[\]]{{0,300}})[)\]]", re.IGNORECASE)
_TRAILING = re.compile(rf"\s*[,;–—]\s*{_NOT}(?P<named>[^.;()\[\]\n]{{0,300}})", re.IGNORECASE)
_SENTENCE = re.compile(
    r"(?:(?<=[.;!?])\s+|^)(?:this\s+(?:type|category|class|rule)\s+|it\s+|they\s+)?"
    r"(?:(?:does|do|must|should|is|are)\s+not\s+(?:to\s+)?(?:include|contain|cover|comprise|apply\s+to"
    r"|be\s+used\s+for|used\s+for|for|use\s+(?:it|this)?\s*for)"
    r"|excludes|exclude|excluding|excluded:?|except(?:\s+for)?|not\s+for|not\s+included:?"
    r"|gilt\s+nicht\s+für|nicht\s+für|umfasst\s+nicht|ne\s+comprend\s+pas|no\s+incluye|non\s+include"
    r"|não\s+inclui)\s+(?P<named>[^.;()\[\]\n]{1,300})[.;]?",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"\s*[(,、]\s*(?:不包括|不包含|不含|不是|除外:?)(?P<named>[^(),。]{1,100})\)?"
)
_JAPANESE_KOREAN = re.compile(
    r"\s*\(\s*(?P<named>[^()]{1,100}?)"
    r"(?:を除く|は除く|は含まない|以外|ではない|除外|제외|은 제외|는 제외)\s*\)"
)
_CLAUSES = (_BRACKETED, _CHINESE, _JAPANESE_KOREAN, _SENTENCE, _TRAILING)
_SEPARATOR = re.compile(
    r"\s*(?:,|/|\bor\b|\band\b|\boder\b|\bund\b|\bou\b|\bet\b|\bo\b|\by\b|\be\b|\bof\b|\ben\b|\bили\b)\s*",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"^(?:(?:an?|the|any|eine?[nrms]?|der|die|das|une?|des|les|du|de|l['’]|una?|los|las|el|um|uma|een|het"
    r"|gli|le|il)\s+)+",
    re.IGNORECASE,
)
_MAX_EXCLUSIONS = 6


def without_negations(description: str) -> str:
    """Return the normalised description without clauses such as "(not a tax form)".

    A description that consists of a negation only stays as it is.
    """
    text = normalise_text(description)
    shorter = text
    for clause in _CLAUSES:
        shorter = clause.sub("", shorter)
    shorter = shorter.strip()
    return shorter if _has_letters(shorter) else text


def find_exclusions(description: str) -> tuple[str, ...]:
    """Return the types in such clauses, in order, at most 6: "tax form" for "(not a tax form)".

    Empty for a description that consists of a negation only.
    """
    text = normalise_text(description)
    if without_negations(description) == text:
        return ()
    named: list[str] = []
    rest = text
    for clause in _CLAUSES:
        named += [match["named"] for match in clause.finditer(rest)]
        rest = clause.sub("", rest)
    parts = [_ARTICLE.sub("", part.strip()) for whole in named for part in _SEPARATOR.split(whole)]
    return tuple(dict.fromkeys(part for part in parts if _has_letters(part)))[:_MAX_EXCLUSIONS]


def _has_letters(text: str) -> bool:
    return any(character.isalnum() for character in text)
