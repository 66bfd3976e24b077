"""The three layers of a verdict's reasoning, and the text that holds them.

A text has the summary (a line, and perhaps a line of warnings), the reasons, one a line behind
`- `, a line `Details:`, and the details. Results store the text only.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import Self

DETAILS = "Details:"
_BULLET = "- "
# A verdict that says nothing but the type and the confidence.
_BARE = re.compile(r'[A-Z][a-z ]+ "[^"]*" \(\d+%\)\.')


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What the verdict is, why, and the numbers behind it.

    `summary` has one or two lines; a second line warns of what lessens the verdict's worth.
    `reasons` are sentences of one line each. `details` has a numbered line for each step.
    """

    summary: str
    reasons: tuple[str, ...]
    details: str

    @classmethod
    def of(cls, summary: Iterable[str], reasons: Iterable[str], details: Iterable[str]) -> Self:
        """Return the reasoning of these lines; line breaks in a line become blanks."""
        return cls(
            "\n".join(map(_one_line, summary)),
            tuple(map(_one_line, reasons)),
            "\n".join(
                f"{number}. {_one_line(line)}" for number, line in enumerate(details, start=1)
            ),
        )

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """Return the layers of a stored text; None if it is older than the layers."""
        head, found, details = text.partition(f"\n{DETAILS}\n")
        if not found:
            return None
        lines = head.split("\n")
        summary = list(takewhile(lambda line: not line.startswith(_BULLET), lines))
        reasons = (line.removeprefix(_BULLET) for line in lines[len(summary) :])
        return cls("\n".join(summary), tuple(reasons), details)

    @property
    def why(self) -> str:
        """One line to stand beside type and confidence: the first reason in place of these two."""
        verdict, *warnings = self.summary.split("\n")
        # The last reason says what was read.
        if _BARE.fullmatch(verdict) and len(self.reasons) > 1:
            verdict = self.reasons[0]
        return " ".join([verdict, *warnings])

    @property
    def text(self) -> str:
        """The whole text, as results return it in `reasoning`."""
        bullets = (_BULLET + reason for reason in self.reasons)
        return "\n".join([self.summary, *bullets, DETAILS, self.details])


def _one_line(text: str) -> str:
    return text.replace("\n", " ")
