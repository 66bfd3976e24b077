"""How much of a document a verdict uses, as a request to read it says."""

from app.jobs.pages import PageSelection
from worker.parsing.request import ParseRequest

ENOUGH = 4_000
"""The characters in words after which no further page is worth its OCR.

They hold the four chunks that are embedded: these take as many in an alphabet and fewer in other
scripts. Phrases and words are looked for in 6,000, but those of the rest hardly change a verdict.
"""


def verdict_request(
    selection: PageSelection, lang: str | None = None, mode: str = "FAST"
) -> ParseRequest:
    """Return the request to read a document for a verdict.

    MULTIMODAL reads every page, because layouts count the words of each.
    """
    return ParseRequest(selection, lang, mode, ENOUGH if mode == "FAST" else None)
