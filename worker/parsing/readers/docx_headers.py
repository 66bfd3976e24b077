"""Headers and footers of a docx, which kreuzberg leaves out: ECMA-376 part 1, 17.10."""

import html
import re
from typing import BinaryIO

from app.files.sniff import zip_directory

_PART = re.compile(r"word/(header|footer)\d*\.xml")
_MOST_PARTS = 12
_PART_LIMIT = 256 * 1024
_TEXT_OR_PARAGRAPH = re.compile(r"<w:t(?:\s[^>]*)?>([^<]*)</w:t>|(</w:p>|<w:tab/>|<w:br/>)")
_HAS_LETTERS = re.compile(r"[^\W\d_]{3}")


def read_letterhead(file: BinaryIO) -> tuple[str, str]:
    """Return the text of a docx's headers and that of its footers, each different one once.

    Parts without a word, such as page numbers, are left out; damaged ones give nothing.
    """
    found: dict[str, list[str]] = {"header": [], "footer": []}
    parts = [member for member in zip_directory.list_members(file) if _PART.fullmatch(member.name)]
    for member in parts[:_MOST_PARTS]:
        try:
            markup = zip_directory.read_member(file, member, _PART_LIMIT).decode("utf-8", "replace")
        except zip_directory.BadZip:
            continue
        text = _plain(markup)
        texts = found["header" if "header" in member.name else "footer"]
        if _HAS_LETTERS.search(text) and text not in texts:
            texts.append(text)
    return "\n".join(found["header"]), "\n".join(found["footer"])


def _plain(markup: str) -> str:
    pieces = [
        html.unescape(match.group(1)) if match.group(1) is not None else "\n"
        for match in _TEXT_OR_PARAGRAPH.finditer(markup)
    ]
    lines = (line.strip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)
