"""Fitting the constants of an engine on labelled documents."""

from collections.abc import Sequence

import numpy as np

from app.errors import StartupError
from worker.classification.embedders.base import Embedder, normalise
from worker.classification.features.chunks import cut_chunks
from worker.classification.features.titles import title_lines
from worker.classification.fitting.calibrate import with_calibration
from worker.classification.fitting.corpus import Corpus
from worker.classification.fitting.lexicon import fit_lexicon
from worker.classification.fitting.maps import form_map, language_directions, ridge_map
from worker.classification.knowledge.base import ENGLISH, Knowledge
from worker.classification.rules.catch_all import PROTOTYPES
from worker.classification.rules.texts import lexical_text, rule_text
from worker.classification.scoring.constants import Constants
from worker.classification.scoring.cues import SENTENCES
from worker.classification.scoring.lexical import Lexicon, document_text
from worker.classification.scoring.space import SpaceVectors

_MIN_TYPES = 3


def fit(
    corpora: Sequence[Corpus], embedders: Sequence[Embedder], knowledge: Knowledge
) -> Constants:
    """Fit all constants for the embedders together: means, ridge maps, lexicon, calibrations.

    Takes some seconds for 100 documents. Every text is embedded several times, so pass caching
    embedders. The result depends only on the arguments. Raises StartupError for a corpus without
    documents or with fewer than three types.
    """
    for corpus in corpora:
        if not corpus.documents or any(len(rules) < _MIN_TYPES for rules in corpus.rule_sets):
            raise StartupError(
                f"constants cannot be fitted on {len(corpus.documents)} documents with"
                f" {len(corpus.rule_sets[0])} rules; at least one document and"
                f" {_MIN_TYPES} rules are needed"
            )
    vectors = {embedder.name: fit_space(corpora, embedder, knowledge) for embedder in embedders}
    return with_calibration(vectors, lexicon_of(corpora, knowledge), corpora, embedders, knowledge)


def fit_space(corpora: Sequence[Corpus], embedder: Embedder, knowledge: Knowledge) -> SpaceVectors:
    """Fit the vectors of one embedder: the means of chunks and titles, the ridge map.

    They contain means over the corpora only, no vector or text of a single document.
    """
    documents = [item for corpus in corpora for item in corpus.documents]
    chunks = [chunk.text for item in documents for chunk in cut_chunks(item.document.pages)]
    lines = [line for item in documents for line in title_lines(item.document.pages)]
    types = embedder.embed([rule_text(rule) for rule in knowledge.rules], "query")
    samples = embedder.embed([sample.text for sample in knowledge.samples], "passage")
    languages = np.array([sample.language for sample in knowledge.samples])
    directions = language_directions(samples, languages)
    centre = types[knowledge.panel_rows].mean(axis=0)
    # The map is fitted on the English samples only, as it was measured.
    english = languages == ENGLISH
    everywhere, rows = samples[english], knowledge.sample_types[english]
    return SpaceVectors(
        document_mean=embedder.embed(chunks, "passage").mean(axis=0),
        title_mean=embedder.embed(lines, "passage").mean(axis=0),
        types=types,
        wordings=embedder.embed([wording.text for wording in knowledge.wordings], "query"),
        samples=samples,
        cues=embedder.embed(SENTENCES, "query"),
        catch_alls=embedder.embed(PROTOTYPES, "query"),
        ridge=ridge_map(
            normalise(everywhere - everywhere.mean(axis=0)),
            normalise(types[knowledge.bank_rows] - centre)[rows],
        ),
        form=form_map(samples, knowledge.sample_types, directions),
        languages=directions,
    )


def lexicon_of(corpora: Sequence[Corpus], knowledge: Knowledge) -> Lexicon:
    """Fit the rarity of words; only counts of common words are kept."""
    documents = [item for corpus in corpora for item in corpus.documents]
    return fit_lexicon(
        [document_text(item.document) for item in documents],
        [item.source for item in documents],
        [lexical_text(rule) for rule in knowledge.panel],
    )
