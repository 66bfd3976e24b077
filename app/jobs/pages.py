"""Which pages of a document a job asked for."""

from dataclasses import dataclass

from app.errors import FileError, FileErrorCode


@dataclass(frozen=True, slots=True)
class PageSelection:
    """The pages to read, counted from 0.

    `target_pages`, when given, wins: exactly those pages, whatever `max_pages` says.
    Otherwise the first `max_pages`; None or 0 means all of them.
    """

    max_pages: int | None = 5
    target_pages: tuple[int, ...] | None = None

    def choose(self, total: int, cap: int) -> tuple[int, ...]:
        """Return the indices to read of a document of `total` pages, ascending, at most `cap`.

        Duplicates and pages that do not exist are ignored. Raises FileError
        (`no_such_pages`) when target pages were given and none of them exists.
        """
        if self.target_pages is not None:
            wanted = sorted({page for page in self.target_pages if page < total})
            if not wanted and total > 0:
                raise FileError(
                    FileErrorCode.NO_SUCH_PAGES,
                    f"none of the target_pages exists: the document has {total}"
                    f" page{'' if total == 1 else 's'}",
                )
            return tuple(wanted[:cap])
        return tuple(range(min(total, self.max_pages or total, cap)))

    def is_cut_by(self, total: int, cap: int) -> bool:
        """Tell whether `cap`, and not the request, limits the pages that `choose` returns."""
        if self.target_pages is not None:
            return len({page for page in self.target_pages if page < total}) > cap
        return min(total, self.max_pages or total) > cap
