"""Sorts real files by a classifier that reads the first word of a text."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from cli.classification.results import FileResult
from cli.sorting.journal import Method
from cli.sorting.report import SortedItem
from cli.sorting.session import Order, open_session

TYPES = ("invoice", "letter", "contract")


class FirstWord:
    """Takes the first word of a text for its type and the second for its confidence.

    `none` fits no rule, `broken` cannot be read.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def describe(self) -> str:
        return "Documents are read on this machine."

    def classify(self, paths: Iterable[Path]) -> Iterator[FileResult]:
        for path in paths:
            try:
                words = path.read_bytes().decode(errors="replace").split() or ["none"]
            except OSError as error:
                yield FileResult.failed(path, str(error.strerror), "internal")
                continue
            confidence = float(words[1]) if len(words) > 1 else 0.95
            if words[0] == "broken":
                yield FileResult.failed(path, "the file is damaged", "corrupt")
            else:
                type_ = None if words[0] == "none" else words[0]
                yield FileResult(path, type_, confidence, f"It says {words[0]}.", "")


def sort(
    source: Path, out: Path, method: Method = Method.COPY, types: tuple[str, ...] = TYPES
) -> list[SortedItem]:
    with open_session(Order(source, out, method, types, 0.8)) as session:
        paths = session.new_files(lambda *_: None)
        return list(session.sort(FirstWord(), paths))


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of each file by its path, without those of the journal."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".pigeonhole" not in path.parts
    }
