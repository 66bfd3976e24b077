"""The ready-made sets of rules that the pages offer."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """A set of rules to begin with."""

    name: str
    title: str
    rules: Sequence[tuple[str, str]]


SETS: Sequence[ReadyMade] = ()
