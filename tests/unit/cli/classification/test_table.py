"""The table of a terminal: no line is wider than it, whatever the names are."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from cli.classification.ordering import OrderedResults
from cli.classification.results import Classifier, FileResult
from cli.classification.table import ResultTable, shorten_middle

RESULTS = [
    FileResult(Path("in/a.pdf"), "invoice", 0.998, "Very likely an invoice. " * 9, "..."),
    FileResult(Path("in/" + "漢字" * 30 + ".pdf"), None, 0.7996, "No rule\x1b[31m fits.", "..."),
    FileResult.failed(Path("in/\x1b]0;x\x07\n.pdf"), "the file is empty", "empty"),
    FileResult(Path("else/b.pdf"), "a type of fifty characters " + "x" * 23, 0.9, "Yes.", "."),
]


def printed(width: int) -> str:
    target = io.StringIO()
    console = Console(file=target, width=width, highlight=False, markup=False, emoji=False)
    table = ResultTable(console, [result.type or "" for result in RESULTS], 0.8, Path("in"))
    for result in RESULTS:
        table.add(result)
    return target.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_line_fits(width: int) -> None:
    lines = printed(width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert lines[0].split() == ["File", "Type", "Sure", "Why"]


def test_rows_at_80_columns() -> None:
    shown = printed(80)
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\na.pdf  " in shown
    assert " 99%  Very likely" in shown
    assert " 79%  No rule" in shown
    assert "(none)" in shown
    assert r"\x1b]0;x\x07\n.pdf" in shown
    assert "error  the file is empty" in shown
    assert shown.count("Very likely") <= 5
    assert "\nelse/b.pdf" in shown


def test_names_are_cut_in_the_middle() -> None:
    assert shorten_middle("a.pdf", 10) == "a.pdf"
    assert shorten_middle("abcdefghijkl.pdf", 10) == "abcd…l.pdf"
    assert cell_len(shorten_middle("漢字" * 20, 11)) <= 11


class Backwards(Classifier):
    def describe(self) -> str:
        return "A classifier that ends files in another order."

    def __exit__(self, *_: object) -> None: ...

    def classify(self, paths: Iterable[Path]) -> Iterator[FileResult]:
        taken = list(paths)
        for path in [*reversed(taken[:3]), *taken[4:]]:
            yield FileResult.failed(path, "", "")


def test_results_come_in_the_order_of_the_files() -> None:
    paths = [Path(name) for name in "abcdef"]
    ordered = OrderedResults(Backwards(), paths)
    assert [str(result.path) for result in ordered] == ["a", "b", "c"]
    assert [str(result.path) for result in ordered.held_back()] == ["e", "f"]
