"""The parts of a MIME message (RFC 2045 and 2046): their headers, kinds and contents.

Python's `email` package is not used: it goes one level deeper into the stack for each level of
nesting and compares every line with every open boundary, takes an attached mail in base64 for
text, and ends the headers at the first odd line.
"""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from worker.parsing.readers.mail.headers import (
    Headers,
    decode_base64,
    read_parameters,
    split_headers,
)

_TYPE = re.compile(rb"\s*[\"']?([\w.+-]{1,60})\s*/\s*([\w.+-]{1,100})")
_DISPOSITION = re.compile(rb"\s*([\w-]{1,40})")
_LOST_BOUNDARY = re.compile(
    rb"^--([^\s-][^\n]{0,199}?|-[^\n]{0,199}?[^\s-])[ \t]*\n(?=content-[a-z-]{1,30}[ \t]*:)",
    re.IGNORECASE | re.MULTILINE,
)
_LOST_BOUNDARY_WITHIN = 64 * 1024
_BASE64_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{60,}=*\s*")
_MAX_FOREIGN = 0.3
_MAX_WORD = 30
# More than a reader takes, so that it notices.
_MAX_PARTS = 5000
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """One entity: `type` like `text/plain`; `disposition` like `attachment`; `name` of the file.

    `body` is still in its transfer encoding.
    """

    headers: Headers
    body: bytes
    type: str
    parameters: Mapping[str, str]
    disposition: str
    name: str

    @property
    def charset(self) -> str | None:
        """Return the declared encoding of the text, if any."""
        return self.parameters.get("charset") or None

    @property
    def is_attachment(self) -> bool:
        """Tell whether mail programs show the name of a file instead of the content."""
        return self.disposition == "attachment" and bool(self.name)

    @property
    def content_id(self) -> str:
        """Return the name by which a page refers to the part, without its brackets."""
        return self.headers.text("content-id").strip("<> ")

    def content(self) -> bytes:
        """Return the body without its transfer encoding; an unknown one counts as none."""
        encoding = self.headers.text("content-transfer-encoding").lower().strip(" \"';")
        if encoding.startswith("base64"):
            return _decode_base64_lines(self.body)
        if encoding.startswith(("quoted-printable", "quoted_printable", "quotedprintable")):
            lines = (line.rstrip() for line in self.body.split(b"\n"))
            return binascii.a2b_qp(b"\n".join(lines))
        if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
            return decode_uuencoded(self.body)
        return self.body


def normalize_lines(data: bytes) -> bytes:
    r"""Return a mail with `\n` at the ends of lines, whatever ended them."""
    head = data[:4096]
    if b"\n" not in head and b"\r" in head:
        return data.replace(b"\r", b"\n")
    if b"\r\r\n" in head:
        data = data.replace(b"\r\r\n", b"\n")
    return data.replace(b"\r\n", b"\n")


def parse_part(data: bytes, default_type: str = "text/plain") -> Part:
    """Return the entity that `data` holds: headers, a blank line, a body."""
    headers, body = split_headers(data)
    declared = headers.first("content-type")
    parameters = read_parameters(declared)
    given = headers.first("content-disposition")
    names = read_parameters(given)
    disposition = _DISPOSITION.match(given)
    kind = _TYPE.match(declared)
    if kind:
        content_type = b"/".join(kind.groups()).decode("ascii", "replace").lower()
    elif "boundary" in parameters or _starts_with_parts(headers, body):
        content_type = "multipart/mixed"
    else:
        content_type = default_type
    return Part(
        headers,
        body,
        content_type,
        parameters,
        disposition.group(1).decode("ascii", "replace").lower() if disposition else "",
        " ".join((names.get("filename") or parameters.get("name") or "").split()),
    )


def split_parts(part: Part) -> tuple[list[Part], bool]:
    """Return the parts of a multipart entity, and whether its end mark is there.

    When the boundary is missing or wrong, the first line that looks like one counts. Some programs
    encode all parts as a whole, against RFC 2045, 6.4. Without any boundary there are no parts.
    """
    body = part.body
    marks = _find_boundaries(part, body)
    if not marks:
        body = normalize_lines(part.content())
        marks = _find_boundaries(part, body)
    if not marks:
        return [], False
    default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
    ends = [mark.start() for mark in marks[1:]] + [len(body)]
    parts = [
        parse_part(body[mark.end() + 1 : end].removesuffix(b"\n"), default)
        for mark, end in zip(marks, ends, strict=True)
        if not mark.group(1)
    ]
    return parts, len(marks) == _MAX_PARTS or any(mark.group(1) for mark in marks)


def decode_uuencoded(data: bytes) -> bytes:
    """Return the first file of uuencoded text; bad lines are left out."""
    begin = _UU_BEGIN.search(data)
    decoded = bytearray()
    for line in data[begin.end() if begin else 0 :].split(b"\n"):
        if line.strip() == b"end":
            break
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:
            continue
    return bytes(decoded)


def _find_boundaries(part: Part, body: bytes) -> list[re.Match[bytes]]:
    boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
    marks = _find_marks(body, boundary) if boundary else []
    lost = None if marks else _LOST_BOUNDARY.search(body[:_LOST_BOUNDARY_WITHIN])
    return _find_marks(body, lost.group(1)) if lost else marks


def _find_marks(body: bytes, boundary: bytes) -> list[re.Match[bytes]]:
    mark = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*$", re.MULTILINE)
    return list(islice(mark.finditer(body), _MAX_PARTS))


def _starts_with_parts(headers: Headers, body: bytes) -> bool:
    """Tell whether a message with an unreadable Content-Type begins with a boundary."""
    if not headers.first("mime-version") and not headers.first("content-type"):
        return False
    return _LOST_BOUNDARY.match(body.lstrip()[:_LOST_BOUNDARY_WITHIN]) is not None


def _decode_base64_lines(body: bytes) -> bytes:
    """Decode base64, and keep plain text: a body that is none, or a footer that a list added."""
    lines = body.strip().split(b"\n")
    last = max((at for at, line in enumerate(lines) if _BASE64_LINE.fullmatch(line)), default=-1)
    for number, line in enumerate(lines[last + 1 :], last + 1):
        foreign = len(line.strip().translate(None, _BASE64_CHARACTERS))
        words = len(line.split())
        if foreign > len(line) * _MAX_FOREIGN or len(line) < words * _MAX_WORD * (words > 1):
            encoded, plain = b"".join(lines[:number]), b"\n".join(lines[number:])
            return b"\n".join(filter(None, (decode_base64(encoded), plain)))
    return decode_base64(body)
