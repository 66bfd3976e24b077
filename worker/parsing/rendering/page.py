"""Draws a page of a file of any type that has pictures of pages."""

from typing import BinaryIO

from app.files.sniff.sniff import IMAGE_EXTENSIONS, sniff
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.readers.source import Source
from worker.parsing.rendered_page import RenderedPage, RenderRequest
from worker.parsing.rendering.image import render_frame
from worker.parsing.rendering.pdf import render_pdf_page
from worker.parsing.request import ParseRequest


def render_page(
    file: BinaryIO,
    name: str,
    wanted: RenderRequest,
    request: ParseRequest,
    limits: ParserLimits,
    ocr: Ocr,
) -> RenderedPage:
    """Draw a page of a PDF or of a picture file; other files have no pictures.

    Raises FileError.
    """
    kind = sniff(file, name)
    source = Source(file, kind, request, limits, ocr)
    if kind.extension == "pdf":
        return render_pdf_page(source, wanted)
    if kind.extension in IMAGE_EXTENSIONS:
        return render_frame(source, wanted)
    return RenderedPage(
        problem="Only PDFs and picture files have pictures of their pages. Look at the text of the "
        "page instead."
    )
