"""Reads Rich Text Format: Microsoft RTF 1.9.1, and HTML within RTF ([MS-OXRTFEX] 2.1.3)."""

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_document, paginate_text, sanitize
from worker.parsing.readers.flow import join_surrogates
from worker.parsing.readers.headers import add_headers
from worker.parsing.readers.markup.html import visible_text
from worker.parsing.readers.rtf.pictures import find_pictures
from worker.parsing.readers.rtf.walker import RtfContent, Walker
from worker.parsing.readers.source import Source

_FROM_HTML = b"\\fromhtml1"
_HEAD = 4096


def read_rtf(source: Source) -> Document:
    """Read an RTF file; a page has about 3000 characters, the first also headers and footers.

    The last page has the words of pictures, and what their descriptions say. Raises FileError
    (`corrupt`, `no_such_pages`).
    """
    data = source.read_all()
    lost = []
    content = read_content(data)
    if content.is_cut:
        lost.append("the file is cut off: its end is missing")
    pictures = find_pictures(data, rtf_text)
    if pictures.lost:
        what = "a picture" if pictures.lost == 1 else f"{pictures.lost} pictures"
        lost.append(f"{what} could not be read")
    text = "\n\n".join(filter(None, (content.text, *pictures.texts)))
    pages = add_headers(paginate_text(text), content.headers, content.footers)
    if content.is_cut and not any(pages):
        raise FileError(FileErrorCode.CORRUPT, "the file is damaged: it ends before its text")
    read_pictures = None
    is_scan = not any(pages)
    if source.request.mode == "MULTIMODAL" or is_scan:
        read_pictures = pictures.reader(source, len(pages), is_scan=is_scan)
    return build_document(source, pages, read_pictures, content.headings, lost)


def rtf_text(data: bytes) -> str:
    """Return the visible text of RTF, headers first; never raises.

    RTF that wraps HTML, as in mail, is read as that HTML.
    """
    content = read_content(data)
    return "\n\n".join(add_headers([content.text], content.headers, content.footers))


def rtf_html(data: bytes) -> str | None:
    """Return the HTML that RTF wraps ([MS-OXRTFEX] 2.1.3), None if it wraps none."""
    if _FROM_HTML not in data[:_HEAD]:
        return None
    walker = Walker(is_html=True)
    walker.read(data)
    return sanitize(join_surrogates("".join(walker.body.pieces)))


def read_content(data: bytes) -> RtfContent:
    """Return what RTF shows, a part of it if it is damaged; never raises."""
    markup = rtf_html(data)
    if markup is not None:
        text, headings = visible_text(markup, is_mail=True)
        if text:
            return RtfContent(text, headings, [], [], is_cut=False)
    walker = Walker(is_html=False)
    walker.read(data)
    return walker.content()
