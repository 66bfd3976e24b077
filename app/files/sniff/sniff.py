"""Detection of a file's type from its bytes; the name only decides between text types.

The work is bounded, for hostile files: a few KiB of the start and the end, a zip's directory of
at most 10,000 names and 4 MB, an OLE file's directory of at most 1,024 sectors.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from app.files.sniff import ole_directory, zip_directory
from app.files.sniff.utf16 import detect_utf16

_HEAD = 8192
_PDF_MARK_WITHIN = 1024
_TAIL = 2048
_MANIFEST_LIMIT = 256 * 1024
# Text has hardly any control characters; of random bytes one in ten is one.
_MAX_CONTROL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class FileType:
    """A file type by its canonical extension; an `encrypted` file needs a password.

    The PDF reader finds PDFs that need a password: many encrypted ones open without it.
    """

    extension: str
    encrypted: bool = False


UNKNOWN = FileType("unknown")

TEXT_EXTENSIONS = frozenset(
    {"txt", "md", "csv", "tsv", "json", "xml", "html", "mhtml", "eml", "svg"}
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
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
_OPENDOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/epub+zip": "epub",
}
# An OpenDocument file without a package: its root element names what it is.
_FLAT_OPENDOCUMENT = re.compile(
    r"<(?:\w+:)?document\s[^>]*?\b\w+:mimetype\s*=\s*[\"']"
    r"(application/vnd\.oasis\.opendocument\.[a-z]+)"
)
_OFFICE_PARTS = {"word/": "docx", "ppt/": "pptx", "xl/": "xlsx"}
_TEMPLATE = b"-template"
_MAIL_HEADER = re.compile(
    r"^(from|to|cc|subject|date|received|mime-version|message-id|return-path|delivered-to"
    r"|reply-to|content-type|x-[\w-]+|dkim-signature|sender|thread-topic)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_SPECIFIC_MAIL_HEADERS = frozenset(
    {"received", "mime-version", "message-id", "return-path", "delivered-to", "dkim-signature"}
)
# What programs that send mail write, and programs that save pages do not.
_SENT_MAIL_HEADERS = frozenset({"to", "cc", "received", "return-path", "delivered-to"})
_SAVED_PAGE = re.compile(
    r"^(snapshot-content-location[ \t]*:|from[ \t]*:[ \t]*[\"']?<?saved by\b)",
    re.IGNORECASE | re.MULTILINE,
)
_RELATED = re.compile(
    r"^content-type[ \t]*:[ \t]*multipart/related\b", re.IGNORECASE | re.MULTILINE
)
_HTML_START = re.compile(r"<(!doctype\s+html|html)\b", re.IGNORECASE)
_HTML_TAG = re.compile(
    r"<(html|head|body|div|table|p|span|h[1-6]|ul|meta|title)\b[^>]*>", re.IGNORECASE
)


def extension_of(file: BinaryIO, name: str) -> str | None:
    """Return the extension of a file's type; None if it is unknown."""
    kind = sniff(file, name)
    return None if kind == UNKNOWN else kind.extension


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
    text = _decode_head(head)
    if text is None:
        return UNKNOWN
    return FileType(_text_type(text, extension))


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
    members = zip_directory.list_members(file)
    by_name = {member.name: member for member in members}
    mimetype = by_name.get("mimetype")
    if mimetype:
        declared = zip_directory.read_member(file, mimetype, 128).strip().removesuffix(_TEMPLATE)
        if declared in _OPENDOCUMENT:
            manifest = by_name.get("META-INF/manifest.xml")
            encrypted = False
            if manifest and declared != b"application/epub+zip":
                encrypted = b"encryption-data" in zip_directory.read_member(
                    file, manifest, _MANIFEST_LIMIT
                )
            return FileType(_OPENDOCUMENT[declared], encrypted)
    if "xl/workbook.bin" in by_name:
        return UNKNOWN  # xlsb, a workbook of binary parts
    if "[Content_Types].xml" in by_name or "_rels/.rels" in by_name:
        for prefix, kind in _OFFICE_PARTS.items():
            if any(member.name.startswith(prefix) for member in members):
                return FileType(kind)
    return UNKNOWN


def _sniff_ole(file: BinaryIO) -> FileType:
    streams = ole_directory.list_streams(file)
    if "EncryptedPackage" in streams:
        return FileType("docx", encrypted=True)
    if "WordDocument" in streams:
        # [MS-DOC] FibBase: flags at offset 10, bit 8 is fEncrypted.
        fib = ole_directory.read_start(file, streams["WordDocument"])
        return FileType("doc", encrypted=len(fib) > 11 and bool(fib[11] & 0x01))
    if "PowerPoint Document" in streams:
        return FileType("ppt", encrypted="EncryptedSummary" in streams)
    for name in ("Workbook", "Book"):
        if name in streams:
            start = ole_directory.read_start(file, streams[name])
            return FileType("xls", encrypted=_has_filepass(start))
    if any(name.startswith(("__substg1.0_", "__properties_")) for name in streams):
        return FileType("msg")
    return UNKNOWN


