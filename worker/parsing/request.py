"""What a job asks of reading a file: which pages, the language of OCR, the mode."""

from dataclasses import dataclass

from app.jobs.pages import PageSelection

PLENTY, PLENTY_PAGES = 3, 3
"""How many times enough text, on how many pages, leave no use for the text of a further one."""


@dataclass(frozen=True, slots=True)
class ParseRequest:
    """The pages to read, and how to read them.

    `enough` is a number of characters in words. Once the pages before have as many, a page that
    only OCR can read is left out, and once they have plenty, so is any other page of a PDF that the
    request does not name. None means that every page is read.

    `lang` is the code of the language that the client gave, used by OCR only. None means that it
    gave none: OCR reads English, and pages in another language in that one. `mode` is FAST or
    MULTIMODAL.
    """

    selection: PageSelection
    lang: str | None = None
    mode: str = "FAST"
    enough: int | None = None
