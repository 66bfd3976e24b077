"""Which rules a label says something about."""

from collections.abc import Collection, Iterable, Mapping


def says_about(
    label: str | None, judged: Iterable[Mapping[str, str]] | None, types: Collection[str]
) -> bool:
    """Tell whether a label says something about rules of these types.

    That no rule fits, None, was said of the rules of a job, `judged`: another type that a later
    rule has may well fit. Where nobody knows these rules any more, `judged` is None, and the label
    is about all.
    """
    if label is not None or judged is None:
        return True
    return {rule["type"] for rule in judged}.issuperset(types)
