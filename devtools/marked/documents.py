"""All documents with markers, by the name that a test shows."""

from collections.abc import Mapping

from devtools.marked import (
    apple,
    binary_sheets,
    hangul,
    mail,
    markup,
    open_document,
    outlook,
    pdf,
    sheets,
    slides,
    visio,
    word,
)
from devtools.marked.document import MarkedDocument
from devtools.marked.old_office import sheets as old_sheets
from devtools.marked.old_office import slides as old_slides
from devtools.marked.old_office import word as old_word


def marked_documents() -> Mapping[str, MarkedDocument]:
    """Make one document of each format; two of msg, and one of winmail.dat."""
    documents = (
        word.marked_docx(),
        slides.marked_pptx(),
        sheets.marked_xlsx(),
        binary_sheets.marked_xlsb(),
        visio.marked_vsdx(),
        old_word.marked_doc(),
        old_slides.marked_ppt(),
        old_sheets.marked_xls(),
        open_document.marked_odt(),
        open_document.marked_ods(),
        open_document.marked_odp(),
        open_document.marked_odg(),
        apple.marked_pages(),
        apple.marked_numbers(),
        apple.marked_key(),
        pdf.marked_pdf(),
        hangul.marked_hwp(),
        hangul.marked_hwpx(),
        mail.marked_eml(),
        mail.marked_mhtml(),
        mail.marked_p7m(),
        outlook.marked_msg(),
        markup.marked_html(),
        markup.marked_webarchive(),
        markup.marked_epub(),
        markup.marked_rtf(),
        markup.marked_svg(),
        markup.marked_json(),
        markup.marked_xml(),
        markup.marked_csv(),
        markup.marked_txt(),
        markup.marked_md(),
    )
    return {
        **{document.format: document for document in documents},
        "msg of html": outlook.marked_html_msg(),
        "winmail": outlook.marked_winmail(),
    }
