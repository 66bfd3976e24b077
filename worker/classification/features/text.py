"""Normalising text before it is embedded."""

import re
import unicodedata

_FRONT_MATTER = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(?P<fields>.{1,4000}?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_YAML_KEY = re.compile(r"^\w[\w -]{0,60}:", re.MULTILINE)

# Control characters, and the blanks that NFKC does not make spaces.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u1680\u2028\u2029\ufeff\ufffe\ud800-\udfff]")
# These begin with a character that `re` searches for quickly.
_BLANKS = re.compile(r"  +")
_BLANK_LINES = re.compile(r"\n\s*\n\s*")
_RULES_AND_LEADERS = re.compile(r"([._\-=*#~—–·…])\1{3,}")


def content_start(text: str, *, first_page: bool) -> int:
    """Return where the content of a page begins: after a YAML block on a document's first page.

    The keys of such a block pull every Markdown file towards "configuration file".
    """
    block = _FRONT_MATTER.match(text) if first_page else None
    return block.end() if block and _YAML_KEY.search(block["fields"]) else 0


def normalise_text(text: str) -> str:
    """Return `text` as it is embedded: NFKC, no control characters, short runs, few blanks.

    Line breaks stay, because they delimit title lines. The order of the characters stays.
    """
    text = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _RULES_AND_LEADERS.sub(r"\1\1\1", unicodedata.normalize("NFKC", text))
    text = _BLANK_LINES.sub("\n\n", _BLANKS.sub(" ", text))
    return text.replace(" \n\n", "\n\n").strip()


def is_readable(text: str) -> bool:
    """Tell whether the text has any letter or digit."""
    return any(character.isalnum() for character in text)
