"""The texts of a rule: for the embedder and for the lexical channel."""

import re

from app.jobs.values import Rule
from worker.classification.features.text import normalise_text
from worker.classification.rules.exclusions import find_exclusions, without_negations

# A word of a type such as "cat_3", "Ordner 7" or "A1" that says nothing of the documents.
_CODE = re.compile(
    r"(?=\w*\d)\w{1,4}|\d+|[^\W\d_]"
    r"|(?:cat|category|class|type|label|tag|group|folder|section|tray|box|rule|topic|bucket|code|no|nr"
    r"|kategorie|klasse|typ|gruppe|ordner|fach|ablage|thema|regel|catégorie|categorie|classe|dossier"
    r"|groupe|étiquette|categoría|categoria|clase|carpeta|grupo|etiqueta|cartella|gruppo|pasta|grupa"
    r"|map|klas|groep|kategoria|klasa|teczka|kategori|mapp|kategória|složka|dosya|klasör"
    r"|категория|папка|класс|группа)\d*"
)


def without_code(rule: Rule) -> Rule:
    """Return a rule that only its description describes with this as its type, others as they are.

    The type "Ordner 7" is near to nothing, and with it the description is not near either.
    """
    description = without_negations(rule.description)
    if description and all(map(_CODE.fullmatch, name_of(rule).replace("-", " ").split())):
        return Rule(description, "")
    return rule


def rule_text(rule: Rule) -> str:
    """Return the text that is embedded for a rule: "type: description".

    Clauses that only name excluded types are left out; see `exclusions`.
    """
    return f"{_words(rule.type)}: {without_negations(rule.description)}".strip(": ")


def lexical_text(rule: Rule) -> str:
    """Return the text of a rule for the lexical channel; the type counts twice."""
    name = _words(rule.type)
    return f"{name} {name} {without_negations(rule.description)}".lower()


def excluded_rules(rule: Rule) -> tuple[Rule, ...]:
    """Return the types that a rule's description excludes, as rules without a description."""
    return tuple(Rule(name, "") for name in find_exclusions(rule.description))


def is_bare(rule: Rule) -> bool:
    """Tell whether the description adds no word to the type's name."""
    return set(normalise_text(rule.description).casefold().split()) <= set(name_of(rule).split())


def name_of(rule: Rule) -> str:
    """Return the type for comparing names: without underscores, in lower case."""
    return _words(rule.type).casefold()


def _words(type_name: str) -> str:
    return normalise_text(type_name.replace("_", " "))
