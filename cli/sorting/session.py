"""One run of a sort: once over a folder, or following it until it is told to stop."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.classification.results import Classifier
from cli.sorting.inbox import find_files
from cli.sorting.journal import STATE_FOLDER, Journal, Method
from cli.sorting.placement import Placement
from cli.sorting.report import CsvReport, SortedItem, Summary
from cli.sorting.sorter import Sorter
from cli.sorting.watch import LOOK_SECONDS, Watch

OnItem = Callable[[SortedItem], None]
OnError = Callable[[Path, str], None]


@dataclass(frozen=True)
class Order:
    """What to sort, where to, and how; the paths are absolute."""

    source: Path
    out: Path
    method: Method
    types: tuple[str, ...]
    min_confidence: float


class Session:
    """A run with its open journal and CSV file."""

    def __init__(
        self, order: Order, journal: Journal, sorter: Sorter, report: CsvReport, on_item: OnItem
    ) -> None:
        self._order = order
        self._journal = journal
        self._sorter = sorter
        self._report = report
        self._on_item = on_item
        self.summary = Summary()

    def sort_once(self, classifier: Classifier, on_error: OnError) -> None:
        """Sort the files that are not sorted yet. Raises SortStopped."""
        self._sort(classifier, self._new_files(on_error))

    def follow(self, classifier: Classifier, on_error: OnError) -> None:
        """Sort files as they become complete, until KeyboardInterrupt. Raises SortStopped."""
        order = self._order
        watch = Watch(order.source, order.out, self._journal.has, on_error)
        while True:
            started = time.monotonic()
            for item in self._sort(classifier, watch.complete_files()):
                if item.target is None and not item.is_failure:
                    watch.forget(item.source)
            time.sleep(max(0.0, started + LOOK_SECONDS - time.monotonic()))

    def _new_files(self, on_error: OnError) -> Iterator[Path]:
        for path, identity in find_files(self._order.source, self._order.out, on_error):
            if not self._journal.has(path, identity):
                yield path

    def _sort(self, classifier: Classifier, paths: Iterable[Path]) -> list[SortedItem]:
        """Sort files; returns those that stayed where they were."""
        stayed = []
        for item in self._sorter.sort(classifier, paths):
            self._report.add(item)
            self.summary.add(item)
            self._on_item(item)
            if item.target is None:
                stayed.append(item)
        return stayed


@contextmanager
def open_session(order: Order, on_item: OnItem) -> Iterator[Session]:
    """Make the output folder, take its lock, and finish what a killed sort left.

    Raises StartupError and SortStopped.
    """
    is_new = not order.out.exists()
    order.out.mkdir(exist_ok=True)
    (order.out / STATE_FOLDER).mkdir(exist_ok=True)
    journal = Journal(order.out)
    try:
        if is_new:
            journal.record_made("")
        placement = Placement(order.out, journal, order.method)
        placement.recover()
        sorter = Sorter(journal, placement, order.types, order.min_confidence)
        with CsvReport(journal) as report:
            yield Session(order, journal, sorter, report, on_item)
    finally:
        journal.close()
