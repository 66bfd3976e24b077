"""Page ranges as text, such as `1,3-5`, counted from 1."""

import re
from collections.abc import Sequence

# Above the size of any document. Without limits, a short text could expand to gigabytes.
MAX_PAGES = 10_000
MAX_PAGE_NUMBER = 1_000_000

_RANGE = re.compile(r"([0-9]{1,9})(?:\s*-\s*([0-9]{1,9}))?")


def parse_ranges(text: str) -> tuple[int, ...]:
    """Return the pages, counted from 0, ascending and without repetitions; raises ValueError."""
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
        if named > MAX_PAGES:
            raise ValueError(f"Name at most {MAX_PAGES} pages.")
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