def _has_filepass(start: bytes) -> bool:
    """Look for the FILEPASS record among the first records of a workbook ([MS-XLS] 2.4.117)."""
    at = 0
    while at + 4 <= len(start):
        kind = int.from_bytes(start[at : at + 2], "little")
        if kind == 0x002F:
            return True
        at += 4 + int.from_bytes(start[at + 2 : at + 4], "little")
    return False


def _decode_head(head: bytes) -> str | None:
    """Return the head as text to recognise its type; None when it is binary."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    codec = detect_utf16(head)
    if codec:
        text = head[: len(head) // 2 * 2].decode(codec, "replace")
        return text if _is_mostly_printable(text) else None
    text = head.decode("latin-1")
    return text if _is_mostly_printable(text) else None


def _is_mostly_printable(text: str) -> bool:
    controls = sum(1 for character in text if character < " " and character not in "\t\n\r\f\x1b")
    return controls <= max(2, len(text) * _MAX_CONTROL_SHARE)


def _text_type(text: str, extension: str) -> str:
    start = text.removeprefix("\ufeff").removeprefix("ï»¿").lstrip()
    if _HTML_START.match(_skip_prolog(start)):
        return "html"
    if "<svg" in start[:1024] and start.startswith("<"):
        return "svg"
    flat = _FLAT_OPENDOCUMENT.match(_skip_prolog(start))
    if flat and flat.group(1).encode() in _OPENDOCUMENT:
        return _OPENDOCUMENT[flat.group(1).encode()]
    if start.startswith("<?xml"):
        return "html" if extension == "html" else "xml"
    if start.startswith("%!PS"):
        return UNKNOWN.extension
    block = _header_block(start, extension)
    if _is_saved_page(block, extension):
        return "mhtml"
    if _is_mail(block, extension):
        return "eml"
    if extension in TEXT_EXTENSIONS:
        return "txt" if extension in {"eml", "mhtml", "svg"} else extension
    return _guess_text_type(start) if not extension else "txt"


def _skip_prolog(text: str) -> str:
    """Return markup without its leading XML declaration and comments."""
    while text.startswith(("<?", "<!--")):
        end = "-->" if text.startswith("<!--") else ">"
        text = text.partition(end)[2].lstrip()
    return text


def _header_block(text: str, extension: str) -> str:
    """Return the lines up to the first empty one if they begin like a mail, otherwise nothing."""
    if extension == "eml":
        # Apple Mail writes the length of the mail on a line before it.
        text = re.sub(r"\A\d{1,10}[ \t]*\r?\n", "", text)
    for end in ("\r\r\n", "\r\n", "\r"):
        text = text.replace(end, "\n")
    is_mail = re.match(r">?From |[\w-]+[ \t]*:", text)
    return text.partition("\n\n")[0] if is_mail else ""


def _is_saved_page(block: str, extension: str) -> bool:
    """Tell a web page that a browser saved in the form of a mail (RFC 2557) from a mail."""
    headers = _header_names(block)
    if not headers or headers & _SENT_MAIL_HEADERS:
        return False
    if _SAVED_PAGE.search(block):
        return True
    return extension == "mhtml" or ("from" not in headers and bool(_RELATED.search(block)))


def _is_mail(block: str, extension: str) -> bool:
    """Tell mail by its header lines; without the extension it needs two, one of them specific."""
    headers = _header_names(block)
    if extension in ("eml", "mhtml"):
        return bool(headers)
    return len(headers) >= 2 and bool(headers & _SPECIFIC_MAIL_HEADERS)


def _header_names(block: str) -> set[str]:
    return {match.group(1).lower() for match in _MAIL_HEADER.finditer(block)}


def _guess_text_type(text: str) -> str:
    """Return the type of text whose name has no extension."""
    if len(_HTML_TAG.findall(text)) >= 3 and text.startswith("<"):
        return "html"
    if re.match(r'[{\[]\s*["{\[\]}]', text):
        return "json"
    lines = [line for line in text.splitlines() if line.strip()][:20]
    for separator, kind in (("\t", "tsv"), (",", "csv"), (";", "csv")):
        counts = {line.count(separator) for line in lines[:-1]}
        if len(lines) >= 3 and len(counts) == 1 and counts.pop() >= 1:
            return kind
    if re.search(r"^(#{1,6} |```|\* \[|\[[^\]]+\]\()", text, re.MULTILINE):
        return "md"
    return "txt"
