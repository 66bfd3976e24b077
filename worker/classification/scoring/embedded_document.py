"""Embedding a document: the expensive part of classifying it, independent of any rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from worker.classification.embedders.base import Vectors
from worker.classification.embedders.passage_cache import PassageVectors, fresh_vectors
from worker.classification.features.chunks import Chunk, cut_chunks
from worker.classification.features.scripts import is_english, unseen_script
from worker.classification.features.text import is_readable
from worker.classification.features.titles import title_lines
from worker.classification.scoring.cues import observed_cues
from worker.classification.scoring.lexical import document_text
from worker.classification.scoring.space import EmbeddingSpace
from worker.parsing.document import Document

_TITLE = "title"


@dataclass(frozen=True, slots=True)
class DocumentVectors:
    """A document's vectors in one embedding space.

    `chunks` (c, D) and `titles` (t, D) are centred. `trust` is 0 when the embedder has not seen
    the document's script and another embedder has, otherwise 1.
    """

    chunks: Vectors
    titles: Vectors
    trust: float


@dataclass(frozen=True, slots=True)
class EmbeddedDocument:
    """A document with everything that scoring needs of it.

    `vectors` has one entry for each embedding space; it is empty when the document has no
    readable text and so no `chunks`. Documents in English (`is_english`) are compared only with
    the samples for all languages. `cues` are positions in `CUES`.
    """

    document: Document
    chunks: tuple[Chunk, ...]
    vectors: tuple[DocumentVectors, ...]
    text: str
    is_english: bool
    cues: tuple[int, ...]
    characters: int


def embed_document(
    document: Document,
    spaces: Sequence[EmbeddingSpace],
    passage_vectors: PassageVectors = fresh_vectors,
) -> EmbeddedDocument:
    """Embed a document's first chunks and title lines in each space; the first space leads."""
    chunks = cut_chunks(document.pages)
    text = document_text(document)
    texts = [chunk.text for chunk in chunks]
    titles = title_lines(document.pages)
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
        is_english=is_english(text),
        cues=observed_cues(document),
        characters=sum(len(page.text) for page in document.pages if is_readable(page.text)),
    )


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
