"""Names the files inside a PDF, which are not read (ISO 32000-2, 7.11.4 and 12.3.5)."""

import re

import pypdfium2
import pypdfium2.raw as pdfium_c

from worker.parsing.readers.pdf.annotations import read_utf16

_MAX_COUNTED = 1000
_PORTFOLIO = re.compile(
    r"for the best experience, open this pdf portfolio"
    r"|öffnen sie dieses pdf-?portfolio|ouvrez ce porte-?(?:documents|folio) pdf"
    r"|abra (?:este|esta) (?:porta-?fólio|cartera|carpeta)? ?pdf|aprire questo portfolio pdf",
    re.IGNORECASE,
)
_MAX_COVER_CHARACTERS = 2000


def read_names(document: pypdfium2.PdfDocument) -> list[str]:
    """Return the names of the files that belong to the whole document."""
    count = min(pdfium_c.FPDFDoc_GetAttachmentCount(document.raw), _MAX_COUNTED)
    found = (pdfium_c.FPDFDoc_GetAttachment(document.raw, number) for number in range(count))
    return [read_utf16(pdfium_c.FPDFAttachment_GetName, each) for each in found if each]


def is_portfolio_cover(text: str) -> bool:
    """Tell whether a page only says that the file is a portfolio of other files."""
    return len(text) < _MAX_COVER_CHARACTERS and bool(_PORTFOLIO.search(" ".join(text.split())))
