"""How much of a document a verdict uses, as a request to read it says."""

from app.jobs.pages import PageSelection
from worker.classification.knowledge.phrases import MAX_CHARACTERS as OF_PHRASES
from worker.classification.scoring.lexical import MAX_CHARACTERS as OF_WORDS
from worker.parsing.request import ParseRequest

ENOUGH = max(OF_PHRASES, OF_WORDS)
"""The characters in words after which no further text changes a verdict.

Phrases and words are looked for in as many, and they hold the four chunks that are embedded: these
take 4,000 characters in an alphabet and fewer in other scripts. What remains is the length of the
document, by which phrases count less.
"""


def verdict_request(
    selection: PageSelection, lang: str | None = None, mode: str = "FAST"
) -> ParseRequest:
    """Return the request to read a document for a verdict.

    MULTIMODAL reads every page, because layouts count the words of each.
    """
    return ParseRequest(selection, lang, mode, ENOUGH if mode == "FAST" else None)
