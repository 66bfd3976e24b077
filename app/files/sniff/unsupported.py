"""Files of known types that are not read: what they are, and what to do instead."""

from collections.abc import Collection

_AS_PDF = "are not supported: save the file as PDF"
_ARCHIVE = "archives are not supported: unpack the file and upload the files in it"
_DATABASE = "databases are not supported: export the tables as xlsx or csv"
_HANGUL = "documents of Hangul 3.0 and older are not supported: save the file as docx or PDF"
_GOOGLE = (
    "a shortcut to a document of Google is not the document: download it from Google as docx,"
    " xlsx, pptx or PDF"
)
_IWORK = "files of iWork '09 are not supported: export the file as PDF"
_LOTUS = "workbooks of Lotus 1-2-3 are not supported: save the file as xlsx"
_MAILBOX = "data files of Outlook are not supported: save the mails as msg or eml"
_OLD_SHEET = "workbooks of Excel 4 and older are not supported: save the file as xlsx"
_PHOTO = "pictures of this kind are not supported: save the picture as PNG or JPEG"
_POSTSCRIPT = f"PostScript files {_AS_PDF}"
_PROGRAM = "programs are not supported"
_SHORTCUT = "a shortcut to a file is not the file: upload the file itself"
_SOUND = "audio and video are not supported"
_STAROFFICE = "files of StarOffice 5 are not supported: save the file as odt or PDF"
_WORKS = "files of Microsoft Works are not supported: save the file as docx or PDF"

_MAGIC = (
    (b"Rar!\x1a\x07", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"\x1f\x8b\x08", _ARCHIVE),
    (b"BZh", _ARCHIVE),
    (b"\xfd7zXZ\x00", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (b"MSCF\x00", _ARCHIVE),
    (b"\x00\x01\x00\x00Standard ", _DATABASE),
    (b"SQLite format 3\x00", _DATABASE),
    (b"!BDN", _MAILBOX),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", f"OneNote files {_AS_PDF}"),
    (b"%!PS", _POSTSCRIPT),
    (b"\xc5\xd0\xd3\xc6", _POSTSCRIPT),
    (b"AT&TFORM", f"DjVu files {_AS_PDF}"),
    (b"ITSF", f"compiled help files {_AS_PDF}"),
    (b"\xffWPC", "files of WordPerfect are not supported: save the file as docx or PDF"),
    (b"AC10", f"AutoCAD drawings {_AS_PDF}"),
    *(
        (start, _PHOTO)
        for start in (
            b"8BPS",
            b"gimp xcf",
            b"\xff\x0a",  # JPEG XL
            b"\0\0\0\x0cJXL \r\n\x87\n",
            b"II\xbc\x01",  # JPEG XR
            b"\x97JB2\r\n\x1a\n",
            b"\0\0\1\0",  # icons of Windows and of macOS
            b"icns",
            b"\x0a\5\1",  # PCX
            b"\xb1\x68\xde\x3a",
            b"\1\xda",  # SGI
            b"DDS ",
            b"qoif",
            b"FUJIFILMCCD-RAW",
        )
    ),
    (b"EP*\0", f"files of Microsoft Document Imaging {_AS_PDF}"),
    (b"MZ", _PROGRAM),
    (b"\x7fELF", _PROGRAM),
    (b"ID3", _SOUND),
    (b"OggS", _SOUND),
    (b"fLaC", _SOUND),
    (b"\x1a\x45\xdf\xa3", _SOUND),
    (b"RIFF", _SOUND),
    (b"L\0\0\0\x01\x14\x02\0", _SHORTCUT),
    *((start, _LOTUS) for start in (b"\0\0\2\0\6\4\6\0", b"\0\0\x1a\0")),
    (b"1\xbe\0\0", f"documents of Windows Write {_AS_PDF}"),
    *((start, _OLD_SHEET) for start in (b"\t\0\4\0", b"\t\2\6\0", b"\t\4\6\0")),
    (b"HWP Document File V", _HANGUL),
    (b"\x06\x06\xed\xf5\xd8\x1d\x46\xe5", f"files of InDesign {_AS_PDF}"),
)
# Of Windows, where other sections may come first, and of macOS.
_URL = b"[InternetShortcut]"
_SHORTCUT_MARKS = {"url": _URL, "webloc": b"URL"}
_GOOGLE_EXTENSIONS = frozenset({"gdoc", "gsheet", "gslides"})
_MAGIC_WITHIN = (
    (8, b"CDR", f"drawings of CorelDRAW {_AS_PDF}"),
    (257, b"ustar", _ARCHIVE),
    (60, b"BOOKMOBI", "books for the Kindle are not supported: convert the file to EPUB"),
    (4, b"ftypcrx ", _PHOTO),
    (128, b"DICM", _PHOTO),
    # Brands of other pictures are known before.
    (4, b"ftyp", _SOUND),
)
# Streams and storages in the root of a compound file ([MS-CFB]).
_STREAMS = {
    "visiodocument": f"drawings of Visio 2003 to 2010 {_AS_PDF}",
    "pp40": "presentations of PowerPoint 4 are not supported: save the file as pptx",
    "quill": f"files of Publisher {_AS_PDF}",
    **dict.fromkeys(("starwriterdocument", "starcalcdocument", "stardrawdocument3"), _STAROFFICE),
    "matost": _WORKS,
    "mm": _WORKS,
    # The folder of tasks, by version.
    **dict.fromkeys(("   19", "   112", "   114"), f"files of Microsoft Project {_AS_PDF}"),
}


def name_unsupported(head: bytes) -> str:
    """Return a sentence about a file that is not read by its beginning, "" if it is not known."""
    for at, magic, sentence in (*_MAGIC_WITHIN, *((0, *each) for each in _MAGIC)):
        if head.startswith(magic, at):
            return sentence
    return ""


def name_unsupported_streams(names: Collection[str]) -> str:
    """Return a sentence about a compound file by the lower-case names in its root, or ""."""
    return next((sentence for name, sentence in _STREAMS.items() if name in names), "")


def name_unsupported_parts(names: Collection[str]) -> str:
    """Return a sentence about a zip file without a known document, by its lower-case names."""
    if "ofd.xml" in names:
        return f"OFD documents {_AS_PDF}"
    if not {"index.xml", "index.apxl", "index.xml.gz", "index.apxl.gz"}.isdisjoint(names):
        return _IWORK
    return _ARCHIVE


def name_shortcut(head: bytes, extension: str) -> str:
    """Return a sentence about a text file that only says where a document is, "" for others."""
    mark = _SHORTCUT_MARKS.get(extension)
    if head.startswith(_URL) or (mark is not None and mark in head):
        return _SHORTCUT
    return _GOOGLE if extension in _GOOGLE_EXTENSIONS and b'"doc_id"' in head else ""
