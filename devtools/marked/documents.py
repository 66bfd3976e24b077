"""All documents with markers, by the name that a test shows."""

from collections.abc import Mapping

from devtools.marked import (
    mail,
    markup,
    old_sheets,
    old_slides,
    old_word,
    open_document,
    outlook,
    pdf,
    sheets,
    slides,
    word,
)
from devtools.marked.document import MarkedDocument


def marked_documents() -> Mapping[str, MarkedDocument]:
    """Make one document of each format; two of msg."""
    documents = (
        word.marked_docx(),
        slides.marked_pptx(),
        sheets.marked_xlsx(),
        old_word.marked_doc(),
        old_slides.marked_ppt(),
        old_sheets.marked_xls(),
        open_document.marked_odt(),
        open_document.marked_ods(),
        open_document.marked_odp(),
        pdf.marked_pdf(),
        mail.marked_eml(),
        mail.marked_mhtml(),
        outlook.marked_msg(),
        markup.marked_html(),
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
    }
