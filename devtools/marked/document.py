"""A document with markers, and the maker of markers."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    """A file of `format`, and the marker in each place where a person sees one."""

    format: str
    data: bytes
    markers: Mapping[str, str]


class Marks(dict[str, str]):
    """The markers by place; `marks("text box")` adds a place and returns its marker.

    No marker is part of another one: none has a Q within.
    """

    def __call__(self, place: str) -> str:
        return self.setdefault(place, f"Q{place.replace(' ', '')}Q")
