"""Reads mail files of both kinds into documents."""

from collections.abc import Iterator

from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_text_document, sanitize
from worker.parsing.readers.mail.letter import Letter
from worker.parsing.readers.mail.message import MessageReader, encrypted_error, split_mailbox
from worker.parsing.readers.mail.outlook import read_outlook
from worker.parsing.readers.mail.tnef import is_tnef, read_tnef
from worker.parsing.readers.source import Source


def read_eml(source: Source) -> Document:
    """Read a mail, or all mails of a mailbox: header lines, text, mails within, names of files.

    A page has about 3000 characters. Raises FileError (`encrypted`, `no_such_pages`).
    """
    return _build(source, _letters(source))


def read_msg(source: Source) -> Document:
    """Read a message of Outlook, or a winmail.dat of Exchange, like a mail.

    Raises FileError (`corrupt`, `encrypted`, `no_such_pages`).
    """
    data = source.read_all()
    return _build(source, [_read_tnef(data) if is_tnef(data) else read_outlook(data)])


def _read_tnef(data: bytes) -> Letter:
    letter = Letter()
    message = read_tnef(data, letter.lost)
    letter.lines = [*message.lines, *message.event]
    letter.blocks = [message.body]
    letter.attachments = message.attachments
    return letter


def _letters(source: Source) -> Iterator[Letter]:
    for mail in split_mailbox(source.read_all()):
        yield MessageReader(read_outlook).read(mail)


def _build(source: Source, letters: "Iterator[Letter] | list[Letter]") -> Document:
    texts: list[str] = []
    lost: list[str] = []
    size = 0
    for letter in letters:
        if letter.is_encrypted and not letter.has_content:
            raise encrypted_error()
        texts.append(sanitize(letter.render()))
        lost += [sentence for sentence in letter.lost if sentence not in lost]
        size += len(texts[-1])
        if size > source.limits.document_text_bytes:
            break  # the document is cut there, with a warning
    return build_text_document(source, "\n\n".join(texts), lost=lost)
