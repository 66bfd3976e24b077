"""Reads messages of Outlook: msg files and templates (oft), by [MS-OXMSG]."""

import struct
from collections.abc import Mapping

from app.errors import FileError, FileErrorCode
from worker.parsing.readers.compound_file import BadCompoundFile, CompoundFile, Storage
from worker.parsing.readers.mail import mapi
from worker.parsing.readers.mail.letter import Letter, is_restricted
from worker.parsing.readers.mail.mapi import Properties
from worker.parsing.readers.mail.message import MAX_DEPTH, MessageReader

_STREAM = "__substg1.0_"
_PROPERTIES = "__properties_version1.0"
_RECIPIENT, _ATTACHMENT = "__recip_version1.0_", "__attach_version1.0_"
_NAMES = "__nameid_version1.0"
_MESSAGE = "__substg1.0_3701000d"
# Sizes of the headers before the property entries: [MS-OXMSG] 2.4.1.
_TOP_HEADER, _EMBEDDED_HEADER, _CHILD_HEADER = 32, 24, 8
_ENTRY = struct.Struct("<LL8s")
_IN_ENTRY = frozenset({mapi.LONG, mapi.BOOLEAN, mapi.TIME})
_MAX_CHILDREN = 500
_EMBEDDED = 5
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emz", ".wmz")
_ADDRESS_BOOK = bytes.fromhex("0420060000000000c000000000000046")
_CONTACT = "IPM.CONTACT"
_CONTACT_LINES = {
    mapi.DISPLAY_NAME: "Name",
    0x3A17: "Title",
    0x3A18: "Department",
    0x3A16: "Company",
    0x3A08: "Phone",
    0x3A1C: "Mobile",
    0x3A09: "Home phone",
    0x3A24: "Fax",
    0x3A15: "Address",
}
_CONTACT_NAMED_LINES = {0x801B: "Work address", 0x801A: "Home address", 0x8083: "Email"}


def read_outlook(data: bytes, depth: int = 0) -> Letter:
    """Return the message of an msg file with its attached messages.

    Raises FileError (`corrupt`).
    """
    try:
        root = CompoundFile.parse(data).root
    except BadCompoundFile as error:
        raise FileError(
            FileErrorCode.CORRUPT, "the file is damaged: no text could be read from the msg"
        ) from error
    return _OutlookMessage(root, root, _TOP_HEADER).read(depth)


