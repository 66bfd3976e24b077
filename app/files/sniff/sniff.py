"""Detection of a file's type from its bytes; the name only decides between text types.

The work is bounded, for hostile files: a few KiB of the start and the end, a zip's directory of at
most 10,000 names and 4 MB, an OLE file's directory of at most 16,384 entries.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from app.files.sniff import ole_directory, zip_directory, zip_type
from app.files.sniff.ole_directory import OleDirectory
from app.files.sniff.signed_file import is_signed_file
from app.files.sniff.text_type import decode_head, text_type
from app.files.sniff.unsupported import (
    name_shortcut,
    name_unsupported,
    name_unsupported_parts,
    name_unsupported_streams,
)

_HEAD = 8192
_PDF_MARK_WITHIN = 1024
_TAIL = 2048


@dataclass(frozen=True, slots=True)
class FileType:
    """A file type by its canonical extension; an `encrypted` file needs a password.

    The PDF reader finds PDFs that need a password: many encrypted ones open without it.
    `remark` says of some files of unknown type what they are, and what to do.
    """

    extension: str
    encrypted: bool = False
    remark: str = ""


UNKNOWN = FileType("unknown")

_OLD_WORD = FileType(
    "unknown", remark="documents of Word 6 and Word 95 are not supported: save the file as docx"
)

_LOCK_FILE = FileType(
    "unknown",
    remark="a lock file of Office only names who has opened a document: upload the document itself",
)
# The sizes are that of Word's lock files, and that of Excel's and PowerPoint's.
_LOCK_FILE_NAME, _LOCK_FILE_SIZES = "~$", frozenset({162, 165})

IMAGE_EXTENSIONS = frozenset(
    {"png", "jpg", "gif", "bmp", "tiff", "webp", "heic", "jp2", "avif", "pnm"}
)

IWORK_EXTENSIONS = frozenset({"pages", "numbers", "key"})
"""Documents of Apple, which the name tells apart: their parts are the same."""

SIGNED_FILE = "p7m"
"""The extension of signed files, which are read as the file in them."""

# OpenDocument files may be one XML file instead.
ZIP_EXTENSIONS = frozenset(
    {"docx", "pptx", "xlsx", "vsdx", "odt", "ods", "odp", "odg", "epub", "hwpx", "xps"}
)

_ALIASES = {
    "markdown": "md",
    "htm": "html",
    "xhtml": "html",
    "mht": "mhtml",
    "emlx": "eml",
    "mbox": "eml",
    "text": "txt",
    "tab": "tsv",
    "jsonl": "json",
    "ndjson": "json",
}
_IMAGE_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jp2"),
    (b"\xff\x4f\xff\x51\x00", "jp2"),
)
_MESSAGE_STREAMS = ("__properties_version1.0", "__nameid_version1.0", "__substg1.0_")
_HANGUL_TEXT = "contents/section0.xml"
_ZIP_MEMBER, _EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
# Exchange sends its messages to other servers as winmail.dat ([MS-OXTNEF]).
_TNEF = b"\x78\x9f\x3e\x22"
# Programs on web servers save a sheet of Excel 5 or later alone ([MS-XLS] 2.4.21).
_SHEET_STREAM = re.compile(rb"\x09\x08[\x08\x10]\0..[\x05\x10]\0", re.DOTALL)
# Safari saves web pages as property lists, whose keys come first.
_PROPERTY_LIST, _SAVED_PAGE = b"bplist00", b"WebMainResource"
# The content of a binary file with restricted rights ([MS-OFFCRYPTO] 2.2).
_RIGHTS = "\tdrmcontent"
# The marks of Western versions of Word and of those for East Asia.
_OLD_WORD_MARKS = (b"\xdc\xa5", b"\x97\xa6", b"\x98\xa6", b"\x99\xa6")
# In the stream on the last user ([MS-PPT] 2.3.2).
_ENCRYPTED_SLIDES = b"\xdf\xc4\xd1\xf3"
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
# Pictures of the Netpbm programs: sizes in digits, then any bytes.
_NETPBM = re.compile(rb"P[4-6]\n(?:#[^\n]*\n)*\d+\s+\d+\s")
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


def extension_of(file: BinaryIO, name: str) -> str | None:
    """Return the extension of a file's type; None if it is unknown."""
    kind = sniff(file, name)
    return None if kind.extension == UNKNOWN.extension else kind.extension


def sniff(file: BinaryIO, name: str) -> FileType:
    """Return the type of a file, UNKNOWN if none fits; leaves the file at position 0.

    The extension of `name`, which the client gave, decides between text types only; the whole name
    tells the lock files of Office.
    """
    try:
        if _is_lock_file(file, name):
            return _LOCK_FILE
        return _sniff_content(file, _extension(name))
    except (
        zip_directory.BadZip,
        zip_directory.TooManyMembers,
        zip_directory.DirectoryTooLarge,
        ole_directory.BadOle,
    ):
        return UNKNOWN
    finally:
        file.seek(0)


def _is_lock_file(file: BinaryIO, name: str) -> bool:
    """Tell the small file with a user's name that Office writes beside an open document."""
    is_named = PurePosixPath(name.replace("\\", "/")).name.startswith(_LOCK_FILE_NAME)
    return is_named and file.seek(0, 2) in _LOCK_FILE_SIZES


def _extension(name: str) -> str:
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower().lstrip(".")
    return _ALIASES.get(suffix, suffix)


