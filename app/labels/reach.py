"""Which rules a label says something about."""

from collections.abc import Collection, Iterable, Mapping


def says_about(
    label: str | None, judged: Iterable[Mapping[str, str]] | None, types: Collection[str]
) -> bool:
    """Tell whether a label says something about rules of these types.

    A label that is none of them, or None, says that no rule fits. That was said of the rules of a
    job, `judged`: another type, of a later rule or by a new name, may well fit. Where nobody knows
    these rules any more, `judged` is None, and the label is about all.
    """
    if label in types or judged is None:
        return True
    return {rule["type"] for rule in judged}.issuperset(types)