class _OutlookMessage:
    """One message: its storage, and the root storage, which names the named properties."""

    def __init__(self, storage: Storage, root: Storage, header: int, code_page: int = 0) -> None:
        self._storage = storage
        self._root = root
        self._properties = _read_properties(storage, header, code_page)
        self._code_page = (
            self._properties.number(mapi.CODE_PAGE)
            or code_page
            or self._properties.number(mapi.INTERNET_CODE_PAGE)
        )

    def read(self, depth: int) -> Letter:
        letter = Letter()
        letter.lines = mapi.header_lines(self._properties, self._children(_RECIPIENT))
        named = {of_set: _find_named(self._root, of_set) for of_set in mapi.EVENT_LINES}
        letter.lines += mapi.event_lines(
            self._properties, lambda of_set, number: named[of_set].get(number)
        )
        letter.blocks.append(mapi.body_text(self._properties, letter.lost))
        kind = self._properties.text(mapi.MESSAGE_CLASS).upper()
        if kind.startswith(_CONTACT):
            letter.lines += self._contact_lines()
        is_wrapped = kind.startswith("IPM.NOTE.SMIME")
        for name in self._names(_ATTACHMENT):
            storage = self._storage.open(name)
            attachment = _read_properties(storage, _CHILD_HEADER, self._code_page)
            if is_wrapped:
                self._unwrap(attachment, letter, depth)
            else:
                self._attach(storage, attachment, letter, depth)
        letter.note_pictures()
        return letter

    def _attach(self, storage: Storage, attachment: Properties, letter: Letter, depth: int) -> None:
        """Add an attached message, or the name of an attached file."""
        name = (
            attachment.text(mapi.LONG_NAME)
            or attachment.text(mapi.SHORT_NAME)
            or attachment.text(mapi.DISPLAY_NAME)
        )
        if attachment.number(mapi.METHOD) == _EMBEDDED or _MESSAGE in storage.storages:
            if depth >= MAX_DEPTH:
                letter.lost.append(
                    f"the attached mail {name} is nested too deeply and was not read"
                )
                return
            inner = _OutlookMessage(
                storage.open(_MESSAGE), self._root, _EMBEDDED_HEADER, self._code_page
            )
            letter.take(inner.read(depth + 1))
        elif _is_mail(name, attachment) and attachment.raw(mapi.CONTENT, mapi.BINARY):
            content = attachment.raw(mapi.CONTENT, mapi.BINARY)
            letter.take(MessageReader(read_outlook).read(content, depth + 1))
        elif is_restricted(name):
            letter.note_encryption()
        elif _is_hidden(name, attachment):
            letter.has_pictures |= name.lower().endswith(_PICTURES)
        elif name:
            letter.attachments.append(name)

    def _unwrap(self, attachment: Properties, letter: Letter, depth: int) -> None:
        """Add the text of the signed MIME entity that such a message keeps as its attachment."""
        content = attachment.raw(mapi.CONTENT, mapi.BINARY)
        declared = attachment.text(mapi.MIME_TYPE)
        if declared.startswith("multipart/") or content[:400].lower().find(b"content-type:") >= 0:
            inner = MessageReader(read_outlook).read(content, depth + 1)
        else:
            head = b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: binary\n\n"
            inner = MessageReader(read_outlook).read(head + content, depth + 1)
        letter.blocks += inner.blocks
        letter.attachments += inner.attachments
        letter.lost += inner.lost
        letter.is_encrypted |= inner.is_encrypted

    def _contact_lines(self) -> list[tuple[str, str]]:
        """Return what a card of the address book shows ([MS-OXOCNTC] 2.2.1)."""
        lines = [(label, self._properties.text(name)) for name, label in _CONTACT_LINES.items()]
        lines += self._named_lines(_ADDRESS_BOOK, _CONTACT_NAMED_LINES)
        return [(label, " ".join(value.split())) for label, value in lines]

    def _named_lines(self, of_set: bytes, labels: Mapping[int, str]) -> list[tuple[str, str]]:
        found = _find_named(self._root, of_set)
        names = [
            (label, found[identifier])
            for identifier, label in labels.items()
            if identifier in found
        ]
        return [
            (label, self._properties.time(name) or self._properties.text(name))
            for label, name in names
        ]

    def _children(self, prefix: str) -> list[Properties]:
        return [
            _read_properties(self._storage.open(name), _CHILD_HEADER, self._code_page)
            for name in self._names(prefix)
        ]

    def _names(self, prefix: str) -> list[str]:
        names = (name for name in self._storage.storages if name.startswith(prefix))
        return sorted(names)[:_MAX_CHILDREN]


def _read_properties(storage: Storage, header: int, code_page: int) -> Properties:
    """Return the properties of a storage: those of fixed length, and those in streams."""
    entries = storage.read(_PROPERTIES)[header:]
    entries = entries[: len(entries) // _ENTRY.size * _ENTRY.size]
    # The entries of other types hold the size of a stream.
    values = {
        tag: value for tag, _, value in _ENTRY.iter_unpack(entries) if tag & 0xFFFF in _IN_ENTRY
    }
    return Properties(
        lambda tag: values.get(tag, b"") or storage.read(f"{_STREAM}{tag:08x}"), code_page
    )


def _find_named(root: Storage, of_set: bytes) -> dict[int, int]:
    """Return the names of the properties of a set by their numbers ([MS-OXMSG] 2.2.3.1)."""
    names = root.open(_NAMES)
    sets = names.read(_STREAM + "00020102")
    entries = names.read(_STREAM + "00030102")
    found: dict[int, int] = {}
    for identifier, kind, index in struct.iter_unpack("<LHH", entries[: len(entries) // 8 * 8]):
        number = (kind >> 1) - 3
        is_text = kind & 1
        if not is_text and sets[number * 16 : number * 16 + 16] == of_set and number >= 0:
            found.setdefault(identifier, 0x8000 + index)
    return found


def _is_mail(name: str, attachment: Properties) -> bool:
    return name.lower().endswith(".eml") or attachment.text(mapi.MIME_TYPE) == "message/rfc822"


def _is_hidden(name: str, attachment: Properties) -> bool:
    """Tell whether a file is a picture in the text, which Outlook does not list."""
    return attachment.is_set(mapi.HIDDEN) or (
        bool(attachment.text(mapi.CONTENT_ID)) and name.lower().endswith(_PICTURES)
    )
