"""Reads files by programs other than the project's readers, to find words that these lose.

PDFs are read by poppler's `pdftotext`, texts and slides by LibreOffice as a PDF of it, sheets by
LibreOffice as CSV, web pages by `w3m` or by the standard library, mail by the standard library.
"""

import email
import email.policy
import html
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage, Message
from html.parser import HTMLParser
from pathlib import Path

from benchmarks.parsing.shown_markup import without_hidden

_SECONDS = 120
_UNSEEN = re.compile(
    rb"<noscript\b.*?</noscript\s*>|<ix:header\b.*?</ix:header\s*>"
    rb"|<img\b(?![^>]*\balt\s*=)[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_WORKBOOK = "xl/workbook.xml"
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_SHEET_NAME = re.compile(r'\sname="([^"]*)"')
_HIDDEN = re.compile(r'\sstate="(?:veryH|h)idden"')
_ADDRESS = re.compile(r"(?:https?://|mailto:|www\.)\S+")
_ALL_SHEETS = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,true,false,false,-1"
"""LibreOffice's filter for CSV: tabs, UTF-8, cells as they are shown, a file for each sheet."""


class ReaderFailed(Exception):
    """A second reader could not read a file; the message says why."""


@dataclass(frozen=True, slots=True)
class SecondReader:
    """A second reader by its name; `programs` are what it runs.

    `read` returns the texts of the pages of a file; a single text if it knows no pages that are
    those of the project.
    """

    name: str
    programs: tuple[str, ...]
    read: Callable[[Path], list[str]]

    @property
    def missing(self) -> tuple[str, ...]:
        """The programs that are not installed."""
        return tuple(program for program in self.programs if shutil.which(program) is None)


def second_readers() -> Mapping[str, SecondReader]:
    """Return the second reader of each format."""
    pdf = SecondReader("pdftotext", ("pdftotext",), read_pdf)
    text = SecondReader("LibreOffice", ("soffice", "pdftotext"), read_by_libreoffice)
    sheets = SecondReader("LibreOffice, CSV", ("soffice",), read_sheets)
    w3m = SecondReader("w3m", ("w3m",), read_by_w3m)
    markup = SecondReader("html.parser", (), read_markup) if w3m.missing else w3m
    return {
        "pdf": pdf,
        **dict.fromkeys(("docx", "doc", "odt", "rtf", "pptx", "ppt", "odp"), text),
        **dict.fromkeys(("xlsx", "xls", "ods"), sheets),
        "html": markup,
        "eml": SecondReader("email", (), read_mail),
    }


def read_pdf(path: Path) -> list[str]:
    """Return the text of each page of a PDF."""
    return _run(["pdftotext", "-enc", "UTF-8", str(path), "-"]).split("\f")[:-1]


def read_by_libreoffice(path: Path) -> list[str]:
    """Return the text of a document as LibreOffice prints it."""
    with tempfile.TemporaryDirectory() as folder:
        return ["\n".join("\n".join(read_pdf(made)) for made in _convert(path, "pdf", folder))]


def read_sheets(path: Path) -> list[str]:
    """Return the text of all cells of a workbook, without the sheets that an xlsx hides."""
    hidden = hidden_sheets(path)
    with tempfile.TemporaryDirectory() as folder:
        made = _convert(path, _ALL_SHEETS, folder)
        shown = (sheet for sheet in made if not sheet.stem.endswith(hidden))
        return ["\n".join(sheet.read_text("utf-8", "replace") for sheet in shown)]


def hidden_sheets(path: Path) -> tuple[str, ...]:
    """Return the ends of the names that LibreOffice gives to the files of hidden sheets."""
    if not zipfile.is_zipfile(path):
        return ()
    with zipfile.ZipFile(path) as archive:
        if _WORKBOOK not in archive.namelist():
            return ()
        sheets = _SHEET.findall(archive.read(_WORKBOOK).decode("utf-8", "replace"))
    names = (_SHEET_NAME.search(sheet) for sheet in sheets if _HIDDEN.search(sheet))
    return tuple(f"-{html.unescape(name[1])}" for name in names if name)


def read_by_w3m(path: Path) -> list[str]:
    """Return the text of a web page as w3m shows it, without what no browser shows.

    That are the texts for browsers without scripts, elements that attributes hide, the hidden facts
    of inline XBRL, and the names of picture files, which w3m shows for pictures without a
    description.
    """
    options = "-dump -cols 400 -O UTF-8 -T text/html -o pseudo_inlines=0"
    with tempfile.TemporaryDirectory() as home:
        page = Path(home) / "page.html"
        page.write_bytes(without_hidden(_UNSEEN.sub(b"", path.read_bytes())))
        return [_run(["w3m", *options.split(), str(page)], HOME=home)]


def read_markup(path: Path) -> list[str]:
    """Return the text of a web page, found by the standard library."""
    return [_text_of_markup(path.read_bytes().decode("utf-8", "replace"))]


def read_mail(path: Path) -> list[str]:
    """Return subject, sender, recipients and the text parts of a mail and of mails within it.

    Of alternatives it is the last, which mail programs show (RFC 2046, 5.1.4). Addresses of links
    are left out: where a text is written out for programs without HTML, they stand in it.
    """
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    texts: list[str] = []
    for part in _shown_parts(message):
        texts += [str(part[name] or "") for name in ("subject", "from", "to", "cc")]
        if part.get_content_maintype() == "text" and isinstance(part, EmailMessage):
            try:
                content = part.get_content()
            except (LookupError, ValueError) as error:
                raise ReaderFailed(str(error)) from error
            is_markup = part.get_content_subtype() == "html"
            texts.append(_text_of_markup(content) if is_markup else content)
    return [_ADDRESS.sub(" ", "\n".join(texts))]


def _shown_parts(message: Message) -> Iterator[Message]:
    """Yield a message and its parts, of alternatives the last."""
    yield message
    if message.is_multipart():
        parts = [part for part in message.get_payload() if isinstance(part, Message)]
        is_choice = message.get_content_type() == "multipart/alternative"
        for part in parts[-1:] if is_choice else parts:
            yield from _shown_parts(part)


class _MarkupText(HTMLParser):
    """Collects the text between tags, except of scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self._silent = tag in {"script", "style"}

    def handle_endtag(self, _tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def _text_of_markup(markup: str) -> str:
    parser = _MarkupText()
    parser.feed(markup)
    parser.close()
    return " ".join(parser.texts)


def _convert(path: Path, target: str, folder: str) -> Sequence[Path]:
    made = Path(folder) / "made"
    profile = f"-env:UserInstallation=file://{folder}/profile"
    options = ["--headless", "--convert-to", target, "--outdir", str(made)]
    _run(["soffice", profile, *options, str(path)])
    found = sorted(made.glob("*"))
    if not found:
        raise ReaderFailed("LibreOffice made no file")
    return found


def _run(command: Sequence[str], **environment: str) -> str:
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            check=True,
            timeout=_SECONDS,
            env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ReaderFailed(str(error)) from error
    return done.stdout.decode("utf-8", "replace")