def _sniff_content(file: BinaryIO, extension: str) -> FileType:
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        return UNKNOWN
    if head.startswith((_ZIP_MEMBER, _EMPTY_ZIP)):
        return _sniff_zip(file, extension)
    if head.startswith(ole_directory.SIGNATURE):
        return _sniff_ole(file)
    shortcut = name_shortcut(head, extension)
    if shortcut:
        return _unsupported(shortcut)
    kind = _binary_type(file, head, extension) or _text_type(head, extension)
    if kind:
        return FileType(kind)
    if _ZIP_MEMBER in head:
        # Servers send error messages and header lines before a file.
        found = _sniff_zip(file, extension)
        if found.extension != UNKNOWN.extension:
            return found
    return _unsupported(name_unsupported(head))


def _binary_type(file: BinaryIO, head: bytes, extension: str) -> str | None:
    """Return the type of a file that its first bytes mark, None for others."""
    if _is_pdf(file, head):
        return "pdf"
    if head.startswith(_TNEF):
        return "msg"
    if _SHEET_STREAM.match(head):
        return "xls"
    if head.startswith(_PROPERTY_LIST) and _SAVED_PAGE in head:
        return "webarchive"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        return "rtf"
    image = _image_type(head)
    if image:
        return image
    if is_signed_file(head, extension):
        return SIGNED_FILE
    if extension == "pdf" and b" obj" in head:
        # A PDF with a damaged mark: the PDF readers decide, and its source is never read as text.
        return "pdf"
    return None


def _text_type(head: bytes, extension: str) -> str | None:
    text = decode_head(head)
    return None if text is None else text_type(text, extension)


def _unsupported(remark: str) -> FileType:
    return FileType(UNKNOWN.extension, remark=remark) if remark else UNKNOWN


def _is_pdf(file: BinaryIO, head: bytes) -> bool:
    """Tell a PDF by its mark in the first KiB; text that only mentions the mark has no objects."""
    at = head.find(b"%PDF-", 0, _PDF_MARK_WITHIN)
    if at < 0:
        return False
    if not head[:at].strip(b"\xef\xbb\xbf\x00 \t\r\n") or b" obj" in head:
        return True
    file.seek(0, 2)
    file.seek(max(0, file.tell() - _TAIL))
    return b"%%EOF" in file.read(_TAIL)


def _image_type(head: bytes) -> str | None:
    for magic, kind in _IMAGE_MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS | _AVIF_BRANDS:
        # Pictures of both kinds may begin with the brand `mif1`.
        is_avif = _AVIF_BRANDS & {head[at : at + 4] for at in range(8, 40, 4)}
        return "avif" if is_avif else "heic"
    if _NETPBM.match(head):
        return "pnm"
    # Words begin with "BM" too: in a bitmap the two reserved fields are zero.
    if head.startswith(b"BM") and len(head) >= 26 and head[6:10] == bytes(4):
        return "bmp"
    return None


def _sniff_zip(file: BinaryIO, extension: str) -> FileType:
    members = zip_directory.list_members(file)
    found = zip_type.find_type(file, members)
    if found is None:
        names = {zip_directory.member_key(member.name) for member in members}
        if any(name.endswith(".iwa") or name == "index.zip" for name in names):
            return FileType(extension if extension in IWORK_EXTENSIONS else "pages")
        if any(name.endswith(".fdseq") for name in names):
            return FileType("xps")
        if _HANGUL_TEXT in names:
            return FileType("hwpx")
        return _unsupported(name_unsupported_parts(names))
    return FileType(found.extension, found.encrypted)


def _sniff_ole(file: BinaryIO) -> FileType:
    """Return the type that the streams of the root tell; embedded documents do not count."""
    directory = OleDirectory(file)
    root = directory.root
    if "encryptedpackage" in root:
        return FileType("docx", encrypted=True)
    if _RIGHTS in root:
        # The rest only tells old programs that it is protected.
        return FileType("doc", encrypted=True)
    # A message keeps each property in a stream ([MS-OXMSG] 2.1), and may hold documents.
    if any(name.startswith(_MESSAGE_STREAMS) for name in root):
        return FileType("msg")
    if "worddocument" in root:
        return _word_type(directory.read_start(root["worddocument"]))
    if "powerpoint document" in root:
        user = directory.read_start(root["current user"]) if "current user" in root else b""
        return FileType("ppt", encrypted=user[12:16] == _ENCRYPTED_SLIDES)
    if {"fileheader", "bodytext"} <= root.keys():
        return FileType("hwp")
    for name in ("workbook", "book"):
        if name in root:
            return FileType("xls", encrypted=_has_filepass(directory.read_start(root[name])))
    return _unsupported(name_unsupported_streams(root))


def _word_type(start: bytes) -> FileType:
    """Tell a document by its header ([MS-DOC] 2.5.2): flags are at offset 10, fEncrypted is bit 8.

    Word 6 and 95 wrote another mark, and another layout.
    """
    if start.startswith(_OLD_WORD_MARKS):
        return _OLD_WORD
    return FileType("doc", encrypted=len(start) > 11 and bool(start[11] & 0x01))


def _has_filepass(start: bytes) -> bool:
    """Look for the FILEPASS record among the first records of a workbook ([MS-XLS] 2.4.117)."""
    at = 0
    while at + 4 <= len(start):
        kind = int.from_bytes(start[at : at + 2], "little")
        if kind == 0x002F:
            return True
        at += 4 + int.from_bytes(start[at + 2 : at + 4], "little")
    return False
