"""Cleaning text before it is embedded.

Positions matter: quotes are verbatim parts of a page, so what to leave out is found as spans
of the original text, and only the chosen pieces are cleaned.
"""

import re
import unicodedata

_FRONT_MATTER = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(?P<fields>.{1,4000}?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_YAML_KEY = re.compile(r"^\w[\w -]{0,60}:", re.MULTILINE)
_HIDDEN_XBRL = re.compile(r"<ix:header\b.*?(?:</ix:header>|\Z)", re.DOTALL | re.IGNORECASE)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\ud800-\udfff]")
_BLANKS = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")
_RULES_AND_LEADERS = re.compile(r"([._\-=*#~—–·…])\1{3,}")

Span = tuple[int, int]


def content_spans(text: str, *, first_page: bool) -> list[Span]:
    """Return the (start, end) parts of a page that say something, in order.

    Left out are a leading YAML block of a document's first page (its keys pull every Markdown
    file towards "configuration file") and the hidden header of inline XBRL.
    """
    hidden: list[Span] = []
    if first_page:
        block = _FRONT_MATTER.match(text)
        if block and _YAML_KEY.search(block["fields"]):
            hidden.append(block.span())
    hidden += [match.span() for match in _HIDDEN_XBRL.finditer(text)]
    spans = []
    position = 0
    for start, end in sorted(hidden):
        if start > position:
            spans.append((position, start))
        position = max(position, end)
    if position < len(text):
        spans.append((position, len(text)))
    return spans


def normalise_text(text: str) -> str:
    """Return `text` as it is embedded: NFKC, no control characters, short runs, few blanks.

    Line breaks stay, because title lines are found by them. The order of the characters
    never changes.
    """
    text = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _RULES_AND_LEADERS.sub(r"\1\1\1", unicodedata.normalize("NFKC", text))
    return _BLANK_LINES.sub("\n\n", _BLANKS.sub(" ", text)).strip()


def is_readable(text: str) -> bool:
    """Tell whether there is any letter or digit in the text."""
    return any(character.isalnum() for character in text)
