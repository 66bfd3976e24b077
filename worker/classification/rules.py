"""The rules that a document is classified by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One document type in the user's words."""

    type: str
    description: str
