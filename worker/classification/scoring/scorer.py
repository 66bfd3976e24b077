"""Scoring documents against rules: from text to standard deviations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np

from worker.classification.embedders.base import Embedder, Vectors, normalise
from worker.classification.embedders.passage_cache import PassageVectors, fresh_vectors
from worker.classification.features.chunks import Chunk, cut
from worker.classification.features.scripts import is_english, unseen_script
from worker.classification.features.text import is_readable
from worker.classification.features.titles import title_lines
from worker.classification.rules.rule import (
    Rule,
    excluded_rules,
    is_bare,
    lexical_text,
    name_of,
    rule_text,
)
from worker.classification.scoring import lexical
from worker.classification.scoring.channels import (
    BY_SAMPLES,
    combine_channels,
    pool,
    similarities,
    standardise,
)
from worker.classification.scoring.cues import bonuses, observed_cues
from worker.classification.scoring.knowledge import Knowledge
from worker.classification.scoring.lexical import LexicalChannel, Lexicon
from worker.classification.scoring.scores import Channel, Scores
from worker.classification.scoring.space import Samples, Space, Targets
from worker.classification.scoring.tuning import Tuning, tuning_of
from worker.classification.scoring.vectors import SpaceVectors
from worker.parsing.document import Document

_CACHED_RULES = 4_096
_TITLE = "title"


@dataclass(frozen=True, slots=True)
class View:
    """One embedder's way of seeing texts."""

    embedder: Embedder
    space: Space
    tuning: Tuning


@dataclass(frozen=True, slots=True)
class Seen:
    """A document as one view sees it.

    `chunks` (c, D) and `titles` (t, D) are centred. `trust` is 0 when the document is in a
    script that the embedder has never seen and another view has, otherwise 1.
    """

    chunks: Vectors
    titles: Vectors
    trust: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What scoring needs of a document: the expensive part, independent of any rules.

    `seen` has what each view made of `chunks` and of the title lines; `english` tells whether
    the document is in English, for which only the samples for all languages count.
    """

    document: Document
    chunks: tuple[Chunk, ...]
    seen: tuple[Seen, ...]
    text: str
    english: bool
    cues: tuple[int, ...]
    characters: int


class Shown(Protocol):
    """Examples of a rule's type: see `worker.classification.scoring.examples`."""

    @property
    def directions(self) -> tuple[Vectors, ...]:
        """What they look like to each view, shape (D,) each."""
        ...

    @property
    def strength(self) -> float:
        """How much they count beside the samples of known types, which count 0 to 1."""
        ...


def _with_examples(
    chunks: Vectors, samples: Samples, targets: Targets, view: int, shown: Sequence[Shown | None]
) -> tuple[Vectors, Vectors]:
    """Return the channel of samples where some rules have examples, and how much it counts, (n,).

    A rule far from all known types is compared with its examples alone.
    """
    stand_ins = targets.stand_ins(samples.prototypes)
    trusted = targets.familiarity.copy()
    for row, examples in enumerate(shown):
        if examples is not None:
            known = trusted[row] * stand_ins[row]
            stand_ins[row] = normalise(known + examples.strength * examples.directions[view])
            trusted[row] = max(trusted[row], examples.strength)
    return pool(chunks @ stand_ins.T), trusted


