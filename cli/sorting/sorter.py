"""Sorts files: reads them by a classifier and puts each into the folder of its type."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from cli.classification.results import Classifier, FileResult
from cli.interruption import deferred_interruptions
from cli.sorting.errors import NotPlaced, SourceChanged
from cli.sorting.filesystem import identify
from cli.sorting.journal import Identity, Journal, Outcome
from cli.sorting.names import CHECK, FAILED, UNKNOWN, assign_folders
from cli.sorting.placement import Placement
from cli.sorting.report import SortedItem


class _Noted:
    """Remembers what each file is before it is read: a verdict counts for these bytes only.

    No generator, because a watch has more files after it had none.
    """

    def __init__(self, paths: Iterator[Path], seen: dict[Path, Identity]) -> None:
        self._paths = paths
        self._seen = seen

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Path:
        path = next(self._paths)
        identity = identify(path)
        if identity is not None:
            self._seen[path] = identity
        return path


class Sorter:
    """Sorts into one folder by the rules of one classifier."""

    def __init__(
        self, journal: Journal, placement: Placement, types: Iterable[str], min_confidence: float
    ) -> None:
        """Give each of the types its folder. Raises SortStopped."""
        self._journal = journal
        self._placement = placement
        self._min_confidence = min_confidence
        known = journal.folders()
        self._folders = assign_folders(types, known)
        for each, folder in self._folders.items():
            if each not in known:
                journal.record_folder(each, folder)
        self._seen: dict[Path, Identity] = {}

    def sort(self, classifier: Classifier, paths: Iterable[Path]) -> Iterator[SortedItem]:
        """Yield what happened to each file, as soon as it is in its place.

        An interruption waits until the caller asks for the next file: what has been placed is
        reported, too. Few paths are taken ahead. Raises SortStopped, and what the classifier
        raises.
        """
        for result in classifier.classify(_Noted(iter(paths), self._seen)):
            with deferred_interruptions():
                yield self._place(result, self._seen.pop(result.path, None))

    def _place(self, result: FileResult, seen: Identity | None) -> SortedItem:
        outcome = Outcome(
            type=result.type,
            confidence=result.confidence,
            summary=result.summary or None,
            error=result.error,
        )
        folder = self._choose(result)
        if seen is None:
            return SortedItem(result.path, outcome, problem="it is no longer there")
        try:
            file = self._placement.place(result.path, seen, folder, outcome)
        except SourceChanged as error:
            return SortedItem(result.path, outcome, problem=str(error))
        except NotPlaced as error:
            return SortedItem(result.path, outcome, problem=str(error), is_failure=True)
        return SortedItem(result.path, outcome, folder, file.target, is_failure=result.has_failed)

    def _choose(self, result: FileResult) -> str:
        if result.has_failed:
            return FAILED
        # Before null: that no rule fits may be unsure, too.
        if result.is_unsure(self._min_confidence):
            return CHECK
        if result.type is None:
            return UNKNOWN
        if result.type not in self._folders:  # a classifier may know more types than the rules
            self._folders = assign_folders([result.type], self._folders)
            self._journal.record_folder(result.type, self._folders[result.type])
        return self._folders[result.type]
