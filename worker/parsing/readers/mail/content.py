"""The visible text of one text part of a mail: plain, flowed, enriched, HTML, calendar."""

import math
import re
from collections.abc import Callable, Mapping

from worker.parsing.readers.mail.calendar import calendar_lines
from worker.parsing.readers.mail.charsets import decode_markup, decode_text
from worker.parsing.readers.mail.mime import Part
from worker.parsing.readers.markup.html import visible_text
from worker.parsing.readers.rtf.reader import rtf_text

# Reading a tag takes as long as reading about a hundred letters, and all of these some seconds.
_MAX_TAGS = 600_000
_LETTERS_OF_A_TAG = 100

_WORD = re.compile(r"[\u0e00-\u0e7f\u3000-\ud7ff]|[^\W_\u0e00-\u0e7f\u3000-\ud7ff]+")
_LINK = re.compile(r"(?:https?://|mailto:|www\.)\S+")
_COMPARED = 200_000
_UU_BEGIN = re.compile(r"^(?:begin [0-7]{3,4} |=ybegin [^\n]*?name=)([^\n]+)\n", re.MULTILINE)
_UU_END = re.compile(r"^(?:end|=yend[^\n]*)$\n?", re.MULTILINE)
_ENRICHED_PARAMETER = re.compile(r"<param>[^<]*</param>", re.IGNORECASE)
_ENRICHED_TAG = re.compile(r"</?[a-z][a-z0-9-]{0,60}>", re.IGNORECASE)


class Room:
    """How much text may still be read of one message, since its markup may be without end."""

    def __init__(self) -> None:
        self._tags = _MAX_TAGS

    def cut(self, data: bytes, lost: list[str]) -> bytes:
        """Return as much of a text as there is room for; tell in `lost` that the rest is not."""
        cost = data.count(b"<") + len(data) // _LETTERS_OF_A_TAG
        kept = data if cost <= self._tags else data[: len(data) * self._tags // cost]
        self._tags = max(0, self._tags - cost)
        if len(kept) < len(data):
            sentence = "the text of the mail is too long and was not read to its end"
            if sentence not in lost:
                lost.append(sentence)
        return kept


def read_text_part(part: Part, data: bytes) -> str:
    """Return the visible text of a part whose type is `text/...`; unknown kinds are plain text.

    `data` is its content without the transfer encoding.
    """
    reader = _READERS.get(part.type)
    if reader:
        return reader(data, part.charset)
    text = decode_text(data, part.charset)
    if part.parameters.get("format", "").lower() == "flowed":
        text = unfold_flowed(text, part.parameters.get("delsp", "").lower() == "yes")
    return text.strip()


def take_inline_files(text: str) -> tuple[str, list[str]]:
    """Return plain text without the files that stand in it as uuencode or yEnc, and their names."""
    kept: list[str] = []
    names: list[str] = []
    position = 0
    while begin := _UU_BEGIN.search(text, position):
        end = _UU_END.search(text, begin.end())
        if end is None:
            break
        is_yenc = text[begin.start()] == "="
        is_file = is_yenc or _is_uuencoded(text[begin.end() : end.start()])
        kept.append(text[position : begin.start() if is_file else end.end()])
        if is_file:
            names.append(begin.group(1).strip())
        position = end.end()
    return "".join([*kept, text[position:]]), names


def fuller(first: str, second: str) -> str:
    """Return the text with more words that the other lacks; the first when none says more.

    Addresses of pages do not count: plain text shows those that HTML hides in its links.
    """
    ours, theirs = _words(first), _words(second)
    return second if len(theirs - ours) > len(ours - theirs) else first


def says_more(text: str, than: str, words: int = 3) -> bool:
    """Tell whether a text has at least some words that another lacks."""
    return len(_words(text) - _words(than)) >= words


def unfold_flowed(text: str, drops_spaces: bool = False) -> str:
    """Join the lines of flowed text that end with a space (RFC 3676)."""
    pieces: list[str] = []
    open_depth = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        is_signature = content == "-- "
        if depth != open_depth or is_signature:
            pieces.append("\n" + (">" * depth + " " if depth else ""))
        is_open = content.endswith(" ") and not is_signature
        pieces.append(content[:-1] if is_open and drops_spaces else content)
        open_depth = depth if is_open else -1
    return "".join(pieces)[1:]


def _words(text: str) -> set[str]:
    return set(_WORD.findall(_LINK.sub(" ", text[:_COMPARED]).casefold()))


def _is_uuencoded(body: str) -> bool:
    """Tell whether most lines have about the length that their first character gives."""
    lines = [line for line in body.split("\n") if line.strip()]
    return 2 * sum(map(_has_length_of_uuencode, lines)) >= len(lines)


def _has_length_of_uuencode(line: str) -> bool:
    """Compare with the length by POSIX: the number of bytes, then four letters for three of them.

    Some encoders add a checksum, and some programs cut blanks off.
    """
    count = (ord(line[0]) - ord(" ")) % 64
    return abs(len(line.rstrip()) - 1 - math.ceil(count / 3) * 4) < 5


def _read_html(data: bytes, charset: str | None) -> str:
    return visible_text(decode_markup(data, charset), is_mail=True)[0]


def _read_enriched(data: bytes, charset: str | None) -> str:
    """Return enriched text without its marks; a single line end is a space (RFC 1896)."""
    text = decode_text(data, charset).replace("\r\n", "\n")
    text = re.sub(r"\n+", lambda ends: ends.group()[1:] or " ", text)
    text = _ENRICHED_TAG.sub("", _ENRICHED_PARAMETER.sub("", text.replace("<<", "\ue000")))
    return text.replace("\ue000", "<").strip()


def _read_calendar(data: bytes, charset: str | None) -> str:
    return calendar_lines(decode_text(data, charset or "utf-8"))


def _read_rtf(data: bytes, charset: str | None) -> str:  # noqa: ARG001  # RTF names it itself
    return rtf_text(data)


_READERS: Mapping[str, Callable[[bytes, str | None], str]] = {
    "text/html": _read_html,
    "text/x-amp-html": _read_html,
    "application/xhtml+xml": _read_html,
    "text/watch-html": _read_html,
    "text/enriched": _read_enriched,
    "text/richtext": _read_enriched,
    "text/calendar": _read_calendar,
    "text/rtf": _read_rtf,
}
