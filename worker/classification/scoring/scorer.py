"""Scoring documents against rules: from text to standard deviations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from app.jobs.values import Rule
from worker.classification.embedders.base import Embedder, Vectors
from worker.classification.embedders.passage_cache import PassageVectors, fresh_vectors
from worker.classification.rules.texts import (
    excluded_rules,
    is_bare,
    lexical_text,
    name_of,
    rule_text,
)
from worker.classification.scoring import lexical
from worker.classification.scoring.channels import (
    SAMPLE_CHANNELS,
    combine_channels,
    similarities,
    standardise,
)
from worker.classification.scoring.cues import cue_bonuses
from worker.classification.scoring.embedded_document import (
    EmbeddedDocument,
    embed_document,
    trust,
)
from worker.classification.scoring.examples import EmbeddedExamples, compare_with_examples
from worker.classification.scoring.knowledge import Knowledge
from worker.classification.scoring.lexical import LexicalChannel, Lexicon
from worker.classification.scoring.scores import Channel, Scores
from worker.classification.scoring.space import EmbeddingSpace, SpaceVectors, Targets
from worker.parsing.document import Document

_CACHED_RULES = 4_096


class Scorer:
    """Scores documents with one embedder or several. Its only state is a cache of rule vectors.

    The first embedder leads: cues, covered panel types and overlaps are decided by its cosines.
    `vectors` holds the fitted vectors of each embedder by name.
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
        self.spaces = tuple(
            EmbeddingSpace(embedder, vectors[embedder.name], knowledge) for embedder in embedders
        )
        self.lead = self.spaces[0]
        self.lexical = LexicalChannel(lexicon, [lexical_text(rule) for rule in knowledge.panel])
        self._panel_bonuses = cue_bonuses(self.lead.cues, self.lead.panel.direct, self.lead.tuning)
        self._panel_names = {name_of(rule): row for row, rule in enumerate(knowledge.panel)}
        self._rule_targets = lru_cache(maxsize=_CACHED_RULES)(self._embed_rule)
        self._rule_trust = lru_cache(maxsize=_CACHED_RULES)(self._trust_rule)

    def embed(
        self, document: Document, passage_vectors: PassageVectors = fresh_vectors
    ) -> EmbeddedDocument:
        """Embed a document in each space; it has no chunks when nothing in it is readable."""
        return embed_document(document, self.spaces, passage_vectors)

    def targets(self, rules: Sequence[Rule]) -> tuple[Targets, ...]:
        """Return the vectors of at least one rule, in order, for each space; they are cached."""
        by_rule = [self._rule_targets(rule) for rule in rules]
        return tuple(Targets.stack(list(parts)) for parts in zip(*by_rule, strict=True))

    def score(
        self,
        document: EmbeddedDocument,
        rules: Sequence[Rule],
        examples: Sequence[EmbeddedExamples | None] = (),
    ) -> Scores:
        """Return the scores of at least one rule for a document that has chunks.

        `examples` has the examples of each rule, in order, or is empty. A rule that fits less
        well than something that its description excludes loses the difference.
        """
        scores = self._score(document, rules, examples)
        excluded = [(row, name) for row, rule in enumerate(rules) for name in excluded_rules(rule)]
        if not excluded:
            return scores
        rows, names = zip(*excluded, strict=True)
        rivals = self._score(document, names).rules
        best = np.full(len(rules), -np.inf, dtype=np.float32)
        np.maximum.at(best, list(rows), rivals)
        lost = np.maximum(best - scores.rules, 0)
        return replace(scores, rules=scores.rules - lost, excluded=lost)

    def _score(
        self,
        document: EmbeddedDocument,
        rules: Sequence[Rule],
        examples: Sequence[EmbeddedExamples | None] = (),
    ) -> Scores:
        targets = self.targets(rules)
        lead, tuning = targets[0], self.lead.tuning
        channels, panel_channels = self._channels(document, rules, targets, examples)
        by_words, panel_by_words = self.lexical.scores(
            document.text, [lexical_text(rule) for rule in rules]
        )
        observed = list(document.cues)
        bonuses = cue_bonuses(self.lead.cues, lead.direct, tuning)[observed]
        overlaps = lead.direct @ lead.direct.T
        return Scores(
            rules=combine_channels(channels) + lexical.WEIGHT * by_words + bonuses.sum(axis=0),
            panel=combine_channels(panel_channels)
            + lexical.WEIGHT * panel_by_words
            + self._panel_bonuses[observed].sum(axis=0),
            channels=channels,
            lexical=by_words,
            cues=document.cues,
            bonuses=bonuses,
            excluded=np.zeros(len(rules), dtype=np.float32),
            covered=self._panel_cosines(lead, rules) >= tuning.explained,
            overlaps=overlaps,
            overlapping=overlaps >= tuning.overlapping,
            characters=document.characters,
        )

    def _channels(
        self,
        document: EmbeddedDocument,
        rules: Sequence[Rule],
        targets: Sequence[Targets],
        examples: Sequence[EmbeddedExamples | None],
    ) -> tuple[dict[str, Channel], dict[str, Channel]]:
        """Return the channels of every space, by name, of the rules and of the panel."""
        channels: dict[str, Channel] = {}
        panel_channels: dict[str, Channel] = {}
        trusts = np.array([self._rule_trust(rule) for rule in rules], dtype=np.float32)
        for number, (space, vectors) in enumerate(zip(self.spaces, document.vectors, strict=True)):
            samples = space.samples if document.is_english else space.samples_of_all_languages
            by_rule, by_panel = (
                similarities(space, samples, vectors.chunks, vectors.titles, compared)
                for compared in (targets[number], space.panel)
            )
            sample_weights = targets[number].familiarity
            if any(examples):
                by_rule["samples"], sample_weights = compare_with_examples(
                    vectors.chunks, samples, targets[number], examples, number
                )
            for name, weight in space.tuning.weights.items():
                key = f"{space.embedder.name} {name}"
                weights = weight * vectors.trust * trusts[:, number]
                panel_weights = np.full(len(space.panel), weight * vectors.trust, np.float32)
                if name in SAMPLE_CHANNELS:
                    weights = weights * (
                        sample_weights if name == "samples" else targets[number].familiarity
                    )
                    panel_weights *= space.panel.familiarity
                channels[key] = Channel(standardise(by_rule[name], by_panel[name]), weights)
                panel_channels[key] = Channel(
                    standardise(by_panel[name], by_panel[name]), panel_weights
                )
        return channels, panel_channels

    def _trust_rule(self, rule: Rule) -> tuple[float, ...]:
        text = rule_text(rule)
        return tuple(trust(space, text, self.lead) for space in self.spaces)

    def _panel_cosines(self, targets: Targets, rules: Sequence[Rule]) -> Vectors:
        """Compare rules with the panel, shape (k, P); the same name is the same type: 1."""
        cosines = targets.direct @ self.lead.panel.direct.T
        for row, rule in enumerate(rules):
            column = self._panel_names.get(name_of(rule))
            if column is not None:
                cosines[row, column] = 1.0
        return cosines

    def _embed_rule(self, rule: Rule) -> tuple[Targets, ...]:
        # A bare name says little to an embedder; a panel type of that name has a description.
        column = self._panel_names.get(name_of(rule)) if is_bare(rule) else None
        text = rule_text(rule if column is None else self.knowledge.panel[column])
        return tuple(space.targets(space.embedder.embed([text], "query")) for space in self.spaces)
