"""Scoring documents against rules: from text to standard deviations."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from worker.classification import lexical
from worker.classification.channels import WEIGHTS, combined, similarities, standardised
from worker.classification.chunks import Chunk, cut
from worker.classification.cues import bonuses, observed_cues
from worker.classification.embedder import Embedder, Vectors
from worker.classification.knowledge import Knowledge
from worker.classification.lexical import LexicalChannel, Lexicon
from worker.classification.rules import Rule, is_bare, lexical_text, name_of, rule_text
from worker.classification.scores import Scores
from worker.classification.space import Space, Targets
from worker.classification.text import is_readable
from worker.classification.titles import title_lines
from worker.classification.vectors import SpaceVectors
from worker.parsing.document import Document

_CACHED_RULES = 4_096


@dataclass(frozen=True, slots=True)
class Reading:
    """What scoring needs of a document: the expensive part, independent of any rules.

    `vectors` (c, D) belong to `chunks` and `titles` (t, D) to the title lines; both centred.
    """

    document: Document
    chunks: tuple[Chunk, ...]
    vectors: Vectors
    titles: Vectors
    text: str
    cues: tuple[int, ...]
    characters: int


class Scorer:
    """Scores documents with one embedder. Holds no state but a cache of rule vectors."""

    def __init__(
        self, embedder: Embedder, vectors: SpaceVectors, lexicon: Lexicon, knowledge: Knowledge
    ) -> None:
        self.embedder = embedder
        self.knowledge = knowledge
        self.space = Space(vectors, knowledge)
        self.lexical = LexicalChannel(lexicon, [lexical_text(rule) for rule in knowledge.panel])
        self._panel_bonuses = bonuses(self.space.cues, self.space.panel.direct)
        self._panel_names = {name_of(rule): row for row, rule in enumerate(knowledge.panel)}
        self._rule_target = lru_cache(maxsize=_CACHED_RULES)(self._embedded_rule)

    def read(self, document: Document) -> Reading | None:
        """Embed a document's first chunks and title lines; None when nothing is readable."""
        chunks = cut(document.pages)
        if not chunks:
            return None
        lines = title_lines(document.pages)
        return Reading(
            document=document,
            chunks=chunks,
            vectors=self.space.chunks(
                self.embedder.embed([chunk.text for chunk in chunks], "passage")
            ),
            titles=self.space.titles(self.embedder.embed(lines, "passage")),
            text=lexical.document_text(document),
            cues=observed_cues(document),
            characters=sum(len(page.text) for page in document.pages if is_readable(page.text)),
        )

    def targets(self, rules: Sequence[Rule]) -> Targets:
        """Return the vectors of at least one rule, in order; they are cached rule by rule."""
        return Targets.stack([self._rule_target(rule) for rule in rules])

    def score(self, reading: Reading, rules: Sequence[Rule]) -> Scores:
        """Return the scores of at least one rule for a document that was read."""
        space = self.space
        targets = self.targets(rules)
        ours = similarities(space, reading.vectors, reading.titles, targets)
        panels = similarities(space, reading.vectors, reading.titles, space.panel)
        channels = {name: standardised(ours[name], panels[name]) for name in WEIGHTS}
        by_rule, by_panel = self.lexical.scores(
            reading.text, [lexical_text(rule) for rule in rules]
        )
        observed = list(reading.cues)
        gained = bonuses(space.cues, targets.direct)[observed]
        panel = {name: standardised(panels[name], panels[name]) for name in WEIGHTS}
        return Scores(
            rules=combined(channels, targets.familiarity)
            + lexical.WEIGHT * by_rule
            + gained.sum(axis=0),
            panel=combined(panel, space.panel.familiarity)
            + lexical.WEIGHT * by_panel
            + self._panel_bonuses[observed].sum(axis=0),
            channels=channels,
            familiarity=targets.familiarity,
            lexical=by_rule,
            cues=reading.cues,
            bonuses=gained,
            cosines=self._cosines(targets, rules),
            overlaps=targets.direct @ targets.direct.T,
            characters=reading.characters,
        )

    def _cosines(self, targets: Targets, rules: Sequence[Rule]) -> Vectors:
        """Compare rules with the panel, shape (k, P); the same name is the same type: 1."""
        cosines = targets.direct @ self.space.panel.direct.T
        for row, rule in enumerate(rules):
            column = self._panel_names.get(name_of(rule))
            if column is not None:
                cosines[row, column] = 1.0
        return cosines

    def _embedded_rule(self, rule: Rule) -> Targets:
        # A bare name says little to an embedder; of a type that we know, we know more.
        column = self._panel_names.get(name_of(rule)) if is_bare(rule) else None
        known = rule if column is None else self.knowledge.panel[column]
        return self.space.targets(self.embedder.embed([rule_text(known)], "query"))
