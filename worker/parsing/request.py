"""What a job asks of reading a file: which pages, the language of OCR, the mode."""

from dataclasses import dataclass

from app.jobs.pages import PageSelection


@dataclass(frozen=True, slots=True)
class ParseRequest:
    """The pages to read, and how to read them.

    `enough` is a number of characters in words. Once the pages before have as many, a page that
    only OCR can read is left out. None means that every page is read.

    `lang` is the code of the language that the client gave, used by OCR only. None means that it
    gave none: OCR reads English, and pages in another language in that one. `mode` is FAST or
    MULTIMODAL.
    """

    selection: PageSelection
    lang: str | None = None
    mode: str = "FAST"
    enough: int | None = None
