"""Checks zip files before a reader unpacks them."""

import re
from typing import BinaryIO

from app.errors import FileError, FileErrorCode
from app.files.sniff import zip_directory, zip_type
from app.files.sniff.sniff import FileType
from worker.parsing.limits import KIB, MIB, ParserLimits

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_WITH_MAIN_PART = frozenset({"docx", "pptx", "xlsx", "vsdx", "odt", "ods", "odp", "odg"})
_MAX_HEAD_BYTES = 64 * KIB
# A document type may name a file of declarations, which is never read; these are in the part.
_DECLARATIONS = re.compile(rb"<!(?:DOCTYPE[^>\[]*\[|ENTITY)")


def check_archive(file: BinaryIO, kind: FileType, limits: ParserLimits) -> None:
    """Refuse zip files that are bombs, are damaged, or lack the main part of a document.

    Does nothing for files of other types. Nothing is unpacked to disk, so names that lead out of a
    directory are harmless. Raises FileError (`too_many_parts`, `too_large`, `corrupt`) and leaves
    the file at position 0.
    """
    try:
        file.seek(0)
        if file.read(4) in _ZIP_MAGIC:
            _check(file, kind, limits)
    finally:
        file.seek(0)


def _check(file: BinaryIO, kind: FileType, limits: ParserLimits) -> None:
    try:
        members = zip_directory.list_members(file, limits.zip_members)
    except zip_directory.TooManyMembers as error:
        raise FileError(
            FileErrorCode.TOO_MANY_PARTS,
            f"the file holds {error.count} parts, more than the limit of {limits.zip_members}",
        ) from error
    except zip_directory.DirectoryTooLarge as error:
        raise FileError(
            FileErrorCode.TOO_MANY_PARTS,
            f"the list of the file's parts takes {error.size} bytes, more than the limit of"
            f" {zip_directory.MAX_DIRECTORY_BYTES}",
        ) from error
    except zip_directory.BadZip as error:
        raise FileError(
            FileErrorCode.CORRUPT, "the file is damaged: its list of parts cannot be read"
        ) from error
    _check_sizes(members, limits)
    if kind.extension in _WITH_MAIN_PART and not kind.encrypted:
        found = zip_type.find_type(file, members)
        _check_main_part(file, found.main if found else None)


def _check_sizes(members: tuple[zip_directory.Member, ...], limits: ParserLimits) -> None:
    unpacked = sum(member.size for member in members)
    if unpacked > limits.zip_unpacked_bytes:
        raise FileError(
            FileErrorCode.TOO_LARGE,
            f"the file unpacks to {unpacked // MIB} MB, more than the limit of"
            f" {limits.zip_unpacked_bytes // MIB} MB",
        )
    for member in members:
        if member.size > max(limits.zip_ratio_from_bytes, member.packed * limits.zip_ratio):
            raise FileError(
                FileErrorCode.TOO_LARGE,
                f"a part of the file unpacks to more than {limits.zip_ratio} times its size",
            )


def _check_main_part(file: BinaryIO, main: zip_directory.Member | None) -> None:
    if main is None:
        raise FileError(FileErrorCode.CORRUPT, "the file is damaged: its main part is missing")
    try:
        head = zip_directory.read_member(file, main, _MAX_HEAD_BYTES)
    except zip_directory.BadZip as error:
        raise FileError(
            FileErrorCode.CORRUPT, "the file is damaged: its main part cannot be read"
        ) from error
    # In UTF-16 each letter has a NUL beside it.
    if _DECLARATIONS.search(head.replace(b"\0", b"")):
        # Entities can expand without end or name local files.
        raise FileError(
            FileErrorCode.CORRUPT, "the file declares XML entities, which are not allowed"
        )
