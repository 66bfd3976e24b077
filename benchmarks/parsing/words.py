"""Measures the share of words that a second reader finds in a file and the project's does not.

For the files of a labelled corpus that have a text layer. `second_readers.py` says which program
reads which format; formats whose program is not installed are left out, and named.

A PDF is compared on the pages that a job reads by default, without those that OCR reads. Files
of other formats are compared whole, because a second reader knows no pages of theirs. Words are
runs of two or more letters and digits, without regard to case (NFKC, casefolded); each counts once
a file, so repeated heads of pages do not weigh. In scripts without spaces each character is a word.
A word counts as found, too, if our text has it within a run of letters and digits that a hyphen, a
line end or a space divides: a word divided in another way is not a loss. Pieces of less than
four letters, which are found in any text, must stand there beside the same letters as in the other
text: in a narrow column LibreOffice breaks words anywhere. Digits behind a point that one reader
rounds off are not a loss either, down to the sixth.
"""

import argparse
import io
import re
import sys
import time
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.errors import FileError, StartupError
from app.files.sniff.sniff import sniff
from app.jobs.pages import PageSelection
from app.text import escape_controls
from benchmarks.halves import half_of
from benchmarks.parsing.second_readers import ReaderFailed, SecondReader, second_readers
from worker.classification.fitting.corpus import ManifestEntry, find_directory, read_manifest
from worker.parsing.document import Document, TextSource
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.parser import SandboxedParser

_WORST = 10
_SHOWN_WORDS = 60
_WIDTH = 120
# Shorter words are found in every text somewhere within others.
_DIVIDED_LETTERS = 4
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_]){{2,}}")
_HYPHEN_AT_END = re.compile("[-\u00ad\u2010]\\s*\n\\s*|\u00ad")
# TeX puts its accents over an i without its dot.
_DOTLESS = re.compile("\u0131(?=[\u0300-\u036f])")
# The letters on one side that must be the same.
_BESIDE = 8
_DECIMALS = re.compile(r"(?<=[0-9][.,])[0-9]{4,}")
_ROUNDING = 0.5e-6
_LETTERS = re.compile(r"[^\W_]+")
_NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The words of one file: how many the second reader finds, and which of them ours lacks."""

    file: str
    format: str
    words: int
    missing: tuple[str, ...]
    seconds: float
    second_seconds: float

    @property
    def share(self) -> float:
        """The share of words that ours lacks."""
        return len(self.missing) / self.words if self.words else 0.0


def main() -> int:
    """Print a table by format and one of the worst files; the status is 2 without a corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder of labelled documents")
    parser.add_argument("--half", choices=("A", "B"), help="read one half of the sources only")
    parser.add_argument("--seconds", action="store_true", help="show the time of both readers")
    parser.add_argument("--show", action="store_true", help="print words that the worst files lack")
    arguments = parser.parse_args()
    readers = second_readers()
    for reader in dict.fromkeys(readers.values()):
        if reader.missing:
            print(f"{reader.name}: {', '.join(reader.missing)} not installed", file=sys.stderr)
    try:
        directory = find_directory(arguments.corpus)
    except StartupError as error:
        print(error, file=sys.stderr)
        return 2
    compared, left_out = _compare_all(_entries(directory, arguments.half), directory, readers)
    console = Console(width=_WIDTH, markup=False, highlight=False)
    console.print(_format_table(compared, readers, with_seconds=arguments.seconds))
    console.print(_worst_table(compared))
    print("Not compared:")
    for reason, count in sorted(left_out.items()):
        print(f"  {count} files: {escape_controls(reason)}")
    if arguments.show:
        for item in _worst(compared):
            words = " ".join(item.missing[:_SHOWN_WORDS])
            print(f"\n{escape_controls(item.file)}\n  {escape_controls(words)}")
    return 0


def words_of(text: str) -> set[str]:
    """Return the words of a text; one that a hyphen divides at a line end is whole."""
    undivided = _DOTLESS.sub("i", _HYPHEN_AT_END.sub("", text))
    folded = unicodedata.normalize("NFKC", undivided).casefold()
    return set(_WORD.findall(folded))


def missing_words(theirs: str, ours: str) -> tuple[str, ...]:
    """Return the words of their text that are not in ours, in alphabetical order."""
    folded = unicodedata.normalize("NFKC", ours).casefold()
    own = words_of(ours) | set(_WORD.findall(folded))
    undivided = _NO_LETTERS.sub("", folded)
    lacking = [
        word
        for word in sorted(words_of(theirs) - own)
        if len(word) < _DIVIDED_LETTERS or word not in undivided
    ]
    divided = _divided_pieces(theirs, undivided, {each for each in lacking if _is_piece(each)})
    rounded = _rounded(set(_DECIMALS.findall(theirs)) & set(lacking), _DECIMALS.findall(ours))
    return tuple(word for word in lacking if word not in divided | rounded)


def _is_piece(word: str) -> bool:
    return len(word) < _DIVIDED_LETTERS


def _divided_pieces(theirs: str, undivided: str, pieces: set[str]) -> set[str]:
    """Return the pieces that stand in our undivided text with the letters beside them."""
    found: set[str] = set()
    if not pieces:
        return found
    letters: list[str] = []
    places: list[tuple[str, int]] = []
    length = 0
    for match in _LETTERS.finditer(unicodedata.normalize("NFKC", theirs).casefold()):
        if match[0] in pieces:
            places.append((match[0], length))
        letters.append(match[0])
        length += len(match[0])
    whole = "".join(letters)
    for piece, place in places:
        end = place + len(piece)
        # Another text may stand on one side where the readers have another order.
        before, after = whole[max(0, place - _BESIDE) : end], whole[place : end + _BESIDE]
        if any(len(each) == len(piece) + _BESIDE and each in undivided for each in (before, after)):
            found.add(piece)
    return found


