"""Results in the order of the files, whatever order they end in."""

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from cli.classification.results import Classifier, FileResult


class OrderedResults:
    """The results of a classifier in the order of the paths.

    Holds those back whose forerunners have not ended; `held_back` returns them after an
    interruption. No path comes twice.
    """

    def __init__(self, classifier: Classifier, paths: Iterable[Path]) -> None:
        self._results = classifier.classify(self._note(paths))
        self._order: deque[Path] = deque()
        self._ended: dict[Path, FileResult] = {}

    def __iter__(self) -> Iterator[FileResult]:
        for result in self._results:
            self._ended[result.path] = result
            while self._order and self._order[0] in self._ended:
                yield self._ended.pop(self._order.popleft())

    def held_back(self) -> list[FileResult]:
        """Return what has ended and was not returned, in the order of the paths."""
        return [self._ended[path] for path in self._order if path in self._ended]

    def _note(self, paths: Iterable[Path]) -> Iterator[Path]:
        for path in paths:
            self._order.append(path)
            yield path
