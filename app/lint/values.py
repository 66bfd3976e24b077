"""A hint about rules, and the form in which rows store it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class HintKind(StrEnum):
    """What a hint is about."""

    OVERLAP = "overlap"
    SAME_TYPE = "same_type"
    TWO_TYPES = "two_types"
    CATCH_ALL = "catch_all"
    BARE_NAME = "bare_name"
    TOO_SHORT = "too_short"
    NEGATION = "negation"
    INSTRUCTION = "instruction"
    SAME_NAME = "same_name"


@dataclass(frozen=True, slots=True)
class Hint:
    """What makes rules less reliable, and what to write instead.

    `rules` are the positions of the rules, ascending. A hint that is not a warning tells what
    a rule does that may be meant.
    """

    kind: HintKind
    rules: tuple[int, ...]
    problem: str
    advice: str
    is_warning: bool = True

    def to_json(self) -> dict[str, object]:
        """Return the form in which a request for lint stores the hint."""
        return {
            "kind": self.kind.value,
            "rules": list(self.rules),
            "problem": self.problem,
            "advice": self.advice,
            "is_warning": self.is_warning,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the hint that a request for lint stores."""
        return cls(
            HintKind(stored["kind"]),
            tuple(stored["rules"]),
            stored["problem"],
            stored["advice"],
            stored["is_warning"],
        )
