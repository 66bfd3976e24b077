"""Makes sample files for tests and benchmarks: zip, Office, OpenDocument, EPUB, mail."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Any

from app.files.sniff.sniff import sniff
from app.jobs.pages import PageSelection
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrData
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.readers.source import Source
from worker.parsing.request import ParseRequest

EVERYTHING = ParseRequest(PageSelection(max_pages=None))


def request(
    max_pages: int | None = None,
    target_pages: tuple[int, ...] | None = None,
    lang: str | None = None,
    mode: str = "FAST",
) -> ParseRequest:
    return ParseRequest(PageSelection(max_pages, target_pages), lang, mode)


def no_ocr() -> Ocr:
    """Return the OCR of a machine without Tesseract, which reads no picture."""
    return Ocr(OcrData().choose("en"))


def source(
    data: bytes,
    name: str = "",
    asked: ParseRequest = EVERYTHING,
    ocr: Ocr | None = None,
    **limits: Any,  # noqa: ANN401  # of many types
) -> Source:
    file = io.BytesIO(data)
    return Source(file, sniff(file, name), asked, ParserLimits(**limits), ocr or no_ocr())


def zip_of(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unzip(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# Office Open XML

_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_PACKAGE_TYPES = "application/vnd.openxmlformats-package."
_TYPES = (
    f'<Types xmlns="{_PACKAGE}content-types">'
    f'<Default Extension="rels" ContentType="{_PACKAGE_TYPES}relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATIONS = f'<Relationships xmlns="{_PACKAGE}relationships">{{}}</Relationships>'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _root(target: str) -> dict[str, str]:
    relation = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="{target}"/>'
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS.format(relation),
    }


def docx(*pages: Sequence[str], prolog: str = "", header: str = "") -> bytes:
    breaks = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    body = breaks.join(
        "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in page) for page in pages
    )
    members = _root("word/document.xml")
    section = ""
    if header:
        members["word/_rels/document.xml.rels"] = _RELATIONS.format(
            f'<Relationship Id="r9" Type="{_OFFICE}/header" Target="header1.xml"/>'
        )
        members["word/header1.xml"] = (
            f'<w:hdr xmlns:w="{_WORD}"><w:p><w:r><w:t>{header}</w:t></w:r></w:p></w:hdr>'
        )
        section = '<w:sectPr><w:headerReference w:type="default" r:id="r9"/></w:sectPr>'
    members["word/document.xml"] = (
        f'<?xml version="1.0"?>{prolog}<w:document xmlns:w="{_WORD}" xmlns:r="{_OFFICE}">'
        f"<w:body>{body}{section}</w:body></w:document>"
    )
    return zip_of(members)


def pptx(*slides: str) -> bytes:
    members = _root("ppt/presentation.xml")
    numbers = range(1, len(slides) + 1)
    members["ppt/presentation.xml"] = (
        f'<p:presentation xmlns:p="{_SLIDES}" xmlns:r="{_OFFICE}"><p:sldIdLst>'
        + "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in numbers)
        + "</p:sldIdLst></p:presentation>"
    )
    members["ppt/_rels/presentation.xml.rels"] = _RELATIONS.format(
        "".join(
            f'<Relationship Id="r{n}" Type="{_OFFICE}/slide" Target="slides/slide{n}.xml"/>'
            for n in numbers
        )
    )
    for number, text in enumerate(slides, 1):
        members[f"ppt/slides/slide{number}.xml"] = (
            f'<p:sld xmlns:p="{_SLIDES}" xmlns:a="{_DRAWING}"><p:cSld><p:spTree><p:sp>'
            "<p:nvSpPr/><p:spPr/><p:txBody><a:bodyPr/>"
            f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
        )
    return zip_of(members)


def xlsx(**sheets: list[list[str]]) -> bytes:
    """Make a workbook; sheets with names that begin with `hidden` are hidden."""
    members = _root("xl/workbook.xml")
    listed = related = ""
    for number, (name, rows) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if name.startswith("hidden") else ""
        listed += f'<sheet name="{name}" sheetId="{number}"{state} r:id="r{number}"/>'
        target = f"worksheets/sheet{number}.xml"
        related += f'<Relationship Id="r{number}" Type="{_OFFICE}/worksheet" Target="{target}"/>'
        cells = "".join(
            f'<row r="{line}">'
            + "".join(
                f'<c r="{chr(65 + column)}{line}" t="inlineStr"><is><t>{cell}</t></is></c>'
                for column, cell in enumerate(row)
            )
            + "</row>"
            for line, row in enumerate(rows, 1)
        )
        members[f"xl/{target}"] = (
            f'<worksheet xmlns="{_SHEETS}"><sheetData>{cells}</sheetData></worksheet>'
        )
    members["xl/workbook.xml"] = (
        f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
    )
    members["xl/_rels/workbook.xml.rels"] = _RELATIONS.format(related)
    return zip_of(members)


# OpenDocument and EPUB

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"


def open_document(kind: str, body: str, manifest: str = "<manifest/>") -> bytes:
    names = " ".join(
        f'xmlns:{prefix}="{_ODF}{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("text", "text"),
            ("table", "table"),
            ("draw", "drawing"),
            ("presentation", "presentation"),
        )
    )
    return zip_of(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f'<?xml version="1.0"?><office:document-content {names}><office:body>'
            f"<office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
            "META-INF/manifest.xml": manifest,
        },
        zipfile.ZIP_STORED,
    )


def odt(*paragraphs: str) -> bytes:
    return open_document("text", "".join(f"<text:p>{text}</text:p>" for text in paragraphs))


def ods(**sheets: str) -> bytes:
    return open_document(
        "spreadsheet",
        "".join(
            f'<table:table table:name="{name}"><table:table-row><table:table-cell'
            f' office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
            "</table:table-row></table:table>"
            for name, text in sheets.items()
        ),
    )


def odp(*slides: str) -> bytes:
    return open_document(
        "presentation",
        "".join(
            f"<draw:page>\n  <draw:frame><draw:text-box><text:p>{text}</text:p></draw:text-box>"
            "</draw:frame>\n</draw:page>"
            for text in slides
        ),
    )


def epub(*chapters: str) -> bytes:
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    container = (
        '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<rootfiles><rootfile full-path="content.opf"'
        ' media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Book</dc:title></metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    return zip_of(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "content.opf": package,
            **{
                f"c{n}.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body>'
                f"<p>{text}</p></body></html>"
                for n, text in enumerate(chapters)
            },
        },
        zipfile.ZIP_STORED,
    )


# Mail


def eml(subject: str, body: str, *attachments: str) -> bytes:
    """Make a mail with attached files of the given names."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.c", "d@e.f", subject
    mail.set_content(body)
    for name in attachments:
        mail.add_attachment(b"\0\1", maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()
