"""The pages of a document that a job asks for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from app.errors import FileError, FileErrorCode
from app.text import counted

# Far above real documents. Without limits a few characters could expand to a gigabyte.
MAX_NAMED_PAGES = 10_000
MAX_PAGE_NUMBER = 1_000_000

_RANGE = re.compile(r"([0-9]{1,9})(?:\s*-\s*([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class PageSelection:
    """The pages to read, counted from 0.

    `target_pages`, if given, takes precedence over `max_pages`. `max_pages` None or 0 means all.
    """

    max_pages: int | None = 5
    target_pages: tuple[int, ...] | None = None

    @classmethod
    def of(cls, max_pages: int | None, target_pages: Iterable[int] | None) -> Self:
        """Return the selection of a request or a row, whose target pages are a list."""
        return cls(max_pages, None if target_pages is None else tuple(target_pages))

    def choose(self, total: int, cap: int) -> tuple[int, ...]:
        """Return the indices to read of a document of `total` pages, ascending, at most `cap`.

        Duplicates and pages that do not exist are ignored. Raises FileError
        (`no_such_pages`) when target pages were given and none of them exists.
        """
        if self.target_pages is not None:
            requested = sorted({page for page in self.target_pages if page < total})
            if not requested and total > 0:
                raise FileError(
                    FileErrorCode.NO_SUCH_PAGES,
                    f"none of the target_pages exists: the document has {counted(total, 'page')}",
                )
            return tuple(requested[:cap])
        return tuple(range(min(total, self.max_pages or total, cap)))

    def is_cut_by(self, total: int, cap: int) -> bool:
        """Tell whether `cap`, and not the request, limits the pages that `choose` returns."""
        if self.target_pages is not None:
            return len({page for page in self.target_pages if page < total}) > cap
        return min(total, self.max_pages or total) > cap


def parse_ranges(text: str) -> tuple[int, ...]:
    """Return the pages of a text such as `1,3-5`, which counts from 1; raises ValueError.

    The pages are counted from 0, ascending and unique.
    """
    pages: set[int] = set()
    named = 0
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            raise ValueError("Give page numbers and ranges, separated by commas, such as 1,3-5.")
        first = int(match[1])
        last = first if match[2] is None else int(match[2])
        if first < 1:
            raise ValueError("Pages are counted from 1. There is no page 0.")
        if last < first:
            raise ValueError(f"The range {first}-{last} goes backwards. Write {last}-{first}.")
        if last > MAX_PAGE_NUMBER:
            raise ValueError(f"A page number is at most {MAX_PAGE_NUMBER}.")
        named += last - first + 1
        if named > MAX_NAMED_PAGES:
            raise ValueError(f"Name at most {MAX_NAMED_PAGES} pages.")
        pages.update(range(first - 1, last))
    return tuple(sorted(pages))


def format_ranges(pages: Sequence[int]) -> str:
    """Return ascending pages, counted from 0, in the shortest form that `parse_ranges` reads."""
    ranges: list[tuple[int, int]] = []
    for page in pages:
        if ranges and ranges[-1][1] == page - 1:
            ranges[-1] = (ranges[-1][0], page)
        else:
            ranges.append((page, page))
    return ",".join(
        f"{first + 1}" if first == last else f"{first + 1}-{last + 1}" for first, last in ranges
    )
