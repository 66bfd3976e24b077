"""Embedding a document: the expensive part of classifying it, independent of any rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from worker.classification.embedders.passage_cache import PassageVectors, fresh_vectors
from worker.classification.features.chunks import Chunk, count_tokens, cut_chunks
from worker.classification.features.headings import HeadingPart, heading_parts
from worker.classification.features.scripts import unseen_script
from worker.classification.features.text import is_readable
from worker.classification.features.titles import title_lines
from worker.classification.knowledge.names import FoundName, NameFinder
from worker.classification.scoring.cues import observed_cues
from worker.classification.scoring.lexical import document_text
from worker.classification.scoring.space import DocumentVectors, EmbeddingSpace
from worker.parsing.document import Document, DocumentPage, TextSource

_TITLE = "title"


@dataclass(frozen=True, slots=True)
class EmbeddedDocument:
    """A document with everything that scoring needs of it.

    `vectors` has one entry for each embedding space; it is empty when the document has no
    readable text and so no `chunks`. `names` is what the document calls itself. `cues` are
    positions in `CUES`. `tokens` counts what can be read of it. `passage_vectors` embeds further
    passages of it, such as the lines of a quote.
    """

    document: Document
    chunks: tuple[Chunk, ...]
    vectors: tuple[DocumentVectors, ...]
    text: str
    headings: tuple[HeadingPart, ...]
    names: tuple[FoundName, ...]
    cues: tuple[int, ...]
    tokens: int
    characters: int
    passage_vectors: PassageVectors


def embed_document(
    document: Document,
    spaces: Sequence[EmbeddingSpace],
    finder: NameFinder,
    passage_vectors: PassageVectors = fresh_vectors,
) -> EmbeddedDocument:
    """Embed a document's first chunks and title lines in each space; the first space leads."""
    chunks = cut_chunks(document.pages)
    text = document_text(document)
    texts = [chunk.text for chunk in chunks]
    titles = title_lines(document.pages)
    first = _first_page(document)
    headings = tuple(heading_parts(first)) if first is not None else ()
    return EmbeddedDocument(
        document=document,
        chunks=chunks,
        vectors=tuple(
            _document_vectors(
                space, texts, titles, passage_vectors, trust=trust(space, text, lead=spaces[0])
            )
            for space in spaces
            if chunks
        ),
        text=text,
        headings=headings,
        names=tuple(
            finder.find(headings, is_ocr=first is not None and first.source is TextSource.OCR)
        ),
        cues=observed_cues(document),
        tokens=sum(count_tokens(page.text) for page in document.pages),
        characters=sum(len(page.text) for page in document.pages if is_readable(page.text)),
        passage_vectors=passage_vectors,
    )


def _first_page(document: Document) -> DocumentPage | None:
    return next((page for page in document.pages if is_readable(page.text)), None)


def trust(space: EmbeddingSpace, text: str, lead: EmbeddingSpace) -> float:
    """Return 0 when the space's embedder has not seen the text's script, otherwise 1.

    The leading space is always trusted: it may be the only one, and its embedder has seen the
    most scripts.
    """
    return float(space is lead or unseen_script(text, space.tuning.scripts) is None)


def _document_vectors(
    space: EmbeddingSpace,
    texts: Sequence[str],
    titles: Sequence[str],
    passage_vectors: PassageVectors,
    *,
    trust: float,
) -> DocumentVectors:
    # Titles are embedded only where a channel uses them.
    used = titles if _TITLE in space.tuning.weights else ()
    embedded = passage_vectors(space.embedder, [*texts, *used])
    return DocumentVectors(
        chunks=space.centre_chunks(embedded[: len(texts)]),
        titles=space.centre_titles(embedded[len(texts) :]),
        trust=trust,
    )
