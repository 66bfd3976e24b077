"""The rules that a document is classified by."""

import re
from dataclasses import dataclass

from worker.classification.text import clean


@dataclass(frozen=True, slots=True)
class Rule:
    """One document type in the user's words."""

    type: str
    description: str


_NEGATION = (
    r"(?:but\s+not|and\s+not|not|except(?:\s+for)?|excluding|other\s+than|unlike"
    r"|aber\s+nicht|nicht|außer|ausgenommen|ausschließlich\s+nicht"
    r"|mais\s+pas|sauf|hormis|à\s+l['’]exception|excepté"
    r"|pero\s+no|excepto|salvo|mas\s+não|exceto|ma\s+non|tranne|eccetto|maar\s+geen|behalve)\b"
)
# Only clauses that stand apart are cut: in brackets, or after a comma, semicolon or dash up to
# the end of the sentence. "Not" in the middle of a clause usually belongs to what is described.
_BRACKETED = re.compile(rf"\s*[(\[]\s*{_NEGATION}[^()\[\]]{{0,300}}[)\]]", re.IGNORECASE)
_TRAILING = re.compile(rf"\s*[,;–—]\s*{_NEGATION}[^.;()\[\]\n]{{0,300}}", re.IGNORECASE)


def rule_text(rule: Rule) -> str:
    """Return the text that is embedded for a rule: "type: description".

    Embeddings do not understand negation ("not a tax form" moves a rule towards tax forms),
    so clauses that only say what the type is not are left out.
    """
    return f"{_words(rule.type)}: {without_negations(rule.description)}".strip(": ")


def lexical_text(rule: Rule) -> str:
    """Return the text whose words are counted for a rule; the type counts twice."""
    name = _words(rule.type)
    return f"{name} {name} {without_negations(rule.description)}".lower()


def without_negations(description: str) -> str:
    """Return the description without clauses such as "(not a tax form)", cleaned.

    A description that is nothing but a negation stays as it is.
    """
    text = clean(description)
    shorter = _TRAILING.sub("", _BRACKETED.sub("", text)).strip()
    return shorter if any(character.isalnum() for character in shorter) else text


def is_bare(rule: Rule) -> bool:
    """Tell whether the description adds no word to the type's name."""
    return set(clean(rule.description).casefold().split()) <= set(name_of(rule).split())


def name_of(rule: Rule) -> str:
    """Return the type as names are compared: without underscores, in lower case."""
    return _words(rule.type).casefold()


def _words(type_name: str) -> str:
    return clean(type_name.replace("_", " "))
