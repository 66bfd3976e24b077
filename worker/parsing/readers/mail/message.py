"""Reads messages of internet mail (RFC 5322 and MIME), one or many in a file."""

import re
from collections.abc import Callable, Iterator

from app.errors import FileError, FileErrorCode
from worker.parsing.readers.mail import smime
from worker.parsing.readers.mail.charsets import decode_text
from worker.parsing.readers.mail.content import (
    Room,
    fuller,
    read_text_part,
    says_more,
    take_inline_files,
)
from worker.parsing.readers.mail.letter import Letter, is_restricted
from worker.parsing.readers.mail.mime import Part, normalize_lines, parse_part, split_parts
from worker.parsing.readers.mail.tnef import read_tnef

OutlookReader = Callable[[bytes, int], Letter]
"""Reads an attached msg file at a depth of nesting."""

MAX_DEPTH = 20
_MAX_PARTS = 2000
_PEOPLE = (("From", "from"), ("To", "to"), ("CC", "cc"), ("BCC", "bcc"))
_NESTED = frozenset({"message/rfc822", "message/global", "message/news", "application/x-eml"})
_PIECE = "message/partial"
_OUTLOOK = frozenset({"application/vnd.ms-outlook", "application/x-msg"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
_UNSEEN = _SIGNATURES | {"application/pgp-encrypted", "text/css", "text/javascript"}
_MARKUP = frozenset({"text/html", "application/xhtml+xml"})
# Forms of the text that few programs show, and those with the answers of a server.
_FOR_FEW = frozenset({"text/x-amp-html", "text/watch-html"})
_CARDS = frozenset({"text/vcard", "text/x-vcard", "text/directory"})
# The content of a mail with restricted rights, which the rest only announces ([MS-OXORMMS] 2.1).
_RIGHTS = "application/x-microsoft-rpmsg-message"
_PGP = re.compile(r"-----BEGIN PGP MESSAGE-----.*?(?:-----END PGP MESSAGE-----|\Z)", re.DOTALL)
_ENVELOPE = re.compile(
    rb"^From \S[^\n]{0,200}\d\d:\d\d[^\n]{0,60}\n(?=[!-9;-~]{1,100}:)", re.MULTILINE
)
_APPLE_LENGTH = re.compile(rb"\s{0,10}(\d{1,10})[ \t]*\n")
_PROLOGUE = b" \t\n\xef\xbb\xbf"


class MessageReader:
    """Reads the messages of one file: counts their parts, up to a limit.

    `read_outlook` reads msg files that are attached to a mail.
    """

    def __init__(self, read_outlook: OutlookReader) -> None:
        self._read_outlook = read_outlook
        self._parts = 0
        self._room = Room()

    def read(self, data: bytes, depth: int = 0) -> Letter:
        """Return the message that `data` holds, and those within it."""
        return self.read_part(parse_part(normalize_lines(data).lstrip(_PROLOGUE)), depth)

    def read_part(self, message: Part, depth: int = 0) -> Letter:
        """Return a message whose headers are those of a part."""
        letter = Letter()
        headers = message.headers
        hint = message.charset
        people = [(label, headers.addresses(name, hint)) for label, name in _PEOPLE]
        if not headers.first("from"):
            people.insert(0, ("From", headers.addresses("sender", hint)))
        letter.lines = [
            ("Subject", headers.text("subject", hint)),
            *people,
            ("Date", headers.text("date", hint)),
        ]
        letter.blocks = list(self._blocks(message, letter, depth, is_whole=True))
        for copy in letter.copies:
            if says_more(copy, than="\n".join(letter.blocks)):
                letter.blocks.append(copy)
        letter.note_pictures()
        return letter

    def _blocks(
        self, part: Part, letter: Letter, depth: int, *, is_whole: bool = False
    ) -> Iterator[str]:
        """Yield the texts of a part in their order; `is_whole` if it is all of a message."""
        self._parts += 1
        if depth > MAX_DEPTH or self._parts > _MAX_PARTS:
            sentence = "the mail has too many or too deeply nested parts, and some were not read"
            if sentence not in letter.lost:
                letter.lost.append(sentence)
        elif part.type.startswith("multipart/"):
            yield from self._multipart(part, letter, depth)
        elif part.type in _SMIME:
            yield from self._unwrapped(part, letter, depth)
        elif self._is_mail(part):
            yield from self._attached_mail(part, letter, depth)
        elif self._is_text(part) and (is_whole or not self._is_file(part)):
            yield self._text(part, letter)
        else:
            self._add_attachment(part, letter)

    def _add_attachment(self, part: Part, letter: Letter) -> None:
        """Add the name of an attached file, unless mail programs show none."""
        if part.type in _TNEF or part.name.lower() == "winmail.dat":
            message = read_tnef(part.content(), letter.lost)
            letter.attachments += message.attachments
            letter.copies.append(message.body)
            letter.lines += message.event
        elif part.type.startswith("image/") and part.disposition != "attachment":
            # Pictures with an identifier stand in the text.
            letter.has_pictures |= bool(part.content_id)
            letter.attachments.append("" if part.content_id else part.name)
        elif part.type == _RIGHTS or is_restricted(part.name):
            letter.note_encryption()
        elif part.type not in _UNSEEN:
            letter.attachments.append(part.name or part.type)

    def _multipart(self, part: Part, letter: Letter, depth: int) -> Iterator[str]:
        parts, is_complete = split_parts(part)
        if not parts:
            text = decode_text(part.body).strip()
            if text:
                letter.lost.append("the parts of the mail could not be told apart")
            yield text
            return
        if not is_complete and depth == 0:
            letter.lost.append("the end of the mail is missing")
        if part.type == "multipart/encrypted":
            letter.note_encryption()
        elif part.type == "multipart/alternative":
            yield from self._alternatives(parts, letter, depth)
            return
        for child in parts:
            if part.type == "multipart/encrypted" and child.type == "application/octet-stream":
                continue
            if part.type == "multipart/related" and self._is_resource(child):
                letter.has_pictures |= child.type.startswith("image/")
                continue
            yield from self._blocks(child, letter, depth + 1)

    def _alternatives(self, parts: list[Part], letter: Letter, depth: int) -> Iterator[str]:
        """Yield the alternative that says most, and the invitation that comes with it."""
        best = ""
        invitations: list[str] = []
        for child in parts:
            text = "\n\n".join(filter(None, self._blocks(child, letter, depth + 1)))
            if child.type == "text/calendar":
                invitations.append(text)
            elif child.type not in _FOR_FEW or not best:
                best = fuller(best, text)
        yield best
        yield from invitations

    def _text(self, part: Part, letter: Letter) -> str:
        text = read_text_part(part, self._room.cut(part.content(), letter.lost))
        if part.type == "text/plain":
            text, names = take_inline_files(text)
            letter.attachments += names
            text, encrypted = _PGP.subn("", text)
            if encrypted:
                letter.note_encryption()
        return text

    def _unwrapped(self, part: Part, letter: Letter, depth: int) -> Iterator[str]:
        try:
            inner = smime.unwrap(part.content())
        except smime.Unreadable:
            letter.note_encryption()
            return
        entity = parse_part(normalize_lines(inner).lstrip(_PROLOGUE))
        yield from self._blocks(entity, letter, depth + 1, is_whole=True)

    def _attached_mail(self, part: Part, letter: Letter, depth: int) -> Iterator[str]:
        if part.type in _OUTLOOK or part.name.lower().endswith(".msg"):
            try:
                inner = self._read_outlook(part.content(), depth + 1)
            except FileError:
                letter.attachments.append(part.name or part.type)
                letter.lost.append(f"the attached mail {part.name} could not be read")
                return
        else:
            inner = self.read(part.content(), depth + 1)
        if part.type == _PIECE:
            number, total = part.parameters.get("number", "?"), part.parameters.get("total", "?")
            letter.lost.append(f"this is piece {number} of {total} of a mail cut into pieces")
        letter.lost += inner.lost
        letter.is_encrypted |= inner.is_encrypted
        yield inner.render()

    @staticmethod
    def _is_mail(part: Part) -> bool:
        return part.type in _NESTED | _OUTLOOK | {_PIECE} or (
            part.name.lower().endswith((".eml", ".msg")) and part.type != "text/plain"
        )

    @staticmethod
    def _is_text(part: Part) -> bool:
        kind = part.type
        return (kind.startswith(("text/", "message/")) and kind not in _UNSEEN) or kind in _MARKUP

    @staticmethod
    def _is_file(part: Part) -> bool:
        """Tell whether mail programs show a text part as an attached file."""
        return (
            part.is_attachment
            or part.type == "message/external-body"
            or (part.type in _CARDS and bool(part.name))
        )

    @staticmethod
    def _is_resource(part: Part) -> bool:
        """Tell whether a part belongs to the page it comes with, such as its pictures."""
        return part.disposition != "attachment" and part.type.startswith(
            ("image/", "font/", "audio/", "video/")
        )


def split_mailbox(data: bytes) -> Iterator[bytes]:
    """Yield the mails of a file: one, or those of a mailbox (RFC 4155), or that of an emlx file."""
    data = normalize_lines(data).lstrip(_PROLOGUE)
    length = _APPLE_LENGTH.match(data)
    if length:
        # Apple Mail writes a property list behind the mail, whose length counts its own line ends.
        mail = data[length.end() :]
        yield mail[: int(length.group(1))].partition(b"\n<?xml version=")[0]
        return
    if not data.startswith(b"From "):
        yield data
        return
    starts = [0, *(mark.start() for mark in _ENVELOPE.finditer(data, 1) if _is_start(data, mark))]
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        yield data[start:end]


def _is_start(data: bytes, mark: re.Match[bytes]) -> bool:
    return data[mark.start() - 2 : mark.start()] == b"\n\n"


def encrypted_error() -> FileError:
    """Return the error of a mail of which nothing can be read without a key."""
    return FileError(FileErrorCode.ENCRYPTED, "the mail is encrypted")
