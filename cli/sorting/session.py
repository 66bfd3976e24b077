"""One run of a sort: once over a folder, or following it until it is stopped."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.classification.results import Classifier
from cli.sorting.inbox import OnError, find_files
from cli.sorting.journal import STATE_FOLDER, Journal, Method
from cli.sorting.placement import Placement
from cli.sorting.report import CsvReport, SortedItem, Summary
from cli.sorting.sorter import Sorter
from cli.sorting.watch import Watch


@dataclass(frozen=True)
class Order:
    """What to sort, where to, and how; the folders are absolute.

    `rules` is the file with the rules, which is not sorted if it is in `source`.
    """

    source: Path
    out: Path
    method: Method
    types: tuple[str, ...]
    min_confidence: float
    rules: Path | None = None

    @property
    def leave_out(self) -> tuple[Path, ...]:
        """What is not sorted."""
        return (self.out,) if self.rules is None else (self.out, self.rules)


class Session:
    """A run with its open journal and CSV file."""

    def __init__(self, order: Order, journal: Journal, sorter: Sorter, report: CsvReport) -> None:
        self._order = order
        self._journal = journal
        self._sorter = sorter
        self._report = report
        self.summary = Summary()

    def new_files(self, on_error: OnError) -> Iterator[Path]:
        """Yield the files that are not sorted yet."""
        order = self._order
        for path, identity in find_files(order.source, order.leave_out, on_error):
            if not self._journal.has(path, identity):
                yield path

    def sort(self, classifier: Classifier, paths: Iterable[Path]) -> Iterator[SortedItem]:
        """Sort files; yields what happened to each once it is recorded. Raises SortStopped."""
        for item in self._sorter.sort(classifier, paths):
            self._report.add(item)
            self.summary.add(item)
            yield item

    def follow(self, classifier: Classifier, on_error: OnError) -> Iterator[SortedItem]:
        """Sort files as they become complete, without end. Raises SortStopped."""
        order = self._order
        watch = Watch(order.source, order.leave_out, self._journal.has, on_error)
        while True:
            for item in self.sort(classifier, watch):
                if item.target is None and not item.is_failure:
                    watch.forget(item.source)
                yield item
            watch.wait()


@contextmanager
def open_session(order: Order) -> Iterator[Session]:
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
            yield Session(order, journal, sorter, report)
    finally:
        journal.close()
