"""The header fields of mails and of their parts (RFC 5322, 2045, 2047, 2231), also broken ones."""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from worker.parsing.readers.mail.charsets import decode_text

_FIELD = re.compile(rb"([!-9;-~]{1,100}?)[ \t]*:")
_MBOX_LINES = (b"From ", b">From ")
_LATE_FIELDS = re.compile(rb"\s*(?=content-(?:type|transfer-encoding)[ \t]*:)", re.IGNORECASE)
_MAX_REPETITIONS = 100
_MAX_VALUE = 64 * 1024
_WORD = re.compile(rb"=\?([\w.:*'+-]{1,60})\?([bBqQ])\?")
_PARAMETER = re.compile(
    rb"([A-Za-z][A-Za-z0-9_.-]{0,60}(?:\*\d{1,3})?\*?)[ \t]*=[ \t]*"
    rb"(?:\"((?:[^\"\\]|\\.)*)\"?|([^;]*))"
)
_SEGMENT = re.compile(r"([^*]+)(?:\*(\d+))?(\*?)")
_BARE_ADDRESS = re.compile(r"(^|, ?)<([^<>,\s]{1,320})>(?=,|$)")
_FREE_TEXT = ("name", "filename")


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields in their order, with names in lower case and raw values."""

    fields: tuple[tuple[str, bytes], ...]

    def first(self, name: str) -> bytes:
        """Return the first value of a field, nothing if there is none."""
        return next((value for each, value in self.fields if each == name), b"")

    def text(self, name: str, charset: str | None = None) -> str:
        """Return the decoded values of a field on one line, separated by commas."""
        values = [value for each, value in self.fields if each == name]
        decoded = (decode_words(value, charset) for value in values[:_MAX_REPETITIONS])
        return ", ".join(filter(None, decoded))

    def addresses(self, name: str, charset: str | None = None) -> str:
        """Return the people that a field names; an address without a name has no brackets."""
        return _BARE_ADDRESS.sub(r"\1\2", self.text(name, charset))


def split_headers(data: bytes) -> tuple[Headers, bytes]:
    r"""Return the fields at the beginning of an entity whose lines end with `\n`, and its body.

    A line that is no field and stands between fields belongs to the one before it. Fields that
    describe the content are also found after a stray blank line.
    """
    fields: list[tuple[str, bytearray]] = []
    position = _read_fields(data, 0, fields)
    if fields and all(name != "content-type" for name, _ in fields):
        late = _LATE_FIELDS.match(data, position)
        if late:
            position = _read_fields(data, late.end(), fields)
    headers = Headers(tuple((name, bytes(value[:_MAX_VALUE])) for name, value in fields))
    return headers, data[position:]


def _read_fields(data: bytes, position: int, fields: list[tuple[str, bytearray]]) -> int:
    while position < len(data):
        end = data.find(b"\n", position)
        end = len(data) if end < 0 else end
        line = data[position:end]
        if not line.strip():
            return end + 1
        field = _FIELD.match(line)
        if line[:1] in b" \t" and fields:
            fields[-1][1].extend(b" " + line.strip())
        elif field:
            fields.append((field.group(1).decode("ascii").lower(), bytearray(line[field.end() :])))
        elif fields and _FIELD.match(data, end + 1):
            fields[-1][1].extend(b" " + line.strip())
        elif fields or not line.startswith(_MBOX_LINES):
            return position
        position = end + 1
    return position


def decode_words(value: bytes, charset: str | None = None) -> str:
    """Return a value with its encoded words (RFC 2047) decoded, on one line.

    Neighbouring words of one charset are joined before they are decoded, because many programs
    cut characters of several bytes. `charset` is the likely encoding of raw bytes.
    """
    pieces: list[str] = []
    run = bytearray()
    run_charset = ""
    position = 0

    def end_run() -> None:
        if run:
            pieces.append(decode_text(bytes(run), run_charset))
            run.clear()

    for start in _WORD.finditer(value):
        if start.start() < position:
            continue
        end = value.find(b"?=", start.end())
        if end < 0:
            break
        between = value[position : start.start()]
        name = start.group(1).decode("ascii", "replace").lower()
        if between.strip() or position == 0:
            end_run()
            pieces.append(decode_text(between, charset))
        elif name != run_charset:
            end_run()
        run_charset = name
        run += _decode_word(value[start.end() : end], start.group(2))
        position = end + 2
    end_run()
    pieces.append(decode_text(value[position:], charset))
    return " ".join("".join(pieces).split())


def _decode_word(text: bytes, encoding: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(text, header=True)
    return decode_base64(text)


def decode_base64(text: bytes) -> bytes:
    """Decode base64 with whatever is between its characters, without or with padding within."""
    decoded = bytearray()
    for piece in re.split(rb"=+", re.sub(rb"[^A-Za-z0-9+/=]+", b"", text)):
        # A single character left over holds no whole byte.
        whole = piece[: len(piece) - (len(piece) % 4 == 1)]
        decoded += binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    return bytes(decoded)


def read_parameters(value: bytes) -> Mapping[str, str]:
    """Return the parameters of a Content-Type or Content-Disposition by names in lower case.

    Values may lack quotes, be encoded words, or be cut and percent-encoded (RFC 2231).
    """
    segments: dict[str, list[tuple[int, bool, bytes]]] = {}
    for match in _PARAMETER.finditer(value):
        key = _SEGMENT.fullmatch(match.group(1).decode("ascii").lower())
        if key is None:
            continue
        name, number, mark = key.groups()
        if match.group(2) is not None:
            raw = re.sub(rb"\\(.)", rb"\1", match.group(2))
        else:
            raw = match.group(3).strip()
            if name not in _FREE_TEXT:
                raw = raw.split()[0] if raw else b""
        segments.setdefault(name, []).append((int(number or 0), mark == "*", raw))
    return {name: _join_segments(parts) for name, parts in segments.items()}


def _join_segments(segments: list[tuple[int, bool, bytes]]) -> str:
    if len(segments) > 1 and all(number == 0 for number, _, _ in segments):
        # A parameter given twice; the percent-encoded one is the exact one.
        segments = [next((each for each in segments if each[1]), segments[0])]
    segments = sorted(segments, key=lambda segment: segment[0])
    charset = None
    _, is_encoded, first = segments[0]
    if is_encoded and first.count(b"'") >= 2:
        name, _, first = first.split(b"'", 2)
        charset = name.decode("ascii", "replace")
        segments[0] = (0, True, first)
    joined = b"".join(unquote_to_bytes(raw) if encoded else raw for _, encoded, raw in segments)
    return decode_text(joined, charset) if charset else decode_words(joined)
