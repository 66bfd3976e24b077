"""Detection of the type of text files: the first bytes as text, and what kind of text it is."""

import codecs
import re

from app.files.sniff.ebcdic import detect_ebcdic
from app.files.sniff.wide_unicode import detect_wide, reads_like_text
from app.files.sniff.zip_type import opendocument_extension

TEXT_EXTENSIONS = frozenset(
    {"txt", "md", "csv", "tsv", "json", "xml", "html", "mhtml", "eml", "svg"}
)

# Text has hardly any control characters; of random bytes one in ten is one.
_MAX_CONTROL_SHARE = 0.02
_MAX_ODD_SHARE = 0.1
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LARGEST_CHARACTER = 4
# Korean mail and text files announce with this that shifts are to follow (RFC 1557).
_ISO_2022_KR = b"\x1b$)C"
_OVERSTRIKE = re.compile(r"[!-~]\x08(?=[!-~])")
# Programs that save web pages and XML under the names of their own formats.
_OFFICE_EXTENSIONS = frozenset({"xls", "xlsx", "doc", "docx", "ppt", "pptx", "rtf", "dot", "xlt"})
# Web pages that were saved under the names of the programs that made them.
_PAGE_EXTENSIONS = frozenset({"shtml", "shtm", "php", "asp", "aspx", "jsp", "cfm", "cgi", "do"})
_POSTSCRIPT = "%!PS"
# An archive of text files hardly differs from text.
_TAPE_MARK, _TAPE_MARK_AT = "ustar", 257
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
# An OpenDocument file without a package: its root element names what it is.
_FLAT_OPENDOCUMENT = re.compile(
    r"<(?:\w+:)?document\s[^>]*?\b\w+:mimetype\s*=\s*[\"']"
    r"(application/vnd\.oasis\.opendocument\.[a-z-]+)[\"']"
)
# Drawing programs write long comments and declarations of entities before the root element.
_SVG_START = re.compile(
    r"(?:<\?[^>]*>\s*|<!--(?:[^-]|-(?!->))*-->\s*|<!DOCTYPE(?:[^\[>]|\[[^\]]*\])*>\s*)*"
    r"<(?:[\w-]+:)?svg(?=[\s/>])"
)
_WORKBOOK_START = re.compile(
    r"<(?:\w+:)?Workbook\s[^>]*urn:schemas-microsoft-com:office:spreadsheet[\"']"
)
_HTML_START = re.compile(r"<(!doctype\s+html|html)\b", re.IGNORECASE)
_HTML_TAG = re.compile(
    r"<(html|head|body|div|table|tr|th|td|p|span|h[1-6]|ul|ol|li|b|br|font|meta|style|title)\b[^>]*>",
    re.IGNORECASE,
)


def decode_head(head: bytes) -> str | None:
    """Return the first bytes of a file as text to recognise its type; None when it is binary."""
    for mark, codec in _WIDE_MARKS:
        if head.startswith(mark):
            text = head[: len(head) // 4 * 4 or len(head)].decode(codec, "replace")
            return text if reads_like_text(text, _MAX_ODD_SHARE) else None
    wide = detect_wide(head) or detect_ebcdic(head)
    if wide:
        text = head[: len(head) // 4 * 4 or len(head)].decode(wide, "replace")
        return text if _is_mostly_printable(text) else None
    if _ISO_2022_KR in head:
        return head.decode("iso2022_kr", "replace")
    if 0 in head and not _is_clean(head):
        return None
    # Programs fill the last block of a text with NULs, and fields in it.
    text = head.rstrip(b"\0").decode("latin-1")
    start = len(text) - len(text.lstrip("\0"))
    text = text[:start] + text[start:].replace("\0", " ")
    is_tape = text.startswith(_TAPE_MARK, _TAPE_MARK_AT)
    return text if text and _is_mostly_printable(text) and not is_tape else None


def _is_clean(head: bytes) -> bool:
    """Tell whether a head with NULs is UTF-8 without any other control character.

    Some programs fill fields or the end of a text with NULs; in other files they are not alone.
    """
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - _LARGEST_CHARACTER:
            return False
        text = head[: error.start].decode("utf-8")
    return not any(character < " " and character not in "\0\t\n\r\f" for character in text)


def _is_mostly_printable(text: str) -> bool:
    # Listings of terminals print bold letters twice, one over the other.
    text = _OVERSTRIKE.sub("", text)
    controls = sum(1 for character in text if character < " " and character not in "\t\n\r\f\x1b")
    return controls <= max(2, len(text) * _MAX_CONTROL_SHARE)


def text_type(text: str, extension: str) -> str | None:
    """Return the type of a text by its beginning, and among plain texts by the extension.

    None for files of other types whose beginning is text.
    """
    start = text.removeprefix("\ufeff").removeprefix("ï»¿").lstrip()
    root = _type_of_root(start, extension)
    if root:
        return root
    if start.startswith(_POSTSCRIPT):
        return None
    block = _header_block(start, extension)
    if _is_saved_page(block, extension):
        return "mhtml"
    if _is_mail(block, extension):
        return "eml"
    if extension in TEXT_EXTENSIONS:
        return "txt" if extension in {"eml", "mhtml", "svg"} else extension
    if extension in _OFFICE_EXTENSIONS | _PAGE_EXTENSIONS and _looks_like_html(start):
        return "html"
    return _guess_text_type(start) if not extension else "txt"


def _type_of_root(text: str, extension: str) -> str | None:
    """Return the type of markup that its root element or XML declaration tells."""
    markup = _skip_prolog(text)
    if _HTML_START.match(markup):
        return "html"
    if _SVG_START.match(text):
        return "svg"
    flat = _FLAT_OPENDOCUMENT.match(markup)
    if flat and (extension_of_root := opendocument_extension(flat.group(1))):
        return extension_of_root
    if _WORKBOOK_START.match(markup):
        return "xml"
    if text.startswith("<?xml"):
        return "html" if extension == "html" else "xml"
    return None


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


def _looks_like_html(text: str) -> bool:
    return text.startswith("<") and len(_HTML_TAG.findall(text)) >= 3


def _guess_text_type(text: str) -> str:
    """Return the type of text whose name has no extension."""
    if _looks_like_html(text):
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
