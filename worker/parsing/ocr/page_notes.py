"""Sentences about the pages that OCR read badly or not at all."""

from worker.parsing.document import name_pages
from worker.parsing.ocr.models import name_language


class PageNotes:
    """Collects notes about the pages of one file; each page is given by its index."""

    def __init__(self) -> None:
        self._unread: dict[str, list[int]] = {}
        self._skipped_pictures: list[int] = []
        self._slow: list[int] = []
        self._empty: list[int] = []
        self._foreign: dict[tuple[str, str], list[int]] = {}
        self._other_language: dict[tuple[str, str], list[int]] = {}
        self._unsure: list[int] = []

    def skip_page(self, index: int, reason: str) -> None:
        """Note a page that is not read, with the reason as a sentence."""
        self._unread.setdefault(reason, []).append(index)

    def skip_pictures(self, index: int) -> None:
        """Note a page whose pictures are not read for lack of time."""
        self._skipped_pictures.append(index)

    def add_slow(self, index: int) -> None:
        """Note a page whose reading ended before its end."""
        self._slow.append(index)

    def add_empty(self, index: int) -> None:
        """Note a page with ink on which OCR found no letter."""
        self._empty.append(index)

    def add_unsure(self, index: int) -> None:
        """Note a page whose text is hardly right."""
        self._unsure.append(index)

    def add_script(self, index: int, script: str, remedy: str) -> None:
        """Note a page in a script that its models lack; `remedy` says what would help."""
        self._foreign.setdefault((script, remedy), []).append(index)

    def add_language(self, index: int, lang: str, remedy: str) -> None:
        """Note a page in another language than that it was read for."""
        self._other_language.setdefault((lang, remedy), []).append(index)

    def sentences(self) -> list[str]:
        """Return the sentences for the reasoning."""
        found = [
            f"{name_pages(pages)} could only be read by OCR: {reason}"
            for reason, pages in self._unread.items()
        ]
        if self._skipped_pictures:
            found.append(
                f"pictures on {name_pages(self._skipped_pictures)} were left out:"
                " OCR would take too long"
            )
        if self._slow:
            found.append(f"OCR of {name_pages(self._slow)} took too long and is incomplete")
        for (script, remedy), pages in self._foreign.items():
            found.append(f"{name_pages(pages)} {_seem(pages)} to be in {script} script, {remedy}")
        for (lang, remedy), pages in self._other_language.items():
            language = name_language(lang)
            found.append(f"{name_pages(pages)} {_seem(pages)} to be in {language}, {remedy}")
        if self._empty:
            found.append(
                f"no text was found on {name_pages(self._empty)} although something is printed or"
                " drawn there"
            )
        if self._unsure:
            found.append(f"OCR could hardly read {name_pages(self._unsure)}")
        return found


def _seem(pages: list[int]) -> str:
    return "seems" if len(pages) == 1 else "seem"
