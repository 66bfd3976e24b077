"""The texts of a rule: for the embedder and for the lexical channel."""

from app.jobs.values import Rule
from worker.classification.features.text import normalise_text
from worker.classification.rules.exclusions import find_exclusions, without_negations


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
