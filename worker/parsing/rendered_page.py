"""The drawing of one page: what is asked for, and what comes back."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from app.previews.values import Word

MAX_PICTURE_BYTES = 8 * 1024 * 1024
MAX_WORDS = 10_000


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """The page to draw, counted from 0, and the width of its picture in pixels."""

    page: int
    width: int


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """The picture of a page as WebP, and its words with their places, where they are known.

    Without a picture `problem` says why, as a sentence for people.
    """

    picture: bytes | None = None
    problem: str = ""
    words: tuple[Word, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return a dictionary of plain JSON values; `from_json` reads it back."""
        return {
            "picture": None if self.picture is None else b64encode(self.picture).decode("ascii"),
            "problem": self.problem,
            "words": [word.to_json() for word in self.words],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild the page from the result of `to_json`.

        Raises KeyError, TypeError or ValueError on invalid data, which a process that a hostile
        file has taken over may send.
        """
        picture = None if data["picture"] is None else b64decode(data["picture"], validate=True)
        if picture is not None and not _is_webp(picture):
            raise ValueError("not a picture")
        if len(data["words"]) > MAX_WORDS:
            raise ValueError("too many words")
        words = tuple(Word.from_json(word) for word in data["words"])
        return cls(picture, str(data["problem"]), words)


def _is_webp(data: bytes) -> bool:
    return len(data) <= MAX_PICTURE_BYTES and data[:4] == b"RIFF" and data[8:12] == b"WEBP"
