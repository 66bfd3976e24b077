"""Prints documents: as JSON for programs, or page by page for people.

A file may hold sequences that control a terminal. None of them is printed as it is.
"""

from collections.abc import Iterable
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from app.text import counted, escape_controls, escape_line, terminal_json
from worker.parsing.document import Document, DocumentPage, TextSource

WIDTH = 80
"""The most columns of everything but the text itself when the output is not a terminal."""

_SOURCES = {TextSource.OCR: "OCR", TextSource.NONE: "no text"}


def to_json(document: Document) -> str:
    """Return a document as a line of JSON, in ASCII only, with pages counted from 0."""
    pages = [
        {
            "index": page.index,
            "text": page.text,
            "source": str(page.source),
            "confidence": page.confidence,
            "headings": page.headings,
        }
        for page in document.pages
    ]
    return terminal_json(
        {
            "format": document.format,
            "total_pages": document.total_pages,
            "pages": pages,
            "lost_parts": document.lost_parts,
            "warnings": document.warnings,
        }
    )


def write_document(name: str, document: Document, target: TextIO) -> None:
    """Write a document for a person: its format, its warnings, and the text of each page.

    On a terminal, headings are bold and lines are wrapped; elsewhere the text is as it was read.
    """
    console = Console(
        file=target,
        width=None if target.isatty() else WIDTH,
        highlight=False,
        emoji=False,
        markup=False,
    )
    _write(console, [_first_line(name, document)])
    for warning in document.warnings:
        _write(console, _hang("warning", escape_controls(warning), min(console.width, WIDTH)))
    for page in document.pages:
        _write(console, [Text(), _rule(page, min(console.width, WIDTH))])
        _write(console, _lines(page))


def _write(console: Console, lines: Iterable[Text]) -> None:
    for line in lines:
        if console.is_terminal:
            console.print(line)
        else:
            console.file.write(f"{line.plain}\n")


def _first_line(name: str, document: Document) -> Text:
    total, read = document.total_pages, len(document.pages)
    pages = counted(total, "page")
    if read != total:
        pages += f", {read} of them read"
    shown = escape_line(name)
    return Text.assemble((shown, "bold"), f": {document.format}, {pages}")


def _rule(page: DocumentPage, width: int) -> Text:
    """Return the line above a page, such as `── page 1 · OCR, confidence 87 ──────`."""
    title = f"page {page.index + 1} · "
    title += _SOURCES.get(page.source, str(page.source).replace("_", " "))
    if page.confidence is not None:
        title += f", confidence {page.confidence:.0f}"
    rest = max(0, width - cell_len(title) - 4)
    return Text.assemble(("── ", "dim"), title, (f" {'─' * rest}", "dim"))


def _lines(page: DocumentPage) -> Iterable[Text]:
    headings = {
        line.strip() for heading in page.headings for line in heading.split("\n") if line.strip()
    }
    for line in page.text.strip("\n").split("\n"):
        yield Text(escape_controls(line), style="bold" if line.strip() in headings else "")


def _hang(label: str, sentence: str, width: int) -> Iterable[Text]:
    """Wrap a sentence to the right of its label."""
    indent = len(label) + 2
    lines = Text(sentence).wrap(Console(width=width), max(1, width - indent))
    for number, line in enumerate(lines):
        line.rstrip()
        start = (f"{label}: ", "yellow") if number == 0 else " " * indent
        yield Text.assemble(start, line)
