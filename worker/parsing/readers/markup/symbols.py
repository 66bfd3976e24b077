"""Letters of web pages and mails in symbol fonts: Outlook writes `J` in Wingdings for a smile."""

import html
import re

from worker.parsing.readers.fonts.symbol_fonts import show_in_font

_NAMES = ("ingdings", "INGDINGS", "ebdings", "ymbol", "YMBOL")
# The text follows the tag, or a few tags of spans within, as in the bullets of Word's lists.
_SYMBOLS = re.compile(
    r"(<(?:span|font)\b[^<>]*?(?:font-family\s*:|\bface\s*=)\s*(?:[\"']|&quot;)?"
    r"(wingdings(?:\s[23])?|webdings|symbol)\b[^<>]*>(?:\s*<span\b[^<>]*>){0,3})([^<>]{1,80})",
    re.IGNORECASE,
)


def show_symbols(markup: str) -> str:
    """Return markup in which texts in symbol fonts are the characters that these show."""
    if not any(name in markup for name in _NAMES):
        return markup
    return _SYMBOLS.sub(_show, markup)


def _show(found: re.Match[str]) -> str:
    text = html.unescape(found[3]).replace("\xa0", " ")
    return found[1] + html.escape(show_in_font(text, found[2]))
