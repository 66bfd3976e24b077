"""What is known within a group of RTF: Microsoft RTF 1.9.1, section on groups."""

from dataclasses import dataclass

from worker.parsing.readers.flow import Flow

NO_LEVEL = 9
"""The outline level of running text."""


@dataclass(eq=False, slots=True)
class RtfFlow(Flow):
    """A running text with the name of its destination."""

    kind: bytes = b""


@dataclass(slots=True)
class Group:
    r"""What a group keeps to itself: where its text goes, its font, the style of its paragraph.

    `fallback` counts the characters after a `\u`, which stand for it in old programs.
    """

    flow: RtfFlow
    destination: bytes = b""
    hidden: int = 0
    font: int | None = None
    fallback: int = 1
    style: int = 0
    is_drop_cap: bool = False
    level: int = NO_LEVEL
