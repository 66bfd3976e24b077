"""Tracked changes: OASIS ODF 1.3 part 3, 5.5.

A deleted text is in the list of changes, or still in its place, where LibreOffice leaves it in
files that are one XML file.
"""

from worker.parsing.readers.office.opendocument import names
from worker.parsing.readers.office.opendocument.names import full
from worker.parsing.readers.office.opendocument.text import (
    Attributes,
    DocumentText,
    End,
    Start,
    ignore,
)


class Changes:
    """Leaves out texts that were deleted, from where a change begins to where it ends."""

    def __init__(self, text: DocumentText) -> None:
        self._text = text
        self._region = ""
        self._deletions: set[str] = set()
        self._open: set[str] = set()

    def starts(self) -> dict[str, Start]:
        """Return what to do at each start tag."""
        return {
            full("text:changed-region"): self._changed_region,
            full("text:deletion"): self._deletion,
            full("text:change-start"): self._begin,
            full("text:change-end"): self._end,
        }

    def _changed_region(self, attributes: Attributes) -> None:
        found = (attributes[name] for name in names.CHANGE_IDS if name in attributes)
        self._region = next(found, "")

    def _deletion(self, attributes: Attributes) -> End:
        del attributes
        self._deletions.add(self._region)
        return ignore

    def _begin(self, attributes: Attributes) -> None:
        change = attributes.get(names.CHANGE, "")
        if change in self._deletions:
            self._open.add(change)
            self._text.is_deleted = True

    def _end(self, attributes: Attributes) -> None:
        self._open.discard(attributes.get(names.CHANGE, ""))
        self._text.is_deleted = bool(self._open)