def _rounded(theirs: set[str], ours: Sequence[str]) -> set[str]:
    """Return the digits behind a point that ours has, too, if it is rounded to six of them."""
    values = sorted(float(f"0.{digits}") for digits in ours)

    def is_there(value: float) -> bool:
        at = bisect_left(values, value - _ROUNDING)
        return at < len(values) and values[at] <= value + _ROUNDING

    return {digits for digits in theirs if is_there(float(f"0.{digits}"))}


def _entries(directory: Path, half: str | None) -> Sequence[ManifestEntry]:
    """Return the files of a corpus, or those of one of the halves that `half_of` tells apart."""
    entries = read_manifest(directory)
    halves = half_of([entry.source for entry in entries])
    return [entry for entry in entries if half in (None, halves[entry.source])]


def _compare_all(
    entries: Sequence[ManifestEntry], directory: Path, readers: Mapping[str, SecondReader]
) -> tuple[list[Comparison], dict[str, int]]:
    """Compare files; return also why how many were left out."""
    compared: list[Comparison] = []
    left_out: dict[str, int] = {}
    with SandboxedParser() as sandbox:
        for entry in entries:
            try:
                compared.append(_compare(sandbox, directory, entry, readers))
            except (_NotComparable, ReaderFailed) as error:
                left_out[str(error)] = left_out.get(str(error), 0) + 1
            except FileError as error:
                reason = f"ended with {error.code}"
                left_out[reason] = left_out.get(reason, 0) + 1
    return compared, left_out


class _NotComparable(Exception):
    """There is nothing to compare; the message says why."""


def _compare(
    sandbox: SandboxedParser,
    directory: Path,
    entry: ManifestEntry,
    readers: Mapping[str, SecondReader],
) -> Comparison:
    data = entry.path.read_bytes()
    kind = sniff(io.BytesIO(data), entry.path.name).extension
    reader = readers.get(kind)
    if reader is None:
        raise _NotComparable(f"no second reader for {kind}")
    if reader.missing:
        raise _NotComparable(f"{', '.join(reader.missing)} not installed, for {kind}")
    selection = PageSelection() if kind == "pdf" else PageSelection(None)
    began = time.perf_counter()
    document = sandbox.parse(io.BytesIO(data), entry.path.name, ParseRequest(selection, entry.lang))
    seconds = time.perf_counter() - began
    if all(page.source is not TextSource.TEXT_LAYER for page in document.pages):
        raise _NotComparable("without a text layer")
    began = time.perf_counter()
    theirs = _comparable_text(document, reader.read(entry.path))
    second_seconds = time.perf_counter() - began
    # Pages that OCR or an attachment gave may have the words as well.
    ours = "\n".join(page.text for page in document.pages)
    return Comparison(
        str(entry.path.relative_to(directory)),
        kind,
        len(words_of(theirs)),
        missing_words(theirs, ours),
        seconds,
        second_seconds,
    )


def _comparable_text(document: Document, pages: Sequence[str]) -> str:
    if document.format != "pdf":
        return "\n".join(pages)
    return "\n".join(
        pages[page.index]
        for page in document.pages
        if page.source is TextSource.TEXT_LAYER and page.index < len(pages)
    )


def _format_table(
    compared: Sequence[Comparison], readers: Mapping[str, SecondReader], *, with_seconds: bool
) -> Table:
    table = Table("format", "second reader", title="Words that only the second reader finds")
    for column in ("files", "words", "missing", "share", "files with all words"):
        table.add_column(column, justify="right")
    if with_seconds:
        table.add_column("ms a file", justify="right")
        table.add_column("second reader", justify="right")
    formats = sorted({item.format for item in compared})
    for name in [*formats, "all"]:
        items = [item for item in compared if name in (item.format, "all")]
        words = sum(item.words for item in items)
        missing = sum(len(item.missing) for item in items)
        cells = [
            name,
            readers[name].name if name in readers else "",
            str(len(items)),
            f"{words:,}",
            f"{missing:,}",
            f"{missing / max(words, 1):.2%}",
            str(sum(not item.missing for item in items)),
        ]
        if with_seconds:
            cells.append(f"{_mean_ms([item.seconds for item in items]):.0f}")
            cells.append(f"{_mean_ms([item.second_seconds for item in items]):.0f}")
        table.add_row(*cells)
    return table


def _worst_table(compared: Sequence[Comparison]) -> Table:
    table = Table("file", "format", title=f"The {_WORST} worst files")
    for column in ("words", "missing", "share"):
        table.add_column(column, justify="right")
    for item in _worst(compared):
        table.add_row(
            escape_controls(item.file),
            item.format,
            f"{item.words:,}",
            f"{len(item.missing):,}",
            f"{item.share:.1%}",
        )
    return table


def _worst(compared: Sequence[Comparison]) -> Sequence[Comparison]:
    lacking = [item for item in compared if item.missing]
    return sorted(lacking, key=lambda item: (-item.share, item.file))[:_WORST]


def _mean_ms(seconds: Sequence[float]) -> float:
    return 1000 * sum(seconds) / max(len(seconds), 1)


if __name__ == "__main__":
    sys.exit(main())
