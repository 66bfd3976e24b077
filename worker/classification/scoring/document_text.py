"""What the text of a document says, and its vectors, whatever the rules are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from worker.classification.features.chunks import Chunk, count_tokens, cut_chunks
from worker.classification.features.headings import HeadingPart, heading_parts
from worker.classification.features.scripts import count_scripts, is_unseen
from worker.classification.features.text import is_readable
from worker.classification.features.titles import title_lines
from worker.classification.knowledge.names import FoundName, NameFinder
from worker.classification.knowledge.phrases import MAX_CHARACTERS, FoundAct, PhraseFinder
from worker.classification.scoring.cues import observed_cues
from worker.classification.scoring.lexical import LexicalChannel, document_text
from worker.classification.scoring.space import DocumentVectors, EmbeddingSpace
from worker.parsing.document import Document, DocumentPage, TextSource

MANY_TOKENS = 300
"""From this number of tokens on it makes no difference how many a document has."""


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What a document's text says.

    `chunks` are empty when nothing in it is readable. `titles` are lines that may be its title.
    `headings` are the parts of its first lines and `names` what it calls itself there. `acts`
    are what its phrases do. `words` are the weights of its words in the lexical channel. `cues` are
    positions in `CUES`. `scripts` counts its letters by script. `tokens` counts what can be read of
    it, up to 300 or more. `characters` of a document that was read in part are an estimate.
    """

    chunks: tuple[Chunk, ...]
    titles: tuple[str, ...]
    headings: tuple[HeadingPart, ...]
    names: tuple[FoundName, ...]
    acts: tuple[FoundAct, ...]
    words: Mapping[str, float]
    cues: tuple[int, ...]
    scripts: Mapping[str, int]
    tokens: int
    characters: int


def read_text(
    document: Document, finder: NameFinder, phrases: PhraseFinder, lexical: LexicalChannel
) -> DocumentText:
    """Return what a document's text says."""
    text = document_text(document)
    first = _first_page(document)
    headings = tuple(heading_parts(first)) if first is not None else ()
    return DocumentText(
        chunks=cut_chunks(document.pages),
        titles=title_lines(document.pages),
        headings=headings,
        names=tuple(
            finder.find(headings, is_ocr=first is not None and first.source is TextSource.OCR)
        ),
        acts=phrases.find(_beginning(document.pages)),
        words=lexical.weigh_document(text),
        cues=observed_cues(document),
        scripts=count_scripts(text),
        tokens=_count_tokens(document.pages),
        characters=_count_characters(document.pages),
    )


def is_trusted(space: EmbeddingSpace, scripts: Mapping[str, int], lead: EmbeddingSpace) -> bool:
    """Tell whether the space's embedder has seen the script and the language of a text.

    The leading space is always trusted: it may be the only one, and its embedder has seen the
    most scripts.
    """
    return space is lead or not is_unseen(scripts, space.tuning.scripts)


def embed_text(
    text: DocumentText,
    space: EmbeddingSpace,
    chunks: int,
    earlier: DocumentVectors | None,
) -> DocumentVectors:
    """Embed a document's first chunks, at least one, and its titles where a channel uses them.

    What `earlier` has of them is not embedded again.
    """
    known = 0 if earlier is None else len(earlier.chunks)
    passages = [chunk.text for chunk in text.chunks[known:chunks]]
    titles = text.titles if space.has_titles and earlier is None else ()
    embedded = space.embedder.embed([*passages, *titles], "passage")
    centred = space.centre_chunks(embedded[: len(passages)])
    if earlier is not None:
        return replace(earlier, chunks=np.concatenate([earlier.chunks, centred]))
    return DocumentVectors(centred, space.centre_titles(embedded[len(passages) :]))


def _beginning(pages: Sequence[DocumentPage]) -> str:
    """Return the texts of the first pages, as far as phrases are looked for in them."""
    texts, characters = [], 0
    for page in pages:
        if characters >= MAX_CHARACTERS:
            break
        texts.append(page.text[: MAX_CHARACTERS - characters])
        characters += len(texts[-1])
    return "\n".join(texts)


def _first_page(document: Document) -> DocumentPage | None:
    return next((page for page in document.pages if is_readable(page.text)), None)


def _count_characters(pages: Sequence[DocumentPage]) -> int:
    """Return how many characters the readable pages have, the others on average as many."""
    read = [page for page in pages if page.source is not TextSource.NOT_NEEDED]
    characters = sum(len(page.text) for page in read if is_readable(page.text))
    return characters * len(pages) // max(len(read), 1)


def _count_tokens(pages: Sequence[DocumentPage]) -> int:
    tokens = 0
    for page in pages:
        if tokens >= MANY_TOKENS:
            break
        tokens += count_tokens(page.text, MANY_TOKENS)
    return tokens
