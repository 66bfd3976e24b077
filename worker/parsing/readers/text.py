"""Reads plain text of every kind: txt, md, csv, tsv, json, xml."""

import binascii
import html
import re

from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_text_document, sanitize
from worker.parsing.readers.encodings.decoding import declared_encoding, decode
from worker.parsing.readers.notebook import show_notebook
from worker.parsing.readers.source import Source
from worker.parsing.readers.xml.data import show_xml

_JSON_START = re.compile(r'\s*[{\[]\s*["{\[\]}]')
# RFC 8259, section 7; a pair of surrogates stands for one character.
_JSON_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
    r'|u([0-9a-fA-F]{4})|(["\\/bfnrt]))'
)
_JSON_LETTERS = {"b": " ", "f": "\n", "n": "\n", "r": "\n", "t": "\t"}
# Other references need the declarations of the file.
_XML_REFERENCE = re.compile(
    r"&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);", re.IGNORECASE
)
# E-invoices hold whole files in Base64 (RFC 4648), before the lines of the invoice.
_EMBEDDED_FILE = re.compile(
    r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{60,}+\s*+)++"
    r"(?:[A-Za-z0-9+/]*+={0,2}\s*+(?=[<\"'),]|\Z))?"
)
# Signatures and their certificates are shorter.
_MIN_EMBEDDED_CHARACTERS = 20_000
_WITH_EMBEDDED_FILES = frozenset({"json", "md"})
_FOLDED_START = re.compile(r"\ufeff?\s*BEGIN:V(?:CALENDAR|CARD)\b", re.IGNORECASE)
# RFC 5545, section 3.1: lines are broken within words.
_FOLD = re.compile(r"\r?\n[ \t]")
# vCard 2.1, section 2.1.3: `=` at the end of a line continues the value on the next one.
_QUOTED_PRINTABLE = re.compile(
    r"^([^:\r\n]{0,200};ENCODING=QUOTED-PRINTABLE[^:\r\n]{0,200}:)((?:[^\r\n]*=\r?\n)*[^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
# Photos and keys: vCard 3.0 and 2.1, `ENCODING=b`; vCard 4.0 and iCalendar, `data:`.
_CARD_FILE = re.compile(
    r"^([^:\r\n]{0,200};ENCODING=(?:b|BASE64)\b[^:\r\n]{0,200}:|[^:\r\n]{0,200}:data:[^,\r\n]{0,200},)"
    r"[A-Za-z0-9+/=]{100,}[ \t\r]*$",
    re.IGNORECASE | re.MULTILINE,
)
# RFC 5545, section 3.3.11, and RFC 6350, section 3.4.
_CARD_ESCAPE = re.compile(r"\\([,;\\nN])")
_LINE_CHARSET = re.compile(r";CHARSET=([\w.-]{1,40})", re.IGNORECASE)
# Programs colour what they print on a terminal, set the title of its window (ECMA-48, 5.4 and 5.6),
# switch its letters (ECMA-35, 13.2), and print bold letters twice.
_TERMINAL_CODE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[^\n]\x08"
)
# Programs fill fields with them.
_FILLER = re.compile("\0{2,}")


def read_text(source: Source) -> Document:
    """Read a text file as it is; a page has about 3000 characters.

    XML is read as its names and values if it is well-formed. What JSON and other XML write as
    escapes is read as the characters. A warning tells of files in
    Base64, which are not read. Raises FileError (`no_such_pages`).
    """
    data = source.read_all()
    text = decode(data, declared_encoding(data))
    lost: list[str] = []
    if source.type.extension == "xml":
        text, lost = _drop_files(text)
        shown = show_xml(text)
        text = _unescape_xml(text) if shown is None else shown
    elif source.type.extension == "json" or _JSON_START.match(text):
        notebook = show_notebook(text)
        text = _JSON_ESCAPE.sub(_unescape_json, text) if notebook is None else notebook
    text = _FILLER.sub(" ", _TERMINAL_CODE.sub("", text))
    if _FOLDED_START.match(text):
        text = _CARD_FILE.sub(r"\1", _FOLD.sub("", text))
        text = _CARD_ESCAPE.sub(_unescape_card, _QUOTED_PRINTABLE.sub(_decode_line, text))
    if source.type.extension in _WITH_EMBEDDED_FILES:
        text, lost = _drop_files(text)
    return build_text_document(source, sanitize(text), lost=lost)


def _unescape_xml(text: str) -> str:
    return _XML_REFERENCE.sub(lambda match: html.unescape(match.group()), text)


def _drop_files(text: str) -> tuple[str, list[str]]:
    """Return a text without the files in Base64, and the warning about them."""
    shorter = _EMBEDDED_FILE.sub(_drop_long, text)
    lost = ["files that are embedded in the text were not read"] if shorter != text else []
    return shorter, lost


def _drop_long(found: re.Match[str]) -> str:
    return "" if len(found.group()) >= _MIN_EMBEDDED_CHARACTERS else found.group()


def _decode_line(line: re.Match[str]) -> str:
    """Return a line of a card with the letters that it writes as numbers of bytes."""
    charset = _LINE_CHARSET.search(line[1])
    value = binascii.a2b_qp(line[2].encode("utf-8"))
    return line[1] + decode(value, charset[1] if charset else None)


def _unescape_card(escape: re.Match[str]) -> str:
    return "\n" if escape[1] in "nN" else escape[1]


def _unescape_json(escape: re.Match[str]) -> str:
    high, low, single, letter = escape.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
    if single:
        return chr(int(single, 16))
    return _JSON_LETTERS.get(letter, letter)
