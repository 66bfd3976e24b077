"""Detection of a file's type from its bytes; the name only decides between text types.

The work is bounded, for hostile files: a few KiB of the start and the end, a zip's directory of at
most 10,000 names and 4 MB, an OLE file's directory of at most 16,384 entries.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from app.files.sniff import ole_directory, zip_directory, zip_type
from app.files.sniff.ole_directory import OleDirectory
from app.files.sniff.text_type import decode_head, text_type

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

_BINARY_WORKBOOK = FileType(
    "unknown", remark="binary workbooks (xlsb) are not supported: save the file as xlsx"
)
_OLD_WORD = FileType(
    "unknown", remark="documents of Word 6 and Word 95 are not supported: save the file as docx"
)

IMAGE_EXTENSIONS = frozenset({"png", "jpg", "gif", "bmp", "tiff", "webp", "heic"})

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
)
_MESSAGE_STREAMS = ("__properties_version1.0", "__nameid_version1.0", "__substg1.0_")
_OLD_WORD_MARK = b"\xdc\xa5"
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


def extension_of(file: BinaryIO, name: str) -> str | None:
    """Return the extension of a file's type; None if it is unknown."""
    kind = sniff(file, name)
    return None if kind.extension == UNKNOWN.extension else kind.extension


def sniff(file: BinaryIO, name: str) -> FileType:
    """Return the type of a file, UNKNOWN if none fits; leaves the file at position 0.

    The extension of `name`, which the client gave, decides between text types only.
    """
    try:
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


def _extension(name: str) -> str:
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower().lstrip(".")
    return _ALIASES.get(suffix, suffix)


def _sniff_content(file: BinaryIO, extension: str) -> FileType:
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        return UNKNOWN
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(file)
    if head.startswith(ole_directory.SIGNATURE):
        return _sniff_ole(file)
    if _is_pdf(file, head):
        return FileType("pdf")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        return FileType("rtf")
    image = _image_type(head)
    if image:
        return FileType(image)
    if extension == "pdf" and b" obj" in head:
        # A PDF with a damaged mark: the PDF readers decide, and its source is never read as text.
        return FileType("pdf")
    text = decode_head(head)
    kind = None if text is None else text_type(text, extension)
    return FileType(kind) if kind else UNKNOWN


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
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "heic"
    # Words begin with "BM" too: in a bitmap the two reserved fields are zero.
    if head.startswith(b"BM") and len(head) >= 26 and head[6:10] == bytes(4):
        return "bmp"
    return None


def _sniff_zip(file: BinaryIO) -> FileType:
    found = zip_type.find_type(file, zip_directory.list_members(file))
    if found is None:
        return UNKNOWN
    if found.extension == zip_type.BINARY_WORKBOOK:
        return _BINARY_WORKBOOK
    return FileType(found.extension, found.encrypted)


def _sniff_ole(file: BinaryIO) -> FileType:
    """Return the type that the streams of the root tell; embedded documents do not count."""
    directory = OleDirectory(file)
    root = directory.root
    if "encryptedpackage" in root:
        return FileType("docx", encrypted=True)
    # A message keeps each property in a stream ([MS-OXMSG] 2.1), and may hold documents.
    if any(name.startswith(_MESSAGE_STREAMS) for name in root):
        return FileType("msg")
    if "worddocument" in root:
        return _word_type(directory.read_start(root["worddocument"]))
    if "powerpoint document" in root:
        return FileType("ppt", encrypted="encryptedsummary" in root)
    for name in ("workbook", "book"):
        if name in root:
            return FileType("xls", encrypted=_has_filepass(directory.read_start(root[name])))
    return UNKNOWN


def _word_type(start: bytes) -> FileType:
    """Tell a document by its header ([MS-DOC] 2.5.2): flags are at offset 10, fEncrypted is bit 8.

    Word 6 and 95 wrote another mark, and another layout.
    """
    if start.startswith(_OLD_WORD_MARK):
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
