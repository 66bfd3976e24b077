"""Checks zip files before a reader unpacks them."""

from typing import BinaryIO

from app.errors import FileError, FileErrorCode
from app.files.sniff import zip_directory
from app.files.sniff.sniff import FileType
from worker.parsing.limits import MIB, ParserLimits

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
# Some programs number it: word/document2.xml.
_OFFICE_MAIN_PARTS = {
    "docx": "word/document",
    "pptx": "ppt/presentation",
    "xlsx": "xl/workbook",
    "odt": "content",
    "ods": "content",
    "odp": "content",
}
_MAX_HEAD_BYTES = 4096


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
    main_part = _OFFICE_MAIN_PARTS.get(kind.extension)
    if main_part and not kind.encrypted:
        _check_main_part(file, main_part, members)


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


def _check_main_part(
    file: BinaryIO, main_part: str, members: tuple[zip_directory.Member, ...]
) -> None:
    found = [
        member
        for member in members
        if member.name.startswith(main_part) and member.name.endswith(".xml")
    ]
    if not found:
        raise FileError(FileErrorCode.CORRUPT, "the file is damaged: its main part is missing")
    try:
        head = zip_directory.read_member(file, found[0], _MAX_HEAD_BYTES)
    except zip_directory.BadZip as error:
        raise FileError(
            FileErrorCode.CORRUPT, "the file is damaged: its main part cannot be read"
        ) from error
    if b"<!DOCTYPE" in head:
        # Entities can expand without end or name local files.
        raise FileError(
            FileErrorCode.CORRUPT, "the file declares XML entities, which are not allowed"
        )
