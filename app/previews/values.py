"""A preview and its parts, and the forms in which the file cache keeps them.

A preview has two entries: one with the text and the words of a page, and one with the picture in
each width that somebody asked for.
"""

import json
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

# Raise it whenever the same page can give another preview than before.
PREVIEW_VERSION = "2"
# The widths of pictures, in pixels: others are raised to the next one.
WIDTHS = (400, 800, 1200, 1600)
DEFAULT_WIDTH = 1200
MAX_PAGE = 100_000
RETRY_PROBLEMS_SECONDS = 600.0
# A larger entry is refused: the process that reads files writes less.
MAX_PREVIEW_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in fractions of its width and height, from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def join(self, other: "Box") -> "Box":
        """Return the smallest rectangle around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a page and its place."""

    text: str
    box: Box

    def to_json(self) -> list[object]:
        """Return the word as a list: its text, left, top, right, bottom."""
        box = self.box
        return [self.text, box.left, box.top, box.right, box.bottom]

    @classmethod
    def from_json(cls, stored: list[Any]) -> Self:
        """Return the word of such a list. Raises ValueError or TypeError."""
        text, *sides = stored
        if not isinstance(text, str) or len(sides) != 4:
            raise ValueError("not a word with its place")
        return cls(text, Box(*(min(1.0, max(0.0, float(side))) for side in sides)))


@dataclass(frozen=True, slots=True)
class Preview:
    """What a page shows besides its picture.

    `text` is empty if it cannot be read: `text_problem` says why. `picture_problem` says why the
    page has no picture. The sentences are whole ones for people. `words` is empty where their
    places are not known. `page_count` is that of the file, None if it cannot be read. `made_at` is
    in Unix time.
    """

    text: str = ""
    text_problem: str = ""
    picture_problem: str = ""
    words: tuple[Word, ...] = ()
    page_count: int | None = None
    made_at: float = field(default_factory=time.time)

    @property
    def is_old(self) -> bool:
        """Whether its problems may be solved by now: more memory, another program for OCR."""
        return time.time() - self.made_at > RETRY_PROBLEMS_SECONDS

    def pack(self) -> bytes:
        """Return the preview as compressed JSON."""
        fields = {
            "text": self.text,
            "text_problem": self.text_problem,
            "picture_problem": self.picture_problem,
            "words": [word.to_json() for word in self.words],
            "page_count": self.page_count,
            "made_at": self.made_at,
        }
        return zlib.compress(json.dumps(fields).encode("ascii"))

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return the preview of `pack`; raises ValueError for other bytes."""
        try:
            inflater = zlib.decompressobj()
            stored: Mapping[str, Any] = json.loads(inflater.decompress(data, MAX_PREVIEW_BYTES))
            return cls(
                text=str(stored["text"]),
                text_problem=str(stored["text_problem"]),
                picture_problem=str(stored["picture_problem"]),
                words=tuple(Word.from_json(word) for word in stored["words"]),
                page_count=stored["page_count"],
                made_at=float(stored["made_at"]),
            )
        except (zlib.error, KeyError, TypeError) as error:
            raise ValueError("not a cached preview") from error


def preview_key(page: int) -> str:
    """Return the key of a page's preview in the file cache."""
    return f"{PREVIEW_VERSION}/{page}"


def picture_key(page: int, width: int) -> str:
    """Return the key of a page's picture in the file cache."""
    return f"{PREVIEW_VERSION}/{page}/{width}"


def choose_width(wanted: int) -> int:
    """Return the least width of WIDTHS that is not below `wanted`, or the largest one."""
    return next((width for width in WIDTHS if width >= wanted), WIDTHS[-1])