class Scorer:
    """Scores documents with one embedder or several. Holds no state but a cache of rule vectors.

    The first embedder leads: cues, covered panel types and overlaps are told by its cosines.
    `vectors` holds each embedder's by name.
    """

    def __init__(
        self,
        embedders: Sequence[Embedder],
        vectors: Mapping[str, SpaceVectors],
        lexicon: Lexicon,
        knowledge: Knowledge,
    ) -> None:
        self.embedders = tuple(embedders)
        self.knowledge = knowledge
        tunings = [tuning_of(embedder.name) for embedder in embedders]
        self.views = tuple(
            View(embedder, Space(vectors[embedder.name], knowledge, tuning.familiarity), tuning)
            for embedder, tuning in zip(embedders, tunings, strict=True)
        )
        self.lead = self.views[0]
        self.lexical = LexicalChannel(lexicon, [lexical_text(rule) for rule in knowledge.panel])
        space = self.lead.space
        self._panel_bonuses = bonuses(space.cues, space.panel.direct, self.lead.tuning)
        self._panel_names = {name_of(rule): row for row, rule in enumerate(knowledge.panel)}
        self._rule_targets = lru_cache(maxsize=_CACHED_RULES)(self._embedded_rule)
        self._rule_trust = lru_cache(maxsize=_CACHED_RULES)(self._trusted_rule)

    def read(self, document: Document, vectors: PassageVectors = fresh_vectors) -> Reading | None:
        """Embed a document's first chunks and title lines; None when nothing is readable.

        `vectors` may know them from an earlier reading.
        """
        chunks = cut(document.pages)
        if not chunks:
            return None
        texts = [chunk.text for chunk in chunks]
        lines = title_lines(document.pages)
        text = lexical.document_text(document)
        return Reading(
            document=document,
            chunks=chunks,
            seen=tuple(self._seen(view, texts, lines, text, vectors) for view in self.views),
            text=text,
            english=is_english(text),
            cues=observed_cues(document),
            characters=sum(len(page.text) for page in document.pages if is_readable(page.text)),
        )

    def targets(self, rules: Sequence[Rule]) -> tuple[Targets, ...]:
        """Return the vectors of at least one rule, in order, for each view; they are cached."""
        by_rule = [self._rule_targets(rule) for rule in rules]
        return tuple(Targets.stack(list(parts)) for parts in zip(*by_rule, strict=True))

    def score(
        self, reading: Reading, rules: Sequence[Rule], shown: Sequence[Shown | None] = ()
    ) -> Scores:
        """Return the scores of at least one rule for a document that was read.

        `shown` has examples of the rules, in their order, or is empty. A rule that fits less well
        than something it excludes loses the difference.
        """
        scores = self._scored(reading, rules, shown)
        excluded = [(row, name) for row, rule in enumerate(rules) for name in excluded_rules(rule)]
        if not excluded:
            return scores
        rows, names = zip(*excluded, strict=True)
        rivals = self._scored(reading, names).rules
        best = np.full(len(rules), -np.inf, dtype=np.float32)
        np.maximum.at(best, list(rows), rivals)
        lost = np.maximum(best - scores.rules, 0)
        return replace(scores, rules=scores.rules - lost, excluded=lost)

    def _scored(
        self, reading: Reading, rules: Sequence[Rule], shown: Sequence[Shown | None] = ()
    ) -> Scores:
        targets = self.targets(rules)
        ours, panels = self._channels(reading, rules, targets, shown)
        by_words, panel_by_words = self.lexical.scores(
            reading.text, [lexical_text(rule) for rule in rules]
        )
        observed = list(reading.cues)
        lead = targets[0]
        gained = bonuses(self.lead.space.cues, lead.direct, self.lead.tuning)[observed]
        return Scores(
            rules=combine_channels(ours) + lexical.WEIGHT * by_words + gained.sum(axis=0),
            panel=combine_channels(panels)
            + lexical.WEIGHT * panel_by_words
            + self._panel_bonuses[observed].sum(axis=0),
            channels=ours,
            lexical=by_words,
            cues=reading.cues,
            bonuses=gained,
            excluded=np.zeros(len(rules), dtype=np.float32),
            cosines=self._cosines(lead, rules),
            explained=self.lead.tuning.explained,
            overlaps=lead.direct @ lead.direct.T,
            overlapping=self.lead.tuning.overlapping,
            characters=reading.characters,
        )

    def _channels(
        self,
        reading: Reading,
        rules: Sequence[Rule],
        targets: Sequence[Targets],
        shown: Sequence[Shown | None],
    ) -> tuple[dict[str, Channel], dict[str, Channel]]:
        """Return the channels of every view, by name, of the rules and of the panel."""
        ours: dict[str, Channel] = {}
        panels: dict[str, Channel] = {}
        trusts = np.array([self._rule_trust(rule) for rule in rules], dtype=np.float32)
        for number, (view, seen) in enumerate(zip(self.views, reading.seen, strict=True)):
            space = view.space
            samples = space.samples if reading.english else space.samples_of_all_languages
            by_rule, by_panel = (
                similarities(space, samples, seen.chunks, seen.titles, compared)
                for compared in (targets[number], space.panel)
            )
            trusted = targets[number].familiarity
            if any(shown):
                by_rule["samples"], trusted = _with_examples(
                    seen.chunks, samples, targets[number], number, shown
                )
            for name, weight in view.tuning.weights.items():
                key = f"{view.embedder.name} {name}"
                counts = weight * seen.trust * trusts[:, number]
                panel_counts = np.full(len(space.panel), weight * seen.trust, np.float32)
                if name in BY_SAMPLES:
                    counts = counts * (
                        trusted if name == "samples" else targets[number].familiarity
                    )
                    panel_counts *= space.panel.familiarity
                ours[key] = Channel(standardise(by_rule[name], by_panel[name]), counts)
                panels[key] = Channel(standardise(by_panel[name], by_panel[name]), panel_counts)
        return ours, panels

    def _seen(
        self,
        view: View,
        texts: list[str],
        lines: Sequence[str],
        text: str,
        vectors: PassageVectors,
    ) -> Seen:
        # Only a view that has a channel for titles pays for them.
        titles = lines if _TITLE in view.tuning.weights else ()
        embedded = vectors(view.embedder, [*texts, *titles])
        return Seen(
            chunks=view.space.chunks(embedded[: len(texts)]),
            titles=view.space.titles(embedded[len(texts) :]),
            trust=self._trust(view, text),
        )

    def _trust(self, view: View, text: str) -> float:
        # The leading view is always trusted: it may be the only one, and of several it is the one
        # that has seen the most scripts.
        return float(view is self.lead or unseen_script(text, view.tuning.scripts) is None)

    def _trusted_rule(self, rule: Rule) -> tuple[float, ...]:
        return tuple(self._trust(view, rule_text(rule)) for view in self.views)

    def _cosines(self, targets: Targets, rules: Sequence[Rule]) -> Vectors:
        """Compare rules with the panel, shape (k, P); the same name is the same type: 1."""
        cosines = targets.direct @ self.lead.space.panel.direct.T
        for row, rule in enumerate(rules):
            column = self._panel_names.get(name_of(rule))
            if column is not None:
                cosines[row, column] = 1.0
        return cosines

    def _embedded_rule(self, rule: Rule) -> tuple[Targets, ...]:
        # A bare name says little to an embedder; of a type that we know, we know more.
        column = self._panel_names.get(name_of(rule)) if is_bare(rule) else None
        text = rule_text(rule if column is None else self.knowledge.panel[column])
        return tuple(
            view.space.targets(view.embedder.embed([text], "query")) for view in self.views
        )
