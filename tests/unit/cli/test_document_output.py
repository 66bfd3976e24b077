"""Documents as people and programs see them."""

import io
import json

import pytest
from rich.cells import cell_len

from app.text import escape_controls
from cli.document_output import WIDTH, to_json, write_document
from worker.parsing.document import Document, DocumentPage, TextSource

LONG = "the picture on slide 7 could not be read because its compression is not supported " * 2
DOCUMENT = Document(
    format="pdf",
    pages=(
        DocumentPage(0, "INVOICE\nfor you", headings=("INVOICE",)),
        DocumentPage(2, "Total 5.00", TextSource.OCR, confidence=86.7),
        DocumentPage(3, "", TextSource.NONE),
    ),
    total_pages=4,
    lost_parts=1,
    warnings=(LONG,),
)


class Terminal(io.StringIO):
    """A terminal, as far as a program can tell."""

    def isatty(self) -> bool:
        return True


def written(document: Document, target: io.StringIO | None = None, name: str = "a.pdf") -> str:
    target = target or io.StringIO()
    write_document(name, document, target)
    return target.getvalue()


def document_of(text: str) -> Document:
    return Document("txt", (DocumentPage(0, text),), 1)


def test_pages_with_their_sources_and_numbers_from_one() -> None:
    shown = written(DOCUMENT)

    assert shown.startswith("a.pdf: pdf, 4 pages, 3 of them read\nwarning: the picture on slide 7")
    assert "\n── page 1 · text layer ──" in shown
    assert "\n── page 3 · OCR, confidence 87 ──" in shown
    assert "\n── page 4 · no text ──" in shown
    assert "INVOICE\nfor you\n" in shown


def test_everything_fits_80_columns() -> None:
    lines = written(DOCUMENT).splitlines()

    assert max(map(cell_len, lines)) == WIDTH
    assert " ".join(" ".join(lines[1:4]).split()) == f"warning: {LONG.strip()}"


def test_a_pipe_gets_the_text_as_it_was_read() -> None:
    text = "\tindented  twice " + "word " * 40 + "[bold]:smile: 12"

    assert written(document_of(text)).endswith(f"─\n{text}\n")


def test_headings_are_bold_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)

    shown = written(DOCUMENT, Terminal())

    assert "\x1b[1mINVOICE\x1b[0m\nfor you" in shown


@pytest.mark.parametrize("target", [io.StringIO, Terminal])
def test_no_control_character_is_printed(
    monkeypatch: pytest.MonkeyPatch, target: type[io.StringIO]
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    hostile = "a\x1b]0;title\x07b\x9b2Jc\u202ed\u2066e\x7ff\rg\u2028h\ud800i"
    page = DocumentPage(0, hostile, headings=(hostile,))

    shown = written(Document("txt", (page,), 1, warnings=(hostile,)), target(), f"{hostile}\n.txt")

    assert sorted({character for character in shown if not character.isprintable()}) == ["\n"]
    assert r"a\x1b]0;title\x07b\x9b2Jc\u202ed\u2066e\x7ff\rg\u2028h\ud800i" in shown
    assert r"i\n.txt" in shown


def test_letters_of_every_script_are_printed_as_they_are() -> None:
    text = "Größe وزارة 請求書 👩\u200d👧 \u200fשלום"

    assert escape_controls(text) == text


def test_json_counts_pages_from_zero() -> None:
    line = to_json(DOCUMENT)

    assert json.loads(line) == {
        "format": "pdf",
        "total_pages": 4,
        "pages": [
            {
                "index": 0,
                "text": "INVOICE\nfor you",
                "source": "text_layer",
                "confidence": None,
                "headings": ["INVOICE"],
            },
            {
                "index": 2,
                "text": "Total 5.00",
                "source": "ocr",
                "confidence": 86.7,
                "headings": [],
            },
            {"index": 3, "text": "", "source": "none", "confidence": None, "headings": []},
        ],
        "lost_parts": 1,
        "warnings": [LONG],
    }


def test_json_is_one_printable_line() -> None:
    hostile = "a\x1b\x7f\x9bß\n\u2028"

    line = to_json(document_of(hostile))

    assert line.isprintable()
    assert line.isascii()
    assert json.loads(line)["pages"][0]["text"] == hostile
